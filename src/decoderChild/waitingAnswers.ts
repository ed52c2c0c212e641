import type { ScriptAnswer } from '../core/decode/script/script.ts';
import { refused } from './answer.ts';
import { frameOf } from './frames.ts';
import { tellFrame } from './pipes.ts';
import { plainCopy } from './plainCopy.ts';
import { maxAnswerBytes } from './protocol.ts';
import { scriptErrorOf } from './scriptError.ts';

/** The answers to a batch that are not told yet. They are copies, so the decoder cannot change them. */
export class WaitingAnswers {
  readonly #id: number;
  readonly #file: string;
  #room = maxAnswerBytes;
  /** Answers, and frames of one each. */
  #waiting: (ScriptAnswer | Uint8Array)[] = [];
  #size = 0;

  constructor(id: number, file: string) {
    this.#id = id;
    this.#file = file;
  }

  /** About how much they take. */
  get size(): number {
    return this.#size;
  }

  /** Runs code of the decoder, such as getters. */
  add(answer: ScriptAnswer): void {
    const [waiting, size] = this.#copied(answer);
    this.#size += size;
    this.#waiting[this.#waiting.length] = waiting;
  }

  /** Runs no code of the decoder. */
  tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#size = 0;
    let group: ScriptAnswer[] = [];
    for (const each of waiting) {
      if (each instanceof Uint8Array) {
        this.#tellGroup(group);
        group = [];
        this.#tellOne(each);
      } else {
        group[group.length] = each;
      }
    }
    this.#tellGroup(group);
  }

  #copied(answer: ScriptAnswer): readonly [ScriptAnswer | Uint8Array, number] {
    if (answer.is !== 'read') {
      return [answer, 0];
    }
    try {
      const copy = plainCopy(answer.value);
      if (copy) {
        return [{ is: 'read', value: copy.value }, copy.size];
      }
      const frame = this.#frameOf([answer]);
      return [frame, frame.length];
    } catch (error) {
      const { message } = scriptErrorOf(error, this.#file);
      return [refused(`decode has returned what cannot be copied: ${message}`, this.#file), 0];
    }
  }

  #tellGroup(group: readonly ScriptAnswer[]): void {
    if (group.length > 0) {
      const frame = this.#frameOf(group);
      if (frame.length <= this.#room || group.length === 1) {
        this.#tellOne(frame);
      } else {
        group.forEach(answer => this.#tellOne(this.#frameOf([answer])));
      }
    }
  }

  #tellOne(frame: Uint8Array): void {
    if (frame.length <= this.#room) {
      this.#room -= frame.length;
      tellFrame(frame);
    } else {
      const why = 'The answers to a batch of messages are larger than 16 MiB';
      tellFrame(this.#frameOf([refused(why, this.#file)]));
    }
  }

  #frameOf(answers: readonly ScriptAnswer[]): Uint8Array {
    return frameOf({ is: 'answers', id: this.#id, answers });
  }
}
