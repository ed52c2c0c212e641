import { isSecretName } from '../../secrets/names.ts';
import { FreeNames, type EnvironmentEntry } from '../../library/librarySchema.ts';
import type { SecretCollector } from './secretCollector.ts';
import type { Notes } from './importResult.ts';
import { isVariableName, literalOf, variableName } from './references.ts';

const maxEnvironments = 200;
const maxVariables = 1000;
const maxTotalVariables = 20_000;

/** A variable of another program. */
interface ImportedVariable {
  readonly name: string;
  /** References in it are already translated to `${name}`. */
  readonly value: string;
  /** The other program marks it as a secret. */
  readonly isSecret?: boolean;
}

/** Makes environments from the variables of one file. */
export class EnvironmentCollector {
  readonly #notes: Notes;
  readonly #credentials: SecretCollector;
  readonly #names = new FreeNames();
  readonly #entries: EnvironmentEntry[] = [];
  #variablesLeft = maxTotalVariables;

  constructor(notes: Notes, credentials: SecretCollector) {
    this.#notes = notes;
    this.#credentials = credentials;
  }

  get all(): readonly EnvironmentEntry[] {
    return this.#entries;
  }

  /**
   * Adds an environment, unless it has no variables. Values that are secrets by their names, or are
   * marked as such, are replaced by references, since the library's file is made to be shared.
   *
   * @param inherited variables that are added unless the environment defines them itself
   * @returns the variables of the environment, with the inherited ones
   */
  add(
    name: string,
    variables: readonly ImportedVariable[],
    inherited: Readonly<Record<string, string>> = {},
  ): Readonly<Record<string, string>> {
    const label = name.trim().slice(0, 180) || 'Imported';
    const own = this.#read(label, variables);
    const all = Object.fromEntries([...Object.entries(inherited), ...own]);
    const count = Object.keys(all).length;
    if (own.length === 0) {
      return all;
    }
    if (this.#entries.length >= maxEnvironments || count > this.#variablesLeft) {
      const limit =
        this.#entries.length >= maxEnvironments
          ? `only the first ${maxEnvironments} are imported`
          : `the environments of a file may have ${maxTotalVariables} variables in total`;
      this.#notes.add(`An environment was left out: ${limit}`, label);
      return all;
    }
    this.#variablesLeft -= count;
    this.#entries.push({ name: this.#names.take(label), variables: all });
    return all;
  }

  #read(
    label: string,
    variables: readonly ImportedVariable[],
  ): readonly (readonly [name: string, value: string])[] {
    return variables.flatMap((variable, index) => {
      const { name, value } = variable;
      if (!isVariableName(name)) {
        this.#notes.add(
          `The variable "${name.slice(0, 60)}" was left out: its name is not valid here`,
          label,
        );
        return [];
      }
      if (index >= maxVariables) {
        const limit = `only the first ${maxVariables} of an environment are imported`;
        this.#notes.add(`A variable was left out: ${limit}`, label);
        return [];
      }
      const ours = variableName(name);
      if (ours !== name) {
        this.#notes.add(
          `The variable "${name}" was renamed to "${ours}": \${${name}} has another meaning`,
        );
      }
      return [[ours, this.#value(variable, label, value)] as const];
    });
  }

  #value({ name, isSecret }: ImportedVariable, label: string, value: string): string {
    // A value that only refers to other variables is not secret itself.
    if (isSecret !== true && !(isSecretName(name) && literalOf(value)?.trim() !== '')) {
      return value;
    }
    const reference = this.#credentials.reference(name, value, `${label}, variable ${name}`);
    if (reference !== value) {
      this.#notes.add(
        `"${name.slice(0, 60)}" looks like a secret and was replaced by ${reference}`,
        label,
      );
    }
    return reference;
  }
}
