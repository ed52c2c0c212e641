import { CancellationError, UserError } from '../base/errors.ts';
import { mask } from '../secrets/mask.ts';
import { isSecretName } from '../secrets/names.ts';
import { isoTime } from '../base/date.ts';
import { NeedsList, spellingOf, type Needs } from './needs.ts';
import {
  parseTemplate,
  randomRange,
  unknownVariable,
  type Reference,
  type ReferenceKind,
  type TemplatePart,
} from './template.ts';
import {
  literalValue,
  stricterOf,
  type Origin,
  type PeerText,
  type Template,
  type Value,
} from './value.ts';

/** The source of the values of references; `undefined` if there is no value. */
export interface VariableSource {
  /**
   * Of the process's environment; it and `secret` may refuse what its author may not have.
   *
   * @param origin who wrote the reference, or one that led to it
   */
  readonly env: (name: string, origin: Origin) => string | undefined;
  readonly secret: (name: string, origin: Origin) => PromiseLike<string | undefined>;
  /** The path of the first folder of the workspace. */
  readonly workspaceFolder: () => string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly uuid: () => string;
  /** Returns a number from 0 up to, not including, 1. */
  readonly random: () => number;
  /** The next number of a counter, from 1 on. */
  readonly counter: (name: string) => number;
  /**
   * `undefined` if the user cancelled.
   *
   * @param origin who wrote the label, which the user is to read
   */
  readonly prompt: (label: string, origin: Origin) => PromiseLike<string | undefined>;
  /** What the last received message that has this path holds there. */
  readonly last: (path: string) => PromiseLike<PeerText | undefined>;
  /**
   * A variable of the environment in use, which may hold references, or what was extracted.
   *
   * @param origin as of `env`; absent if it is only looked at, and not filled in
   */
  readonly named: (name: string, origin?: Origin) => Value | undefined;
  /** All names that there are, also of extractors that have nothing yet. */
  readonly names: readonly string[];
}

export interface Resolved {
  readonly text: string;
  /** The same with `•••` in place of each secret. */
  readonly masked: string;
  /** The values of the secrets that are in `text`, each once. */
  readonly secrets: readonly string[];
  /** What went into it, at first or second hand. */
  readonly used: Needs;
}

export interface FillingWishes {
  /** In a `json` text, values within a string are escaped, so that it stays JSON. */
  readonly form?: 'text' | 'json';
  /**
   * Whether what a peer sent may go in. It must not where the text says where to dial, what to run or
   * what to read.
   */
  readonly peer?: 'allowed' | 'refused';
}

/**
 * Fills in all references of a template. Only what is a template in its turn, as the variables of an
 * environment are, is looked at again: what a peer sent, what the user typed and what the machine
 * knows goes in as it stands.
 *
 * @param where names the place of the text, for the errors
 * @throws UserError if a value is missing, refers to itself or may not go in, saying which and what
 *   to do; CancellationError
 */
export async function resolve(
  written: Template,
  where: string,
  source: VariableSource,
  { form = 'text', peer = 'allowed' }: FillingWishes = {},
): Promise<Resolved> {
  const filling = new Filling(where, source, peer);
  const resolved = await filling.fill(parseTemplate(written.text), written.origin, [], form);
  return { ...resolved, secrets: filling.secrets, used: filling.used };
}

/** Whether a template's text may be a different one the next time. */
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

