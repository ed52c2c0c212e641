import type { Disposable } from './lifecycle.ts';

/** Owns what was made for requests, once for all that have the same key, until it is not wanted any more. */
export class KeptByKey<Request, Made extends Disposable> implements Disposable {
  readonly #keyOf: (request: Request) => string;
  readonly #make: (request: Request) => Made;
  readonly #kept = new Map<string, Made>();

  constructor(keyOf: (request: Request) => string, make: (request: Request) => Made) {
    this.#keyOf = keyOf;
    this.#make = make;
  }

  get all(): readonly Made[] {
    return [...this.#kept.values()];
  }

  /** What was made for the request, or is made now. */
  get(request: Request): Made {
    const key = this.#keyOf(request);
    const made = this.#kept.get(key) ?? this.#make(request);
    this.#kept.set(key, made);
    return made;
  }

  /** Releases what is for other requests. */
  retain(requests: readonly Request[]): void {
    const wanted = new Set(requests.map(this.#keyOf));
    for (const [key, made] of [...this.#kept]) {
      if (!wanted.has(key)) {
        this.#kept.delete(key);
        made.dispose();
      }
    }
  }

  dispose(): void {
    this.retain([]);
  }
}
