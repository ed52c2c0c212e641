import { UserError } from '../base/errors.ts';
import { mask } from '../base/mask.ts';
import { isSecretName } from '../connection/redaction.ts';
import { isoTime } from '../export/isoTime.ts';
import {
  parseTemplate,
  randomRange,
  unknownVariable,
  type Reference,
  type ReferenceKind,
  type TemplatePart,
} from './template.ts';

/** Where the values of references come from; `undefined` where there is none. */
export interface VariableSource {
  /** Of the process's environment. */
  readonly env: (name: string) => string | undefined;
  readonly secret: (name: string) => PromiseLike<string | undefined>;
  /** The path of the first folder of the workspace. */
  readonly workspaceFolder: () => string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly uuid: () => string;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** The next number of a counter, from 1 on. */
  readonly counter: (name: string) => number;
  /** `undefined` where the user cancelled. */
  readonly prompt: (label: string) => PromiseLike<string | undefined>;
  /** What the last received message that has this path holds there. */
  readonly last: (path: string) => PromiseLike<string | undefined>;
  /** A variable of the environment in use, which may hold references, or an extracted value. */
  readonly named: (name: string) => string | undefined;
  readonly names: readonly string[];
}

export interface Resolved {
  readonly text: string;
  /** The same with `•••` in place of each secret. */
  readonly masked: string;
  /** The secrets that are in `text`, each once. */
  readonly secrets: readonly string[];
}

/** The user did not answer a prompt: whatever was to be done is not done, and nothing is said. */
export class PromptCancelled extends Error {
  override readonly name = 'PromptCancelled';
}

/**
 * Fills in all references of a template. What is filled in is not looked at again, but for the
 * variables of an environment, which may refer to others.
 *
 * @param form of a `json` text, values within a string are escaped, so that it stays JSON
 * @param where names the place of `text`, for the errors
 * @throws UserError where a value is missing or refers to itself, saying which and what to do;
 *   PromptCancelled
 */
export async function resolve(
  text: string,
  where: string,
  source: VariableSource,
  form: 'text' | 'json' = 'text',
): Promise<Resolved> {
  const secrets = new Set<string>();
  const filling = new Filling(where, source, secrets);
  const parts = parseTemplate(text);
  const resolved = await filling.fill(parts, [], form === 'json' ? quotedIn(parts) : noneQuoted);
  return { ...resolved, secrets: [...secrets].filter(secret => secret !== '') };
}

/** Whether a template's text may be another one the next time. */
export function isVolatile(text: string): boolean {
  return parseTemplate(text).some(part => typeof part !== 'string');
}

interface Filled {
  readonly text: string;
  readonly masked: string;
}

/** Values of variables within one text: each may refer to others more than once. */
const mostNested = 100_000;

const noneQuoted: ReadonlySet<TemplatePart> = new Set();

/** The references that stand between the quotes of a JSON string. */
function quotedIn(parts: readonly TemplatePart[]): ReadonlySet<TemplatePart> {
  const quoted = new Set<TemplatePart>();
  let isInside = false;
  for (const part of parts) {
    if (typeof part !== 'string') {
      if (isInside) {
        quoted.add(part);
      }
      continue;
    }
    for (const [match] of part.matchAll(/\\.|"/gs)) {
      isInside = match === '"' ? !isInside : isInside;
    }
  }
  return quoted;
}

function escaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

class Filling {
  readonly #where: string;
  readonly #source: VariableSource;
  readonly #secrets: Set<string>;
  #nested = 0;

  constructor(where: string, source: VariableSource, secrets: Set<string>) {
    this.#where = where;
    this.#source = source;
    this.#secrets = secrets;
  }

  /**
   * @param within the variables whose values are being filled in, outermost first
   * @param quoted the parts that stand in a JSON string
   */
  async fill(
    parts: readonly TemplatePart[],
    within: readonly string[],
    quoted: ReadonlySet<TemplatePart> = noneQuoted,
  ): Promise<Filled> {
    let text = '';
    let masked = '';
    for (const part of parts) {
      const filled =
        typeof part === 'string' ? { text: part, masked: part } : await this.#value(part, within);
      const isQuoted = quoted.has(part);
      text += isQuoted ? escaped(filled.text) : filled.text;
      masked += isQuoted ? escaped(filled.masked) : filled.masked;
    }
    return { text, masked };
  }

  async #value(reference: Reference, within: readonly string[]): Promise<Filled> {
    const { kind, argument } = reference;
    if (kind === 'named') {
      return this.#named(argument, within);
    }
    const value = await this.#lookUp(reference);
    if (value === undefined) {
      throw new UserError(`${this.#where} ${missing(reference)}`);
    }
    const isAsked = kind === 'env' || kind === 'prompt';
    const isSecret = kind === 'secret' || (isAsked && isSecretName(argument));
    if (isSecret) {
      this.#secrets.add(value);
    }
    return { text: value, masked: isSecret ? mask : value };
  }

  async #named(name: string, within: readonly string[]): Promise<Filled> {
    const chain = [...within, name];
    if (within.includes(name)) {
      throw new UserError(
        `${this.#where} needs the variable "${name}", which refers to itself: ${chain.join(' → ')}.`,
      );
    }
    if (within.length > 0 && ++this.#nested > mostNested) {
      throw new UserError(
        `${this.#where} needs variables that refer to others too often: look at "${within[0] ?? name}".`,
      );
    }
    const value = this.#source.named(name);
    if (value === undefined) {
      throw new UserError(`${this.#where}: ${unknownVariable(name, this.#source.names)}`);
    }
    return this.fill(parseTemplate(value), chain);
  }

  async #lookUp({ kind, argument }: Reference): Promise<string | undefined> {
    const source = this.#source;
    switch (kind) {
      case 'env':
        return source.env(argument);
      case 'secret':
        return source.secret(argument);
      case 'workspaceFolder':
        return source.workspaceFolder();
      case 'timestamp':
        return String(Math.round(source.now()));
      case 'isoTimestamp':
        return isoTime(source.now());
      case 'uuid':
        return source.uuid();
      case 'counter':
        return String(source.counter(argument));
      case 'random':
        return this.#random(argument);
      case 'prompt':
        return this.#prompt(argument);
      case 'last':
        return source.last(argument);
      case 'named':
        return undefined;
    }
  }

  #random(argument: string): string | undefined {
    const ends = randomRange(argument);
    if (!ends) {
      return undefined;
    }
    const [least, most] = ends;
    return String(least + Math.floor(this.#source.random() * (most - least + 1)));
  }

  async #prompt(label: string): Promise<string> {
    const answer = await this.#source.prompt(label);
    if (answer === undefined) {
      throw new PromptCancelled();
    }
    return answer;
  }
}

/** What to do about a value that is not there, after the name of the place that needs it. */
function missing({ kind, argument }: Reference): string {
  const needs: Partial<Record<ReferenceKind, string>> = {
    env: `the environment variable ${argument}, which is not set.`,
    secret: `the secret "${argument}", which is not stored. Run "Store Secret…".`,
    workspaceFolder: 'a folder, and none is open in this window.',
    random: 'two whole numbers, the smaller one first, as in ${random:1-100}.',
    last: `a received message with ${argument} in it, and there is none yet.`,
  };
  return `needs ${needs[kind] ?? `a value for ${kind}.`}`;
}
