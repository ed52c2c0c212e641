import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../../core/base/format.ts';
import { findInvalidUtf8 } from '../../../core/base/utf8.ts';
import { el } from '../../widgets/dom.ts';
import type {
  PayloadViewer,
  SelectionActions,
  ShownPayload,
  ViewerActions,
} from '../payload/payloadViewer.ts';
import { ShownText } from './shownText.ts';
import { decodeItem, decodeTool, readBytes } from '../payload/selectedBytes.ts';
import { ViewerMenu } from '../payload/viewerMenu.ts';
import type { MenuItem } from '../../widgets/menu.ts';
import { toolButton } from '../../widgets/toolbar.ts';
import { inSlices } from '../../widgets/slices.ts';
import { text } from '../../widgets/strings.ts';
import { characterBegin, cutText } from '../../widgets/textBlock.ts';

/** In bytes, shown without a request; the user can ask for more. */
const firstPart = 256 * 1024;
const nextPart = 8 * 1024 * 1024;
/** In bytes, shown after the marked place. */
const afterMark = 4096;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A payload as plain text. */
export class TextViewer implements PayloadViewer {
  readonly isFilling = false;
  readonly element = el('div', { class: 'text-viewer' });
  readonly #formats: Formats;
  readonly #actions: ViewerActions & SelectionActions;
  readonly #text = new ShownText();
  readonly #menu: ViewerMenu;
  #shown: ShownPayload | undefined;
  readonly #tools = el('div', { class: 'viewer-tools' });
  readonly #note = el('div', { class: 'viewer-note' });
  readonly #foot = el('div', { class: 'foot' });
  #isWrapped = true;

  constructor(formats: Formats, actions: ViewerActions & SelectionActions) {
    this.#formats = formats;
    this.#actions = actions;
    this.#menu = new ViewerMenu(this.#text.element, {
      items: () => this.#menuItems(),
      place: () => this.#tools,
    });
    this.element.append(this.#tools, this.#note, this.#text.element, this.#foot);
    this.#renderTools();
  }

  /** @param mark the offset of a byte to mark */
  async show(shown: ShownPayload, mark?: number): Promise<void> {
    const { reader, signal } = shown;
    this.#shown = shown;
    const isNear = mark !== undefined && mark < nextPart;
    const length = isNear ? Math.max(firstPart, mark + afterMark) : firstPart;
    await reader.read(0, length, signal);
    if (!signal.aborted) {
      this.#text.clear();
      await this.#add(shown, { from: 0, length, mark });
    }
  }

  /** Adds the text from `from` on. */
  async #add(
    shown: ShownPayload,
    { from, length, mark }: { from: number; length: number; mark?: number | undefined },
  ): Promise<void> {
    const { reader, signal } = shown;
    const bytes = reader.loaded(0, length);
    if (!bytes) {
      return;
    }
    const isWhole = bytes.length === reader.byteLength;
    const to = isWhole ? bytes.length : characterBegin(bytes, bytes.length - 1);
    const invalid = await inSlices(findInvalidUtf8(bytes.subarray(0, to)), signal);
    if (signal.aborted) {
      return;
    }
    this.#renderNote(invalid);
    const place = mark ?? invalid;
    this.#renderFoot(shown, to);
    const blocks = cutText(
      bytes.subarray(from, to),
      place === undefined || place < from ? undefined : place - from,
    );
    await this.#text.add(blocks, [from, to], signal);
  }

  onKey(event: KeyboardEvent): boolean {
    return this.#menu.onKey(event);
  }

  #menuItems(): readonly MenuItem[] {
    const selected = this.#selected();
    const [from, to] = selected ?? this.#all;
    const copy = (bytes: Uint8Array) => this.#actions.onCopyText(decoder.decode(bytes));
    return [
      {
        kind: 'action',
        label: text('copy'),
        isDisabled: !selected,
        run: () => this.#use(from, to, copy),
      },
      { kind: 'line' },
      decodeItem(to - from, () => this.#use(from, to, this.#actions.onDecode)),
    ];
  }

  get #all(): readonly [from: number, to: number] {
    return [0, this.#shown?.reader.byteLength ?? 0];
  }

  /** The bytes that the user has selected, the first and the one after the last. */
  #selected(): readonly [from: number, to: number] | undefined {
    const bytes = this.#shown?.reader.loaded(0, this.#text.end);
    return bytes && this.#text.selected(bytes);
  }

  #decode(): void {
    const [from, to] = this.#selected() ?? this.#all;
    this.#use(from, to, this.#actions.onDecode);
  }

  #use(from: number, to: number, use: (bytes: Uint8Array) => void): void {
    const shown = this.#shown;
    if (shown) {
      readBytes(shown, from, to).then(bytes => bytes && use(bytes), shown.onFailure);
    }
  }

  async #addMore(shown: ShownPayload, from: number): Promise<void> {
    const length = from + nextPart;
    await shown.reader.read(from, nextPart, shown.signal);
    if (!shown.signal.aborted) {
      await this.#add(shown, { from, length });
    }
  }

  #renderTools(): void {
    render(
      html`<button
          type="button"
          class="tool"
          aria-pressed=${this.#isWrapped ? 'true' : 'false'}
          title=${text('wrapHint')}
          @click=${() => this.#toggleWrap()}
        >
          <span class="codicon codicon-word-wrap" aria-hidden="true"></span>${text('wrap')}
        </button>
        ${toolButton(decodeTool(1, () => this.#decode()))}`,
      this.#tools,
    );
  }

  #toggleWrap(): void {
    this.#isWrapped = !this.#isWrapped;
    this.#text.element.classList.toggle('unwrapped', !this.#isWrapped);
    this.#renderTools();
  }

  #renderNote(invalid: number | undefined): void {
    const sentence =
      invalid === undefined
        ? nothing
        : html`<p class="remark">
            ${text('invalidUtf8', this.#formats.count(invalid), invalid.toString(16))}
          </p>`;
    render(sentence, this.#note);
  }

  #renderFoot(shown: ShownPayload, to: number): void {
    const { byteLength } = shown.reader;
    const more = Math.min(nextPart, byteLength - to);
    render(more > 0 ? this.#offer(shown, to, more) : nothing, this.#foot);
  }

  #offer(shown: ShownPayload, to: number, more: number): TemplateResult {
    const { byteLength } = shown.reader;
    return html`<p class="remark">
      ${text('shownOf', this.#formats.bytes(to), this.#formats.bytes(byteLength))}
      <button
        type="button"
        class="secondary"
        @click=${() => this.#addMore(shown, to).catch(shown.onFailure)}
      >
        ${text('showMore', this.#formats.bytes(more))}
      </button>
    </p>`;
  }
}
