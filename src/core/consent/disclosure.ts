import { neededBy, type Need } from '../variables/needs.ts';
import type { VariableSource } from '../variables/resolve.ts';
import type { Template } from '../variables/value.ts';

/** What may be given away, in the order in which a question names it. */
export const disclosureKinds = [
  'url',
  'program',
  'secret',
  'env',
  'variable',
  'login',
  'certificate',
  'proxyLogin',
  'header',
  'opening',
  'heartbeat',
  'message',
] as const;
export type DisclosureKind = (typeof disclosureKinds)[number];

/** Something that is done for a workspace only with the user's permission. */
export interface Disclosure {
  readonly kind: DisclosureKind;
  /** For people, and never a value: a name, a path, or the line of a program. */
  readonly name: string;
  /** Of messages what tells one content from another: what was changed is another message. */
  readonly digest?: string;
}

/** A disclosure, and its destination. */
export interface Wanted {
  /** See `destinationOf`. */
  readonly to: string;
  readonly what: Disclosure;
}

/** Tells two of them apart. */
export function keyOf({ to, what: { kind, name, digest = '' } }: Wanted): string {
  return JSON.stringify([to, kind, name, digest]);
}

/**
 * The secrets and environment variables that these texts need at first or second hand and that are not
 * the user's own affair: because a workspace names them, or because it chose where they go. Also the
 * variables of the user's own environments that a workspace names, whatever is in them.
 *
 * @param isForeign whether a workspace chose where they go
 */
export function referencedBy(
  texts: Iterable<Template>,
  named: VariableSource['named'],
  isForeign: boolean,
): readonly Disclosure[] {
  const names = new Map<string, Disclosure>();
  for (const need of neededBy(texts, named)) {
    const found = disclosureOf(need, isForeign);
    if (found) {
      names.set(`${found.kind} ${found.name}`, found);
    }
  }
  return [...names.values()];
}

/** What a reference gives away, where that is not the user's own affair; see `referencedBy`. */
export function disclosureOf(
  { kind, argument: name, origin, source }: Need,
  isForeign: boolean,
): Disclosure | undefined {
  if (kind === 'secret' || kind === 'env') {
    return isForeign || origin === 'workspace' ? { kind, name } : undefined;
  }
  const isUsers = kind === 'named' && source === 'user' && origin === 'workspace';
  return isUsers ? { kind: 'variable', name } : undefined;
}
