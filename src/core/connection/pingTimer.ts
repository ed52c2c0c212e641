import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import type { Health } from './state/state.ts';

/** What a beat can see of the connection it keeps. */
export interface Link {
  readonly bytesRead: () => number;
  readonly bufferedBytes: () => number;
  readonly isPaused: () => boolean;
}

export interface PingTimerOptions {
  readonly firstMs: number;
  readonly intervalMs: number;
  /** Absent: no answer is waited for. */
  readonly timeoutMs: number | undefined;
  /** So many beats in a row without any sign of life make the link dead. */
  readonly misses: number;
  /** Sends one beat; `sequence` counts from 1. */
  readonly send: (sequence: number) => void;
  /** May dispose of the beat, as may `send`. */
  readonly onHealth: (health: Health) => void;
  readonly onDead: (silentMs: number) => void;
}

/** One beat on its way: what is compared when its time is up. */
interface Probe {
  readonly sequence: number;
  readonly sentAt: number;
  readonly bytesRead: number;
  bufferedBytes: number;
  extensions: number;
  isStallIgnored: boolean;
}

/** A peer that still takes what we sent gets so many timeouts more. */
const maxExtensions = 2;
/** A timer that is later than this says that we slept, not the peer. */
const stallMs = 1000;

/**
 * Sends something again and again and watches for life. Any byte from the peer counts as life, not
 * only an answer: an answer may be stuck behind a large message. One beat without life makes the
 * link suspect and sends a second; another one makes it dead.
 */
export class PingTimer implements Disposable {
  readonly #options: PingTimerOptions;
  readonly #clock: Clock;
  readonly #link: Link;
  #isRunning = false;
  #sequence = 0;
  #probe: Probe | undefined;
  #misses = 0;
  #silentSince = 0;
  #next: Disposable | undefined;
  #timeout: Disposable | undefined;

  constructor(options: PingTimerOptions, clock: Clock, link: Link) {
    this.#options = options;
    this.#clock = clock;
    this.#link = link;
  }

  get isWaiting(): boolean {
    return this.#probe !== undefined;
  }

  /** @param firstMs when the first beat comes */
  start(firstMs = this.#options.firstMs): void {
    this.#isRunning = true;
    this.#silentSince = this.#clock.monotonic();
    if (firstMs === 0) {
      this.#beat();
    } else {
      this.#next = this.#clock.schedule(firstMs, () => this.#beat());
    }
  }

  /** The awaited answer came; returns the milliseconds since beat `sequence`, where that is it. */
  answered(sequence = this.#sequence): number | undefined {
    const probe = this.#probe;
    if (!probe || sequence > probe.sequence) {
      return undefined;
    }
    // An answer to an earlier beat is life, but says nothing about the time of this one.
    const elapsedMs =
      sequence === probe.sequence ? this.#clock.monotonic() - probe.sentAt : undefined;
    this.#alive();
    return elapsedMs;
  }

  /** Stops beating; it may be started again. */
  dispose(): void {
    this.#isRunning = false;
    this.#next?.dispose();
    this.#timeout?.dispose();
    this.#probe = undefined;
    this.#misses = 0;
  }

  #beat(): void {
    // Each beat is planned from now on, so after a stall there is one beat, not all that were missed.
    this.#next?.dispose();
    const { intervalMs } = this.#options;
    this.#next =
      intervalMs === Infinity ? undefined : this.#clock.schedule(intervalMs, () => this.#beat());
    if (this.#probe || this.#link.isPaused()) {
      return;
    }
    this.#send();
  }

  #send(): void {
    const { timeoutMs, send } = this.#options;
    this.#sequence++;
    const sentAt = this.#clock.monotonic();
    const bytesRead = this.#link.bytesRead();
    send(this.#sequence);
    if (timeoutMs !== undefined && this.#isRunning) {
      this.#probe = {
        sequence: this.#sequence,
        sentAt,
        bytesRead,
        bufferedBytes: this.#link.bufferedBytes(),
        extensions: 0,
        isStallIgnored: false,
      };
      this.#wait(timeoutMs);
    }
  }

  #wait(delayMs: number): void {
    const dueAt = this.#clock.monotonic() + delayMs;
    this.#timeout?.dispose();
    this.#timeout = this.#clock.schedule(delayMs, () => {
      const lagMs = this.#clock.monotonic() - dueAt;
      // The answer may wait in the socket already, behind whatever held this thread up.
      this.#timeout = this.#clock.afterInput(() => this.#judge(delayMs, lagMs));
    });
  }

  #judge(delayMs: number, lagMs: number): void {
    const probe = this.#probe;
    if (!probe) {
      return;
    }
    const bufferedBytes = this.#link.bufferedBytes();
    if (this.#link.bytesRead() > probe.bytesRead) {
      this.#alive();
    } else if (this.#link.isPaused()) {
      this.#wait(delayMs);
    } else if (lagMs > stallMs && !probe.isStallIgnored) {
      probe.isStallIgnored = true;
      this.#wait(Math.min(delayMs, lagMs));
    } else if (bufferedBytes < probe.bufferedBytes && probe.extensions < maxExtensions) {
      probe.bufferedBytes = bufferedBytes;
      probe.extensions++;
      this.#wait(delayMs);
    } else {
      this.#missed();
    }
  }

  #missed(): void {
    this.#probe = undefined;
    this.#misses++;
    if (this.#misses >= this.#options.misses) {
      const silentMs = this.#clock.monotonic() - this.#silentSince;
      this.dispose();
      this.#options.onDead(silentMs);
      return;
    }
    this.#options.onHealth('suspect');
    if (this.#isRunning) {
      this.#send();
    }
  }

  #alive(): void {
    this.#timeout?.dispose();
    this.#probe = undefined;
    this.#silentSince = this.#clock.monotonic();
    if (this.#misses > 0) {
      this.#misses = 0;
      this.#options.onHealth('ok');
    }
  }
}
