import { html, nothing, render } from 'lit/html.js';
import { mask } from '../../core/secrets/mask.ts';
import type { HandshakeFacts } from '../../core/record/handshakeFacts.ts';
import type { Formats } from '../../core/base/format.ts';
import { el } from '../widgets/dom.ts';
import { wholePayload, type HandshakeSource } from './factsViewer.ts';
import type { PayloadViewer, ShownPayload } from './payloadViewer.ts';
import { handshakeView } from './handshakeView.ts';
import { readHandshake } from './readHandshake.ts';
import { readStateRow } from '../list/stateRow.ts';
import { text } from '../widgets/strings.ts';

/**
 * The opening handshake behind a row: as the row has it, with the values masked that may be secrets,
 * or with those values, where the user asks for them and this window still has them.
 */
export class HandshakeViewer implements PayloadViewer {
  readonly isFilling = false;
  readonly element = el('div', { class: 'facts-viewer' });
  readonly #formats: Formats;
  readonly #source: HandshakeSource;

  constructor(formats: Formats, source: HandshakeSource) {
    this.#formats = formats;
    this.#source = source;
  }

  async show(shown: ShownPayload): Promise<void> {
    const json = await wholePayload(shown);
    if (shown.signal.aborted) {
      return;
    }
    const facts = json && readHandshake(readStateRow(new TextDecoder().decode(json)).handshake);
    if (facts) {
      this.#render(facts, undefined, shown);
    } else {
      render(html`<p class="remark">${text('noHandshake')}</p>`, this.element);
    }
  }

  /** @param plain the same with its values; `gone` where nobody has them any more */
  #render(
    facts: HandshakeFacts,
    plain: HandshakeFacts | 'gone' | undefined,
    shown: ShownPayload,
  ): void {
    const seen = plain === undefined || plain === 'gone' ? facts : plain;
    render(
      html`${facts.plainKey === undefined ? maskRemark(facts) : this.#notice(facts, plain, shown)}
      ${handshakeView(seen, this.#formats)}`,
      this.element,
    );
  }

  #notice(facts: HandshakeFacts, plain: HandshakeFacts | 'gone' | undefined, shown: ShownPayload) {
    if (plain === 'gone') {
      return html`<p class="masked" role="status">${text('valuesGone')}</p>`;
    }
    const toggle = () =>
      plain === undefined ? void this.#reveal(facts, shown) : this.#render(facts, undefined, shown);
    return html`<div class="masked">
      <p role="status">${text(plain === undefined ? 'valuesMasked' : 'valuesShown')}</p>
      <button type="button" class="secondary" @click=${toggle}>
        ${text(plain === undefined ? 'showValues' : 'hideValues')}
      </button>
    </div>`;
  }

  async #reveal(facts: HandshakeFacts, shown: ShownPayload): Promise<void> {
    try {
      const { handshake } = await this.#source.askHandshake(facts.plainKey ?? '');
      if (!shown.signal.aborted) {
        this.#render(facts, readHandshake(handshake) ?? 'gone', shown);
      }
    } catch (error) {
      shown.onFailure(error);
    }
  }
}

/** Says what a mask stands for where nothing more can be shown. */
function maskRemark(facts: HandshakeFacts) {
  const isMasked = JSON.stringify(facts).includes(mask);
  return isMasked ? html`<p class="masked">${text('credentialsMasked', mask)}</p>` : nothing;
}
