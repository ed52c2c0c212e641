import type { Notes } from './imported.ts';

/** How other programs write references, as ours. Whatever is none of theirs stays as it is. */
export class ReferenceTranslator {
  readonly #known: Readonly<Record<string, string>>;
  readonly #notes: Notes;

  /** @param known what a name stands for that their program knows by itself */
  constructor(known: Readonly<Record<string, string>>, notes: Notes) {
    this.#known = known;
    this.#notes = notes;
  }

  /** `{{ name }}` and `{{ _.name }}` become `${name}`; a `${` that was mere text stays mere text. */
  translate(text: string): string {
    return escapeReferences(text)
      .replaceAll(/\{\{([^{}]{1,140})\}\}/g, (whole, name: string) =>
        this.#one(whole, name.trim().replace(/^_\./, '')),
      )
      .replaceAll(/\{%[^%]{0,500}%\}/g, tag => {
        this.#notes.add('A template tag ({% … %}) has no counterpart here and was left as it is');
        return tag;
      });
  }

  #one(whole: string, name: string): string {
    const known = Object.hasOwn(this.#known, name) ? this.#known[name] : undefined;
    if (known !== undefined) {
      return known;
    }
    if (isVariableName(name)) {
      return `\${${name}}`;
    }
    this.#notes.add(`The reference ${whole} has no counterpart here and was left as it is`);
    return whole;
  }
}

/** What may stand between the braces of a reference of ours. */
export function isVariableName(name: string): boolean {
  return /^[A-Za-z_][\w.-]{0,100}$/.test(name);
}

/** Writes a text so that nothing in it is a reference. */
export function escapeReferences(text: string): string {
  return text.replaceAll('${', () => '$${');
}
