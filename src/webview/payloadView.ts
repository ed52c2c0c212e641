import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { messageOf } from '../core/base/errors.ts';
import type { Row } from '../core/capture/capture.ts';
import type { Formats } from '../core/format.ts';
import {
  formatJson,
  jsonParts,
  looksLikeJson,
  type JsonProblem,
} from '../core/payload/jsonView.ts';
import { visibleLine } from '../core/payload/visibleText.ts';
import { readCloseFrame } from '../core/connection/closeFrame.ts';
import { definitions } from './definitions.ts';
import { handshakeView } from './handshakeView.ts';
import type { PayloadReader } from './payloadReader.ts';
import { readHandshake } from './readHandshake.ts';
import type { EventTab, TextTab } from './savedState.ts';
import { hasHandshake, readStateRow } from './stateRow.ts';
import { text } from './strings.ts';
import { cutHex, cutText, type TextBlock } from './textBlock.ts';
import { TextView } from './textView.ts';
import { el } from './dom.ts';

export type PayloadTab = TextTab | EventTab | 'hex';

/** The tabs that the user chose last, where there was a choice. */
export interface LikedTabs {
  readonly text: TextTab;
  readonly event: EventTab;
}

/** Shown at once; more of it on request. */
const firstPart = 256 * 1024;
const nextPart = 8 * 1024 * 1024;
/** Longer JSON is formatted on request. */
const formattedAtOnce = 1024 * 1024;

/** Which tab shows a row best, given the ones that the user likes. */
export function bestTab(row: Row, liked: LikedTabs): PayloadTab {
  switch (row.kind) {
    case 'state':
      return hasHandshake(row) ? liked.event : 'event';
    case 'text':
      return liked.text === 'json' && looksLikeJson(row.preview) ? 'json' : 'text';
    case 'binary':
    case 'close':
    case 'ping':
    case 'pong':
      return 'hex';
  }
}

export function tabsOf(row: Row): readonly PayloadTab[] {
  switch (row.kind) {
    case 'state':
      return hasHandshake(row) ? ['event', 'handshake'] : ['event'];
    case 'text':
      return ['json', 'text'];
    case 'binary':
    case 'close':
    case 'ping':
    case 'pong':
      return ['hex'];
  }
}

/** One payload in one of its forms. */
export class PayloadView {
  readonly #note = el('div', { class: 'note' });
  readonly #foot = el('div', { class: 'foot' });
  readonly #scroller: HTMLElement;
  readonly #text: TextView;
  readonly #formats: Formats;
  #stop = new AbortController();

  constructor(scroller: HTMLElement, formats: Formats) {
    this.#scroller = scroller;
    this.#formats = formats;
    this.#text = new TextView(scroller);
    scroller.append(this.#note, this.#text.element, this.#foot);
  }

  /** Shows no payload but a sentence. */
  say(sentence: string): void {
    this.#begin();
    this.#text.clear();
    this.#write(sentence === '' ? nothing : html`<p class="remark">${sentence}</p>`);
  }

  show(row: Row, tab: PayloadTab, reader: PayloadReader): void {
    const signal = this.#begin();
    this.#scroller.scrollTop = 0;
    this.#load(row, tab, reader, { signal, length: firstPart }).catch((error: unknown) =>
      this.#fail(error, signal),
    );
  }

