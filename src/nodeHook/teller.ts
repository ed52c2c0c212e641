import { cancel, jsonOf, later, now, pause } from './pristine.ts';

/** Gives a text to the debugger. */
export type Tell = (json: string) => void;

// The bounds in characters hold also where the timers of a program never run.

/** Told at once, so that a flood costs few calls. */
const maxBoxLength = 256 * 1024;
const flushMs = 20;
/** What is kept, in characters, until the debugger listens. */
const maxKept = 32 * 1024 * 1024;
/** The debugger does not come any more then. */
const maxWaitMs = 30_000;
/** A program that has ended waits so long for it, if there is something to tell, in pauses of 5 ms. */
const maxLastPauses = 200;
const pauseMs = 5;

/**
 * Tells what the hook sees, in lists. Until somebody listens it keeps them: the hook comes before the
 * program's first line, and the debugger's connection a moment later.
 */
export class Teller {
  readonly #onGivenUp: () => void;
  #tell: Tell | undefined;
  #box: string[] = [];
  #boxLength = 0;
  #kept: string[] = [];
  #keptLength = 0;
  /** The sockets of which messages came that could not be kept. */
  readonly #missed = new Set<unknown>();
  #timer: NodeJS.Timeout | undefined;
  #limit: NodeJS.Timeout | undefined;

  /** @param onGivenUp nobody has come to listen */
  constructor(onGivenUp: () => void) {
    this.#onGivenUp = onGivenUp;
  }

  get isHeard(): boolean {
    return this.#tell !== undefined;
  }

  /** From now on somebody listens. */
  begin(tell: Tell): void {
    this.#tell = tell;
    this.#stopWaiting();
    const kept = this.#kept;
    this.#kept = [];
    this.#keptLength = 0;
    for (const list of kept) {
      tell(list);
    }
    this.#missed.clear();
  }

  /** @param event the number of a socket, what happened, when, and facts */
  say(event: readonly unknown[]): void {
    if (!this.#tell) {
      this.#limit ??= later(maxWaitMs, this.#onGivenUp);
    }
    const [id, kind] = event;
    if (this.#keptLength > maxKept && (kind === 'in' || kind === 'out')) {
      if (!this.#missed.has(id)) {
        this.#missed.add(id);
        this.#put([id, 'missed', now()]);
      }
      return;
    }
    this.#put(event);
  }

  flush(): void {
    cancel(this.#timer);
    this.#timer = undefined;
    if (this.#box.length === 0) {
      return;
    }
    const list = `[${this.#box.join()}]`;
    this.#box = [];
    this.#boxLength = 0;
    if (this.#tell) {
      this.#tell(list);
      return;
    }
    this.#kept.push(list);
    this.#keptLength += list.length;
    // Not even their openings and ends have room.
    if (this.#keptLength > 2 * maxKept) {
      this.#onGivenUp();
    }
  }

  /**
   * The program ends: tells what there is. A program that is shorter than the way to it waits for that:
   * the debugger interrupts JavaScript that runs or pauses, and so listens. The pauses are counted: the
   * program may have replaced each clock, also before the hook came.
   */
  lastWords(): void {
    this.flush();
    for (let count = 0; count < maxLastPauses && !this.#tell && this.#kept.length > 0; count++) {
      pause(pauseMs);
    }
  }

  /** Tells what there is, and nothing after that. */
  end(): void {
    this.flush();
    this.#stopWaiting();
    this.#tell = undefined;
    this.#kept = [];
    this.#missed.clear();
  }

  #put(event: readonly unknown[]): void {
    const json = jsonOf(event);
    this.#box.push(json);
    this.#boxLength += json.length;
    if (this.#boxLength > maxBoxLength) {
      this.flush();
    } else {
      this.#timer ??= later(flushMs, () => this.flush());
    }
  }

  #stopWaiting(): void {
    cancel(this.#limit);
    this.#limit = undefined;
  }
}
