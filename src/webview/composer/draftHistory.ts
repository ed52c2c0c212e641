import type { MessageBody } from '../../core/message/messageBody.ts';
import { bodyOfDraft, hasText, type Draft } from './draft.ts';

/** Goes through what was sent before, and back to what was being written. */
export class DraftHistory {
  #texts: readonly string[] = [];
  /** How far back: 0 is what is being written. */
  #back = 0;
  #written = '';

  /** Whether what is shown is an earlier message. */
  get isAway(): boolean {
    return this.#back > 0;
  }

  /** What was written is another text now. */
  reset(): void {
    this.#back = 0;
  }

  /**
   * The text to show; `undefined` where there is nothing further.
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

/** Those of the draft's kind, oldest first, each once and not what is shown already. */
function textsOf(draft: Draft, history: readonly MessageBody[]): readonly string[] {
  const { as } = bodyOfDraft(draft);
  const texts = history.flatMap(body =>
    hasText(body.as) && body.as === as && 'text' in body ? [body.text] : [],
  );
  return texts.filter((words, at) => texts.lastIndexOf(words) === at && words !== draft.text);
}
