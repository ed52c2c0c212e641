import { el } from '../../widgets/dom.ts';
import { LatePart } from '../../widgets/latePart.ts';
import type { PayloadViewer, ShownPayload } from './payloadViewer.ts';

/** A viewer that is loaded when it is first shown. It does not fill the panel. */
export class LateViewer implements PayloadViewer {
  readonly element = el('div');
  readonly isFilling = false;
  readonly #part: LatePart<PayloadViewer>;

  constructor(load: () => Promise<PayloadViewer>) {
    this.#part = new LatePart(load);
  }

  async show(shown: ShownPayload): Promise<void> {
    const viewer = await this.#part.need();
    if (!shown.signal.aborted) {
      this.element.replaceChildren(viewer.element);
      await viewer.show(shown);
    }
  }
}
