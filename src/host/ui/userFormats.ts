import { env, UIKind, type Memento } from 'vscode';
import { Formats } from '../../core/base/format.ts';
import { userZone } from './userZone.ts';

/** Numbers and times as the user reads them, who may be elsewhere than this machine. */
export function userFormats(state: Memento): Formats {
  userZone.begin(state, env.remoteName !== undefined || env.uiKind === UIKind.Web);
  return new Formats(env.language, () => userZone.timeZone);
}
