/** Decides when a part's requests are answered: in a later task, as by the host, or if a test says so. */
export class AnswerGate {
  #held: Promise<undefined> | undefined;
  #release: () => void = () => undefined;

  /** Resolves when a request that is made now may be answered. */
  opened(): Promise<unknown> {
    return this.#held ?? laterTask();
  }

  /** Holds back the answers to requests from now on. */
  hold(): void {
    this.#held = new Promise(resolve => {
      this.#release = () => resolve(undefined);
    });
  }

  /** Answers further requests at once; those that are held still wait. */
  pass(): void {
    this.#held = undefined;
  }

  /** Answers the requests that are held, and resolves when that has had its effects. */
  async release(): Promise<void> {
    this.#release();
    await laterTask();
  }
}

function laterTask(): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  return new Promise(resolve => {
    port1.onmessage = resolve;
    port2.postMessage(undefined);
  });
}
