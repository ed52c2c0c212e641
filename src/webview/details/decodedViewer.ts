import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import type { Field, Problem } from '../../core/decode/reading.ts';
import type {
  DecodedContent,
  DecodedLayer,
  DecodedMessage,
  DecodedRecord,
  DecodedSelection,
} from '../../core/decode/rowDecoding.ts';
import { hexPreview } from '../../core/record/preview.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import { definitions, type Definition } from '../widgets/definitions.ts';
import { el } from '../widgets/dom.ts';
import { text } from '../widgets/strings.ts';
import type { JsonViewer, ValuePlaces } from './jsonViewer.ts';
import { readerOf } from './payloadReader.ts';
import type { PayloadViewer, ShownPayload, ViewerActions } from './payloadViewer.ts';
import { problemWords } from './problemWords.ts';
import { RecordList } from './recordList.ts';
import { fieldOf, fieldPlace, type RowFields } from './rowFields.ts';
import { readBytes } from './selectedBytes.ts';

/** What a viewer of decoded values leads to. */
export interface DecodedLinks {
  /** Goes to another row of the same connection. */
  readonly onGoTo: (seq: number) => void;
  /** Shows the rows of the call whose request this row is. */
  readonly onConversation: (seq: number) => void;
  /** Opens the file of a decoder of the user's own, by its name. */
  readonly onOpenDecoder: (name: string) => void;
}

/** What is shown: a message, or what was selected. */
export type ShownContent = DecodedContent &
  Pick<DecodedMessage, 'parts'> &
  Pick<DecodedSelection, 'rest'>;

export interface DecodedViewerParts {
  readonly actions: ViewerActions & DecodedLinks;
  readonly read: (shown: ShownPayload) => Promise<ShownContent | undefined>;
  readonly makeTree: (places: ValuePlaces) => JsonViewer;
  /** For what no decoder makes a value of. */
  readonly makeRest: (isText: boolean) => PayloadViewer;
  /** Of the row; absent: of what is shown nobody knows the bytes. */
  readonly fields?: RowFields;
}

const encoder = new TextEncoder();
/** In bytes; as hex pairs it stays below the limit for the clipboard. */
const maxCopiedLength = 1024 * 1024;

const callStates: Readonly<Record<NonNullable<DecodedRecord['state']>, PageString>> = {
  open: 'callOpen',
  done: 'callDone',
  failed: 'callFailed',
  cancelled: 'callCancelled',
  unanswered: 'callUnansweredLong',
  forgotten: 'callForgotten',
};

/** Where some answers have come, and not the last. */
const statesWithItems: Partial<typeof callStates> = {
  open: 'callGoesOn',
  unanswered: 'callWentOn',
};

/** A message as its decoders read it: what they know of it, and its value as a tree. */
export class DecodedViewer implements PayloadViewer, ValuePlaces {
  readonly isFilling = true;
  readonly #formats: Formats;
  readonly #parts: DecodedViewerParts;
  readonly #tree: JsonViewer;
  readonly #records: RecordList;
  readonly #facts = el('div', { class: 'decoded-facts' });
  readonly #rest = el('div', { class: 'decoded-rest' });
  readonly element: HTMLElement;
  #record = 0;
  #content: ShownContent | undefined;
  #shown: ShownPayload | undefined;
  #restViewer: PayloadViewer | undefined;

