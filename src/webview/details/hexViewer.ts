import { html, render, type TemplateResult } from 'lit/html.js';
import type { Formats } from '../../core/base/format.ts';
import { inspectedLength, inspectBytes, type Inspection } from '../../core/text/inspectBytes.ts';
import { hexPreview } from '../../core/record/preview.ts';
import { el } from '../widgets/dom.ts';
import type { PayloadViewer, ViewerActions, ShownPayload } from './payloadViewer.ts';
import { HexGrid } from './hexGrid.ts';
import { text } from '../widgets/strings.ts';
import { toolButton } from '../widgets/toolbar.ts';
import { visibleLine } from '../../core/text/visibleText.ts';
import { definitions } from '../widgets/definitions.ts';

/** In bytes; as hex pairs it stays below the limit for the clipboard. */
const maxCopiedLength = 1024 * 1024;

/** A payload's bytes, and the values that those at the caret may encode. */
export class HexViewer implements PayloadViewer {
  readonly isFilling = true;
  readonly #formats: Formats;
  readonly #context: ViewerActions;
  readonly #grid: HexGrid;
  readonly #inspector = el('div', { class: 'inspector' });
  readonly element: HTMLElement;
  #shown: ShownPayload | undefined;
  #wanted: readonly [from: number, to: number] | undefined;
  #isReading = false;

  constructor(formats: Formats, context: ViewerActions) {
    this.#formats = formats;
    this.#context = context;
    this.#grid = new HexGrid({
      peek: (from, length) => this.#shown?.reader.loaded(from, length),
      onWindow: (from, to) => this.#want(from, to),
      onSelect: () => this.#inspect(),
    });
    this.element = el('div', { class: 'hex-viewer' }, this.#grid.element, this.#inspector);
    this.element.addEventListener('keydown', event => {
      const isCopy = (event.ctrlKey || event.metaKey) && event.key === 'c';
      if (isCopy && document.getSelection()?.isCollapsed !== false) {
        event.stopPropagation();
        this.#copy('hex').catch(this.#fail);
      }
    });
  }

  async show(shown: ShownPayload): Promise<void> {
    this.#shown = shown;
    const { reader, signal } = shown;
    await reader.read(0, 1, signal);
    if (!signal.aborted && !reader.isGone) {
      this.#grid.show(reader.byteLength);
      this.#inspect();
    }
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
      render(html`${this.#place()}${inspectorView(bytes, this.#formats)}`, this.#inspector);
    }
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
      ${toolButton({
        name: 'copyAsText',
        icon: 'symbol-string',
        isDisabled: to - from > maxCopiedLength,
        run: () => void this.#copy('text').catch(this.#fail),
      })}
    </div>`;
  }

  async #copy(as: 'hex' | 'text'): Promise<void> {
    const [from, to] = this.#grid.selection;
    const { reader, signal } = this.#shown ?? {};
    if (!reader || !signal || to - from > maxCopiedLength) {
      return;
    }
    await reader.read(from, to - from, signal);
    const bytes = reader.loaded(from, to - from);
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
