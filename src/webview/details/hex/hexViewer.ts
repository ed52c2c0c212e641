import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../../core/base/format.ts';
import { inspectedLength, inspectBytes, type Inspection } from '../../../core/text/inspectBytes.ts';
import { hexPreview } from '../../../core/record/preview.ts';
import type { Field } from '../../../core/decode/reading.ts';
import type { DecodedContent, DecodedLayer } from '../../../core/decode/rowDecoding.ts';
import { fieldOf, fieldPlace, innermostField, type RowFields } from '../decoded/rowFields.ts';
import { el } from '../../widgets/dom.ts';
import type {
  PayloadViewer,
  SelectionActions,
  ShownPayload,
  ViewerActions,
} from '../payload/payloadViewer.ts';
import { decodeItem, decodeTool, readBytes } from '../payload/selectedBytes.ts';
import { ViewerMenu } from '../payload/viewerMenu.ts';
import type { MenuItem } from '../../widgets/menu.ts';
import { HexGrid } from './hexGrid.ts';
import { text } from '../../widgets/strings.ts';
import { toolButton } from '../../widgets/toolbar.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import { definitions } from '../../widgets/definitions.ts';

/** In bytes; as hex pairs it stays below the limit for the clipboard. */
const maxCopiedLength = 1024 * 1024;
/** Of the path and the value of a field, in UTF-16 units. */
const maxWordsLength = 300;

/** Whether a layer has bytes that are not in the message. */
const isUnpacked = ({ begin }: DecodedLayer) => begin === undefined;

/** A payload's bytes, and the values that those at the caret may encode. */
export class HexViewer implements PayloadViewer {
  readonly isFilling = true;
  readonly #formats: Formats;
  readonly #context: ViewerActions & SelectionActions;
  readonly #menu: ViewerMenu;
  readonly #grid: HexGrid;
  readonly #tools = el('div', { class: 'viewer-tools' });
  readonly #inspector = el('div', { class: 'inspector' });
  readonly #fields: RowFields | undefined;
  readonly element: HTMLElement;
  #shown: ShownPayload | undefined;
  /** The row, whatever bytes of it are shown. */
  #row: ShownPayload | undefined;
  #content: DecodedContent | undefined;
  /** From where the fields count to where they are in the bytes shown; `undefined`: they are not there. */
  #shift: number | undefined;
  #layer = 0;
  /** Whether the user wants to see what was unpacked rather than the message. */
  #wantsLayer = false;
  #wanted: readonly [from: number, to: number] | undefined;
  #isReading = false;
  /** At the caret, or chosen elsewhere. */
  #field: Field | undefined;

