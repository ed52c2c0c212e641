import { JsonScanner } from '../../../json/jsonScanner.ts';
import { lenientWords, stringIn } from '../../../json/readJson.ts';
import { floatJson } from '../../exportForm.ts';
import { textIn } from '../utf8Text.ts';

/** What only strings of JavaScript and Python have. */
const lenientEscape = /\\[x']/;

/**
 * JSON by the letter for a text that `JsonScanner` accepts: members of the same name stay, numbers keep their digits, and
 * `NaN` becomes a string.
 */
export function strictJson(bytes: Uint8Array): string {
  const scanner = new JsonScanner(bytes);
  const pieces: string[] = [];
  for (let kind = scanner.next(); kind; kind = scanner.next()) {
    const raw = textIn(bytes, scanner.begin, scanner.at);
    const isString = kind === 'string' || kind === 'key';
    pieces.push(isString ? strictString(raw) : strictWord(raw));
  }
  return pieces.join('');
}

function strictString(raw: string): string {
  return raw.startsWith('"') && !lenientEscape.test(raw) ? raw : JSON.stringify(stringIn(raw));
}

function strictWord(raw: string): string {
  const value = Object.hasOwn(lenientWords, raw) ? lenientWords[raw] : undefined;
  return value === undefined
    ? raw
    : typeof value === 'number'
      ? floatJson(value)
      : JSON.stringify(value);
}
