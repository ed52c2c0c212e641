// The types of a decoder for the WebSocket Monitor. Only editors and compilers read this file.

/** What a file of a decoder exports as `decoder`. */
export type Decoder = BytesDecoder | TextsDecoder | AnyDecoder;

interface CommonParts {
  /** For people. In the filter `as:` and in the list it is called as its file. */
  name?: string;
  /**
   * Whether messages must come one after the other, because some of them depend on those before. The
   * decoder then has `context.state`. Otherwise any message may come at any time, also more than once.
   */
  ordered?: boolean;
}

/** Reads binary messages; texts pass it by. */
export interface BytesDecoder extends CommonParts {
  takes: 'bytes';
  decode(bytes: Uint8Array, context: Context): Result | undefined;
}

/** Reads texts; binary messages pass it by. */
export interface TextsDecoder extends CommonParts {
  takes: 'text';
  decode(text: string, context: Context): Result | undefined;
}

/** Reads both; a text comes as its UTF-8, and `context.isText` says so. */
export interface AnyDecoder extends CommonParts {
  takes?: 'both';
  decode(bytes: Uint8Array, context: Context): Result | undefined;
}

/** Where a message comes from. */
export interface Context {
  /** Whether it was received or sent. */
  direction: 'in' | 'out';
  isText: boolean;
  /** Of the WebSocket, without what may be secret. */
  url: string;
  /** The one that both sides have agreed on, or an empty text. */
  subprotocol: string;
  /** The name of the connection. */
  connection: string;
  /** The number of the row. */
  seq: number;
  /** Where a decoder before this one has found several records in the message: which of them, from 0. */
  record: number;
  /** Milliseconds since 1970. */
  time: number;
  /**
   * Of a decoder that is `ordered`: an object of its own for each connection that was opened, empty at first. It
   * must be up to 64 KiB of JSON.
   */
  state?: any;
}

/** What is read of a message: all of it is optional. `undefined` instead of it: this message is not mine. */
export interface Result extends Facts {
  /** Where a message has several records: what each of them is. */
  records?: Facts[];
}

export interface Facts {
  /** The kind of message: the column Type, the filter `type:`. */
  type?: string | number;
  /** The name of the event or method: the column Event, the filter `event:`. */
  event?: string | number;
  /** What it is about: the column Topic, the filter `topic:`. */
  topic?: string | number;
  /** Its number or name: the column Id, the filter `id:`. */
  id?: string | number | bigint;
  /**
   * Its part in a call. A `request` waits for one answer, the `response`; `open` begins what goes on, `item` is
   * one of several answers, `cancel` ends the call. It needs a `key` or an `id`.
   */
  role?: 'request' | 'open' | 'item' | 'response' | 'cancel';
  /** What an answer has in common with its request, if that is not the id. */
  key?: string | number;
  /** Of an answer: the request has failed. */
  isFailed?: boolean;
  severity?: 'warning' | 'error';
  /** It keeps the connection alive and says nothing else. */
  isHeartbeat?: boolean;
  /** One line for the list. Without it the list has the event and the value. */
  summary?: string;
  /** The decoded value: anything that JSON knows, and also bytes, dates, maps and bigints. */
  value?: unknown;
  /** What is around the value, such as headers. */
  envelope?: Record<string, unknown>;
  /**
   * What is where in the bytes, which the details mark: a path in the value, the first byte, the one after
   * the last, and if you like a type and the value as text.
   */
  fields?: [path: string, begin: number, end: number, type?: string, text?: string][];
  /** What the next decoder is to read, such as what is behind a header. */
  next?: Uint8Array | string;
  /** Which decoder that is, such as `json` or `msgpack`; without it, it is the next one of the rule. */
  as?: string;
  /** What could not be read, and from which byte on. What was read before is shown all the same. */
  problem?: { at: number; message: string };
}
