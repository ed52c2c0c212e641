import { UserError } from '../base/errors.ts';
import { referencesIn, type Reference, type ReferenceKind } from './template.ts';
import {
  valueSource,
  stricterOf,
  template,
  type Origin,
  type Template,
  type Value,
  type ValueSource,
} from './value.ts';

/** A reference that a text has, in itself or in a variable that it names. */
export interface Need {
  readonly kind: ReferenceKind;
  /** Its name, label or path; empty if it has none. */
  readonly argument: string;
  /** Who wrote the reference down, or one that led to it: of two, the one who may do less. */
  readonly origin: Origin;
  /** Who defines its value. */
  readonly source: ValueSource;
  /** Of what a peer sent, the origin of the URL that it came from; see `PeerText`. */
  readonly from?: string;
}

/** What a text needs, each once, in the order in which it is needed. */
export type Needs = readonly Need[];

/** Collects needs. */
export class NeedsList {
  readonly #needs = new Map<string, Need>();

  /** @param value its value, if that is known */
  add({ kind, argument }: Reference, origin: Origin, value?: Value): void {
    const from = value?.kind === 'literal' && value.source === 'peer' ? value.from : undefined;
    const source = value ? valueSource(value) : sourceOfKind(kind);
    const need = { kind, argument, origin, source, ...(from === undefined ? {} : { from }) };
    this.#needs.set(JSON.stringify(need), need);
  }

  get all(): Needs {
    return [...this.#needs.values()];
  }
}

/**
 * What texts need, before any value is looked up: no prompt, no counter, no secret is used. Variables
 * are followed, each once. A name without a definition can only be an extractor's.
 *
 * @param named what a name stands for, as `VariableSource.named`
 */
export function neededBy(
  texts: Template | Iterable<Template>,
  named: (name: string) => Value | undefined,
): Needs {
  const needs = new NeedsList();
  const seen = new Set<string>();
  const pending = 'kind' in texts ? [texts] : [...texts];
  for (const { text, origin } of pending) {
    for (const reference of referencesIn(text)) {
      const { kind, argument } = reference;
      const value = kind === 'named' ? named(argument) : undefined;
      needs.add(reference, origin, value);
      const author = value?.kind === 'template' ? stricterOf(origin, value.origin) : origin;
      if (value?.kind === 'template' && !seen.has(`${author} ${argument}`)) {
        seen.add(`${author} ${argument}`);
        pending.push(template(value.text, author));
      }
    }
  }
  return needs.all;
}

/** The names of all needs of a kind, each once: of secrets, or of environment variables. */
export function namesOf(needs: Needs, kind: ReferenceKind): readonly string[] {
  return [...new Set(needs.filter(need => need.kind === kind).map(({ argument }) => argument))];
}

/**
 * Refuses to send data of one peer to another.
 *
 * @param where names the place of the text, for the error
 * @param to the origin (RFC 6454) of the URL that is dialled
 * @throws UserError if something came from elsewhere
 */
export function assertSameOrigin(needs: Needs, where: string, to: string): void {
  const other = needs.find(({ from }) => from !== undefined && from !== to);
  if (other) {
    throw new UserError(
      `${where} needs ${spellingOf(other)}, which came from ${other.from ?? ''} and is not told to ${to}. ` +
        'Name the connection ("connection") in an extractor of your own where it is to serve others.',
    );
  }
}

/** A reference as it is written. */
export function spellingOf({ kind, argument }: Pick<Need, 'kind' | 'argument'>): string {
  const words = kind === 'named' ? [argument] : argument === '' ? [kind] : [kind, argument];
  return `\${${words.join(':')}}`;
}

function sourceOfKind(kind: ReferenceKind): ValueSource {
  switch (kind) {
    case 'last':
    case 'named':
      return 'peer';
    case 'secret':
    case 'prompt':
      return 'user';
    case 'env':
    case 'workspaceFolder':
    case 'timestamp':
    case 'isoTimestamp':
    case 'uuid':
    case 'counter':
    case 'random':
      return 'machine';
  }
}
