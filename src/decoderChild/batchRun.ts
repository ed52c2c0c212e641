import { answerOf, type SessionState } from './answer.ts';
import { runBounded } from './boundedTurns.ts';
import { endProcess } from './confine.ts';
import type { LoadedDecoder } from './loadDecoder.ts';
import { flush, tell } from './pipes.ts';
import {
  maxStateLength,
  messageLimitMs,
  patientLimitMs,
  type BatchRequest,
  type Ending,
} from './protocol.ts';
import { scriptErrorOf } from './scriptError.ts';
import { WaitingAnswers } from './waitingAnswers.ts';

const now = performance.now.bind(performance);
const residentBytes = process.memoryUsage.rss.bind(process.memoryUsage);
const parse = JSON.parse.bind(JSON);
const stringify = JSON.stringify.bind(JSON);

/** Answers are written after this time, or this number of bytes, at the latest. */
const turnMs = 10;
const turnBytes = 256 * 1024;

/** With the heap limited by V8, what is beyond it is the decoder's buffers. */
const maxResidentBytes = 512 * 1024 * 1024;

/** Runs a decoder for batches of messages, and keeps what it knows of their sessions. */
export class BatchRun {
  readonly #decoder: LoadedDecoder;
  readonly #file: string;
  readonly #states = new Map<number, SessionState>();

  constructor(decoder: LoadedDecoder, file: string) {
    this.#decoder = decoder;
    this.#file = file;
  }

  forget(session: number): void {
    this.#states.delete(session);
  }

  /** Writes the answers. Ends the process where a message takes too long, or memory too much. */
  run(batch: BatchRequest): void {
    const { id, messages, isStepped, isPatient } = batch;
    const state = this.#stateOf(batch);
    const waiting = new WaitingAnswers(id, this.#file);
    const progress = { at: 0, state: undefined as string | undefined, isThrough: false };
    const turn = () => {
      const begun = now();
      for (let message = messages[progress.at]; message; message = messages[progress.at]) {
        waiting.add(answerOf(this.#decoder, this.#file, batch.session, message, state));
        progress.at++;
        if (isStepped || waiting.size > turnBytes || now() - begun > turnMs) {
          return;
        }
      }
      progress.state = state && this.#snapshot(state);
      progress.isThrough = true;
    };
    do {
      const usedMs = runBounded(turn, turnMs + (isPatient ? patientLimitMs : messageLimitMs));
      waiting.tell();
      if (usedMs !== undefined) {
        const isStarved = !isPatient && usedMs < messageLimitMs / 2;
        this.#end(id, isStarved ? 'starved' : 'slow');
      }
      if (residentBytes() > maxResidentBytes) {
        this.#end(id, 'memory');
      }
      flush();
    } while (!progress.isThrough);
    tell({ is: 'done', id, state: progress.state });
    flush();
  }

  #stateOf({ session, state }: BatchRequest): SessionState | undefined {
    if (!this.#decoder.isOrdered) {
      return undefined;
    }
    const known = this.#states.get(session.id);
    if (known && state === undefined) {
      return known;
    }
    const fresh = { value: parse(state ?? '{}') as object };
    this.#states.set(session.id, fresh);
    return fresh;
  }

  /** JSON of a state, to go on with in another process. */
  #snapshot({ value }: SessionState): string | undefined {
    const file = this.#file;
    const told = (message: string) => tell({ is: 'stray', error: { message, file } });
    try {
      const text = stringify(value) as string | undefined;
      if (text !== undefined && text.length <= maxStateLength) {
        return text;
      }
      told(
        'context.state takes more than 64 KiB as JSON, and is lost when the decoder is started again',
      );
    } catch (error) {
      const { message } = scriptErrorOf(error, file);
      told(`context.state cannot be kept as JSON: ${message}`);
    }
    return undefined;
  }

  #end(id: number, why: Ending): never {
    tell({ is: 'ending', id, why });
    flush();
    return endProcess();
  }
}
