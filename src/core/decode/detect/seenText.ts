import type { SeenMessage } from './detection.ts';

/** Bytes that are looked at. */
const headLength = 4096;
const tailLength = 256;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A message with its beginning as text, which is decoded when it is asked for. */
export class SeenText implements SeenMessage {
  readonly direction: SeenMessage['direction'];
  readonly bytes: Uint8Array;
  readonly isText: boolean;
  #head: string | undefined;

  constructor({ direction, bytes, isText }: SeenMessage) {
    this.direction = direction;
    this.bytes = bytes;
    this.isText = isText;
  }

  get head(): string {
    return (this.#head ??= decoder.decode(this.bytes.subarray(0, headLength)));
  }

  /** The end of what is longer than `head`; else all. */
  get tail(): string {
    return this.bytes.length <= headLength
      ? this.head
      : decoder.decode(this.bytes.subarray(-tailLength));
  }
}
