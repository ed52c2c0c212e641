import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { Timer } from '../base/timer.ts';
import type { Toxics } from './toxics.ts';

/** Bytes that wait. They are cut only when their turn comes: slices of one byte would take a hundred each. */
interface Waiting {
  readonly bytes: Uint8Array;
  readonly cameAt: number;
  /** What was wrong when they came. */
  readonly toxics: Toxics;
  /** So many of them have gone out. */
  position: number;
}

/** The source is paused while so many bytes wait. */
const maxWaitingBytes = 262_144;
/** A limited rate passes on what fits into so many milliseconds at once. */
const ratePieceMs = 50;

interface ToxicPipeOptions {
  readonly clock: Clock;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  /** Passes on; returns whether the target takes more before `drained` is called. */
  readonly output: (bytes: Uint8Array) => boolean;
  /** So much waits that no more should come, or it does not any more. */
  readonly onFull: (isFull: boolean) => void;
}

/** Delays the bytes of one direction as a bad network does. Their order stays. */
export class ToxicPipe implements Disposable {
  readonly #options: ToxicPipeOptions;
  readonly #timer: Timer;
  readonly #openedAt: number;
  #toxics: Toxics;
  #queue: Waiting[] = [];
  #waitingBytes = 0;
  /** When the next piece of the first of them is due, as far as that was reckoned. */
  #dueAt: number | undefined;
  #isBlocked = false;
  #isFull = false;
  #lastDueAt = 0;
  /** When the link is free for the next bytes. */
  #freeAt = 0;
  #onEmpty: (() => void) | undefined;

  constructor(toxics: Toxics, options: ToxicPipeOptions) {
    this.#toxics = toxics;
    this.#options = options;
    this.#timer = new Timer(options.clock);
    this.#openedAt = options.clock.monotonic();
  }

  /** What waits already keeps its time, unless nothing is wrong any more. */
  setToxics(toxics: Toxics): void {
    this.#toxics = toxics;
    if (!delays(toxics)) {
      this.#timer.dispose();
      this.#freeAt = 0;
      this.#lastDueAt = 0;
      const waiting = this.#queue;
      this.#queue = [];
      this.#dueAt = undefined;
      waiting.forEach(({ bytes, position }) => this.#pass(bytes.subarray(position)));
      this.#emptied();
    } else {
      this.#schedule();
    }
  }

  push(bytes: Uint8Array): void {
    if (!delays(this.#toxics) && this.#queue.length === 0) {
      this.#isBlocked = !this.#options.output(bytes);
      return;
    }
    if (bytes.length > 0) {
      const cameAt = this.#options.clock.monotonic();
      this.#queue.push({ bytes, cameAt, toxics: this.#toxics, position: 0 });
      this.#waitingBytes += bytes.length;
    }
    this.#tellFull();
    this.#schedule();
  }

  /** The target takes bytes again. */
  drained(): void {
    if (this.#isBlocked) {
      this.#isBlocked = false;
      this.#schedule();
    }
  }

  /** Calls `done` when all before it has gone out. */
  afterAll(done: () => void): void {
    if (this.#queue.length === 0) {
      done();
    } else {
      this.#onEmpty = done;
    }
  }

  dispose(): void {
    this.#timer.dispose();
    this.#queue = [];
    this.#onEmpty = undefined;
  }

  /** When the next piece is due, of so many bytes. */
  #reckon(length: number, { cameAt, toxics }: Waiting): number {
    const { latencyMs, jitterMs, bytesPerSecond, slicePauseMs, sliceBytes } = toxics;
    const begin = Math.max(cameAt, this.#freeAt);
    const travel = bytesPerSecond > 0 ? (length / bytesPerSecond) * 1000 : 0;
    this.#freeAt = begin + travel + (sliceBytes > 0 ? slicePauseMs : 0);
    const jitter = jitterMs * (2 * this.#options.random() - 1);
    const late = begin + travel + Math.max(0, latencyMs + jitter);
    this.#lastDueAt = this.#afterStall(Math.max(late, this.#lastDueAt), toxics);
    return this.#lastDueAt;
  }

  /** The end of the stall that the moment falls into; the first comes after one period. */
  #afterStall(at: number, { stallEveryMs, stallMs }: Toxics): number {
    if (stallEveryMs <= 0 || stallMs <= 0) {
      return at;
    }
    const since = at - this.#openedAt;
    const period = Math.floor(since / stallEveryMs);
    const into = since - period * stallEveryMs;
    return period > 0 && into < stallMs ? at + stallMs - into : at;
  }

  #schedule(): void {
    const [first] = this.#queue;
    if (first && this.#toxics.timeoutMs === 0 && !this.#isBlocked) {
      this.#dueAt ??= this.#reckon(nextLength(first), first);
      const wait = this.#dueAt - this.#options.clock.monotonic();
      this.#timer.start(Math.max(0, wait), () => this.#release());
    } else {
      this.#timer.dispose();
    }
  }

  #release(): void {
    const now = this.#options.clock.monotonic();
    let count = 0;
    for (const waiting of this.#queue) {
      if (!this.#releaseDue(waiting, now)) {
        break;
      }
      count++;
    }
    this.#queue.splice(0, count);
    this.#emptied();
    this.#schedule();
  }

  /** Passes on what is due; returns whether that is all. */
  #releaseDue(waiting: Waiting, now: number): boolean {
    const { bytes } = waiting;
    while (waiting.position < bytes.length) {
      const length = nextLength(waiting);
      this.#dueAt ??= this.#reckon(length, waiting);
      if (this.#dueAt > now || this.#isBlocked) {
        return false;
      }
      this.#dueAt = undefined;
      const begin = waiting.position;
      waiting.position += length;
      this.#pass(bytes.subarray(begin, waiting.position));
    }
    return true;
  }

  #pass(bytes: Uint8Array): void {
    this.#waitingBytes = Math.max(0, this.#waitingBytes - bytes.length);
    this.#isBlocked = !this.#options.output(bytes);
  }

  #tellFull(): void {
    const isFull = this.#waitingBytes > maxWaitingBytes;
    if (isFull !== this.#isFull) {
      this.#isFull = isFull;
      this.#options.onFull(isFull);
    }
  }

  #emptied(): void {
    this.#tellFull();
    const done = this.#onEmpty;
    if (done && this.#queue.length === 0) {
      this.#onEmpty = undefined;
      done();
    }
  }
}

/** Whether bytes are held up at all. */
function delays(toxics: Toxics): boolean {
  const { latencyMs, jitterMs, bytesPerSecond, sliceBytes, stallEveryMs, timeoutMs } = toxics;
  return (
    latencyMs > 0 ||
    jitterMs > 0 ||
    bytesPerSecond > 0 ||
    sliceBytes > 0 ||
    stallEveryMs > 0 ||
    timeoutMs > 0
  );
}

/** Of the next piece, in bytes. */
function nextLength({ bytes, position, toxics }: Waiting): number {
  return Math.min(pieceSize(toxics), bytes.length - position);
}

function pieceSize({ sliceBytes, bytesPerSecond }: Toxics): number {
  const byRate =
    bytesPerSecond > 0 ? Math.max(1, Math.ceil((bytesPerSecond * ratePieceMs) / 1000)) : Infinity;
  return Math.min(sliceBytes > 0 ? sliceBytes : Infinity, byRate, 65_536);
}