  /** @param fields of the rows that are shown; absent: they are no rows */
  constructor(formats: Formats, context: ViewerActions & SelectionActions, fields?: RowFields) {
    this.#formats = formats;
    this.#fields = fields;
    this.#context = context;
    this.#grid = new HexGrid({
      peek: (from, length) => this.#shown?.reader.loaded(from, length),
      onWindow: (from, to) => this.#want(from, to),
      onSelect: () => this.#onSelect(),
    });
    this.#menu = new ViewerMenu(this.#grid.element, {
      items: target => this.#menuItems(target),
      place: () => this.#grid.caretElement,
    });
    this.element = el(
      'div',
      { class: 'hex-viewer' },
      el('div', { class: 'hex-bytes' }, this.#tools, this.#grid.element),
      this.#inspector,
    );
    this.element.addEventListener('keydown', event => {
      const isCopy = (event.ctrlKey || event.metaKey) && event.key === 'c';
      if (isCopy && document.getSelection()?.isCollapsed !== false) {
        event.stopPropagation();
        this.#copy('hex').catch(this.#fail);
      }
    });
  }

  onKey(event: KeyboardEvent): boolean {
    return event.target === this.#grid.element && this.#menu.onKey(event);
  }

  async show(shown: ShownPayload): Promise<void> {
    const { decoded } = shown.row;
    const isDecoded = decoded !== undefined && decoded !== 'waiting';
    const content = isDecoded ? await this.#fields?.decoded(shown) : undefined;
    if (shown.signal.aborted) {
      return;
    }
    this.#row = shown;
    this.#content = content;
    this.#field = undefined;
    const own = content && this.#fields?.bytes(shown, content);
    const isChosen = this.#fields?.chosen(shown) !== undefined;
    const unpacked = own?.layer === 0 ? content?.layers.findLastIndex(isUnpacked) : own?.layer;
    const wanted = isChosen ? own?.layer : this.#wantsLayer ? unpacked : 0;
    await this.#showLayer(Math.max(0, wanted ?? 0));
  }

  /** Shows what a decoder was given: 0 for the message itself. */
  async #showLayer(layer: number): Promise<void> {
    const [row, content, fields] = [this.#row, this.#content, this.#fields];
    if (!row) {
      return;
    }
    const own = content && fields?.bytes(row, content);
    const reader = content && fields ? fields.layer(row, content, layer) : row.reader;
    const { signal } = row;
    this.#layer = layer;
    this.#shown = { ...row, reader };
    this.#shift = own?.layer === layer ? own.shift : undefined;
    this.#renderTools();
    await reader.read(0, 1, signal);
    if (signal.aborted || this.#shown.reader !== reader) {
      return;
    }
    if (reader.isGone) {
      row.onGone();
      return;
    }
    this.#grid.show(reader.byteLength);
    this.#markChosen(row);
    this.#inspect();
    // What stands below takes room only now.
    this.#grid.revealCaret();
  }

  /** Marks the bytes of the value that was chosen elsewhere. */
  #markChosen(row: ShownPayload): void {
    const chosen = this.#fields?.chosen(row);
    const record = chosen && this.#content?.records[chosen.record];
    const field = record && fieldOf(record, [chosen.path]);
    if (field && this.#shift !== undefined) {
      const range = [Math.max(0, field[1] + this.#shift), field[2] + this.#shift] as const;
      this.#grid.selectRange(...range);
      this.#grid.mark(range);
      this.#field = field;
    }
  }

  #onSelect(): void {
    const [content, shift, row] = [this.#content, this.#shift, this.#row];
    const found =
      content && shift !== undefined && innermostField(content, this.#grid.caret - shift);
    this.#field = found ? found.field : undefined;
    if (found && row) {
      const [path, begin, end] = found.field;
      this.#fields?.choose(row, { record: found.record, path });
      this.#grid.mark([begin + shift, end + shift]);
    } else {
      this.#grid.mark(undefined);
    }
    this.#inspect();
  }

  /** What bytes are shown, where there is a choice. */
  #renderTools(): void {
    const { layers = [] } = this.#content ?? {};
    const choices = layers.flatMap((layer, index) => (isUnpacked(layer) ? [index] : []));
    const choice = (index: number, words: string) =>
      html`<button
        type="button"
        class="tool"
        aria-pressed=${String(index === this.#layer)}
        @click=${() => this.#chooseLayer(index)}
      >
        <span class="label">${words}</span>
      </button>`;
    render(
      choices.length > 0
        ? html`<div class="hex-choice" role="group" aria-label=${text('hexOf')}>
            ${choice(0, this.#sized(text('hexOfMessage'), layers[0]))}
            ${choices.map(index => {
              const { title = '' } = layers[index - 1] ?? {};
              return choice(index, this.#sized(text('hexOfLayer', title), layers[index]));
            })}
          </div>`
        : nothing,
      this.#tools,
    );
  }

  #sized(words: string, layer: DecodedLayer | undefined): string {
    return `${words} · ${this.#formats.bytes(layer?.byteLength ?? 0)}`;
  }

  #chooseLayer(layer: number): void {
    this.#wantsLayer = layer > 0;
    this.#field = undefined;
    this.#showLayer(layer).catch(this.#fail);
  }

  /** Reads the visible bytes, one range at a time; of waiting ranges only the latest is read. */
  #want(from: number, to: number): void {
    const { reader } = this.#shown ?? {};
    if (reader && !reader.loaded(from, to - from)) {
      this.#wanted = [from, to];
      if (!this.#isReading) {
        this.#readWanted().catch(this.#fail);
      }
    }
  }

  readonly #fail = (error: unknown) => this.#shown?.onFailure(error);

  async #readWanted(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#wanted && this.#shown) {
        const [from, to] = this.#wanted;
        this.#wanted = undefined;
        const { reader, signal, onGone } = this.#shown;
        await reader.read(from, to - from, signal);
        if (reader.isGone) {
          onGone();
        } else if (!signal.aborted) {
          this.#grid.draw();
          this.#inspect();
        }
      }
    } finally {
      this.#isReading = false;
    }
  }

  #inspect(): void {
    const bytes = this.#shown?.reader.loaded(this.#grid.caret, inspectedLength);
    if (bytes && bytes.length > 0) {
      render(
        html`${this.#fieldLine()}${this.#place()}${inspectorView(bytes, this.#formats)}`,
        this.#inspector,
      );
    }
  }

  #fieldLine(): TemplateResult | typeof nothing {
    const [field, shift] = [this.#field, this.#shift];
    if (!this.#content || shift === undefined) {
      return nothing;
    }
    if (!field) {
      return html`<div class="field-line"></div>`; // Its place stays, so that the bytes do.
    }
    const [path, , , , value] = field;
    const cut = (words: string) => visibleLine(words.slice(0, maxWordsLength));
    return html`<div class="field-line">
      <span class="path" title=${cut(path)}>${cut(path)}</span>
      <span class="value" title=${cut(value)}>${cut(value)}</span>
      <span class="value-place">${fieldPlace(field, shift, this.#formats)}</span>
    </div>`;
  }

  #place(): TemplateResult {
    const [from, to] = this.#grid.selection;
    const offset = `${this.#formats.count(from)} (0x${from.toString(16)})`;
    const length = to - from > 1 ? text('selectedBytes', this.#formats.count(to - from)) : '';
    return html`<div class="place">
      <span class="words">${text('offset')} ${offset} ${length}</span>
      ${toolButton({
        name: 'copyHex',
        icon: 'copy',
        isDisabled: to - from > maxCopiedLength,
        run: () => void this.#copy('hex').catch(this.#fail),
      })}
      ${toolButton(decodeTool(this.#decodedLength, this.#decode))}
      ${toolButton({
        name: 'copyAsText',
        icon: 'symbol-string',
        isDisabled: to - from > maxCopiedLength,
        run: () => void this.#copy('text').catch(this.#fail),
      })}
    </div>`;
  }

  #menuItems(target: EventTarget | null | undefined): readonly MenuItem[] {
    this.#grid.selectAt(target ?? null);
    const [from, to] = this.#grid.selection;
    const copy = (name: 'copyHex' | 'copyAsText', as: 'hex' | 'text'): MenuItem => ({
      kind: 'action',
      label: text(name),
      isDisabled: to - from > maxCopiedLength,
      run: () => void this.#copy(as).catch(this.#fail),
    });
    return [
      copy('copyHex', 'hex'),
      copy('copyAsText', 'text'),
      { kind: 'line' },
      decodeItem(this.#decodedLength, this.#decode),
    ];
  }

  /** What is selected; all, if that is only the byte at the caret. */
  get #decoded(): readonly [from: number, to: number] {
    const [from, to] = this.#grid.selection;
    return to - from > 1 ? [from, to] : [0, this.#shown?.reader.byteLength ?? 0];
  }

  get #decodedLength(): number {
    const [from, to] = this.#decoded;
    return to - from;
  }

  readonly #decode = () => {
    const [from, to] = this.#decoded;
    if (this.#shown) {
      readBytes(this.#shown, from, to).then(
        bytes => bytes && this.#context.onDecode(bytes),
        this.#fail,
      );
    }
  };

  async #copy(as: 'hex' | 'text'): Promise<void> {
    const [from, to] = this.#grid.selection;
    if (!this.#shown || to - from > maxCopiedLength) {
      return;
    }
    const bytes = await readBytes(this.#shown, from, to);
    if (bytes) {
      this.#context.onCopyText(as === 'hex' ? hexPreview(bytes) : new TextDecoder().decode(bytes));
    }
  }
}

/** The bytes at the caret as numbers in both byte orders, a character, and times. */
function inspectorView(bytes: Uint8Array, formats: Formats): TemplateResult {
  const { numbers, bits, character, times } = inspectBytes(bytes);
  return html`<table class="inspected">
      <thead>
        <tr>
          <th scope="col">${text('inspectType')}</th>
          <th scope="col">${text('littleEndian')}</th>
          <th scope="col">${text('bigEndian')}</th>
        </tr>
      </thead>
      <tbody>
        ${numbers.map(
          ({ name, little = '–', big }) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${little}</td>
              <td>${big ?? (little === '–' ? '–' : '')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${definitions([
      [text('inspectBits'), bits],
      [text('inspectCharacter'), characterText(character)],
      ...times.map(({ name, at }) => [name, formats.moment(at)] as const),
    ])}`;
}

function characterText(character: Inspection['character']): string {
  if (character === undefined) {
    return text('notUtf8');
  }
  const code = character.codePointAt(0) ?? 0;
  return `${visibleLine(character)} U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
