import { JsonScanner } from '../../../json/jsonScanner.ts';
import { batchOf } from '../../batch.ts';
import type { Decoder } from '../../decoder.ts';
import { Layer } from '../../layer.ts';
import { maxRecords } from '../../limits.ts';
import { jsonProblem } from './jsonProblem.ts';
import type { Problem, Reading } from '../../reading.ts';
import { byteCount } from '../../summaryText.ts';
import { jsonFields } from './jsonFields.ts';
import { strictJson } from './strictJson.ts';
import { headLine } from '../text.ts';
import { firstInvalidUtf8 } from '../utf8Text.ts';

/**
 * JSON (RFC 8259), and what is near to it, as `readJson` takes it. Of several objects and arrays one behind the other, as in
 * lines, each is a record.
 */
export const json: Decoder = {
  name: 'json',
  title: 'JSON',
  takes: 'both',
  read: layer => {
    const { bytes } = layer;
    const scanner = new JsonScanner(bytes);
    if (!scanner.run(bytes.length) || !scanner.isWhole) {
      return severalTexts(layer);
    }
    const { deviation } = scanner;
    return deviation && !isContainer(bytes)
      ? notJson(layer, deviation.at)
      : oneText(layer, deviation === undefined);
  },
};

/** @param shift where its first byte is among those that fields count in */
function oneText(layer: Layer, isStrict: boolean, shift = 0): Reading {
  const invalid = layer.kind === 'bytes' ? firstInvalidUtf8(layer.bytes) : undefined;
  const value = () => (isStrict ? layer.text : strictJson(layer.bytes));
  return {
    summary: () => headLine(layer.bytes),
    value,
    fields: () => jsonFields(layer.bytes, shift),
    next: layer.withValue(value),
    ...(invalid !== undefined && {
      problem: { at: invalid, is: 'bad-utf8' },
      severity: 'warning',
    }),
  };
}

function severalTexts(layer: Layer): Reading {
  const { bytes } = layer;
  const records: Reading[] = [];
  let problem: Problem | undefined;
  let at = 0;
  for (; at < bytes.length && !problem; at = skipSpaces(bytes, at)) {
    if (records.length === maxRecords) {
      problem = { at, is: 'too-long' };
      break;
    }
    const rest = bytes.subarray(at);
    const scanner = new JsonScanner(rest);
    while (!scanner.isWhole && scanner.next()) {
      // Up to the end of the first text.
    }
    if (!scanner.isWhole) {
      return notJson(layer, at + Math.min(scanner.at, rest.length));
    }
    if (!isContainer(rest)) {
      // One text may be a number; what comes behind it is too much.
      return notJson(layer, at > 0 ? at : skipSpaces(bytes, scanner.at));
    }
    const end = at + scanner.at;
    const part = rest.subarray(0, scanner.at);
    const begin = layer.begin === undefined ? undefined : layer.begin + at;
    const of = layer.kind === 'text' ? Layer.ofText(part, begin) : Layer.ofBytes(part, begin);
    records.push({ ...oneText(of, scanner.deviation === undefined, at), range: [at, end] });
    at = end;
  }
  return records.length > 0 ? batchOf(records, problem) : notJson(layer, 0);
}

/** @param from where what is near to JSON ends; by the letter of JSON a word may go on behind its first character */
function notJson(layer: Layer, from: number): Reading {
  const { bytes } = layer;
  const at = Math.max(from, jsonProblem(bytes, 0, bytes.length) ?? 0);
  const isText = layer.kind === 'text' || firstInvalidUtf8(bytes) === undefined;
  return {
    severity: 'error',
    summary: () => (isText ? headLine(bytes) : byteCount(bytes.length)),
    problem: { at, is: bytes.length === 0 ? 'empty' : 'bad-json' },
  };
}

/** Only within objects and arrays, what is near to JSON is taken for it: a text of one word is a word. */
function isContainer(bytes: Uint8Array): boolean {
  const mark = bytes[0] === 0xef ? 3 : 0;
  const first = bytes[skipSpaces(bytes, mark)];
  return first === 0x7b || first === 0x5b;
}

function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while ([0x20, 0x09, 0x0a, 0x0d].includes(bytes[at] ?? 0)) {
    at++;
  }
  return at;
}
