import { render } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { ListDecoding } from '../../shared/monitorProtocol.ts';
import { decoderChip } from '../decoding/decoderChip.ts';
import type { HostRequests } from '../link/hostRequests.ts';
import type { MessageList } from '../list/messageList.ts';
import type { PanelState } from '../state/panelState.ts';
import { el } from '../widgets/dom.ts';

interface DecodingChipParts {
  readonly formats: Formats;
  readonly requests: HostRequests;
  readonly panel: PanelState;
  readonly list: MessageList;
}

/** What the messages of the selected connection are decoded as, and the way to have them decoded otherwise. */
export class DecodingChip {
  readonly element = el('div', { class: 'chip-place' });
  readonly #parts: DecodingChipParts;
  /** The newest that is known of each connection. */
  readonly #decodings = new Map<string, ListDecoding>();

  constructor(parts: DecodingChipParts) {
    this.#parts = parts;
  }

  /** @param newest of the connection of the newest message */
  render(newest: ListDecoding | undefined): void {
    if (newest) {
      this.#decodings.set(newest.connection, newest);
    }
    const { formats, panel } = this.#parts;
    // In a merged timeline the newest message is now of one connection, now of another.
    const { merged, selected } = panel;
    const decoding = merged.length > 0 ? this.#decodings.get(selected?.id ?? '') : newest;
    const readTo = decoding === newest ? newest?.readTo : undefined;
    const choose = () => this.#choose(decoding);
    render(decoderChip(decoding, formats, choose, readTo), this.element);
  }

  #choose(decoding: ListDecoding | undefined): void {
    const { list, requests } = this.#parts;
    const { connection = '' } = decoding ?? {};
    const row = list.activeRow;
    const isOfRow = row?.connection === connection && row.kind !== 'state';
    requests.send('decoder.choose', {
      connection,
      ...(isOfRow && { seq: row.seq }),
      ...(decoding?.shown === 'suggested' && { offer: [...decoding.as] }),
    });
  }
}
