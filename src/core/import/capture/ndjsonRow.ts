import { isObject, type JsonObject } from '../../json/json.ts';
import { flagsOf, flagsOfTapWords, rowKinds, type RowKind } from '../../record/record.ts';
import { rawMember } from './rawMember.ts';

/** A row of a file, to be stored in a capture of its connection. */
export interface ImportedRow {
  readonly connection: string;
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** The greatest number of a row; sums of it and lengths are exact. */
export const maxSeq = 2 ** 50;

/** A state change is read as a whole wherever it is shown. */
export const maxStateByteLength = 1024 * 1024;
/** Why a longer one cannot be read, as the end of a sentence. */
export const tooLongState = 'its state change is longer than 1 MB';

/** The greatest time of a `Date`, before and after 1970. */
const maxTime = 8.64e15;

const maxNameLength = 1000;

const encoder = new TextEncoder();

/**
 * Reads a line of an export as NDJSON, see `core/export/ndjson.ts`. The digits and spellings in its
 * JSON stay as they are.
 *
 * @param base64 decodes it; `undefined` if it is none
 * @returns why it cannot be read, as the end of a sentence
 */
export function readNdjsonRow(
  line: string,
  base64: (text: string) => Uint8Array | undefined,
): ImportedRow | string {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return 'it is no JSON';
  }
  if (!isObject(row)) {
    return 'it is no JSON object';
  }
  const { connection, seq, direction, heartbeat = false } = row;
  const kind = kindIn(row);
  const at = timeIn(row);
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0 || seq > maxSeq) {
    return 'its "seq" is no number of a row';
  }
  if (at === undefined) {
    return 'its "time" is no time in milliseconds';
  }
  if (typeof connection !== 'string' || connection.length > maxNameLength) {
    return 'its "connection" is no name';
  }
  if (kind === undefined) {
    return `its "kind" is none of ${rowKinds.join(', ')}`;
  }
  if (direction !== 'in' && direction !== 'out') {
    return 'its "direction" is neither "in" nor "out"';
  }
  const payload = payloadIn(line, row, kind, base64);
  if (kind === 'state' && payload.length > maxStateByteLength) {
    return tooLongState;
  }
  return typeof payload === 'string'
    ? payload
    : {
        connection,
        seq,
        at,
        flags: flagsOf(kind, direction, heartbeat === true) | tapFlagsIn(row),
        payload,
      };
}

function tapFlagsIn({ tap }: JsonObject): number {
  return typeof tap === 'string' ? flagsOfTapWords(tap) : 0;
}

function kindIn({ kind }: JsonObject): RowKind | undefined {
  return rowKinds.find(each => each === kind);
}

/** `at` tells it to people, `time` exactly. */
function timeIn({ time, at }: JsonObject): number | undefined {
  const given = time ?? (typeof at === 'string' ? Date.parse(at) : undefined);
  return typeof given === 'number' && Math.abs(given) <= maxTime ? given : undefined;
}

function payloadIn(
  line: string,
  row: JsonObject,
  kind: RowKind,
  base64: (text: string) => Uint8Array | undefined,
): Uint8Array | string {
  const { data, enc } = row;
  const name = kind === 'state' ? 'state' : 'json';
  if (data === undefined) {
    const raw = rawMember(line, name);
    return raw === undefined ? `it has neither "data" nor "${name}"` : encoder.encode(raw);
  }
  if (typeof data !== 'string') {
    return 'its "data" is no string';
  }
  if (enc === undefined) {
    return encoder.encode(data);
  }
  return (enc === 'base64' ? base64(data) : undefined) ?? 'its "data" is no base64';
}
