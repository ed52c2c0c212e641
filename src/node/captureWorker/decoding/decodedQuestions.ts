import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { JudgeAnswer, JudgeRequest } from '../../../core/capture/judge.ts';
import type { CaptureDecoding } from './captureDecoding.ts';
import type { DecodingSlot } from './decodingSlot.ts';
import type { DecodingTime } from './decodingTime.ts';

/** How long to decode before others have their turn. */
const sliceMs = 4;

/** A capture that is asked about. */
interface Asked {
  readonly store: CaptureStore;
  readonly decoding: DecodingSlot;
}

interface DecodedQuestionsOptions {
  readonly captures: ReadonlyMap<number, Asked>;
  readonly decodingTime: DecodingTime;
  /** Whether batches wait to be stored. */
  readonly isPressed: () => boolean;
}

/** Looks at rows that decoders have come to. */
interface Reader {
  /** Goes on with rows below `to` until `deadline`, of `performance.now`. @returns the row to go on with */
  read(decoding: CaptureDecoding, from: number, to: number, deadline: number): number;
}

/** Answers what the host asks about decoded rows, between all other work. */
export class DecodedQuestions {
  readonly #options: DecodedQuestionsOptions;

  constructor(options: DecodedQuestionsOptions) {
    this.#options = options;
  }

  async judge(capture: number, request: JudgeRequest): Promise<JudgeAnswer> {
    const { Judging } = await import('./judging.ts');
    const asked = this.#options.captures.get(capture);
    const judging = new Judging(request, asked?.store);
    const from = Math.min(...request.questions.map(question => question.from));
    return this.#reading(capture, judging, from, request.to, (problem, decoding) =>
      judging.answer(problem, decoding),
    );
  }

  async summaries(
    capture: number,
    seqs: readonly number[],
  ): Promise<readonly (string | undefined)[]> {
    const { Summaries } = await import('./summaries.ts');
    const summaries = new Summaries(seqs, this.#options.captures.get(capture)?.store);
    const [first = 0] = seqs;
    return this.#reading(capture, summaries, first, (seqs.at(-1) ?? 0) + 1, () => summaries.all);
  }

  /** Reads the rows `from` up to, not including, `to`, as far as they are there. */
  async #reading<T>(
    capture: number,
    reader: Reader,
    from: number,
    to: number,
    answer: (problem: string | undefined, decoding: CaptureDecoding | undefined) => T,
  ): Promise<T> {
    const asked = this.#options.captures.get(capture);
    if (!asked) {
      return answer(undefined, undefined);
    }
    const { store, decoding: slot } = asked;
    await slot.useLoaded();
    try {
      let cursor = from;
      while (slot.decoding && this.#options.captures.get(capture) === asked) {
        const { first, next } = store.extent;
        cursor = Math.max(cursor, first);
        const end = Math.min(to, next);
        if (cursor >= end) {
          break;
        }
        const { decoding } = slot;
        const { decodingTime, isPressed } = this.#options;
        const hasGoneOn = decodingTime.use(isPressed(), sliceMs, deadline => {
          if (decoding.cursor < end) {
            decoding.work(deadline);
          }
          const readable = Math.min(end, decoding.cursor);
          if (cursor < readable) {
            cursor = reader.read(decoding, cursor, readable, deadline);
          }
        });
        if (cursor < end) {
          const isWaiting = decoding.isWaiting && cursor >= decoding.cursor;
          await (isWaiting ? slot.goesOn() : this.#giveWay(hasGoneOn));
        }
      }
      return answer(slot.problem, slot.decoding);
    } finally {
      slot.leave();
    }
  }

  #giveWay(hasGoneOn: boolean): Promise<void> {
    return new Promise(resolve => {
      if (hasGoneOn) {
        setImmediate(resolve);
      } else {
        // In vain, it would only keep the thread busy.
        setTimeout(resolve, sliceMs);
      }
    });
  }
}