  constructor(formats: Formats, parts: DecodedViewerParts) {
    this.#formats = formats;
    this.#parts = parts;
    this.#tree = parts.makeTree(this);
    this.#records = new RecordList({
      onChoose: index => this.#choose(index),
      onEnter: () => this.#tree.focus(),
    });
    this.element = el(
      'div',
      { class: 'decoded-viewer' },
      this.#records.element,
      this.#facts,
      this.#tree.element,
      this.#rest,
    );
  }

  async show(shown: ShownPayload): Promise<void> {
    const content = await this.#parts.read(shown);
    if (shown.signal.aborted) {
      return;
    }
    this.#shown = shown;
    this.#content = content;
    const chosen = this.#parts.fields?.chosen(shown);
    this.#record = Math.min(chosen?.record ?? 0, (content?.records.length ?? 1) - 1);
    this.#rest.hidden = true;
    if (!content) {
      this.#records.element.hidden = true;
      this.#tree.element.hidden = true;
      render(html`<p class="remark">${text('notDecoded')}</p>`, this.#facts);
      return;
    }
    const { records } = content;
    const label = text('decodedRecords', this.#formats.count(records.length));
    this.#records.show(
      label,
      records.map(({ summary }) => summary),
      this.#record,
    );
    await this.#showRecord(content, shown);
    // Another one may be shown by now.
    if (chosen && this.#shown === shown) {
      this.#tree.activate(chosen.path);
    }
  }

  onKey(event: KeyboardEvent): boolean {
    return (
      (!this.#tree.element.hidden && this.#tree.onKey(event)) ||
      (!this.#rest.hidden && (this.#restViewer?.onKey?.(event) ?? false))
    );
  }

  onActive(paths: readonly string[]): void {
    const [path] = paths;
    if (this.#shown && path !== undefined) {
      const field = this.#fieldAt(paths);
      this.#parts.fields?.choose(this.#shown, { record: this.#record, path: field?.[0] ?? path });
    }
  }

  describe(paths: readonly string[]): string {
    const field = this.#fieldAt(paths);
    const [shown, content, { fields }] = [this.#shown, this.#content, this.#parts];
    return field && shown && content && fields
      ? fieldPlace(field, fields.bytes(shown, content).shift, this.#formats)
      : '';
  }

  copyBytes(paths: readonly string[]): void {
    const field = this.#fieldAt(paths);
    const [shown, content, { fields }] = [this.#shown, this.#content, this.#parts];
    if (field && shown && content && fields) {
      const { reader, shift } = fields.bytes(shown, content);
      const [, begin, end] = field;
      const to = Math.min(end, begin + maxCopiedLength);
      readBytes({ ...shown, reader }, begin + shift, to + shift).then(
        bytes => bytes && this.#parts.actions.onCopyText(hexPreview(bytes)),
        shown.onFailure,
      );
    }
  }

  /** Where a value, or the first of what holds it, has bytes of its own in what is shown. */
  #fieldAt(paths: readonly string[]): Field | undefined {
    const record = this.#parts.fields && this.#content?.records[this.#record];
    const field = record && fieldOf(record, paths);
    // One that began in a message before has not all its bytes here.
    return field && field[1] >= 0 && field[2] > field[1] ? field : undefined;
  }

  #choose(index: number): void {
    const [content, shown] = [this.#content, this.#shown];
    if (content && shown) {
      this.#record = index;
      this.#parts.fields?.choose(shown, { record: index, path: '$' });
      this.#showRecord(content, shown).catch(shown.onFailure);
    }
  }

  async #showRecord(content: ShownContent, shown: ShownPayload): Promise<void> {
    const record = content.records[this.#record];
    const { rest } = content;
    const value = record?.value;
    this.#renderFacts(content, shown);
    this.#tree.element.hidden = value === undefined;
    if (value !== undefined) {
      await this.#tree.show({ ...shown, reader: readerOf(encoder.encode(value)) });
    } else if (rest) {
      const viewer = this.#parts.makeRest(rest.isText);
      this.#restViewer = viewer;
      this.#rest.replaceChildren(viewer.element);
      this.#rest.className = viewer.isFilling ? 'decoded-rest' : 'decoded-rest scrolling';
      this.#rest.hidden = false;
      await viewer.show({ ...shown, reader: readerOf(rest.bytes) });
    }
  }

  #renderFacts({ records, layers, parts = [], rest }: ShownContent, shown: ShownPayload): void {
    const record = records[this.#record];
    const isCut = rest !== undefined && rest.bytes.length < rest.byteLength;
    const sizes = isCut
      ? [this.#formats.bytes(rest.bytes.length), this.#formats.bytes(rest.byteLength)]
      : [];
    render(
      html`${record ? definitions(this.#factsOf(record, layers, parts, shown.row.seq)) : nothing}
      ${record?.isValueTooLong ? html`<p class="remark">${text('decodedTooLong')}</p>` : nothing}
      ${isCut ? html`<p class="remark">${text('shownOf', ...sizes)}</p>` : nothing}`,
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
    const hasItems = role === 'item' || firstMs !== undefined;
    const words = [
      ...(state
        ? [text((hasItems && statesWithItems[state]) || callStates[state])]
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
        @click=${() => this.#parts.actions.onConversation(request ?? seq)}
      >
        ${text('showConversation')}
      </button>`;
  }

  #rowLink(name: 'goToRequest' | 'goToResponse', seq: number): TemplateResult {
    return html`<button
      type="button"
      class="run-row"
      @click=${() => this.#parts.actions.onGoTo(seq)}
    >
      ${text(name)} #${seq}
    </button>`;
  }

  #rowLinks(seqs: readonly number[]): TemplateResult {
    return html`${seqs.map(
      seq =>
        html`<button type="button" class="run-row" @click=${() => this.#parts.actions.onGoTo(seq)}>
          #${seq}
        </button>`,
    )}`;
  }

  #problemsOf(record: DecodedRecord, layers: readonly DecodedLayer[]): TemplateResult | string {
    const told = (title: string, { is, at, message }: Problem) =>
      message === undefined
        ? text('decoderProblem', title, text(problemWords[is]), this.#formats.count(at))
        : text('decoderProblemSaid', title, visibleLine(message));
    const ofLayers = layers.flatMap(({ title, problem }) =>
      problem ? [told(title, problem)] : [],
    );
    const own = record.problem;
    const words =
      ofLayers.length > 0 || !own ? ofLayers.join(' ') : told(layers.at(-1)?.title ?? '', own);
    const ofScript = layers.find(({ problem }) => problem?.is === 'script');
    return ofScript
      ? html`${words}
          <button
            type="button"
            class="run-row"
            @click=${() => this.#parts.actions.onOpenDecoder(ofScript.name)}
          >
            ${text('openDecoder')}
          </button>`
      : words;
  }
}
