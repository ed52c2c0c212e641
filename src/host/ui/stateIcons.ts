import { ThemeColor, ThemeIcon } from 'vscode';
import type { StateWord } from '../../core/connection/report.ts';

const icons: Readonly<Record<StateWord, readonly [icon: string, color?: string]>> = {
  failed: ['error', 'list.errorForeground'],
  retry: ['sync', 'list.warningForeground'],
  connecting: ['loading~spin'],
  closing: ['loading~spin'],
  connected: ['pass-filled', 'testing.iconPassed'],
  disconnected: ['circle-outline'],
};

/** The icon of a state in a tree. */
export function stateIcon(word: StateWord): ThemeIcon {
  const [icon, color] = icons[word];
  return new ThemeIcon(icon, color === undefined ? undefined : new ThemeColor(color));
}
