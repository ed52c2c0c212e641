import type { Direction } from '../../record/record.ts';
import type { Chain } from '../chain.ts';
import type { SessionFacts } from '../decoder.ts';
import type { SessionDecoding } from '../rowDecoding.ts';

/** A message of a session's beginning, from which decoders are guessed. */
export interface SeenMessage {
  readonly direction: Direction;
  readonly isText: boolean;
  readonly bytes: Uint8Array;
}

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
  /** A file of its rules is still looked for or read; then there are other rules. */
  readonly isAwaited?: true;
}

/** Decides how to decode one session, by what is known of it and by its first messages. */
export interface SessionChooser {
  /** To be given the messages in their order, until `choice.isSettled`; their bytes are lent. */
  take(message: SeenMessage): void;
  readonly choice: SessionChoice;
}

export type ChooseDecoders = (session: SessionFacts) => SessionChooser;
