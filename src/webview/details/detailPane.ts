import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type {
  DecodedAnswer,
  FrameAnswer,
  HandshakeAnswer,
  PageRow,
  PayloadAnswer,
  RowAddress,
  SelectionAnswer,
} from '../../shared/monitorProtocol.ts';
import { bestTab, tabGroup, tabsOf, type DetailTab, type LikedTabs } from './detailTabs.ts';
import { el } from '../widgets/dom.ts';
import { PayloadReader } from './payload/payloadReader.ts';
import { PayloadPanel } from './payloadPanel.ts';
import { directionIcon, kindName, stateRowIcon, tapWord } from '../list/rows/rowElement.ts';
import { readStateRow, type ReadStateRow } from '../list/rows/stateRow.ts';
import { iconClass, type IconName } from '../widgets/icons.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';

interface DetailPaneListener {
  ask(row: PageRow, from: number, length: number): Promise<PayloadAnswer>;
  askFrame(row: PageRow): Promise<FrameAnswer>;
  askDecoded(row: PageRow): Promise<DecodedAnswer>;
  /** A part of what one of the row's decoders was given. */
  askLayer(row: PageRow, layer: number, from: number, length: number): Promise<PayloadAnswer>;
  /** Asks the user what bytes of the row are, and for what they are then. */
  decodeSelection(row: PageRow, bytes: Uint8Array): Promise<SelectionAnswer | undefined>;
  /** The masked values of the handshake with this key. */
  askHandshake(key: string): Promise<HandshakeAnswer>;
  /** The time of the previous row in the list, if known. */
  previousAt(row: PageRow): number | undefined;
  /** The whole payload. */
  onCopy(row: PageRow): void;
  /** Copies a text that the page has made. */
  onCopyText(text: string): void;
  onOpenEditor(row: PageRow): void;
  /** The row is to be shown among those around it. */
  onShowInContext(row: PageRow): void;
  /** Adds a term to the filter. */
  onFilter(term: string): void;
  /** Goes to another row. */
  onGoTo(row: RowAddress): void;
  /** Shows the rows that belong together with another row. */
  onConversation(row: RowAddress): void;
  /** Opens the file of a decoder that a rule for the connection names. */
  onOpenDecoder(connection: string, name: string): void;
  /** Opens the line of a call that opened the row's socket. */
  onOpenScript(row: PageRow, call: number): void;
  /** Loads the page again that has the row's socket. */
  onReloadPage(row: PageRow): void;
  onClose(): void;
  /** The user chose a tab. */
  onTabs(liked: LikedTabs): void;
}

/** While rows are selected in quick succession, their payloads are loaded after this rest. */
const restMs = 60;

