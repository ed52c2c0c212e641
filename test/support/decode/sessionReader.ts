import type { CallTable } from '../../../src/core/decode/callTable.ts';
import type { Chain, ChainReading, Contexts, Message } from '../../../src/core/decode/chain.ts';
import type { SessionFacts } from '../../../src/core/decode/decoder.ts';
import { Linker } from '../../../src/core/decode/linker.ts';

/** Reads the messages of one session in their order, and links those that belong together. */
export class SessionReader {
  readonly chain: Chain;
  readonly #linker: Linker;
  #contexts: Contexts;

  constructor(chain: Chain, session: SessionFacts, table: CallTable) {
    this.chain = chain;
    this.#linker = new Linker(table);
    this.#contexts = chain.begin(session);
  }

  /** What the next message is to be read with. */
  get contexts(): Contexts {
    return this.#contexts;
  }

  /** @param at milliseconds since 1970 */
  read(message: Message, at: number): ChainReading {
    const read = this.chain.read(message, this.#contexts);
    this.#contexts = read.contexts;
    if (read.reading) {
      this.#linker.take(read.reading, message.seq, at);
    }
    return read;
  }

  /** The session is over. */
  end(at: number): void {
    this.#linker.end(at);
  }
}
