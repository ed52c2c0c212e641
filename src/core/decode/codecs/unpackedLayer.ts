import { sequenceLength } from '../../base/utf8.ts';
import { Layer } from '../layer.ts';
import { byteCount, oneLine } from '../summaryText.ts';

/** Bytes that a summary is made of; what a line shows is shorter. */
const summarized = 4096;

/**
 * What came out of a codec: a text if it looks like one.
 *
 * @param isCut it may end within a character
 */
export function unpackedLayer(bytes: Uint8Array, isCut: boolean): Layer {
  return looksLikeText(bytes, isCut) ? Layer.ofEither(bytes) : Layer.ofBytes(bytes);
}

export function layerSummary({ kind, bytes }: Layer): string {
  return kind === 'text'
    ? oneLine(Layer.ofText(bytes.subarray(0, summarized)).text)
    : byteCount(bytes.length);
}

const openBracket = 0x5b;
const openBrace = 0x7b;
/** Between the records of some protocols, whose other bytes are all text. */
const recordSeparator = 0x1e;

/** Whether bytes are UTF-8, and what is not JSON has no control characters that texts do not have. */
function looksLikeText(bytes: Uint8Array, isCut: boolean): boolean {
  const isJson = bytes[0] === openBrace || bytes[0] === openBracket;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) {
      const length = sequenceLength(bytes, at);
      if (length === 0) {
        return isCut && at > bytes.length - 4 && byte >= 0xc2;
      }
      at += length;
    } else {
      if (byte < 0x20 && !isJson && !isSpace(byte) && byte !== recordSeparator) {
        return false;
      }
      at++;
    }
  }
  return true;
}

function isSpace(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
