import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Row } from '../core/capture/capture.ts';
import type { Formats } from '../core/format.ts';
import { visibleLine } from '../core/payload/visibleText.ts';
import type { PayloadAnswer } from '../shared/protocol.ts';
import { el } from './dom.ts';
import { PayloadReader } from './payloadReader.ts';
import { bestTab, PayloadView, tabsOf, type LikedTabs, type PayloadTab } from './payloadView.ts';
import { directionIcon, kindName, stateRowIcon } from './rowElement.ts';
import type { TextTab } from './savedState.ts';
import { readStateRow } from './stateRow.ts';
import { text } from './strings.ts';
import { toolButton } from './toolbar.ts';

interface DetailPaneListener {
  ask(seq: number, from: number, length: number): Promise<PayloadAnswer>;
  onCopy(seq: number): void;
  onClose(): void;
  /** The user chose a form for text. */
  onTab(tab: TextTab): void;
}

/** While keys run through the list, payloads wait until they rest. */
const restMs = 60;

/** Everything about the selected row. */
export class DetailPane {
  readonly element: HTMLElement;
  readonly #chrome = el('div', { class: 'chrome' });
  readonly #panel = el('div', {
    ...{ id: 'payload', class: 'payload', role: 'tabpanel', tabindex: '0' },
    'aria-labelledby': 'tab',
  });
  readonly #payload: PayloadView;
  readonly #formats: Formats;
  readonly #listener: DetailPaneListener;
  #liked: LikedTabs;
  #row: Row | undefined;
  #tab: PayloadTab = 'text';
  #reader: PayloadReader | undefined;
  #shownAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats, liked: TextTab, listener: DetailPaneListener) {
    this.#formats = formats;
    this.#liked = { text: liked, event: 'event' };
    this.#listener = listener;
    this.#payload = new PayloadView(this.#panel, formats);
    this.element = el(
      'section',
      { 'id': 'details', 'class': 'details', 'aria-label': text('details') },
      ...[this.#chrome, this.#panel],
    );
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        listener.onClose();
      }
    });
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  /** Shows a row; without one a sentence in its place. */
  show(row: Row | undefined, sentence = ''): void {
    clearTimeout(this.#timer);
    if (!row) {
      this.#row = undefined;
      this.#renderChrome();
      this.#payload.say(sentence);
      return;
    }
    if (row === this.#row) {
      return;
    }
    this.#row = row;
    this.#tab = bestTab(row, this.#liked);
    const { seq } = row;
    this.#reader = new PayloadReader(row.byteLength, (from, length) =>
      this.#listener.ask(seq, from, length),
    );
    this.#renderChrome();
    const now = performance.now();
    const isHurried = now - this.#shownAt < restMs;
    this.#shownAt = now;
    this.#timer = setTimeout(() => this.#showPayload(), isHurried ? restMs : 0);
  }

  #showPayload(): void {
    if (this.#row && this.#reader) {
      this.#payload.show(this.#row, this.#tab, this.#reader);
    }
  }

  #choose(tab: PayloadTab): void {
    if (tab === 'json' || tab === 'text') {
      this.#liked = { ...this.#liked, text: tab };
      this.#listener.onTab(tab);
    } else if (tab !== 'hex') {
      this.#liked = { ...this.#liked, event: tab };
    }
    this.#tab = tab;
    this.#renderChrome();
    this.#showPayload();
  }

  #renderChrome(): void {
    const row = this.#row;
    render(
      html`<div class="summary">${row ? this.#summary(row) : nothing}</div>
        <div class="tabs" role="tablist" aria-label=${text('details')} @keydown=${this.#onTabKey}>
          ${row ? tabsOf(row).map(tab => this.#tabButton(tab)) : nothing}
        </div>
        <div class="actions">
          ${
            row
              ? toolButton({
                  ...{ name: 'copy', hint: 'copyHint', icon: 'copy' },
                  run: () => this.#listener.onCopy(row.seq),
                })
              : nothing
          }
          ${toolButton({
            ...{ name: 'closeDetails', icon: 'close' },
            run: () => this.#listener.onClose(),
          })}
        </div>`,
      this.#chrome,
    );
  }

  #summary(row: Row): TemplateResult {
    const { title, iconName, className } =
      row.kind === 'state' ? stateTitle(row) : messageTitle(row);
    return html`<span class="subject ${className}"
        ><span class="codicon codicon-${iconName}" aria-hidden="true"></span
      ></span>
      <span class="words">${title}</span>
      ${
        row.kind === 'state'
          ? nothing
          : html`<span class="fact" title=${text('byteCount', this.#formats.count(row.byteLength))}
              >${this.#formats.bytes(row.byteLength)}</span
            >`
      }
      <time class="fact" title=${this.#formats.moment(row.at)}>${this.#formats.clock(row.at)}</time>
      <span class="fact">#${row.seq}</span>`;
  }

  #tabButton(tab: PayloadTab): TemplateResult {
    const isChosen = tab === this.#tab;
    return html`<button
      type="button"
      role="tab"
      id=${isChosen ? 'tab' : `tab-${tab}`}
      data-tab=${tab}
      aria-selected=${isChosen ? 'true' : 'false'}
      aria-controls="payload"
      tabindex=${isChosen ? '0' : '-1'}
      @click=${() => this.#choose(tab)}
    >
      ${text(tab)}
    </button>`;
  }

  readonly #onTabKey = (event: KeyboardEvent) => {
    if (this.#row && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      const tabs = tabsOf(this.#row);
      const other = tabs[(tabs.indexOf(this.#tab) + 1) % tabs.length];
      if (other) {
        this.#choose(other);
        this.#chrome.querySelector<HTMLElement>('[role=tab][aria-selected=true]')?.focus();
      }
    }
  };
}

interface Title {
  readonly title: string;
  readonly iconName: string;
  readonly className: string;
}

function stateTitle(row: Row): Title {
  const state = readStateRow(row.preview);
  const title = visibleLine(state.state ?? kindName(row.kind));
  return { title, iconName: stateRowIcon(state), className: state.severity };
}

function messageTitle(row: Row): Title {
  const words = [
    text(row.direction === 'in' ? 'received' : 'sent'),
    ...(row.heartbeat ? [text('heartbeat')] : []),
    kindName(row.kind),
  ];
  return { title: words.join(' '), iconName: directionIcon(row), className: row.direction };
}
