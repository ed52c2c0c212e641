import { l10n } from 'vscode';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Profile } from '../../core/settings/profile.ts';
import { showWarning } from '../ui/notify.ts';
import { unwaited } from '../ui/unwaited.ts';
import type { LibraryStore } from './files/libraryStore.ts';

/**
 * Tells the user which connections send something on open that has another path now. Sequences follow by
 * themselves; settings may be of another file, so they are left to the user.
 */
export function notifyOfMoves(
  library: LibraryStore,
  profiles: () => readonly Profile[],
  log: Logger,
): Disposable {
  return library.onDidMove(({ moved }) => {
    const isThere = (path: string) => library.runnables.some(({ item }) => item.path === path);
    for (const [from, to] of moved) {
      const users = isThere(from) ? [] : profiles().filter(profile => sendsOnOpen(profile, from));
      const [first] = users;
      if (first) {
        const names = users.map(({ name }) => name).join(', ');
        unwaited('What a notification offers', log, notify(names, from, to, first));
      }
    }
  });
}

async function notify(
  names: string,
  from: string,
  to: string,
  { scope, name }: Profile,
): Promise<void> {
  const open = l10n.t('Open settings.json');
  const sentence = [
    l10n.t('The setting onOpen of {0} names "{1}", which is "{2}" now. Change it there.'),
    names,
    from,
    to,
  ] as const;
  if ((await showWarning(sentence, open)) === open) {
    const { openConnectionPlace } = await import('../settings/settingsPlace.ts');
    await openConnectionPlace(scope, undefined, { name, key: 'onOpen' });
  }
}

function sendsOnOpen({ values }: Profile, path: string): boolean {
  return values.onOpen.some(
    message => typeof message === 'object' && 'sequence' in message && message.sequence === path,
  );
}
