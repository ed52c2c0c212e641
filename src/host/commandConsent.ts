import { l10n, workspace, type Memento } from 'vscode';
import { UserError } from '../core/base/errors.ts';
import type { SettingsScope } from '../core/settings/settingLayers.ts';
import { confirm } from './user/tell.ts';

const allowedKey = 'allowedAuthCommands';

/** Asks before a program runs because a file of the workspace says so, once for each workspace. */
export class CommandConsent {
  readonly #state: Memento;

  /** @param state that of the workspace */
  constructor(state: Memento) {
    this.#state = state;
  }

  /**
   * @param scope who named the program
   * @throws UserError where the workspace is not trusted or the user does not want it
   */
  async require(written: readonly string[], scope: SettingsScope, mayAsk: boolean): Promise<void> {
    if (!workspace.isTrusted) {
      throw new UserError(
        l10n.t('The command of auth does not run in Restricted Mode. Trust this workspace first.'),
      );
    }
    if (scope === 'user' || this.#allowed.includes(JSON.stringify(written))) {
      return;
    }
    if (!mayAsk || !(await ask(written))) {
      throw new UserError(
        l10n.t('The command of auth was not allowed to run. Connect again to be asked again.'),
      );
    }
    await this.#state.update(allowedKey, [...this.#allowed, JSON.stringify(written)]);
  }

  get #allowed(): readonly string[] {
    return this.#state.get<readonly string[]>(allowedKey, []);
  }
}

async function ask(written: readonly string[]): Promise<boolean> {
  const run = l10n.t('Run It');
  const shown = written.map(argument => JSON.stringify(argument)).join(' ');
  const detail = [
    shown,
    '',
    l10n.t(
      'It runs on this machine, each time a token is needed. You are asked once for this workspace.',
    ),
  ];
  const question = l10n.t('The settings of this workspace want to run a program to sign in.');
  return (await confirm(question, detail, run)) === run;
}
