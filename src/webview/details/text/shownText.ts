import { sourceOfVisible, visibleText } from '../../../core/text/visibleText.ts';
import { el } from '../../widgets/dom.ts';
import { inSlices } from '../../widgets/slices.ts';
import { byteOfUnit, type TextBlock } from '../../widgets/textBlock.ts';

/** For estimating the height of text without a layout. */
const columnsGuess = 100;

/** Long text in blocks, which the browser lays out when they are near the screen. */
export class ShownText {
  readonly element = el('div', { class: 'text' });
  /** By their elements; `begin` counts in the whole text. */
  readonly #blocks = new Map<Element, TextBlock>();
  #end = 0;

  /** Of the whole text, up to which byte it is shown. */
  get end(): number {
    return this.#end;
  }

  clear(): void {
    this.#blocks.clear();
    this.#end = 0;
    this.element.replaceChildren();
  }

  /**
   * Adds these blocks in slices until `signal` is aborted.
   *
   * @param range the bytes of the whole text that they are cut from
   */
  async add(
    blocks: Iterable<TextBlock>,
    [from, to]: readonly [number, number],
    signal: AbortSignal,
  ): Promise<void> {
    this.#end = to;
    await inSlices(this.#adding(blocks, from), signal);
  }

  /** The bytes that the user has selected, the first and the one after the last. @param bytes of the whole text */
  selected(bytes: Uint8Array): readonly [from: number, to: number] | undefined {
    const selection = getSelection();
    if (!selection || selection.isCollapsed) {
      return undefined;
    }
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.element)) {
      return undefined;
    }
    const from = this.#byteAt(range.startContainer, range.startOffset, bytes) ?? 0;
    const to = this.#byteAt(range.endContainer, range.endOffset, bytes) ?? this.#end;
    return to > from ? [from, to] : undefined;
  }

  /** `undefined`: the place is outside of the text. */
  #byteAt(node: Node, offset: number, bytes: Uint8Array): number | undefined {
    if (node === this.element) {
      const next = this.element.children[offset];
      return (next && this.#blocks.get(next)?.begin) ?? this.#end;
    }
    const element = (node instanceof Element ? node : node.parentElement)?.closest('.block');
    const block = element && this.#blocks.get(element);
    if (!block) {
      return undefined;
    }
    const before = document.createRange();
    before.setStart(element, 0);
    before.setEnd(node, offset);
    const unit = sourceOfVisible(block.text, before.toString().length);
    return byteOfUnit(bytes, block.begin, unit);
  }

  *#adding(blocks: Iterable<TextBlock>, from: number): Generator<undefined, void> {
    for (const block of blocks) {
      this.#add({ ...block, begin: from + block.begin });
      yield undefined;
    }
  }

  #add(block: TextBlock): void {
    const { text, lineCount, mark } = block;
    const element = el('div', { class: 'block' });
    if (mark === undefined) {
      element.append(visibleText(text));
    } else {
      const character = String.fromCodePoint(text.codePointAt(mark) ?? 0x20);
      element.append(
        visibleText(text.slice(0, mark)),
        el('mark', { class: 'problem-place' }, visibleText(character)),
        visibleText(text.slice(mark + character.length)),
      );
    }
    const lines = Math.max(lineCount, text.length / columnsGuess);
    element.style.containIntrinsicBlockSize = `auto ${Math.ceil(lines)}lh`;
    this.#blocks.set(element, block);
    this.element.append(element);
  }
}
