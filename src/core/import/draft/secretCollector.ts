import { percentDecoded } from '../../base/percent.ts';
import { isSecretName } from '../../secrets/names.ts';
import { replaceQuerySecrets } from '../../secrets/values.ts';
import type { ImportedSecret, Notes } from './importResult.ts';
import { escapeReferences, literalOf } from './references.ts';

/** A scheme before a token in a header such as `Authorization`. */
const scheme = /^(?:Bearer|Basic|Token|ApiKey|Digest|Negotiate|NTLM)(?=\s)\s+/i;

/**
 * Replaces secrets in an import by references, so that no secret is written to a file that may be
 * shared. The names are new, so that a file cannot refer to a secret that the user has stored for
 * another purpose.
 */
export class SecretCollector {
  readonly #notes: Notes;
  readonly #taken: Set<string>;
  readonly #byContent = new Map<string, ImportedSecret>();
  /** The number to try for the next secret of a name. */
  readonly #next = new Map<string, number>();

  /** @param taken the names of all secrets that are stored or referred to */
  constructor(notes: Notes, taken: Iterable<string>) {
    this.#notes = notes;
    this.#taken = new Set(taken);
  }

  get all(): readonly ImportedSecret[] {
    return [...this.#byContent.values()];
  }

  /**
   * Replaces a secret value by a reference. A template with references is returned as it is.
   *
   * @param name of the secret in the file
   * @param where its place in the file, to be shown
   */
  reference(name: string, template: string, where: string): string {
    const value = literalOf(template);
    if (value === undefined) {
      const [prefix = ''] = scheme.exec(template) ?? [];
      const isOnlyReference = /^(?:\$\{[^{}]*\}\s*)+$/.test(template.slice(prefix.length));
      if (!isOnlyReference) {
        this.#notes.add('A value may contain a secret beside a variable: check it', where);
      }
      return template;
    }
    const [prefix = ''] = scheme.exec(value) ?? [];
    const { name: secret } = this.#keep(name, value.slice(prefix.length), where);
    return `${prefix}\${secret:${secret}}`;
  }

  /** The value of a header; a reference if the name denotes a secret and the value is not empty. */
  header(name: string, template: string, where: string): string {
    const isSecret = isSecretName(name) && literalOf(template)?.trim() !== '';
    return isSecret ? this.reference(name, template, `${where}, header ${name}`) : template;
  }

  /** A URL without secrets in its login and query, whose values are percent-encoded. */
  url(template: string, where: string): string {
    const withoutPassword = template.replace(
      /^([a-z]+:\/\/[^/?#@:]*:)([^/?#@]+)(?=@)/i,
      (_, before: string, password: string) =>
        before + this.#encoded('password', password, `${where}, password of the URL`),
    );
    return replaceQuerySecrets(withoutPassword, ({ name, value }) =>
      this.#encoded(name, value, `${where}, query`),
    );
  }

  #encoded(name: string, value: string, where: string): string {
    const literal = literalOf(value);
    return literal === undefined
      ? value
      : this.reference(name, escapeReferences(percentDecoded(literal)), where);
  }

  #keep(name: string, value: string, where: string): ImportedSecret {
    const key = JSON.stringify([name, value]);
    const known = this.#byContent.get(key);
    if (known) {
      return known;
    }
    const credential = { name: this.#free(name), value, where };
    this.#byContent.set(key, credential);
    return credential;
  }

  #free(name: string): string {
    const words = name.replaceAll(/[^\w.]+/g, '-').replaceAll(/^-+|-+$/g, '');
    const wanted = `import-${words.slice(0, 80) || 'secret'}`;
    let free = wanted;
    for (let count = this.#next.get(wanted) ?? 2; this.#taken.has(free); count++) {
      free = `${wanted}-${count}`;
      this.#next.set(wanted, count + 1);
    }
    this.#taken.add(free);
    return free;
  }
}
