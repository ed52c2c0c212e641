import { html, render, type TemplateResult } from 'lit/html.js';
import type { Row } from '../../core/capture/capture.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { FrameAnswer, HandshakeAnswer } from '../../shared/monitorProtocol.ts';
import { definitions } from '../widgets/definitions.ts';
import { el } from '../widgets/dom.ts';
import type { Form, Shown } from './form.ts';
import { closeView, frameView } from './frameView.ts';
import { readStateRow } from '../list/stateRow.ts';

type View = (shown: Shown) => Promise<TemplateResult | undefined>;

/** Facts about a row; what they are is for `view` to find out. */
export class FactsForm implements Form {
  readonly isFilling = false;
  readonly element = el('div', { class: 'facts-form' });
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async show(shown: Shown): Promise<void> {
    const view = await this.#view(shown);
    if (view && !shown.signal.aborted) {
      render(view, this.element);
    }
  }
}

/** A state change. The preview has all but the handshake, also where the row is in no capture. */
export function eventForm(): FactsForm {
  return new FactsForm(({ row }) => {
    const { text: sentence, facts } = readStateRow(row.preview);
    return Promise.resolve(
      html`<p class="event">${visibleLine(sentence)}</p>
        ${definitions(facts)}`,
    );
  });
}

export function closeForm(): FactsForm {
  return new FactsForm(async shown => {
    const payload = await wholePayload(shown);
    return payload && closeView(payload);
  });
}

export interface FrameSource {
  askFrame(row: Row): Promise<FrameAnswer>;
  /** When the row before it in the list came, where that is known. */
  previousAt(row: Row): number | undefined;
}

export interface HandshakeSource {
  /** The values that a handshake masks, by its key. */
  askHandshake(key: string): Promise<HandshakeAnswer>;
}

export function frameForm(formats: Formats, source: FrameSource): FactsForm {
  return new FactsForm(async ({ row }) => {
    const { frame } = await source.askFrame(row);
    return frameView({ row, frame, previousAt: source.previousAt(row) }, formats);
  });
}

/** `undefined` where it is gone, or something else is to be shown by now. */
export async function wholePayload({ reader, signal }: Shown): Promise<Uint8Array | undefined> {
  await reader.read(0, reader.byteLength, signal);
  return reader.peek(0, reader.byteLength);
}
