import type { Direction } from '../record/record.ts';

/** One step of what a rule uses: a decoder by its name, or one with what it has to know. */
export type DecodeStep = string | Readonly<Record<string, unknown>>;

/** How messages that it fits are decoded: a rule of the setting `decoders` once it was checked. */
export interface DecodeRule {
  /** A URL with `*` for any characters; absent: any. */
  readonly url?: string;
  readonly subprotocol?: string;
  readonly direction?: Direction;
  readonly kind?: 'text' | 'binary';
  /** The chain; empty: messages stay as they are. */
  readonly use: readonly DecodeStep[];
}
