import { html, nothing, render } from 'lit/html.js';
import { messageOf } from '../core/base/errors.ts';
import type { Row } from '../core/capture/capture.ts';
import type { Formats } from '../core/format.ts';
import type { DetailTab } from './detailTabs.ts';
import { el } from './dom.ts';
import { closeForm, eventForm, frameForm, handshakeForm, type FrameSource } from './factsForm.ts';
import type { Form, FormContext } from './form.ts';
import { HexForm } from './hexForm.ts';
import { JsonForm } from './jsonForm.ts';
import type { PayloadReader } from './payloadReader.ts';
import { text } from './strings.ts';
import { TextForm } from './textForm.ts';

/** One row in one of its forms. Forms are made when they are needed first, and used again. */
export class PayloadView {
  readonly #panel: HTMLElement;
  readonly #say = el('div', { class: 'say' });
  readonly #make: Readonly<Record<DetailTab, () => Form>>;
  readonly #made = new Map<DetailTab, Form>();
  #form: Form | undefined;
  #stop = new AbortController();

  constructor(panel: HTMLElement, formats: Formats, context: FormContext & FrameSource) {
    this.#panel = panel;
    this.#make = {
      json: () => new JsonForm(formats, context, new TextForm(formats)),
      text: () => new TextForm(formats),
      hex: () => new HexForm(formats, context),
      close: () => closeForm(),
      frame: () => frameForm(formats, context),
      event: () => eventForm(),
      handshake: () => handshakeForm(formats),
    };
  }

  /** Shows no payload but a sentence. */
  say(sentence: string): void {
    this.#begin();
    this.#form = undefined;
    render(sentence === '' ? nothing : html`<p class="remark">${sentence}</p>`, this.#say);
    this.#place(this.#say, false);
  }

  show(row: Row, tab: DetailTab, reader: PayloadReader): void {
    const signal = this.#begin();
    const needsPayload = tab !== 'frame' && tab !== 'event';
    if (needsPayload && reader.byteLength === 0) {
      this.say(text('emptyPayload'));
      return;
    }
    const form = this.#made.get(tab) ?? this.#make[tab]();
    this.#made.set(tab, form);
    this.#form = form;
    this.#place(form.element, form.isFilling);
    this.#panel.scrollTop = 0;
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
    form.show({ row, reader, signal, onFailure, onGone }).then(() => {
      if (reader.isGone) {
        onGone();
      }
    }, onFailure);
  }

  /** A key that was pressed anywhere in the details. Returns whether something came of it. */
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
    // What fills it has a place of its own for the focus.
    this.#panel.tabIndex = isFilling ? -1 : 0;
  }
}
