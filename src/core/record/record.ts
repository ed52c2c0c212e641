/**
 * The kinds of row a capture holds: the five kinds of WebSocket message and control frame, by the
 * opcodes of RFC 6455 section 5.2, and `state`, a change of the connection's state.
 */
export const rowKinds = ['state', 'text', 'binary', 'close', 'ping', 'pong'] as const;
export type RowKind = (typeof rowKinds)[number];

export type Direction = 'in' | 'out';

/**
 * A row's facts as one integer, as batches and capture files hold them. The low four bits are the
 * opcode; 0, which no whole message can have, stands for a state change.
 */
export const RowFlag = {
  OpcodeMask: 0x0f,
  Out: 0x10,
  /** Sent or answered by the heartbeat, not by the user. */
  Heartbeat: 0x20,
  /** Came compressed: RSV1 was set (RFC 7692, section 6). */
  Compressed: 0x40,
  /** Came in more than one frame (RFC 6455, section 5.4). */
  Fragmented: 0x80,
  /** It had secrets when it was sent; the stored payload has masks in their places. */
  Masked: 0x100,
} as const;

const opcodes: Readonly<Record<RowKind, number>> = {
  state: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
};

const kindByOpcode: readonly (RowKind | undefined)[] = Array.from({ length: 16 }, (_, opcode) =>
  rowKinds.find(kind => opcodes[kind] === opcode),
);

export function flagsOf(kind: RowKind, direction: Direction, heartbeat = false): number {
  return (
    opcodes[kind] | (direction === 'out' ? RowFlag.Out : 0) | (heartbeat ? RowFlag.Heartbeat : 0)
  );
}

/** An opcode that is not in use reads as `binary`, so that a foreign capture file still opens. */
export function kindOf(flags: number): RowKind {
  return kindByOpcode[flags & RowFlag.OpcodeMask] ?? 'binary';
}

export function directionOf(flags: number): Direction {
  return (flags & RowFlag.Out) === 0 ? 'in' : 'out';
}

/** Whether the row is a message, not a control frame or a state change. */
export function isMessage(flags: number): boolean {
  const opcode = flags & RowFlag.OpcodeMask;
  return opcode === opcodes.text || opcode === opcodes.binary;
}

export function isHeartbeat(flags: number): boolean {
  return (flags & RowFlag.Heartbeat) !== 0;
}

/** Whether the payload is text: a text message, or a state change, which is a JSON object. */
export function isTextual(flags: number): boolean {
  return (flags & RowFlag.OpcodeMask) <= 1;
}
