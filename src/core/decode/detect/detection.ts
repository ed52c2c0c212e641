import type { Direction } from '../../record/record.ts';

/** A message among the first of a session. */
export interface SeenMessage {
  readonly direction: Direction;
  readonly bytes: Uint8Array;
  readonly isText: boolean;
}

/** What says how the messages of a session are to be read, the surest first. */
export type Evidence = 'setting' | 'subprotocol' | 'url' | 'messages';

/** `applied?`: with a question mark; `suggested`: only offered. */
export type Shown = 'applied' | 'applied?' | 'suggested' | 'none';

/** What the messages of a session seem to be. */
export interface Detection {
  /** The names of the decoders of the chain; empty: nothing but what can be read as it is. */
  readonly as: readonly string[];
  /** 0 to 100. */
  readonly points: number;
  readonly from: Evidence | null;
  readonly shown: Shown;
}

/** How sure each evidence is. */
export const Points = {
  /** The setting, or the subprotocol that both sides have agreed on. */
  Said: 100,
  /** The URL, or a first message that only one protocol begins with. */
  Beginning: 95,
  /** What says in each message which protocol it is. */
  Mark: 90,
  /** Messages that are all built as one protocol builds them. */
  Structure: 70,
  /** Too few of them, or of a kind that much else may be taken for. */
  Hint: 40,
} as const;

const appliedPoints = 90;
const questionedPoints = 60;

export function shownFor(points: number): Shown {
  if (points >= appliedPoints) {
    return 'applied';
  }
  return points >= questionedPoints ? 'applied?' : points > 0 ? 'suggested' : 'none';
}
