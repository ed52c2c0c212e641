import { el } from './dom.ts';

/** What screen readers say, politely: when they are done with what they are saying. */
export class LiveRegion {
  readonly element = el('p', { 'class': 'spoken', 'role': 'status', 'aria-live': 'polite' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Says it now, instead of what was to be said later. */
  say(sentence: string): void {
    this.cancel();
    this.element.textContent = sentence;
  }

  /** Says after a while what `sentence` returns then, instead of what was to be said before. */
  sayLater(afterMs: number, sentence: () => string): void {
    this.cancel();
    this.#timer = setTimeout(() => this.say(sentence()), afterMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
