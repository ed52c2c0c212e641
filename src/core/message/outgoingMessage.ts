/** A message for the peer: a text or bytes. */
export type MessageData = string | Uint8Array;

/**
 * A message that is ready to be sent. If it contains secrets, `shown` is the masked text that is
 * recorded in its place.
 */
export type OutgoingMessage = DataMessage | PingMessage | CloseMessage;

export interface DataMessage {
  readonly kind: 'message';
  readonly data: MessageData;
  readonly shown?: MessageData;
}

export interface PingMessage {
  readonly kind: 'ping';
  readonly data: Uint8Array;
  readonly shown?: Uint8Array;
}

interface CloseMessage {
  readonly kind: 'close';
  readonly code: number;
  readonly reason: string;
  readonly shown?: string;
}

const encoder = new TextEncoder();

/** Bytes on the wire, the frame's header not counted. */
export function byteLengthOf(data: MessageData): number {
  return typeof data === 'string' ? encoder.encode(data).length : data.length;
}
