/** What a bad network does to the bytes of a connection; all zero: nothing. */
export interface Toxics {
  /** Each chunk is late by this much. */
  readonly latencyMs: number;
  /** At random up to this much more or less; chunks stay in order. */
  readonly jitterMs: number;
  /** In each direction; 0: no limit. */
  readonly bytesPerSecond: number;
  /** Nothing passes any more, and after this time the connection is closed; 0: never. */
  readonly timeoutMs: number;
  /** The connection is reset so long after its opening; 0: never. */
  readonly resetAfterMs: number;
  /** The connection is reset after this many bytes, both directions together; 0: never. */
  readonly resetAfterBytes: number;
  /** Chunks have at most this many bytes; 0: as they come. */
  readonly sliceBytes: number;
  /** Between two slices. */
  readonly slicePauseMs: number;
  /** Every `stallEveryMs` nothing passes for `stallMs`, as when a segment is lost; 0: never. */
  readonly stallEveryMs: number;
  readonly stallMs: number;
}

export const noToxics: Toxics = {
  latencyMs: 0,
  jitterMs: 0,
  bytesPerSecond: 0,
  timeoutMs: 0,
  resetAfterMs: 0,
  resetAfterBytes: 0,
  sliceBytes: 0,
  slicePauseMs: 0,
  stallEveryMs: 0,
  stallMs: 0,
};
