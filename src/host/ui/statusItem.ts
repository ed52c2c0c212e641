import {
  ThemeColor,
  window,
  type Disposable,
  type MarkdownString,
  type StatusBarAlignment,
  type StatusBarItem,
} from 'vscode';
import { plainLine } from '../../core/text/plainText.ts';

const longestText = 100;

/** How an item of the status bar looks and what is said of it. */
export interface StatusFace {
  /** Of the editor's icons, such as `sync~spin`. */
  readonly icon?: string;
  readonly text: string;
  readonly tooltip: MarkdownString | string;
  readonly background?: 'error' | 'warning' | undefined;
  readonly spoken: string;
}

/** Where an item stands, and what a click on it runs. */
export interface StatusPlace {
  readonly id: string;
  readonly name: string;
  readonly alignment: StatusBarAlignment;
  readonly priority: number;
  readonly command: string;
}

/**
 * An item of the status bar. Whatever is set of it, the editor sends all of it to the workbench, which
 * takes a card with links for another one each time, and draws it anew under the pointer that is about
 * to click: so nothing is set that stays the same, and what changes all the time needs an item of its
 * own, with a string as its tooltip.
 */
export class StatusItem implements Disposable {
  readonly #item: StatusBarItem;
  #isShown = false;
  #background: StatusFace['background'];
  #tooltip = '';
  #spoken = '';

  constructor({ id, name, alignment, priority, command }: StatusPlace) {
    this.#item = window.createStatusBarItem(id, alignment, priority);
    this.#item.name = name;
    this.#item.command = command;
  }

  show({ icon, text, tooltip, background, spoken }: StatusFace): void {
    const shown = plainLine(text, longestText);
    const line = icon === undefined ? shown : `$(${icon}) ${shown}`;
    const said = typeof tooltip === 'string' ? tooltip : tooltip.value;
    if (this.#item.text !== line) {
      this.#item.text = line;
    }
    if (this.#tooltip !== said) {
      this.#tooltip = said;
      this.#item.tooltip = typeof tooltip === 'string' ? plainLine(tooltip) : tooltip;
    }
    if (this.#background !== background) {
      this.#background = background;
      this.#item.backgroundColor =
        background && new ThemeColor(`statusBarItem.${background}Background`);
    }
    if (this.#spoken !== spoken) {
      this.#spoken = spoken;
      this.#item.accessibilityInformation = { label: plainLine(spoken), role: 'button' };
    }
    if (!this.#isShown) {
      this.#isShown = true;
      this.#item.show();
    }
  }

  hide(): void {
    if (this.#isShown) {
      this.#isShown = false;
      this.#item.hide();
    }
  }

  dispose(): void {
    this.#item.dispose();
  }
}
