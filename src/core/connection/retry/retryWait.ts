import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { Timer } from '../../base/timer.ts';

/** After a wake-up networks come back late, so failures in this time do not count. */
const ignoredAfterWakeMs = 30_000;
/** A wait that ended during the sleep ends a random time after it, so that not all do at once. */
const afterWakeMs = [500, 2000] as const;
/** The least time between two hints that end a wait. */
const hintIntervalMs = 30_000;

/** The wait before the next attempt, which a sleep of the machine or a hint may shorten. */
export class RetryWait implements Disposable {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #timer: Timer;
  /** On the wall clock, which does not stop while the machine sleeps. */
  #dueAtWall = 0;
  #wokeAt = -Infinity;
  #hintedAt = -Infinity;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#timer = new Timer(clock);
  }

  get isRunning(): boolean {
    return this.#timer.isRunning;
  }

  /** Whether the machine has woken so lately that a failure says nothing about the endpoint. */
  get wokeUp(): boolean {
    return this.#clock.monotonic() - this.#wokeAt < ignoredAfterWakeMs;
  }

  /** Starts the wait. */
  start(delayMs: number, onOver: () => void): void {
    this.#dueAtWall = this.#clock.now() + delayMs;
    this.#timer.start(delayMs, onOver);
  }

  /** Notes that the machine has slept. */
  woke(): void {
    this.#wokeAt = this.#clock.monotonic();
  }

  /** How long the current wait should still take after a sleep. */
  leftAfterWakeMs(): number {
    // Timers may have stood still with the machine; the wall clock has not.
    const [low, high] = afterWakeMs;
    return Math.max(this.#dueAtWall - this.#clock.now(), low + (high - low) * this.#random());
  }

  /** Whether a hint may cut the wait short now. Where it `applies`, it counts as used. */
  takesHint(applies: boolean): boolean {
    const now = this.#clock.monotonic();
    const takes = applies && now - this.#hintedAt >= hintIntervalMs;
    if (takes) {
      this.#hintedAt = now;
    }
    return takes;
  }

  dispose(): void {
    this.#timer.dispose();
  }
}
