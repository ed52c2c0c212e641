import type { Direction } from '../../record/record.ts';
import type { Agreement } from './agreement.ts';
import { HeaderBits, Opcode, type FrameHeader } from './frameHeader.ts';

/** RFC 6455, section 5.5 */
const maxControlLength = 125;
const reservedBits = [HeaderBits.Rsv1, 0x20, 0x10] as const;

/**
 * Tells what the specification does not allow in the frames of one direction, and what cannot be read, in
 * sentences; nearly each once: a peer that does it does it again.
 */
export class FrameOddities {
  readonly #agreement: Agreement;
  readonly #mustMask: boolean;
  readonly #takesOver: boolean;
  readonly #who: string;
  readonly #Who: string;
  readonly #tellNew: (sentence: string) => void;
  readonly #told = new Set<string>();

  constructor(direction: Direction, agreement: Agreement, tell: (sentence: string) => void) {
    this.#agreement = agreement;
    this.#mustMask = direction === 'out';
    this.#takesOver = agreement.takesOver[direction];
    this.#who = direction === 'in' ? 'the server' : 'the client';
    this.#Who = direction === 'in' ? 'The server' : 'The client';
    this.#tellNew = tell;
  }

  /** Where the frame ends cannot be counted. */
  endless(): void {
    this.#tell(
      `Not readable from here on: ${this.#who} sent a frame of 8 PiB or more. Its bytes still pass.`,
    );
  }

  /** Looks at a header that is whole. */
  check(header: FrameHeader, length: number, hasClosed: boolean): void {
    const { isMasked } = header;
    if (isMasked !== this.#mustMask) {
      this.#tell(
        isMasked
          ? `${this.#Who} sent a masked frame, which a client must refuse (RFC 6455, section 5.1).`
          : `${this.#Who} sent a frame without a mask, which a server must refuse (RFC 6455, section 5.1).`,
      );
    }
    if (hasClosed) {
      this.#tell(`${this.#Who} went on sending after its close frame (RFC 6455, section 5.5.1).`);
    }
    this.#checkReserved(header);
    if (header.isControl && (length > maxControlLength || !header.isLast)) {
      const what = header.isLast ? 'longer than 125 bytes' : 'in fragments';
      this.#tell(`${this.#Who} sent a control frame ${what} (RFC 6455, section 5.5).`);
    }
  }

  continuedNothing(): void {
    this.#tell(
      `${this.#Who} continued a message that it had not begun (RFC 6455, section 5.4). ` +
        'The continuation is shown as a binary message.',
    );
  }

  begunTooEarly(): void {
    this.#tell(
      `${this.#Who} began a message before its last one had ended (RFC 6455, section 5.4). ` +
        'What came of the last one is shown.',
    );
  }

  /** Each such message is told of, unless none can be read any more. */
  notInflated(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const what = `${this.#who} sent what cannot be inflated (${why})`;
    if (this.#takesOver) {
      this.#tell(
        `Compressed messages are not readable from here on: ${what}. No rule applies to them. ` +
          'Their bytes still pass, unless an earlier one was dropped or edited.',
      );
    } else {
      this.#tellNew(
        `A compressed message is not readable: ${what}. No rule applies to it. Its bytes still pass.`,
      );
    }
  }

  #checkReserved({ opcode, isControl, reserved }: FrameHeader): void {
    const { deflates, others } = this.#agreement;
    const isCompressed = deflates && !isControl && opcode !== Opcode.Continuation;
    const unknown = reserved & (HeaderBits.Rsv23 | (isCompressed ? 0 : HeaderBits.Rsv1));
    if (unknown !== 0) {
      const bits = reservedBits.flatMap((bit, index) => (unknown & bit ? [`RSV${index + 1}`] : []));
      const why =
        others.length > 0
          ? `the extension ${others.join(', ')} is not known here`
          : 'no extension that was agreed on explains them';
      this.#tell(
        `${this.#Who} set the reserved ${bits.length > 1 ? 'bits' : 'bit'} ${bits.join(', ')}: ${why}. ` +
          'Such payloads are shown as they came.',
      );
    }
    const isKnown = opcode <= Opcode.Binary || (isControl && opcode <= Opcode.Pong);
    if (!isKnown) {
      this.#tell(
        `${this.#Who} sent a frame with the opcode ${opcode}, which is reserved (RFC 6455, section 5.2). ` +
          'Such frames are shown as binary messages.',
      );
    }
  }

  #tell(sentence: string): void {
    if (!this.#told.has(sentence)) {
      this.#told.add(sentence);
      this.#tellNew(sentence);
    }
  }
}