/** The details of the selected row. */
export class DetailPane {
  readonly element: HTMLElement;
  readonly #chrome = el('div', { class: 'chrome' });
  readonly #panel = el('div', {
    'id': 'payload',
    'class': 'payload',
    'role': 'tabpanel',
    'tabindex': '0',
    'aria-labelledby': 'tab',
  });
  readonly #payload: PayloadPanel;
  readonly #formats: Formats;
  readonly #listener: DetailPaneListener;
  #liked: LikedTabs;
  #row: PageRow | undefined;
  #tab: DetailTab = 'text';
  #reader: PayloadReader | undefined;
  #shownAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(formats: Formats, liked: LikedTabs, listener: DetailPaneListener) {
    this.#formats = formats;
    this.#liked = liked;
    this.#listener = listener;
    this.#payload = new PayloadPanel(this.#panel, formats, {
      onCopyText: words => listener.onCopyText(words),
      onFilter: term => listener.onFilter(term),
      onGoTo: seq => this.#row && listener.onGoTo({ connection: this.#row.connection, seq }),
      onOpenScript: call => this.#row && listener.onOpenScript(this.#row, call),
      onReloadPage: () => this.#row && listener.onReloadPage(this.#row),
      askFrame: () => (this.#row ? listener.askFrame(this.#row) : Promise.resolve({})),
      askDecoded: () => (this.#row ? listener.askDecoded(this.#row) : Promise.resolve({})),
      askLayer: (layer, from, length) =>
        this.#row
          ? listener.askLayer(this.#row, layer, from, length)
          : Promise.resolve({ byteLength: 0 }),
      decodeSelection: bytes =>
        this.#row ? listener.decodeSelection(this.#row, bytes) : Promise.resolve(undefined),
      onOpenDecoder: name => this.#row && listener.onOpenDecoder(this.#row.connection, name),
      onConversation: seq =>
        this.#row && listener.onConversation({ connection: this.#row.connection, seq }),
      askHandshake: key => listener.askHandshake(key),
      previousAt: () => this.#row && listener.previousAt(this.#row),
    });
    this.element = el(
      'section',
      { 'id': 'details', 'class': 'details', 'aria-label': text('details') },
      this.#chrome,
      this.#panel,
    );
    this.element.addEventListener('keydown', event => this.#onKey(event));
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  /** Shows a row, or, if there is none, a sentence. */
  show(row: PageRow | undefined, sentence = ''): void {
    if (row && row === this.#row) {
      return; // Its payload may still be about to be loaded.
    }
    clearTimeout(this.#timer);
    if (!row) {
      this.#row = undefined;
      this.#renderChrome();
      this.#payload.say(sentence);
      return;
    }
    this.#row = row;
    this.#tab = bestTab(row, this.#liked);
    this.#reader = new PayloadReader(row.byteLength, (from, length) =>
      this.#listener.ask(row, from, length),
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

  #choose(tab: DetailTab): void {
    if (this.#row) {
      this.#liked = { ...this.#liked, [tabGroup(this.#row)]: tab };
      this.#listener.onTabs(this.#liked);
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
          ${row ? this.#rowActions(row) : nothing}
          ${toolButton({
            name: 'closeDetails',
            icon: 'close',
            run: () => this.#listener.onClose(),
          })}
        </div>`,
      this.#chrome,
    );
  }

  #rowActions(row: PageRow): TemplateResult {
    return html`${toolButton({
      name: 'showInContext',
      hint: 'showInContextHint',
      icon: 'target',
      run: () => this.#listener.onShowInContext(row),
    })}
    ${toolButton({
      name: 'openInEditor',
      icon: 'go-to-file',
      run: () => this.#listener.onOpenEditor(row),
    })}
    ${toolButton({
      name: 'copy',
      hint: 'copyHint',
      icon: 'copy',
      run: () => this.#listener.onCopy(row),
    })}`;
  }

  #summary(row: PageRow): TemplateResult {
    const { title, iconName, className } =
      row.kind === 'state' ? stateTitle(row) : messageTitle(row);
    return html`<span class="subject ${className}"
        ><span class=${iconClass(iconName)} aria-hidden="true"></span
      ></span>
      <span class=${row.tap ? 'words long' : 'words'} title=${title}>${title}</span>
      ${
        row.kind === 'state'
          ? nothing
          : html`<span
              class="fact bytes"
              title=${text('byteCount', this.#formats.count(row.byteLength))}
              >${this.#formats.bytes(row.byteLength)}</span
            >`
      }
      <time class="fact" title=${this.#formats.moment(row.at)}>${this.#formats.clock(row.at)}</time>
      <span class="fact">#${row.seq}</span>`;
  }

  #tabButton(tab: DetailTab): TemplateResult {
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

  #onKey(event: KeyboardEvent): void {
    const { key, ctrlKey, metaKey } = event;
    if (this.#payload.onKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (key === 'Escape') {
      event.stopPropagation();
      this.#listener.onClose();
    } else if (key === 'Enter' && (ctrlKey || metaKey) && this.#row) {
      event.preventDefault();
      event.stopPropagation();
      this.#listener.onShowInContext(this.#row);
    } else if (ctrlKey && (key === 'PageDown' || key === 'PageUp')) {
      event.preventDefault();
      event.stopPropagation();
      this.#turn(key === 'PageDown' ? 1 : -1, this.#panel.contains(document.activeElement));
    }
  }

  readonly #onTabKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step !== undefined) {
      this.#turn(step, false);
    }
  };

  /** Selects the next or previous tab and moves the focus with it. */
  #turn(step: number, isInPanel: boolean): void {
    const tabs = this.#row ? tabsOf(this.#row) : [];
    const next = tabs[(tabs.indexOf(this.#tab) + step + tabs.length) % tabs.length];
    if (next !== undefined && next !== this.#tab) {
      this.#choose(next);
      const target = isInPanel
        ? (this.#panel.querySelector<HTMLElement>('[role=tree], [role=grid]') ?? this.#panel)
        : this.#chrome.querySelector<HTMLElement>('[role=tab][aria-selected=true]');
      target?.focus();
    }
  }
}

interface Title {
  readonly title: string;
  readonly iconName: IconName;
  readonly className: string;
}

function stateTitle(row: PageRow): Title {
  const state = readStateRow(row.preview);
  const title = runTitle(state) ?? visibleLine(state.state ?? kindName(row.kind));
  return { title, iconName: stateRowIcon(state), className: state.severity };
}

function runTitle({ run }: ReadStateRow): string | undefined {
  if (typeof run !== 'object' || run === null) {
    return undefined;
  }
  const isMessage = 'kind' in run && run.kind === 'message';
  return text(isMessage ? 'runOfMessage' : 'runOfSequence');
}

function messageTitle(row: PageRow): Title {
  const words = [
    text(row.direction === 'in' ? 'received' : 'sent'),
    ...(row.heartbeat ? [text('heartbeat')] : []),
    ...(row.tap ? [tapWord(row.tap)] : []),
    kindName(row.kind),
  ];
  return { title: words.join(' '), iconName: directionIcon(row), className: row.direction };
}
