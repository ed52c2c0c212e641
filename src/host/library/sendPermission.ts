import { CancellationError, l10n, workspace, type Memento } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { confirm } from '../user/tell.ts';
import type { Found } from './libraryStore.ts';

const key = 'library.maySend';

/** Whether what a workspace's file says may be sent: others may have written it. Asked once. */
export class SendPermission {
  readonly #state: Memento;

  /** @param state of the workspace */
  constructor(state: Memento) {
    this.#state = state;
  }

  /**
   * Asks where that is needed.
   *
   * @param target the connection, for people
   * @throws CancellationError where the user would rather not; UserError in Restricted Mode
   */
  async require({ origin, item }: Found, target: string): Promise<void> {
    if (origin === 'user') {
      return;
    }
    if (!workspace.isTrusted) {
      throw new UserError(
        l10n.t('Nothing of this workspace is sent in Restricted Mode. Trust the workspace first.'),
      );
    }
    if (this.#state.get(key) === true) {
      return;
    }
    const question = [
      l10n.t('This workspace\'s file .vscode/websocket-monitor.json wants to send "{0}" to "{1}".'),
      item.path,
      target,
    ] as const;
    const detail = l10n.t(
      'Messages of a workspace may fill in your variables and secrets. Once allowed, the saved messages and sequences of this workspace are sent without asking again.',
    );
    const allow = l10n.t('Allow in This Workspace');
    if ((await confirm(question, [detail], allow)) !== allow) {
      throw new CancellationError();
    }
    await this.#state.update(key, true);
  }
}
