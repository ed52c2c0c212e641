import type { Direction } from '../record/record.ts';
import type { Layer } from './layer.ts';
import type { Reading } from './reading.ts';

/** What is known of one opening of a connection before its first message. */
export interface SessionFacts {
  readonly url: string;
  /** The one that was agreed on; empty: none. */
  readonly subprotocol: string;
}

/** What is known of a message besides its bytes. */
export interface MessageFacts {
  readonly direction: Direction;
  /** Its number in the capture. */
  readonly seq: number;
  /** The bytes are only the beginning of the message, as much as a summary needs. */
  readonly isHead?: boolean;
}

/** A reading, and what the messages behind it have to know; absent: the same as before. */
export type ReadingStep<Context> = Reading & { readonly context?: Context };

/**
 * Reads one format or protocol. What it knows of the messages before is in a context that it never changes, but replaces: so
 * rows can be read in any order by those who keep contexts.
 */
export interface Decoder<Context = unknown> {
  /** In the setting `decoders` and after `as:`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** The layers that it reads; others pass it by. */
  readonly takes: 'text' | 'bytes' | 'both';
  /** The context before the first message. Absent: messages need none. */
  begin?(session: SessionFacts): Context;
  /**
   * Never throws; takes time and memory in proportion to the layer's bytes. Bytes that it keeps in a context are
   * copies.
   */
  read(layer: Layer, context: Context, message: MessageFacts): ReadingStep<Context>;
}

/** Given only contexts of its own, whatever these are. */
export type AnyDecoder = Decoder;
