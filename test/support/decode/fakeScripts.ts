import type {
  Script,
  ScriptAnswer,
  ScriptBatch,
  ScriptMessage,
  ScriptRunner,
} from '../../../src/core/decode/script/script.ts';
import type { ScriptAccess } from '../../../src/core/decode/script/sessionScripts.ts';

/** A batch that a script was asked, and that waits for its answers. */
export interface AskedBatch extends ScriptBatch {
  /** Answers each message. */
  answer(say: (message: ScriptMessage) => ScriptAnswer): void;
}

export const acme: Script = { name: 'acme', title: 'Acme', file: '/w/acme.mjs', version: 1 };

/** An answer with facts. */
export const read = (value: unknown): ScriptAnswer => ({ is: 'read', value });
export const passed: ScriptAnswer = { is: 'passed' };

/** Runs no scripts, but answers what a test says, when it says so. */
export class FakeScripts implements ScriptRunner, ScriptAccess {
  readonly runner = this;
  /** All that were asked, in their order. */
  readonly asked: AskedBatch[] = [];
  readonly ended: number[] = [];
  readonly brokenOff: number[] = [];
  readonly #say: ((message: ScriptMessage, script: Script) => ScriptAnswer) | undefined;
  #lastId = 0;

  /** @param say answers all batches at once; absent: the test answers each */
  constructor(say?: (message: ScriptMessage, script: Script) => ScriptAnswer) {
    this.#say = say;
  }

  readonly nextId = (): number => ++this.#lastId;

  run(batch: ScriptBatch): Promise<readonly ScriptAnswer[]> {
    const { promise, resolve } = Promise.withResolvers<readonly ScriptAnswer[]>();
    const answer: AskedBatch['answer'] = say => resolve(batch.messages.map(say));
    this.asked.push({ ...batch, answer });
    const say = this.#say;
    if (say) {
      answer(message => structuredClone(say(message, batch.script)));
    }
    return promise;
  }

  breakOff(session: number): void {
    this.brokenOff.push(session);
  }

  endSession(id: number): void {
    this.ended.push(id);
  }

  /** The numbers of the messages that each batch was about. */
  get seqs(): readonly (readonly number[])[] {
    return this.asked.map(({ messages }) => messages.map(({ seq }) => seq));
  }
}
