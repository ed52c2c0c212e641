import type { MessageBody } from '../../core/message/messageBody.ts';
import { bodyOfDraft, hasText, type Draft } from './draft.ts';

/** Moves through the sent messages, and back to the text being written. */
export class DraftHistory {
  #texts: readonly string[] = [];
  /** Steps back; 0 is the text being written. */
  #back = 0;
  #written = '';

  /** Whether a sent message is shown. */
  get isAway(): boolean {
    return this.#back > 0;
  }

  /** The text was edited or replaced. */
  reset(): void {
    this.#back = 0;
  }

  /**
   * The text to show; `undefined` at either end.
   *
   * @param step 1 for an older one, -1 for a newer one
   */
  move(step: 1 | -1, draft: Draft, history: readonly MessageBody[]): string | undefined {
    if (this.#back === 0) {
      this.#written = draft.text;
      this.#texts = textsOf(draft, history);
    }
    const back = this.#back + step;
    if (back < 0 || back > this.#texts.length) {
      return undefined;
    }
    this.#back = back;
    return back === 0 ? this.#written : this.#texts[this.#texts.length - back];
  }
}

/** The sent texts of the draft's kind, oldest first, without duplicates and the draft's own text. */
function textsOf(draft: Draft, history: readonly MessageBody[]): readonly string[] {
  const { as } = bodyOfDraft(draft);
  const texts = history.flatMap(body =>
    hasText(body.as) && body.as === as && 'text' in body ? [body.text] : [],
  );
  return texts.filter((words, at) => texts.lastIndexOf(words) === at && words !== draft.text);
}
