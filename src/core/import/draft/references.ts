import { percentEncoded } from '../../base/percent.ts';
import { parseTemplate, referenceKinds } from '../../variables/template.ts';
import type { Notes } from './importResult.ts';

/** Template tags of Insomnia and their equivalents. Its `now` without a format is an ISO time. */
const knownTags: readonly (readonly [RegExp, string])[] = [
  [/^uuid(?:\s+['"]v4['"])?$/, '${uuid}'],
  [/^faker\s+['"](?:guid|randomUUID)['"]$/, '${uuid}'],
  [/^now(?:\s+['"]iso-8601['"](?:\s*,\s*['"]{2})?)?$/, '${isoTimestamp}'],
  [/^now\s+['"]millis['"](?:\s*,\s*['"]{2})?$/, '${timestamp}'],
];

/** In UTF-16 units, of a reference that is quoted in a note. */
const maxQuoteLength = 100;

/** Translates the references of other programs to `${name}`. Other text keeps its meaning. */
export class ReferenceTranslator {
  readonly #known: Readonly<Record<string, string>>;
  readonly #notes: Notes;
  readonly #names = new Set<string>();

  /** @param known built-in variables of the other program, and the references that replace them */
  constructor(known: Readonly<Record<string, string>>, notes: Notes) {
    this.#known = known;
    this.#notes = notes;
  }

  /** The variables that were referred to, by their translated names. */
  get names(): ReadonlySet<string> {
    return this.#names;
  }

  /**
   * `{{ name }}`, `{{ _.name }}` and `{{ list[0] }}` become `${name}` and `${list.0}`. A `${` in the
   * text is escaped, so that the file cannot introduce references such as `${secret:name}`.
   */
  translate(text: string): string {
    return text.replaceAll(
      /(\$?)\{\{([^{}]{1,140})\}\}|\{%-?([^%]{1,500}?)-?%\}|\$\{/g,
      (whole, dollar: string | undefined, name?: string, tag?: string) => {
        if (name !== undefined) {
          return this.#reference(whole, dollar ?? '', name);
        }
        return tag === undefined ? '$${' : this.#tag(whole, tag.trim());
      },
    );
  }

  #reference(whole: string, dollar: string, written: string): string {
    const name = written
      .trim()
      .replace(/^_(?:\.|(?=\[))/, '')
      .replaceAll(/\[\s*(?:(\d+)|'([\w-]+)'|"([\w-]+)")\s*\]/g, '.$1$2$3')
      .replace(/^\./, '');
    const known = Object.hasOwn(this.#known, name) ? this.#known[name] : undefined;
    const reference = known ?? (isVariableName(name) ? `\${${variableName(name)}}` : undefined);
    if (reference === undefined || dollar !== '') {
      // A dollar sign before a reference would escape it.
      this.#note(`The reference ${whole.slice(0, maxQuoteLength)}`);
      return escapeReferences(whole);
    }
    if (known === undefined) {
      this.#names.add(variableName(name));
    }
    return reference;
  }

  #tag(whole: string, tag: string): string {
    const [, known] = knownTags.find(([pattern]) => pattern.test(tag)) ?? [];
    if (known === undefined) {
      this.#note('A template tag ({% … %})');
    }
    return known ?? escapeReferences(whole);
  }

  #note(subject: string): void {
    this.#notes.add(`${subject} has no equivalent and was kept as text`);
  }
}

/** Whether a name is valid in a `${name}` reference. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][\w.-]{0,100}$/.test(name);
}

/**
 * The translated name of a variable. Names of other kinds of reference, such as `env` and
 * `workspaceFolder`, get a prefix.
 */
export function variableName(name: string): string {
  const isReserved = referenceKinds.some(kind => kind === name && kind !== 'named');
  return isReserved ? `import-${name}` : name;
}

/** Escapes a text so that it contains no references. */
export function escapeReferences(text: string): string {
  return text.replaceAll('${', () => '$${');
}

/** The text of a template without references, as it would be sent; `undefined` if it has references. */
export function literalOf(template: string): string | undefined {
  const parts = parseTemplate(template);
  return parts.every(part => typeof part === 'string') ? parts.join('') : undefined;
}

/** Percent-encodes a text for a URL's query, except its references, whose values are encoded later. */
export function encodedTemplate(template: string): string {
  return parseTemplate(template)
    .map(part =>
      typeof part === 'string' ? percentEncoded(part) : template.slice(part.from, part.to),
    )
    .join('');
}
