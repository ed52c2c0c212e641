import { sequenceLength } from '../../base/utf8.ts';
import { bytesJson } from '../exportForm.ts';
import { Layer } from '../layer.ts';
import { byteCount } from '../summaryText.ts';

/** What a payload is, is told from its beginning, so that the line of a long one costs no more. */
const judgedLength = 4096;
/** Enough for a summary, whatever the characters are. */
const shownLength = 2048;

const lax = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** The body of a message whose protocol does not say what it is: JSON, another text, or bytes. */
export class Payload {
  readonly bytes: Uint8Array;
  readonly #begin: number | undefined;
  #isText: boolean | undefined;

  /**
   * @param begin its place in the message, if it is a part of its bytes
   * @param isText known to be one; `undefined`: it is one if it looks like it
   */
  constructor(bytes: Uint8Array, begin: number | undefined, isText?: true) {
    this.bytes = bytes;
    this.#begin = begin;
    this.#isText = isText;
  }

  get isEmpty(): boolean {
    return this.bytes.length === 0;
  }

  /** Judged by the beginning. */
  get isText(): boolean {
    return (this.#isText ??= isPrintable(this.bytes, Math.min(this.bytes.length, judgedLength)));
  }

  /** For a summary, to be cut. */
  get shown(): string {
    return this.isText ? headOf(this.bytes) : byteCount(this.bytes.length);
  }

  /** JSON as it is, a text as a string, all else as bytes in the form of `exportForm.ts`. */
  readonly value = (): string => {
    const text = this.#text();
    if (text === undefined) {
      return bytesJson(this.bytes);
    }
    return isJson(text) ? text : JSON.stringify(text);
  };

  /** For the next decoder of a chain; `undefined` if there is nothing to decode. */
  get layer(): Layer | undefined {
    if (this.isEmpty) {
      return undefined;
    }
    return this.isText
      ? Layer.ofText(this.bytes, this.#begin)
      : Layer.ofBytes(this.bytes, this.#begin);
  }

  #text(): string | undefined {
    if (!this.isText) {
      return undefined;
    }
    try {
      return strict.decode(this.bytes);
    } catch {
      return undefined;
    }
  }
}

/** Whether bytes are UTF-8 without control characters; a character that `end` cuts is fine if more follows. */
function isPrintable(bytes: Uint8Array, end: number): boolean {
  for (let at = 0; at < end;) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      if ((byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f) {
        return false;
      }
      at++;
    } else {
      const length = sequenceLength(bytes, at);
      if (length === 0) {
        return false;
      }
      at += length;
    }
  }
  return true;
}

/** The beginning of a text, without the character that its end cuts. */
function headOf(bytes: Uint8Array): string {
  let end = Math.min(bytes.length, shownLength);
  while (end > 0 && end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
    end--;
  }
  return lax.decode(bytes.subarray(0, end));
}

function isJson(text: string): boolean {
  // What can begin no value is not worth an exception.
  if (!/^[ \t\r\n]*[[{"\-\dtfn]/.test(text)) {
    return false;
  }
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
