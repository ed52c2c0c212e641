import { html, render } from 'lit/html.js';
import { messageOf } from '../../../core/base/errors.ts';
import type { Formats } from '../../../core/base/format.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import type { SelectionAnswer } from '../../../shared/monitorProtocol.ts';
import { el } from '../../widgets/dom.ts';
import { text } from '../../widgets/strings.ts';
import { toolButton } from '../../widgets/toolbar.ts';
import { readerOf } from '../payload/payloadReader.ts';
import type { PayloadViewer, ShownPayload } from '../payload/payloadViewer.ts';

export interface SelectionSource {
  /** Asks the user what bytes of the shown row are, and for what a decoder reads. No result: cancelled. */
  readonly decodeSelection: (bytes: Uint8Array) => Promise<SelectionAnswer | undefined>;
}

type Decode = (bytes: Uint8Array) => void;
/** Makes a viewer of what was decoded. @param onDecode of what is selected in it */
export type MakeDecodedViewer = (answer: SelectionAnswer, onDecode: Decode) => PayloadViewer;

/**
 * A viewer, and what the user has had decoded of what was selected in it, or in what was decoded before: each
 * with a way back.
 */
export class SelectionViewer implements PayloadViewer {
  readonly element = el('div', { class: 'selection-place' });
  readonly isFilling: boolean;
  readonly #formats: Formats;
  readonly #source: SelectionSource;
  readonly #first: PayloadViewer;
  readonly #makeDecoded: MakeDecodedViewer;
  readonly #opened: Opened[] = [];
  #shown: ShownPayload | undefined;

  constructor(
    formats: Formats,
    source: SelectionSource,
    make: (onDecode: Decode) => PayloadViewer,
    makeDecoded: MakeDecodedViewer,
  ) {
    this.#formats = formats;
    this.#source = source;
    this.#makeDecoded = makeDecoded;
    this.#first = make(this.#decode);
    this.isFilling = this.#first.isFilling;
    this.element.append(this.#first.element);
  }

  show(shown: ShownPayload): Promise<void> {
    this.#shown = shown;
    for (const { element } of this.#opened.splice(0)) {
      element.remove();
    }
    this.#first.element.hidden = false;
    return this.#first.show(shown);
  }

  onKey(event: KeyboardEvent): boolean {
    const top = this.#opened.at(-1);
    if (top?.viewer.onKey?.(event) === true) {
      return true;
    }
    if (top && event.key === 'Escape') {
      this.#back();
      return true;
    }
    return !top && (this.#first.onKey?.(event) ?? false);
  }

  readonly #decode = (bytes: Uint8Array) => {
    const shown = this.#shown;
    if (shown) {
      this.#ask(bytes, shown).catch(shown.onFailure);
    }
  };

  async #ask(bytes: Uint8Array, shown: ShownPayload): Promise<void> {
    const returnTo = document.activeElement;
    const askedIn = this.#opened.at(-1);
    let answer: SelectionAnswer | undefined;
    let failure = '';
    try {
      answer = await this.#source.decodeSelection(bytes);
    } catch (error) {
      failure = text('selectionFailed', messageOf(error));
    }
    const isLeft = shown.signal.aborted || this.#opened.at(-1) !== askedIn;
    if (isLeft || (!answer && failure === '')) {
      return;
    }
    const viewer = answer?.decoded
      ? this.#makeDecoded(answer, this.#decode)
      : sentence(answer ? text('selectionNotRead', answer.title) : failure);
    const before = askedIn?.element ?? this.#first.element;
    const element = this.#frame(viewer, bytes.length);
    this.#opened.push({ element, viewer, returnTo, before });
    before.hidden = true;
    this.element.append(element);
    // Keys work at once, also while a long result is being read.
    const back = element.querySelector('button');
    back?.focus();
    await viewer.show({ ...shown, reader: readerOf(bytes) });
    if (document.activeElement === back) {
      element.querySelector<HTMLElement>('[role=tree]:not([hidden])')?.focus();
    }
  }

  #frame(viewer: PayloadViewer, length: number): HTMLElement {
    const head = el('div', { class: 'selection-head' });
    render(
      html`${toolButton({
          name: 'selectionBack',
          hint: 'selectionBackHint',
          icon: 'arrow-left',
          run: () => this.#back(),
        })}<span class="words">${text('selectionOf', this.#formats.count(length))}</span>`,
      head,
    );
    return el('div', { class: 'selection-viewer' }, head, viewer.element);
  }

  #back(): void {
    const top = this.#opened.pop();
    if (top) {
      top.element.remove();
      top.before.hidden = false;
      if (top.returnTo instanceof HTMLElement) {
        top.returnTo.focus({ preventScroll: true });
      }
    }
  }
}

interface Opened {
  readonly element: HTMLElement;
  readonly viewer: PayloadViewer;
  /** What had the focus before. */
  readonly returnTo: Element | null;
  /** What it is shown in place of. */
  readonly before: HTMLElement;
}

function sentence(words: string): PayloadViewer {
  const element = el('p', { class: 'remark' }, visibleLine(words));
  return { element, isFilling: true, show: () => Promise.resolve() };
}
