import type { Direction } from '../../../record/record.ts';
import { batchOf } from '../../batch.ts';
import type { Decoder } from '../../decoder.ts';
import { maxRecords } from '../../limits.ts';
import type { Problem, Reading } from '../../reading.ts';
import { readJsonRecord, unread } from './jsonRecord.ts';
import { readPackedRecord } from './packedRecord.ts';

/** The directions whose handshake was seen. */
type Context = Readonly<Partial<Record<Direction, true>>>;

/**
 * The hub protocol of SignalR, encoded as JSON or as MessagePack (also `blazorpack`).
 *
 * @see https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
 */
export const signalr: Decoder<Context> = {
  name: 'signalr',
  title: 'SignalR',
  takes: 'both',
  begin: () => ({}),
  read: ({ bytes, kind }, context, { direction }) => {
    const { records, problem } = recordsOf(bytes, kind === 'text', direction, !context[direction]);
    const hasBegun = context[direction] ?? records.length > 0;
    return {
      ...batchOf(records, problem),
      ...(hasBegun && !context[direction] && { context: { ...context, [direction]: true } }),
    };
  },
};

const separator = 0x1e;

interface Records {
  readonly records: readonly Reading[];
  /** Of what is behind them. */
  readonly problem?: Problem;
}

function recordsOf(
  bytes: Uint8Array,
  isText: boolean,
  direction: Direction,
  mayBeHandshake: boolean,
): Records {
  const records: Reading[] = [];
  let isFirst = mayBeHandshake;
  for (let at = 0; at < bytes.length;) {
    if (records.length === maxRecords) {
      return { records, problem: { at, is: 'too-long' } };
    }
    if (isText || isJson(bytes, at)) {
      const end = bytes.indexOf(separator, at);
      if (end < 0) {
        records.push(unread(bytes, at, bytes.length, { at, is: 'unterminated' }));
        break;
      }
      records.push(readJsonRecord(bytes, at, end, direction, isFirst));
      at = end + 1;
    } else {
      const record = readPackedRecord(bytes, at, direction);
      records.push(record);
      at = record.range?.[1] ?? bytes.length;
    }
    isFirst = false;
  }
  return { records };
}

/**
 * Whether a record in a message of bytes is JSON: the handshake always is, and may have records of MessagePack behind it. As a
 * length, `{` would be followed by the head of an array.
 */
function isJson(bytes: Uint8Array, at: number): boolean {
  const next = bytes[at + 1] ?? 0;
  return bytes[at] === 0x7b && (next === 0x22 || next === 0x7d || next === 0x20 || next === 0x0a);
}
