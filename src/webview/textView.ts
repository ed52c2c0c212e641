import type { JsonPart } from '../core/payload/jsonView.ts';
import { visibleText } from '../core/payload/visibleText.ts';
import { el } from './dom.ts';
import type { TextBlock } from './textBlock.ts';

/** How long filling may keep the page from answering to the user. */
const sliceMs = 8;
/** For guessing the height of what has not been laid out yet. */
const columnsGuess = 100;

/**
 * Long text in blocks that the browser lays out as they come near the screen. Plain until then:
 * colours cost an element a token.
 */
export class TextView {
  readonly element = el('div', { class: 'text' });
  readonly #blocks = new Map<Element, TextBlock>();
  readonly #observer: IntersectionObserver;

  /** @param scroller what the blocks are scrolled in */
  constructor(scroller: HTMLElement) {
    this.#observer = new IntersectionObserver(entries => this.#onSight(entries), {
      root: scroller,
      rootMargin: '50% 0px',
    });
  }

  clear(): void {
    this.#observer.disconnect();
    this.#blocks.clear();
    this.element.replaceChildren();
  }

  /**
   * Shows these blocks in place of the last ones, a little at a time. What was there stays until
   * the first is ready.
   *
   * @returns what the generator returns; `undefined` where `signal` stopped it
   */
  async fill<R>(blocks: Generator<TextBlock, R>, signal: AbortSignal): Promise<R | undefined> {
    let until = performance.now() + sliceMs;
    let isFirst = true;
    for (;;) {
      const next = blocks.next();
      if (isFirst) {
        this.clear();
        isFirst = false;
      }
      if (next.done) {
        return next.value;
      }
      this.#add(next.value);
      if (performance.now() > until) {
        await new Promise(resolve => setTimeout(resolve));
        until = performance.now() + sliceMs;
        if (signal.aborted) {
          return undefined;
        }
      }
    }
  }

  #add(block: TextBlock): void {
    const element = el('div', { class: 'block' }, visibleText(block.text));
    const lines = Math.max(block.lineCount, block.text.length / columnsGuess);
    element.style.containIntrinsicBlockSize = `auto ${Math.ceil(lines)}lh`;
    this.element.append(element);
    if (block.parts) {
      this.#blocks.set(element, block);
      this.#observer.observe(element);
    }
  }

  #onSight(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const block = this.#blocks.get(target);
      if (block?.parts && isIntersecting) {
        target.replaceChildren(...coloured(block.parts()));
      } else if (block && target.childElementCount > 0) {
        target.textContent = visibleText(block.text);
      }
    }
  }
}

/** Elements for the tokens that have a colour; all between two of them is one text. */
function* coloured(parts: Iterable<JsonPart>): Generator<HTMLElement | string> {
  let plain = '';
  for (const { text, kind } of parts) {
    if (kind === undefined || kind === 'punctuation') {
      plain += text;
    } else {
      yield visibleText(plain);
      plain = '';
      yield el('span', { class: kind }, visibleText(text));
    }
  }
  yield visibleText(plain);
}
