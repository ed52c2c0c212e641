import { messageOf } from '../../../core/base/errors.ts';
import type { Located } from '../../../core/capture/view.ts';

/** Names a row in every list that it is in, since its position differs from list to list. */
export interface RowName {
  readonly connection: string;
  readonly seq: number;
}

/** A row, or a moment in milliseconds since 1970. */
export type RowPlace = RowName | { readonly at: number };

export type Locate = (question: {
  readonly generation: number;
  readonly place: RowPlace;
}) => Promise<Located>;

export function rowName({ connection, seq }: RowName): RowName {
  return { connection, seq };
}

/** The time between two questions while the list has not come to the place. */
const askAgainMs = 150;

/** Finds the position of a place in a list, also while that list is still being made. One at a time. */
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

  /** Stops the search, if there is one. */
  cancel(): void {
    this.#turn++;
    this.#isSeeking = false;
  }

  /** @param onAnswer called with each answer; the last one has `isScanned` */
  seek(generation: number, place: RowPlace, onAnswer: (located: Located) => void): void {
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
        await new Promise(resolve => setTimeout(resolve, askAgainMs));
      }
    } catch (error) {
      if (turn === this.#turn) {
        this.#isSeeking = false;
        this.#onFailure(messageOf(error));
      }
    }
  }
}
