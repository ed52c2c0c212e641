import { maxDepth } from '../../limits.ts';
import { skipSpaces } from '../../../json/jsonSpaces.ts';
import { textIn } from '../../values/utf8Text.ts';

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** `{"_placeholder":true,"num":n}`: where an attachment belongs. */
interface Placeholder {
  readonly begin: number;
  readonly end: number;
  readonly num: number;
}

interface OpenObject {
  readonly begin: number;
  isPlaceholder: boolean;
  num: number | undefined;
}

/**
 * The places of attachments in JSON, in their order; what is within one is none, nor what is deeper than values are read.
 *
 * @param count of attachments: a number that is none of theirs may be of a user's own
 */
export function placeholdersIn(bytes: Uint8Array, count: number): readonly Placeholder[] {
  const found: Placeholder[] = [];
  const open: OpenObject[] = [];
  let tooDeep = 0;
  for (let at = 0; at < bytes.length; at++) {
    const unit = bytes[at];
    if (unit === quote) {
      const end = stringEnd(bytes, at);
      const object = tooDeep > 0 ? undefined : open.at(-1);
      if (object) {
        readMember(bytes, at, end, object);
      }
      at = end - 1;
    } else if (unit === openBrace) {
      if (open.length < maxDepth) {
        open.push({ begin: at, isPlaceholder: false, num: undefined });
      } else {
        tooDeep++;
      }
    } else if (unit === closeBrace) {
      if (tooDeep > 0) {
        tooDeep--;
        continue;
      }
      const { begin = at, isPlaceholder = false, num = count } = open.pop() ?? {};
      if (isPlaceholder && num < count) {
        while ((found.at(-1)?.begin ?? -1) > begin) {
          found.pop();
        }
        found.push({ begin, end: at + 1, num });
      }
    }
  }
  return found;
}

/** Looks at a string, which is a name if a colon follows. */
function readMember(bytes: Uint8Array, begin: number, end: number, object: OpenObject): void {
  const length = end - begin - 2;
  if (length !== 'num'.length && length !== '_placeholder'.length) {
    return;
  }
  const at = skipSpaces(bytes, end, bytes.length);
  if (bytes[at] !== colon) {
    return;
  }
  const name = textIn(bytes, begin + 1, end - 1);
  const value = skipSpaces(bytes, at + 1, bytes.length);
  if (name === '_placeholder') {
    object.isPlaceholder = textIn(bytes, value, value + 4) === 'true';
  } else if (name === 'num') {
    object.num = wholeNumber(bytes, value);
  }
}

/** More digits than any number of attachments has are no number of one. */
const maxDigits = 9;

function wholeNumber(bytes: Uint8Array, begin: number): number | undefined {
  const digits = /^\d{1,9}(?![\d.eE])/.exec(textIn(bytes, begin, begin + maxDigits + 1));
  return digits ? Number(digits[0]) : undefined;
}

function stringEnd(bytes: Uint8Array, begin: number): number {
  let at = begin + 1;
  while (at < bytes.length && bytes[at] !== quote) {
    at += bytes[at] === backslash ? 2 : 1;
  }
  return Math.min(at + 1, bytes.length);
}
