import { byteSearch, isSearchable, type ByteSearch } from '../base/byteSearch.ts';
import type { RowReader } from './rowReader.ts';
import { foldAscii, searchWord } from '../text/searchText.ts';

/**
 * Characters that are another way to write one of ASCII (Unicode's canonical singletons), and how their
 * escapes begin.
 */
const singletons: readonly (readonly [ascii: RegExp, character: string, escape: string])[] = [
  [/k/i, '\u212a', '\\u21'],
  [/;/, '\u037e', '\\u03'],
  [/`/, '\u1fef', '\\u1'],
];

/**
 * What a text must hold for a word to be in it as it is seen, but not as it was written; `undefined`
 * if there is no such simple test. Most texts contain nothing of it, so they need not be decoded.
 */
export function otherSpellings(word: string): readonly string[] | undefined {
  const { needles } = searchWord(word);
  if (needles.length > 1 || !/^\p{ASCII}*$/u.test(word)) {
    return undefined;
  }
  const others = singletons.filter(([ascii]) => ascii.test(word));
  // What JSON writes with a backslash, which a backslash itself is as well.
  const escapes = /["/\\\p{Cc}]/u.test(word)
    ? ['\\']
    : ['\\u00', ...others.map(([, , escape]) => escape)];
  return [...escapes, ...others.map(([, character]) => character)];
}

/**
 * Whether a row's text contains a word as readers see it: in upper or lower case, also if JSON writes
 * it with escapes or its accents are characters of their own; and as it was written.
 */
export function wordTest(word: string): (reader: RowReader) => boolean {
  const { fold, needles } = searchWord(word);
  const [written = ''] = needles;
  const isSeen = (reader: RowReader) => {
    if (fold(reader.text).includes(written)) {
      return true;
    }
    const seen = fold(reader.searchText);
    return needles.some(needle => seen.includes(needle));
  };
  const isWritten = fold === foldAscii && isSearchable(word) ? byteSearch(word, true) : undefined;
  const disguises = otherSpellings(word)?.map(text => byteSearch(text, false));
  const mayBeSeen = disguises
    ? (bytes: Uint8Array) => disguises.some(search => search(bytes))
    : mayHoldOther(needles);
  return reader => {
    if (!reader.isPlain) {
      return isSeen(reader);
    }
    return isWritten?.(reader.bytes) === true || (mayBeSeen(reader.bytes) && isSeen(reader));
  };
}

/** Whether bytes can contain a needle that is not ASCII; always true if one is ASCII. */
function mayHoldOther(needles: readonly string[]): ByteSearch {
  if (needles.some(needle => /^\p{ASCII}*$/u.test(needle))) {
    return () => true;
  }
  const escapes = byteSearch('\\u', false);
  return bytes => bytes.some(byte => byte >= 0x80) || escapes(bytes);
}
