import { html, render, type TemplateResult } from 'lit/html.js';
import type { Row } from '../../core/capture/capture.ts';
import type { Formats } from '../../core/base/format.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { FrameAnswer, HandshakeAnswer } from '../../shared/monitorProtocol.ts';
import { definitions } from '../widgets/definitions.ts';
import { el } from '../widgets/dom.ts';
import type { PayloadViewer, ShownPayload } from './payloadViewer.ts';
import { closeView, frameView } from './frameView.ts';
import { readStateRow } from '../list/stateRow.ts';

type View = (shown: ShownPayload) => Promise<TemplateResult | undefined>;

/** Facts about a row; what they are is for `view` to find out. */
export class FactsViewer implements PayloadViewer {
  readonly isFilling = false;
  readonly element = el('div', { class: 'facts-viewer' });
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  async show(shown: ShownPayload): Promise<void> {
    const view = await this.#view(shown);
    if (view && !shown.signal.aborted) {
      render(view, this.element);
    }
  }
}

/** A state change. The preview has all but the handshake, also where the row is in no capture. */
export function eventViewer(): FactsViewer {
  return new FactsViewer(({ row }) => {
    const { text: sentence, facts } = readStateRow(row.preview);
    return Promise.resolve(
      html`<p class="event">${visibleLine(sentence)}</p>
        ${definitions(facts)}`,
    );
  });
}

export function closeViewer(): FactsViewer {
  return new FactsViewer(async shown => {
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

export function frameViewer(formats: Formats, source: FrameSource): FactsViewer {
  return new FactsViewer(async ({ row }) => {
    const { frame } = await source.askFrame(row);
    return frameView({ row, frame, previousAt: source.previousAt(row) }, formats);
  });
}

/** `undefined` where it is gone, or something else is to be shown by now. */
export async function wholePayload({
  reader,
  signal,
}: ShownPayload): Promise<Uint8Array | undefined> {
  await reader.read(0, reader.byteLength, signal);
  return reader.loaded(0, reader.byteLength);
}
