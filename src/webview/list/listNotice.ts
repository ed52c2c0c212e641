import { html, nothing, render } from 'lit/html.js';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';

interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

/** A line over the list about rows that it does not show, with what can be done about it. */
export class ListNotice {
  readonly element = el('div', { class: 'list-notice', role: 'status' });
  readonly #onLeave: () => void;

  /** @param onLeave the focus was in the notice, which goes */
  constructor(onLeave: () => void) {
    this.#onLeave = onLeave;
    this.element.hidden = true;
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.hide();
      }
    });
  }

  show(sentence: string, action?: NoticeAction): void {
    this.element.hidden = false;
    render(
      html`<span class="codicon codicon-info" aria-hidden="true"></span>
        <div class="words">
          <span class="sentence">${sentence}</span>
          ${
            action
              ? html`<button type="button" class="secondary" @click=${() => this.#run(action)}>
                  ${action.label}
                </button>`
              : nothing
          }
        </div>
        <button
          type="button"
          class="tool"
          aria-label=${text('noticeClose')}
          title=${text('noticeClose')}
          @click=${() => this.hide()}
        >
          <span class="codicon codicon-close" aria-hidden="true"></span>
        </button>`,
      this.element,
    );
  }

  hide(): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = true;
    render(nothing, this.element);
    if (hadFocus) {
      this.#onLeave();
    }
  }

  #run({ run }: NoticeAction): void {
    this.hide();
    run();
  }
}
