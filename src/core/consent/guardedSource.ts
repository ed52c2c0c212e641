import { UserError } from '../base/errors.ts';
import type { VariableSource } from '../variables/resolve.ts';
import type { Origin } from '../variables/value.ts';
import type { Destination } from './destination.ts';
import type { Wanted } from './disclosure.ts';

interface Guard {
  readonly isAllowed: (wanted: Wanted) => boolean;
  /** Rejects with a sentence if a secret is bound to other hosts. */
  readonly assertHost: (secret: string, origin: string) => Promise<void>;
}

/**
 * The same source, which yields a secret or a variable only where it may go: what a
 * workspace names, or sends to a place of its choice, has to be allowed, and a secret that is bound to
 * hosts goes to no other. So what was not asked for is not sent.
 */
export function guardedSource(
  source: VariableSource,
  { to, origin, isForeign }: Destination,
  { isAllowed, assertHost }: Guard,
): VariableSource {
  const assertAllowed = (kind: 'secret' | 'env' | 'variable', name: string, by: Origin) => {
    const isAsked = by === 'workspace' || (isForeign && kind !== 'variable');
    if (isAsked && !isAllowed({ to, what: { kind, name } })) {
      throw new UserError(
        `${kind === 'variable' ? `\${${name}}` : `\${${kind}:${name}}`} was not allowed to go to ${to} for this workspace. ` +
          'Connect or send by hand to be asked.',
      );
    }
  };
  return {
    ...source,
    env: (name, by) => {
      assertAllowed('env', name, by);
      return source.env(name, by);
    },
    secret: async (name, by) => {
      assertAllowed('secret', name, by);
      await assertHost(name, origin);
      return source.secret(name, by);
    },
    named: (name, by) => {
      const value = source.named(name, by);
      if (by !== undefined && value?.kind === 'template' && value.origin === 'user') {
        assertAllowed('variable', name, by);
      }
      return value;
    },
  };
}
