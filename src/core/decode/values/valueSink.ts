/** `wrap`: one value within some JSON, such as that of a tag. */
export type Shape = 'array' | 'map' | 'pairs' | 'wrap';

/** Bytes of a message that are written as base64. */
export interface Blob {
  readonly begin: number;
  readonly end: number;
  readonly type: string;
  readonly shown: string;
  /** Where the content begins, within `begin` and `end`, and ends. */
  readonly from: number;
  readonly to: number;
  /** JSON around the base64, with its quotes. */
  readonly before: string;
  readonly after: string;
}

/** The JSON around a wrapped value, and the step that leads to it. */
export interface Wrap {
  readonly before: string;
  readonly step: string;
  readonly shown: string;
}

/**
 * Takes the values of a message in their order: of a map keys and values in turn. Offsets count in all of the
 * bytes.
 */
export interface ValueSink {
  /** It wants no more. */
  readonly isFull: boolean;
  /** @param shown the value for people; absent: its JSON */
  leaf(begin: number, end: number, type: string, json: string, shown?: string): void;
  /** A text, whose UTF-8 is from `from` to `to`. */
  text(begin: number, end: number, type: string, from: number, to: number): void;
  /** A text that is not there in one piece. */
  string(begin: number, end: number, type: string, text: string): void;
  blob(blob: Blob): void;
  /** @param wrap of a `wrap` */
  open(shape: Shape, begin: number, type: string, wrap?: Wrap): void;
  close(end: number): void;
}