/** The references inside of JSON strings. */
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
  readonly #peer: 'allowed' | 'refused';
  readonly #secrets = new Set<string>();
  readonly #used = new NeedsList();
  #nested = 0;

  constructor(where: string, source: VariableSource, peer: 'allowed' | 'refused') {
    this.#where = where;
    this.#source = source;
    this.#peer = peer;
  }

  get secrets(): readonly string[] {
    return [...this.#secrets].filter(secret => secret !== '');
  }

  get used(): Needs {
    return this.#used.all;
  }

  /**
   * @param origin who wrote the parts
   * @param within the variables whose values are being filled in, outermost first
   * @param form `text` also where all of it goes into a JSON string, and is escaped as a whole
   */
  async fill(
    parts: readonly TemplatePart[],
    origin: Origin,
    within: readonly string[],
    form: 'text' | 'json',
  ): Promise<Filled> {
    const quoted = form === 'json' ? quotedIn(parts) : noneQuoted;
    let text = '';
    let masked = '';
    for (const part of parts) {
      const filled =
        typeof part === 'string'
          ? { text: part, masked: part }
          : await this.#reference(part, origin, within, quoted.has(part) ? 'text' : form);
      const isQuoted = quoted.has(part);
      text += isQuoted ? escaped(filled.text) : filled.text;
      masked += isQuoted ? escaped(filled.masked) : filled.masked;
    }
    return { text, masked };
  }

  /** The one place where a value becomes text. */
  async #reference(
    reference: Reference,
    origin: Origin,
    within: readonly string[],
    form: 'text' | 'json',
  ): Promise<Filled> {
    const { kind, argument } = reference;
    this.#assertEnds(reference, within);
    const value = await this.#lookUp(reference, origin);
    if (value === undefined) {
      throw new UserError(this.#missing(reference));
    }
    this.#used.add(reference, origin, value);
    if (value.kind === 'template') {
      // A workspace that names a variable of the user's says what of the user's is filled in.
      const author = stricterOf(origin, value.origin);
      return this.fill(parseTemplate(value.text), author, [...within, argument], form);
    }
    if (value.source === 'peer' && this.#peer === 'refused') {
      throw new UserError(
        `${this.#where} must not hold what a peer sent, and ${spellingOf(reference)} is such text.`,
      );
    }
    const { text } = value;
    const isAsked = kind === 'env' || kind === 'prompt';
    const isSecret = kind === 'secret' || (isAsked && isSecretName(argument));
    if (isSecret) {
      this.#secrets.add(text);
    }
    return { text, masked: isSecret ? mask : text };
  }

  /** @throws UserError if variables refer to each other without an end, or almost */
  #assertEnds({ kind, argument }: Reference, within: readonly string[]): void {
    if (kind !== 'named') {
      return;
    }
    if (within.includes(argument)) {
      const chain = [...within, argument].join(' → ');
      throw new UserError(
        `${this.#where} needs the variable "${argument}", which refers to itself: ${chain}.`,
      );
    }
    if (within.length > 0 && ++this.#nested > mostNested) {
      throw new UserError(
        `${this.#where} needs variables that refer to others too often: look at "${within[0] ?? argument}".`,
      );
    }
  }

  /** What to do about a value that is not there. */
  #missing(reference: Reference): string {
    const { kind, argument } = reference;
    const { names } = this.#source;
    return kind === 'named' && !names.includes(argument)
      ? `${this.#where}: ${unknownVariable(argument, names)}`
      : `${this.#where} ${missing(reference)}`;
  }

  async #lookUp({ kind, argument }: Reference, origin: Origin): Promise<Value | undefined> {
    const source = this.#source;
    switch (kind) {
      case 'named':
        return source.named(argument, origin);
      case 'last':
        return source.last(argument);
      case 'secret':
        return literalOf(await source.secret(argument, origin), 'user');
      case 'prompt':
        return literalOf(await this.#prompt(argument, origin), 'user');
      case 'env':
        return literalOf(source.env(argument, origin), 'machine');
      case 'workspaceFolder':
        return literalOf(source.workspaceFolder(), 'machine');
      case 'timestamp':
        return literalOf(String(Math.round(source.now())), 'machine');
      case 'isoTimestamp':
        return literalOf(isoTime(source.now()), 'machine');
      case 'uuid':
        return literalOf(source.uuid(), 'machine');
      case 'counter':
        return literalOf(String(source.counter(argument)), 'machine');
      case 'random':
        return literalOf(this.#random(argument), 'machine');
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

  async #prompt(label: string, origin: Origin): Promise<string> {
    const answer = await this.#source.prompt(label, origin);
    if (answer === undefined) {
      throw new CancellationError();
    }
    return answer;
  }
}

function literalOf(text: string | undefined, source: 'user' | 'machine'): Value | undefined {
  return text === undefined ? undefined : literalValue(text, source);
}

/** What to do about a value that is not there, after the name of the place that needs it. */
function missing({ kind, argument }: Reference): string {
  const needs: Partial<Record<ReferenceKind, string>> = {
    env: `the environment variable ${argument}, which is not set.`,
    secret: `the secret "${argument}", which is not stored. Run "Store Secret…".`,
    workspaceFolder: 'a folder, and none is open in this window.',
    random: 'two whole numbers, the smaller one first, as in ${random:1-100}.',
    last: `a received message with ${argument} in it, and there is none yet.`,
    named: `"${argument}" of a received message, and this connection has received none yet.`,
  };
  return `needs ${needs[kind] ?? `a value for ${kind}.`}`;
}
