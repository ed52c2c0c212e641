import { visibleText } from '../../core/text/visibleText.ts';
import { el } from '../widgets/dom.ts';
import { inSlices } from '../widgets/slices.ts';
import type { TextBlock } from '../widgets/textBlock.ts';

/** For guessing the height of what has not been laid out yet. */
const columnsGuess = 100;

/** Long text in blocks that the browser lays out as they come near the screen. */
export class TextView {
  readonly element = el('div', { class: 'text' });

  clear(): void {
    this.element.replaceChildren();
  }

  /** Adds these blocks a little at a time, until `signal` stops it. */
  async add(blocks: Iterable<TextBlock>, signal: AbortSignal): Promise<void> {
    await inSlices(this.#adding(blocks), signal);
  }

  *#adding(blocks: Iterable<TextBlock>): Generator<undefined, void> {
    for (const block of blocks) {
      this.#add(block);
      yield undefined;
    }
  }

  #add({ text, lineCount, mark }: TextBlock): void {
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
    this.element.append(element);
  }
}
