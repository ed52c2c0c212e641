import type { Decoder } from '../decoder.ts';
import { oneLine } from '../summaryText.ts';
import { firstInvalidUtf8, textIn } from './utf8Text.ts';

/** More bytes than a summary has, even if each character has four and line breaks become one space. */
const headLength = 8192;

/** The beginning of a text in UTF-8 as one line. */
export function headLine(bytes: Uint8Array): string {
  const mark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return oneLine(textIn(bytes, mark, Math.min(bytes.length, mark + headLength)));
}

/** Text in UTF-8. */
export const text: Decoder = {
  name: 'text',
  title: 'Text',
  takes: 'both',
  read: layer => {
    const { bytes } = layer;
    const invalid = layer.kind === 'bytes' ? firstInvalidUtf8(bytes) : undefined;
    const value = () => JSON.stringify(layer.text);
    return {
      summary: () => headLine(bytes),
      value,
      next: layer.withValue(value),
      ...(invalid !== undefined && {
        problem: { at: invalid, is: 'bad-utf8' },
        severity: 'warning',
      }),
    };
  },
};
