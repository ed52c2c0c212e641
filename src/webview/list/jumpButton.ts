import { html, nothing, render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { text } from '../widgets/strings.ts';

/** The button over the list's end: how much is new since the view was paused. */
export class JumpButton {
  readonly #root: HTMLElement;
  readonly #formats: Formats;
  readonly #run: () => void;

  constructor(root: HTMLElement, formats: Formats, run: () => void) {
    this.#root = root;
    this.#formats = formats;
    this.#run = run;
  }

  render(newCount: number, isAtEnd: boolean): void {
    const name = newCount > 0 ? this.#newMessages(newCount) : text('jumpToNewest');
    render(
      newCount === 0 && isAtEnd
        ? nothing
        : html`<button type="button" class="jump" @click=${this.#run}>
            <span class="codicon codicon-arrow-down" aria-hidden="true"></span> ${name}
          </button>`,
      this.#root,
    );
  }

  #newMessages(count: number): string {
    return count === 1 ? text('oneNewMessage') : text('newMessages', this.#formats.count(count));
  }
}
