/**
 * Text messages that came right after one another and that all were whole when they came: they have no
 * frame facts. Lent: valid only during a call.
 */
export interface TextRun {
  readonly bytes: Uint8Array;
  /** Message `i` is in the bytes `spans[2 i]` up to, not including, `spans[2 i + 1]`. */
  readonly spans: Uint32Array;
  /** How many messages there are, at least one; the spans may go on. */
  readonly count: number;
}

/** The payloads one by one, for those that must look at each. */
export function* textsOf({ bytes, spans, count }: TextRun): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    yield bytes.subarray(spans[2 * index], spans[2 * index + 1]);
  }
}

/** Bytes of all payloads. */
export function byteLengthOf({ spans, count }: TextRun): number {
  let byteLength = 0;
  for (let index = 0; index < count; index++) {
    byteLength += (spans[2 * index + 1] ?? 0) - (spans[2 * index] ?? 0);
  }
  return byteLength;
}