  #begin(): AbortSignal {
    this.#stop.abort();
    this.#stop = new AbortController();
    return this.#stop.signal;
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) {
      this.say(text('payloadFailed', messageOf(error)));
    }
  }

  async #load(
    row: Row,
    tab: PayloadTab,
    reader: PayloadReader,
    { signal, length, isJsonAsked = false }: Loading,
  ): Promise<void> {
    const again = (change: Partial<Loading>) => {
      this.#load(row, tab, reader, { signal: this.#begin(), length, ...change }).catch(
        (error: unknown) => this.#fail(error, this.#stop.signal),
      );
    };
    const isJson = tab === 'json' && (isJsonAsked || reader.byteLength <= formattedAtOnce);
    const isWhole = isJson || tab === 'event' || tab === 'handshake';
    await reader.readTo(isWhole ? reader.byteLength : length, signal);
    if (signal.aborted) {
      return;
    }
    if (reader.isGone) {
      this.say(text('goneMessage'));
    } else if (reader.byteLength === 0) {
      this.say(text('emptyPayload'));
    } else if (tab === 'event') {
      this.#showEvent(reader.text(reader.byteLength));
    } else if (tab === 'handshake') {
      this.#showHandshake(reader.text(reader.byteLength));
    } else if (isJson) {
      await this.#showJson(reader.text(reader.byteLength), signal);
    } else {
      const bytes = reader.bytes(length);
      this.#write(
        tab === 'json' ? this.#offerJson(reader.byteLength, again) : closeFacts(row, bytes),
        this.#offerMore(bytes.length, reader.byteLength, again),
      );
      this.#text.element.classList.toggle('hex', tab === 'hex');
      const blocks = tab === 'hex' ? cutHex(bytes) : cutText(reader.text(length));
      await this.#text.fill(blocks, signal);
    }
  }

  async #showJson(source: string, signal: AbortSignal): Promise<void> {
    this.#write(nothing);
    this.#text.element.classList.remove('hex');
    const problem = await this.#text.fill(jsonBlocks(source), signal);
    if (problem && !signal.aborted) {
      this.#write(html`<p class="remark">${problemSentence(problem)}</p>`);
      await this.#text.fill(cutText(source), signal);
    }
  }

  #showEvent(json: string): void {
    const { text: sentence, facts } = readStateRow(json);
    this.#text.clear();
    this.#write(
      html`<p class="event">${visibleLine(sentence)}</p>
        ${definitions(facts)}`,
    );
  }

  #showHandshake(json: string): void {
    const facts = readHandshake(readStateRow(json).handshake);
    if (!facts) {
      this.say(text('noHandshake'));
      return;
    }
    this.#text.clear();
    this.#write(handshakeView(facts, this.#formats));
  }

  #offerJson(byteLength: number, again: (change: Partial<Loading>) => void): TemplateResult {
    return html`<p class="remark">
      <button type="button" class="secondary" @click=${() => again({ isJsonAsked: true })}>
        ${text('formatJson', this.#formats.bytes(byteLength))}
      </button>
    </p>`;
  }

  #offerMore(
    shown: number,
    byteLength: number,
    again: (change: Partial<Loading>) => void,
  ): TemplateResult | typeof nothing {
    const more = Math.min(nextPart, byteLength - shown);
    if (more <= 0) {
      return nothing;
    }
    return html`<p class="remark">
      ${text('shownOf', this.#formats.bytes(shown), this.#formats.bytes(byteLength))}
      <button type="button" class="secondary" @click=${() => again({ length: shown + more })}>
        ${text('showMore', this.#formats.bytes(more))}
      </button>
    </p>`;
  }

  #write(note: TemplateResult | typeof nothing, foot: TemplateResult | typeof nothing = nothing) {
    render(note, this.#note);
    render(foot, this.#foot);
  }
}

interface Loading {
  readonly signal: AbortSignal;
  /** How many bytes to show. */
  readonly length: number;
  readonly isJsonAsked?: boolean;
}

function* jsonBlocks(source: string): Generator<TextBlock, JsonProblem | undefined> {
  const blocks = formatJson(source);
  for (let next = blocks.next(); ; next = blocks.next()) {
    if (next.done) {
      return next.value;
    }
    const block = next.value;
    yield { text: block.text, lineCount: block.lineCount, parts: () => jsonParts(block) };
  }
}

function problemSentence({ line, column, found }: JsonProblem): string {
  return found === undefined
    ? text('endlessJson', String(line), String(column))
    : text('invalidJson', String(line), String(column), visibleLine(found));
}

function closeFacts(row: Row, payload: Uint8Array): TemplateResult | typeof nothing {
  if (row.kind !== 'close') {
    return nothing;
  }
  const { code, reason } = readCloseFrame(payload);
  return definitions([
    [text('closeCode'), code ?? ''],
    [text('closeReason'), reason],
  ]);
}
