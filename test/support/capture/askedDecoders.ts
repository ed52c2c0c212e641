import { toDisposable } from '../../../src/core/base/lifecycle.ts';
import type { JudgeAnswer, JudgeRequest } from '../../../src/core/capture/judge.ts';
import type { DecodersOf } from '../../../src/core/connection/wire/decodedWatches.ts';

/** Decoders whose answers a test gives. */
export class AskedDecoders implements DecodersOf {
  nextSeq = 0;
  /** How many keep them. */
  holders = 0;
  readonly asked: JudgeRequest[] = [];
  #answers: ((answer: JudgeAnswer | undefined) => void)[] = [];

  readonly judge = (request: JudgeRequest): Promise<JudgeAnswer | undefined> => {
    this.asked.push(request);
    return new Promise(resolve => this.#answers.push(resolve));
  };

  readonly holdDecoders = () => {
    this.holders++;
    return toDisposable(() => this.holders--);
  };

  /** Answers the oldest request that has no answer; by default that nothing matches. */
  async answer(answer: Partial<JudgeAnswer> | 'none' = {}): Promise<void> {
    const to = this.asked.at(-this.#answers.length)?.to ?? 0;
    const resolve = this.#answers.shift();
    resolve?.(
      answer === 'none' ? undefined : { matches: [], settledTo: to, undecoded: 0, ...answer },
    );
    for (let turn = 0; turn < 5; turn++) {
      await Promise.resolve();
    }
  }
}

/** A match of a question, which is the first one by default. */
export function judged(seq: number, question = 0, rest: { readonly value?: string } = {}) {
  return { question, seq, head: new Uint8Array(), byteLength: 0, ...rest };
}
