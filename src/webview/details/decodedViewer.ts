import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { DecodedLayer, DecodedMessage, DecodedRecord } from '../../core/decode/rowDecoding.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { DecodedAnswer } from '../../shared/monitorProtocol.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { definitions, type Definition } from '../widgets/definitions.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import type { JsonViewer } from './jsonViewer.ts';
import { PayloadReader } from './payloadReader.ts';
import type { PayloadViewer, ShownPayload } from './payloadViewer.ts';

export interface DecodedSource {
  /** The shown row as its decoders read it. */
  readonly askDecoded: () => Promise<DecodedAnswer>;
  /** Goes to another row of the same connection. */
  readonly onGoTo: (seq: number) => void;
  /** Shows the rows of the call whose request this row is. */
  readonly onConversation: (seq: number) => void;
}

const encoder = new TextEncoder();

const callStates: Readonly<Record<NonNullable<DecodedRecord['state']>, PageString>> = {
  open: 'callOpen',
  done: 'callDone',
  failed: 'callFailed',
  cancelled: 'callCancelled',
  unanswered: 'callUnansweredLong',
  forgotten: 'callForgotten',
};

/** A message as its decoders read it: what they know of it, and its value as a tree. */
export class DecodedViewer implements PayloadViewer {
  readonly isFilling = true;
  readonly #formats: Formats;
  readonly #source: DecodedSource;
  readonly #tree: JsonViewer;
  readonly #facts = el('div', { class: 'decoded-facts' });
  readonly element: HTMLElement;
  #record = 0;

  constructor(formats: Formats, source: DecodedSource, tree: JsonViewer) {
    this.#formats = formats;
    this.#source = source;
    this.#tree = tree;
    this.element = el('div', { class: 'decoded-viewer' }, this.#facts, tree.element);
  }

  async show(shown: ShownPayload): Promise<void> {
    const { message } = await this.#source.askDecoded();
    if (shown.signal.aborted) {
      return;
    }
    this.#record = 0;
    if (message) {
      await this.#showMessage(message, shown);
    } else {
      render(html`<p class="remark">${text('notDecoded')}</p>`, this.#facts);
      this.#tree.element.hidden = true;
    }
  }

  onKey(event: KeyboardEvent): boolean {
    return !this.#tree.element.hidden && this.#tree.onKey(event);
  }

  async #showMessage(message: DecodedMessage, shown: ShownPayload): Promise<void> {
    const record = message.records[this.#record];
    this.#renderFacts(message, shown);
    const value = record?.value;
    this.#tree.element.hidden = value === undefined;
    if (value !== undefined) {
      const bytes = encoder.encode(value);
      const reader = new PayloadReader(bytes.length, (from, length) =>
        Promise.resolve({ bytes: bytes.subarray(from, from + length), byteLength: bytes.length }),
      );
      await this.#tree.show({ ...shown, reader });
    }
  }

  #renderFacts(message: DecodedMessage, shown: ShownPayload): void {
    const { records, layers, parts = [] } = message;
    const record = records[this.#record];
    const choose = (index: number) => {
      this.#record = index;
      this.#showMessage(message, shown).catch(shown.onFailure);
    };
    render(
      html`${
        records.length > 1
          ? html`<div
              class="decoded-records"
              role="listbox"
              aria-label=${text('decodedRecords', this.#formats.count(records.length))}
            >
              ${records.map(
                (each, index) =>
                  html`<button
                    type="button"
                    role="option"
                    aria-selected=${String(index === this.#record)}
                    @click=${() => choose(index)}
                  >
                    ${visibleLine(each.summary)}
                  </button>`,
              )}
            </div>`
          : nothing
      }
      ${record ? definitions(this.#factsOf(record, layers, parts, shown.row.seq)) : nothing}
      ${record?.isValueTooLong ? html`<p class="remark">${text('decodedTooLong')}</p>` : nothing}`,
      this.#facts,
    );
  }

  #factsOf(
    record: DecodedRecord,
    layers: readonly DecodedLayer[],
    parts: readonly number[],
    seq: number,
  ): readonly Definition[] {
    const { event = '', topic = '', type = '', id = '', envelope = '', summary } = record;
    const titles = layers.map(({ title }) => title).join(', ');
    return [
      [text('decodedAsName'), titles],
      [text('event'), event],
      [text('topic'), topic === event ? '' : topic],
      [text('type'), type === event ? '' : type],
      [text('id'), id],
      [text('decodedCall'), this.#callOf(record, seq)],
      [text('decodedParts'), parts.length === 0 ? '' : this.#rowLinks(parts)],
      [text('decodedAround'), envelope],
      [text('decodedProblem'), this.#problemsOf(record, layers)],
      ...(record.value === undefined ? [[text('content'), summary] as const] : []),
    ];
  }

  /** Its part in a call, with ways to the other rows of it. */
  #callOf(record: DecodedRecord, seq: number): TemplateResult | string {
    const { role, request, response, state, ms, firstMs } = record;
    if (role === undefined) {
      return '';
    }
    const latency = (value: number) => this.#formats.latency(value);
    const isGoingOn = state === 'open' && (role === 'item' || firstMs !== undefined);
    const words = [
      ...(state
        ? [text(isGoingOn ? 'callGoesOn' : callStates[state])]
        : role === 'part'
          ? []
          : [text('callOrphanLong')]),
      ...(ms === undefined ? [] : [text('callAfter', latency(ms))]),
      ...(firstMs === undefined ? [] : [text('callFirstAfter', latency(firstMs))]),
    ];
    return html`${words.join(', ')}
      ${request === undefined ? nothing : this.#rowLink('goToRequest', request)}
      ${
        response === undefined || response === seq
          ? nothing
          : this.#rowLink('goToResponse', response)
      }
      <button
        type="button"
        class="run-row"
        @click=${() => this.#source.onConversation(request ?? seq)}
      >
        ${text('showConversation')}
      </button>`;
  }

  #rowLink(name: 'goToRequest' | 'goToResponse', seq: number): TemplateResult {
    return html`<button type="button" class="run-row" @click=${() => this.#source.onGoTo(seq)}>
      ${text(name)} #${seq}
    </button>`;
  }

  #rowLinks(seqs: readonly number[]): TemplateResult {
    return html`${seqs.map(
      seq =>
        html`<button type="button" class="run-row" @click=${() => this.#source.onGoTo(seq)}>
          #${seq}
        </button>`,
    )}`;
  }

  #problemsOf(record: DecodedRecord, layers: readonly DecodedLayer[]): string {
    const place = (at: number) => this.#formats.count(at);
    const ofLayers = layers.flatMap(({ title, problem }) =>
      problem ? [text('decoderProblem', title, problem.is, place(problem.at))] : [],
    );
    const own = record.problem;
    return ofLayers.length > 0 || !own
      ? ofLayers.join(' ')
      : text('decoderProblem', layers.at(-1)?.title ?? '', own.is, place(own.at));
  }
}
