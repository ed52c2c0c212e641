import { html, nothing, render } from 'lit/html.js';
import { messageOf } from '../../core/base/errors.ts';
import type { Row } from '../../core/capture/capture.ts';
import type { Formats } from '../../core/base/format.ts';
import type { DetailTab } from './detailTabs.ts';
import { el } from '../widgets/dom.ts';
import type { PayloadViewer, ShownPayload } from './payload/payloadViewer.ts';
import type { ViewerContext, ViewerMakers } from './payloadViewers.ts';
import type { PayloadReader } from './payload/payloadReader.ts';
import { text } from '../widgets/strings.ts';

/** Shows a row in one of the viewers. A viewer is created at its first use and then reused. */
export class PayloadPanel {
  readonly #panel: HTMLElement;
  readonly #say = el('div', { class: 'say' });
  readonly #formats: Formats;
  readonly #context: ViewerContext;
  readonly #made = new Map<DetailTab, PayloadViewer>();
  #makers: ViewerMakers | undefined;
  #form: PayloadViewer | undefined;
  #stop = new AbortController();

  constructor(panel: HTMLElement, formats: Formats, context: ViewerContext) {
    this.#panel = panel;
    this.#formats = formats;
    this.#context = context;
  }

  /** Shows a sentence instead of a payload. */
  say(sentence: string): void {
    this.#begin();
    this.#form = undefined;
    render(sentence === '' ? nothing : html`<p class="remark">${sentence}</p>`, this.#say);
    this.#place(this.#say, false);
  }

  show(row: Row, tab: DetailTab, reader: PayloadReader): void {
    const signal = this.#begin();
    const needsPayload = tab !== 'frame' && tab !== 'state' && tab !== 'decoded';
    if (needsPayload && reader.byteLength === 0) {
      this.say(text('emptyPayload'));
      return;
    }
    const onFailure = (error: unknown) => {
      if (!signal.aborted) {
        this.say(text('payloadFailed', messageOf(error)));
      }
    };
    const onGone = () => {
      if (!signal.aborted && needsPayload) {
        this.say(text('goneMessage'));
      }
    };
    const shown = { row, reader, signal, onFailure, onGone };
    // Without a delay if the viewers are loaded, because the focus may move into the viewer next.
    const showing = this.#makers
      ? this.#showForm(this.#formOf(tab, this.#makers), shown)
      : this.#load().then(makers =>
          signal.aborted ? undefined : this.#showForm(this.#formOf(tab, makers), shown),
        );
    showing.then(() => {
      if (reader.isGone) {
        onGone();
      }
    }, onFailure);
  }

  async #load(): Promise<ViewerMakers> {
    const { viewerMakers: formMakers } = await import('./payloadViewers.ts');
    this.#makers = formMakers(this.#formats, this.#context);
    return this.#makers;
  }

  #formOf(tab: DetailTab, makers: ViewerMakers): PayloadViewer {
    const form = this.#made.get(tab) ?? makers[tab]();
    this.#made.set(tab, form);
    return form;
  }

  #showForm(form: PayloadViewer, shown: ShownPayload): Promise<void> {
    this.#form = form;
    this.#place(form.element, form.isFilling);
    this.#panel.scrollTop = 0;
    return form.show(shown);
  }

  /** Handles a key pressed anywhere in the details. Returns whether it was used. */
  onKey(event: KeyboardEvent): boolean {
    return this.#form?.onKey?.(event) ?? false;
  }

  #begin(): AbortSignal {
    this.#stop.abort();
    this.#stop = new AbortController();
    return this.#stop.signal;
  }

  #place(element: HTMLElement, isFilling: boolean): void {
    if (this.#panel.firstChild !== element) {
      this.#panel.replaceChildren(element);
    }
    this.#panel.classList.toggle('filling', isFilling);
    // A viewer that fills the panel takes the focus itself.
    this.#panel.tabIndex = isFilling ? -1 : 0;
  }
}
