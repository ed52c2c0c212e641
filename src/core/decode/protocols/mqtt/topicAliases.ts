import { maxCarriedLength } from '../../limits.ts';

const pageBits = 8;
const pageMask = (1 << pageBits) - 1;

/** The topics that one side has given numbers (MQTT 5, section 3.3.2.3.4). Never changed: one more makes another. */
export class TopicAliases {
  static readonly none = new TopicAliases([], 0);

  /** By the high and the low byte, so that one more copies little of many. */
  readonly #pages: readonly (readonly (string | undefined)[] | undefined)[];
  /** Of all topics, in UTF-16 code units. */
  readonly #length: number;

  private constructor(
    pages: readonly (readonly (string | undefined)[] | undefined)[],
    length: number,
  ) {
    this.#pages = pages;
    this.#length = length;
  }

  get(alias: number): string | undefined {
    return this.#pages[alias >> pageBits]?.[alias & pageMask];
  }

  /** Those that would take too much memory are not kept. */
  with(alias: number, topic: string): TopicAliases {
    const before = this.get(alias);
    const length = this.#length + topic.length - (before?.length ?? 0);
    if (before === topic || length > maxCarriedLength) {
      return this;
    }
    const pages = this.#pages.slice();
    const page = pages[alias >> pageBits]?.slice() ?? [];
    page[alias & pageMask] = topic;
    pages[alias >> pageBits] = page;
    return new TopicAliases(pages, length);
  }
}
