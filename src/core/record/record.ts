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
  /** The user or a rule of a tap sent it: the program that it seems to come from did not. */
  Injected: 0x200,
  /** A tap changed it. With `Dropped` it is what came, without it what went on. */
  Edited: 0x400,
  /** It did not go on: a tap kept it back, or the other side was gone. */
  Dropped: 0x800,
  /** It waited in a tap for the user, or behind a message that did: its time is when that ended. */
  Held: 0x1000,
} as const;

/**
 * What a tap did with a message: sent one of its own, changed it, or kept it back. `original` is what
 * came in the place of an edited one.
 */
export const tapActions = ['injected', 'edited', 'dropped', 'original'] as const;
export type TapAction = (typeof tapActions)[number];

const actionFlags: Readonly<Record<TapAction, number>> = {
  injected: RowFlag.Injected,
  edited: RowFlag.Edited,
  dropped: RowFlag.Dropped,
  original: RowFlag.Edited | RowFlag.Dropped,
};
const tapFlags = RowFlag.Injected | RowFlag.Edited | RowFlag.Dropped;

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

/** The kind of a frame, given by an opcode of the peer's (RFC 6455, section 5.2): never a state change. */
export function kindOfOpcode(opcode: number): Exclude<RowKind, 'state'> {
  const kind = kindByOpcode[opcode];
  return kind === undefined || kind === 'state' ? 'binary' : kind;
}

export function otherDirection(direction: Direction): Direction {
  return direction === 'in' ? 'out' : 'in';
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

export function flagsOfTap(action: TapAction): number {
  return actionFlags[action];
}

/** What a filter can ask of a tap's part in a message: an original that was edited is both edited and dropped. */
export type TapMark = Exclude<TapAction, 'original'> | 'held';

export function flagOfMark(mark: TapMark): number {
  return mark === 'held' ? RowFlag.Held : actionFlags[mark];
}

/** What a tap did with a message, in words: `edited`, `held`, `edited held`; empty if it did nothing. */
export function tapWords(flags: number): string {
  const action = tapActionOf(flags);
  const held = (flags & RowFlag.Held) === 0 ? [] : ['held'];
  return [...(action ? [action] : []), ...held].join(' ');
}

/** The flags that `tapWords` has put into words; 0 for what it never says. */
export function flagsOfTapWords(words: string): number {
  const [first = '', second] = words.split(' ');
  const action = tapActions.find(each => each === first);
  const isHeld = (action ? second : first) === 'held';
  return (action ? flagsOfTap(action) : 0) | (isHeld ? RowFlag.Held : 0);
}

/** `undefined` if no tap did anything with the message. */
export function tapActionOf(flags: number): TapAction | undefined {
  switch (flags & tapFlags) {
    case 0:
      return undefined;
    case actionFlags.edited:
      return 'edited';
    case actionFlags.dropped:
      return 'dropped';
    case actionFlags.original:
      return 'original';
    default:
      return 'injected';
  }
}

/** Whether the payload is text: a text message, or a state change, which is a JSON object. */
export function isTextual(flags: number): boolean {
  return (flags & RowFlag.OpcodeMask) <= 1;
}
