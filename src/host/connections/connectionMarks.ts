/** The numbers of the connections' marks: a name keeps its number while the window lives. */
export class ConnectionMarks {
  readonly #numbers = new Map<string, number>();

  /** @param name of a connection, or the key of a capture */
  numberOf(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }
}
