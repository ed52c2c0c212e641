import {
  ThemeColor,
  window,
  type Disposable,
  type MarkdownString,
  type StatusBarAlignment,
  type StatusBarItem,
} from 'vscode';
import { plainLine } from '../../core/text/plainText.ts';

const maxTextLength = 100;

/** The look and the accessible label of a status bar item. */
export interface StatusFace {
  /** The name of one of the editor's icons, such as `sync~spin`. */
  readonly icon?: string;
  readonly text: string;
  readonly tooltip: MarkdownString | string;
  readonly background?: 'error' | 'warning' | undefined;
  readonly spoken: string;
}

/** The position of an item, and the command that a click on it runs. */
export interface StatusPlace {
  readonly id: string;
  readonly name: string;
  readonly alignment: StatusBarAlignment;
  readonly priority: number;
  readonly command: string;
}

/**
 * A status bar item. If any property is set, the editor sends all of them to the workbench, which
 * treats a card with links as new each time and redraws it under the pointer. So properties are set
 * only if they change, and text that changes all the time needs an item of its own whose tooltip is
 * a string.
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
    const shown = plainLine(text, maxTextLength);
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
