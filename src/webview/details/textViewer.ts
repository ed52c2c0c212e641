import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { findInvalidUtf8 } from '../../core/base/utf8.ts';
import { el } from '../widgets/dom.ts';
import type { PayloadViewer, ShownPayload } from './payloadViewer.ts';
import { inSlices } from '../widgets/slices.ts';
import { text } from '../widgets/strings.ts';
import { characterBegin, cutText, type TextBlock } from '../widgets/textBlock.ts';
import { visibleText } from '../../core/text/visibleText.ts';

/** In bytes, shown without a request; the user can ask for more. */
const firstPart = 256 * 1024;
const nextPart = 8 * 1024 * 1024;
/** In bytes, shown after the marked place. */
const afterMark = 4096;

/** A payload as plain text. */
export class TextViewer implements PayloadViewer {
  readonly isFilling = false;
  readonly element = el('div', { class: 'text-viewer' });
  readonly #formats: Formats;
  readonly #text = new TextView();
  readonly #tools = el('div', { class: 'viewer-tools' });
  readonly #note = el('div', { class: 'viewer-note' });
  readonly #foot = el('div', { class: 'foot' });
  #isWrapped = true;

  constructor(formats: Formats) {
    this.#formats = formats;
    this.element.append(this.#tools, this.#note, this.#text.element, this.#foot);
    this.#renderTools();
  }

  /** @param mark the offset of a byte to mark */
  async show(shown: ShownPayload, mark?: number): Promise<void> {
    const { reader, signal } = shown;
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
    await this.#text.add(blocks, signal);
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
      </button>`,
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

/** For estimating the height of text without a layout. */
const columnsGuess = 100;

/** Long text in blocks, which the browser lays out when they are near the screen. */
class TextView {
  readonly element = el('div', { class: 'text' });

  clear(): void {
    this.element.replaceChildren();
  }

  /** Adds these blocks in slices until `signal` is aborted. */
  async add(blocks: Iterable<TextBlock>, signal: AbortSignal): Promise<void> {
    await inSlices(this.#adding(blocks), signal);
  }

  *#adding(blocks: Iterable<TextBlock>): Generator<undefined, void> {
    for (const block of blocks) {
      this.#add(block);
      yield undefined;
    }
  }

  #add({ text, lineCount, mark }: TextBlock): void {
    const element = el('div', { class: 'block' });
    if (mark === undefined) {
      element.append(visibleText(text));
    } else {
      const character = String.fromCodePoint(text.codePointAt(mark) ?? 0x20);
      element.append(
        visibleText(text.slice(0, mark)),
        el('mark', { class: 'problem-place' }, visibleText(character)),
        visibleText(text.slice(mark + character.length)),
      );
    }
    const lines = Math.max(lineCount, text.length / columnsGuess);
    element.style.containIntrinsicBlockSize = `auto ${Math.ceil(lines)}lh`;
    this.element.append(element);
  }
}
