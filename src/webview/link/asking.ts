interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What the host says to a question: a result, or in a sentence why there is none. */
export type Answered =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };

/** The questions to the host that wait for their answers. */
export class Asking {
  readonly #post: (message: unknown) => void;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;

  constructor(post: (message: unknown) => void) {
    this.#post = post;
  }

  /** Rejects with what the host says went wrong. */
  ask(request: string, params: unknown): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, request, params });
    });
  }

  settle(answer: Answered): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(new Error(answer.error));
    } else {
      waiting?.resolve(answer.result);
    }
  }
}
