/**
 * How a message came over the wire, where that is not told by its payload: in several fragments, in
 * several pieces of the stream, or compressed (RFC 6455 section 5, RFC 7692).
 */
export interface FrameFacts {
  /** Frames that the message came in, at least 1. */
  readonly fragmentCount: number;
  /** Bytes of all its frames, with their headers. */
  readonly wireByteLength: number;
  /** RSV1 was set: the payload was compressed. */
  readonly isCompressed: boolean;
  /** Milliseconds from the first byte of the first frame to the last byte of the last one. */
  readonly durationMs: number;
}
