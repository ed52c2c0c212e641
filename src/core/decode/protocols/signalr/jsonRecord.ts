import type { MessageFacts } from '../../decoder.ts';
import type { Problem, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { unreadLine } from '../json/headText.ts';
import { hubReading } from './hubMessage.ts';

/**
 * Reads a record of JSON, from `begin` to its separator at `end`.
 *
 * @param isFirst nothing of its direction was read before: it may be the handshake, which is JSON always
 */
export function readJsonRecord(
  bytes: Uint8Array,
  begin: number,
  end: number,
  direction: MessageFacts['direction'],
  isFirst: boolean,
): Reading {
  const json = JsonSlice.read(bytes, begin, end);
  if (typeof json === 'number') {
    return unread(bytes, begin, end, { at: json, is: 'bad-json' });
  }
  if (!json.isObject && !json.isArray) {
    return unread(bytes, begin, end, { at: begin, is: 'bad-json' });
  }
  const value = () => json.text;
  const type = json.member('type');
  const reading =
    type || !isFirst ? messageReading(json, direction, begin) : handshake(json, direction);
  const problem = { at: begin, is: 'unexpected' } as const;
  return { ...(reading ?? unread(bytes, begin, end, problem)), value, range: [begin, end] };
}

/** A record that says nothing but what is wrong with it. */
export function unread(bytes: Uint8Array, begin: number, end: number, problem: Problem): Reading {
  const summary = () => unreadLine(bytes, begin, end);
  return { severity: 'error', problem, summary, range: [begin, end] };
}

const handshakeKey = 'handshake';

function handshake(json: JsonSlice, direction: MessageFacts['direction']): Reading | undefined {
  const [protocol, version, errorSlice] = json.members('protocol', 'version', 'error');
  if (direction === 'out') {
    return (
      protocol && {
        type: 'HandshakeRequest',
        call: { role: 'request', key: handshakeKey },
        summary: () => oneLine(`handshake ${protocol.message} ${version?.message ?? ''}`.trimEnd()),
      }
    );
  }
  const error = present(errorSlice);
  return {
    type: 'HandshakeResponse',
    severity: error ? 'error' : undefined,
    call: { role: 'response', key: handshakeKey, ...(error && { isFailed: true }) },
    summary: () => oneLine(error ? `handshake ! ${error.message}` : 'handshake done'),
  };
}

function messageReading(
  json: JsonSlice,
  direction: MessageFacts['direction'],
  at: number,
): Reading | undefined {
  const [type, id, target, args, item, result, errorSlice, streamIds, sequenceId] = json.members(
    'type',
    'invocationId',
    'target',
    'arguments',
    'item',
    'result',
    'error',
    'streamIds',
    'sequenceId',
  );
  const error = present(errorSlice);
  const content = item ?? result;
  return hubReading(
    {
      type: type?.isNumber ? Number(type.text) : undefined,
      id: id?.label,
      target: target?.label,
      streamIds: streamIds ? [...streamIds.elements()].flatMap(each => each.label ?? []) : [],
      shown: args ? () => args.shownElements() : content && (() => content.shown),
      error: error && (() => error.message),
      hasBoth: result !== undefined && error !== undefined,
      sequenceId: sequenceId?.label,
    },
    direction,
    at,
  );
}

function present(slice: JsonSlice | undefined): JsonSlice | undefined {
  return slice?.isNull ? undefined : slice;
}
