import { onUnexpectedError } from './errors.ts';
import { noteHeld, noteReleased, toDisposable, type Disposable } from './lifecycle.ts';

/** Subscribes `listener` until the returned disposable is disposed. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * The private end of an event: keep the emitter to yourself and hand out `event`. The error of a
 * listener that throws goes to `onUnexpectedError`, and the other listeners are still called.
 */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>();

  readonly event: Event<T> = call => {
    const entry = { call };
    this.#listeners.add(entry);
    noteHeld(entry);
    return toDisposable(() => this.#delete(entry));
  };

  fire(value: T): void {
    // A copy, so that a listener may subscribe or unsubscribe while the event is delivered.
    for (const entry of [...this.#listeners]) {
      if (!this.#listeners.has(entry)) {
        continue;
      }
      try {
        entry.call(value);
      } catch (error) {
        onUnexpectedError(error);
      }
    }
  }

  dispose(): void {
    for (const entry of [...this.#listeners]) {
      this.#delete(entry);
    }
  }

  #delete(entry: { readonly call: (value: T) => void }): void {
    this.#listeners.delete(entry);
    noteReleased(entry);
  }
}
