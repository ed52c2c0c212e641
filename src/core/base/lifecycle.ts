/** Anything that holds something which must be given back. Matches `vscode.Disposable` by shape. */
export interface Disposable {
  dispose(): void;
}

/** Wraps `release` so that it runs once, however often the result is disposed. */
export function toDisposable(release: () => void): Disposable {
  let pending: (() => void) | undefined = release;
  return {
    dispose: () => {
      const run = pending;
      pending = undefined;
      run?.();
    },
  };
}

/** While `countLeaks` runs: what holds something that must be given back. */
let held: Set<object> | undefined;

/** For `countLeaks`: `item` holds something until `noteReleased` is called with it. */
export function noteHeld(item: object): void {
  held?.add(item);
}

export function noteReleased(item: object): void {
  held?.delete(item);
}

/**
 * Owns disposables and releases them together, newest first, because later ones may depend on
 * earlier ones. One that throws does not keep the rest from being released.
 */
export class DisposableStore implements Disposable {
  readonly #items = new Set<Disposable>();
  #disposed = false;

  constructor() {
    noteHeld(this);
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  /** Takes ownership of `item`; a store that is already disposed releases it at once. */
  add<T extends Disposable>(item: T): T {
    if (this.#disposed) {
      item.dispose();
    } else {
      this.#items.add(item);
    }
    return item;
  }

  /** Releases `item` before the rest, and owns it no more. */
  delete(item: Disposable): void {
    if (this.#items.delete(item)) {
      item.dispose();
    }
  }

  /** Releases everything owned so far; the store stays usable. */
  clear(): void {
    const items = [...this.#items].reverse();
    this.#items.clear();
    const errors: unknown[] = [];
    for (const item of items) {
      try {
        item.dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw new AggregateError(errors, `${errors.length} of ${items.length} disposals failed`);
    }
  }

  dispose(): void {
    this.#disposed = true;
    noteReleased(this);
    this.clear();
  }

  /** For tests: counts the stores, timers and subscriptions that `body` makes and does not dispose of. */
  static async countLeaks(body: () => void | Promise<void>): Promise<number> {
    const counted = (held = new Set<object>());
    try {
      await body();
      return counted.size;
    } finally {
      held = undefined;
    }
  }
}
