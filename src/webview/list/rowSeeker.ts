import { messageOf } from '../../core/base/errors.ts';
import type { Located } from '../../core/capture/view.ts';

/** A row by what names it in every list. */
export interface RowName {
  readonly connection: string;
  readonly seq: number;
}

export type Place = RowName | { readonly at: number };

export type Locate = (question: {
  readonly generation: number;
  readonly place: Place;
}) => Promise<Located>;

/** Before it is asked again where a row is that the list has not come to. */
const againMs = 150;

/** Finds out where a row is in a list, also while that list is still being made. One at a time. */
export class RowSeeker {
  readonly #locate: Locate;
  readonly #onFailure: (reason: string) => void;
  #turn = 0;
  #isSeeking = false;

  constructor(locate: Locate, onFailure: (reason: string) => void) {
    this.#locate = locate;
    this.#onFailure = onFailure;
  }

  get isSeeking(): boolean {
    return this.#isSeeking;
  }

  /** Gives up what is being looked for, if anything. */
  cancel(): void {
    this.#turn++;
    this.#isSeeking = false;
  }

  /** @param onAnswer called with each answer; the last one has `isScanned` */
  seek(generation: number, place: Place, onAnswer: (located: Located) => void): void {
    this.cancel();
    this.#isSeeking = true;
    void this.#run({ generation, place }, this.#turn, onAnswer);
  }

  async #run(
    question: Parameters<Locate>[0],
    turn: number,
    onAnswer: (located: Located) => void,
  ): Promise<void> {
    try {
      while (turn === this.#turn) {
        const located = await this.#locate(question);
        if (turn !== this.#turn) {
          return;
        }
        if (located.isScanned) {
          this.#isSeeking = false;
          onAnswer(located);
          return;
        }
        onAnswer(located);
        await new Promise(resolve => setTimeout(resolve, againMs));
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#isSeeking = false;
        this.#onFailure(messageOf(error));
      }
    }
  }
}
