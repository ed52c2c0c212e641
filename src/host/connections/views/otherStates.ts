import { l10n } from 'vscode';
import type { StateWord } from '../../../core/connection/report.ts';

type Group = 'down' | 'connecting' | 'ok' | 'off';

const groupOf: Readonly<Record<StateWord, Group>> = {
  failed: 'down',
  retry: 'down',
  connecting: 'connecting',
  closing: 'connecting',
  connected: 'ok',
  disconnected: 'off',
};

/** How the connections are that the status bar has no room for: `1 down, 4 ok`; empty for none. */
export function otherStates(words: readonly StateWord[]): string {
  const count = (group: Group) => words.filter(word => groupOf[word] === group).length;
  const texts: readonly (readonly [number, (count: number) => string])[] = [
    [count('down'), number => l10n.t('{0} down', number)],
    [count('connecting'), number => l10n.t('{0} connecting', number)],
    [count('ok'), number => l10n.t('{0} ok', number)],
    [count('off'), number => l10n.t('{0} off', number)],
  ];
  return texts.flatMap(([number, text]) => (number > 0 ? [text(number)] : [])).join(', ');
}
