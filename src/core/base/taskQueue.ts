/** Runs tasks one after the other, in the order in which they were added. */
export class TaskQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the task does, which begins when all earlier ones have ended. */
  add<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all tasks that were added so far have ended. Never rejects. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
