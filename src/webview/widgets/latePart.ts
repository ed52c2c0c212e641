/** A part of the page that is loaded later, and once. After a failure it can be tried again. */
export class LatePart<T> {
  readonly #load: () => Promise<T>;
  #loading: Promise<T> | undefined;
  #wasTried = false;

  constructor(load: () => Promise<T>) {
    this.#load = load;
  }

  /** Loads it in advance, unless that was tried. Who needs it learns of a failure. */
  prepare(): void {
    if (!this.#wasTried) {
      this.need().catch(() => undefined);
    }
  }

  /** @throws why it could not be loaded */
  need(): Promise<T> {
    this.#wasTried = true;
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }
}
