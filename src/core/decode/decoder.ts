import type { Direction } from '../record/record.ts';
import type { Layer } from './layer.ts';
import type { Reading } from './reading.ts';

/** What is known of one opening of a connection before its first message. */
export interface SessionFacts {
  readonly url: string;
  /** The one that was agreed on; empty: none. */
  readonly subprotocol: string;
  /** Asks scripts about the messages of the session; absent: they pass all by. */
  readonly scripts?: ScriptSource;
}

/** Where the answers of scripts come from, which run elsewhere. */
export interface ScriptSource {
  /**
   * A place in the chains that the session is read by.
   *
   * @param isDecoder whether an answer may name a decoder of this name
   */
  place(script: { readonly name: string }, isDecoder: (name: string) => boolean): ScriptPlace;
}

/**
 * What a script says of what comes to its place in a chain. `waiting`: it was asked, and the message is to be read
 * again once the answer is there; `missing`: it was not asked, or its answer is no longer kept.
 */
export interface ScriptPlace {
  answer(layer: Layer, message: MessageFacts): KeptAnswer | 'waiting' | 'missing';
}

/** An answer as it is kept in memory: texts that are not asked for are not taken apart. See `script/keptAnswer.ts`. */
export interface KeptAnswer {
  /** Lines of JSON. Empty: the script has passed the message by. */
  readonly text: string;
  readonly bytes: readonly Uint8Array[];
}

/** What is known of a message besides its bytes. */
export interface MessageFacts {
  readonly direction: Direction;
  /** Its number in the capture. */
  readonly seq: number;
  /** Of several records of the message, which one the layer is of: a number that no other of them has. */
  readonly record?: number;
}

/** A reading, and what the messages behind it have to know; absent: the same as before. */
export type ReadingStep<Context> = Reading & {
  readonly context?: Context;
  /** Absent: `next` goes to the decoder that follows in the chain. */
  readonly onward?: Onward;
};

/** `passed`: nothing of the layer was read, and the next decoder gets it as it is. */
export type Onward = 'passed' | NamedNext;

/** Decoders that read what is left before those that follow in the chain. */
export interface NamedNext {
  readonly by?: readonly AnyDecoder[] | undefined;
  /** The same for each record, by its place. */
  readonly ofRecordBy: (index: number) => readonly AnyDecoder[] | undefined;
}

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
