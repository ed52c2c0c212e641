import type { Direction } from '../../record/record.ts';
import type { Chain } from '../chain.ts';
import type { SessionFacts } from '../decoder.ts';
import type { SessionDecoding } from '../rowDecoding.ts';

/** A message of a session's beginning, from which decoders are guessed. */
export interface SeenMessage {
  readonly direction: Direction;
  readonly isText: boolean;
  /** All of it, or of a long one the beginning. */
  readonly bytes: Uint8Array;
}

/** How many messages of each direction a guess is made from. */
export const maxSeen = 16;

/** Which messages a chain reads; absent: all. */
export interface Route {
  readonly direction?: Direction;
  readonly kind?: 'text' | 'binary';
  readonly chain: Chain;
}

/** What is done with the messages of a session. */
export interface SessionChoice {
  readonly decoding: SessionDecoding;
  /** The first that fits a message reads it; none: messages stay as they are. */
  readonly routes: readonly Route[];
  /** Nothing that is seen later changes it. */
  readonly isSettled: boolean;
}

/** Decides by what is known of a session; `seen` is what has come of it, up to `maxSeen` of each direction. */
export type ChooseDecoders = (session: SessionFacts, seen: readonly SeenMessage[]) => SessionChoice;
