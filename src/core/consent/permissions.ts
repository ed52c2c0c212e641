import * as v from 'valibot';
import { disclosureKinds, keyOf, type Disclosure, type Wanted } from './disclosure.ts';

/** What the user allowed for one destination. */
export interface Permission {
  readonly to: string;
  readonly gives: readonly Disclosure[];
  /** When it was allowed last, in milliseconds since 1970. */
  readonly at: number;
}

/** Stands for every destination: what the user wrote goes wherever the user sends it. */
export const anywhere = '*';

/** What is kept of permissions. What means something else gets another number. */
const version = 1;

const record = v.object({
  version: v.literal(version),
  workspace: v.string(),
  permissions: v.array(
    v.object({
      to: v.string(),
      gives: v.array(
        v.object({
          kind: v.picklist(disclosureKinds),
          name: v.string(),
          digest: v.exactOptional(v.string()),
        }),
      ),
      at: v.number(),
    }),
  ),
});

/** What was kept for a workspace; nothing if another version or workspace wrote it. */
export function readPermissions(kept: unknown, workspace: string): readonly Permission[] {
  const read = v.safeParse(record, kept);
  return read.success && read.output.workspace === workspace ? read.output.permissions : [];
}

export function recordOf(permissions: readonly Permission[], workspace: string): unknown {
  return { version, workspace, permissions };
}

/** Which of these were not allowed, each once. */
export function missingIn(
  permissions: readonly Permission[],
  wanted: readonly Wanted[],
): readonly Wanted[] {
  const allowed = new Set(
    permissions.flatMap(({ to, gives }) => gives.map(what => keyOf({ to, what }))),
  );
  const isOwn = ({ what }: Wanted) =>
    what.kind === 'message' && allowed.has(keyOf({ to: anywhere, what }));
  const missing = wanted.filter(each => !allowed.has(keyOf(each)) && !isOwn(each));
  return [...new Map(missing.map(each => [keyOf(each), each])).values()];
}

/**
 * Those with these added. Of a message only the contents that were allowed last stay allowed.
 *
 * @param at in milliseconds since 1970
 */
export function allowing(
  permissions: readonly Permission[],
  wanted: readonly Wanted[],
  at: number,
): readonly Permission[] {
  const destinations = [...new Set(wanted.map(({ to }) => to))];
  const others = permissions.filter(({ to }) => !destinations.includes(to));
  const changed = destinations.map((to): Permission => {
    const before = permissions.find(each => each.to === to)?.gives ?? [];
    const added = wanted.filter(each => each.to === to).map(({ what }) => what);
    const gives = new Map([...before, ...added].map(what => [`${what.kind} ${what.name}`, what]));
    return { to, gives: [...gives.values()], at };
  });
  return [...others, ...changed];
}

/** Those without these. */
export function revoking(
  permissions: readonly Permission[],
  revoked: readonly Wanted[],
): readonly Permission[] {
  const keys = new Set(revoked.map(keyOf));
  return permissions
    .map(({ gives, ...rest }) => ({
      ...rest,
      gives: gives.filter(what => !keys.has(keyOf({ to: rest.to, what }))),
    }))
    .filter(({ gives }) => gives.length > 0);
}

/**
 * Those of messages that have other names now; what they send is the same.
 *
 * @param renamed the names before, each with the one since
 */
export function renamedIn(
  permissions: readonly Permission[],
  renamed: ReadonlyMap<string, string>,
): readonly Wanted[] {
  return permissions.flatMap(({ to, gives }) =>
    gives.flatMap(what => {
      const name = what.kind === 'message' ? renamed.get(what.name) : undefined;
      return name === undefined ? [] : [{ to, what: { ...what, name } }];
    }),
  );
}
