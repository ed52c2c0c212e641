import type { MessageFacts } from '../../decoder.ts';
import type { Problem, Reading } from '../../reading.ts';
import { byteCount } from '../../summaryText.ts';
import { readMsgpack } from '../../values/msgpack.ts';
import { MsgpackSpan } from '../msgpack/msgpackSpan.ts';
import { hubReading, type HubMessage } from './hubMessage.ts';

/** The bytes of a length, and the largest one (HubProtocol.md, "MessagePack"). */
const maxPrefix = 5;
const maxLength = 2 ** 31 - 1;
/** An invocation has six elements; what is behind them is of later versions. */
const maxElements = 6;

interface Prefix {
  /** Where the record's value begins, and the byte behind it. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a record of MessagePack with its length before it. What is behind one that cannot be read is not known to be
 * a record: such a reading goes up to the end of the message.
 */
export function readPackedRecord(
  bytes: Uint8Array,
  at: number,
  direction: MessageFacts['direction'],
): Reading {
  const prefix = prefixOf(bytes, at);
  if ('is' in prefix) {
    return unread(bytes, at, prefix);
  }
  const { begin, end } = prefix;
  const all = readMsgpack(bytes, begin, end);
  if (all.severity === 'error') {
    return unread(bytes, at, all.problem ?? { at: begin, is: 'truncated' });
  }
  if (all.end < end) {
    return unread(bytes, at, { at: all.end, is: 'trailing' });
  }
  const span = new MsgpackSpan(bytes, begin, end);
  if (!span.isArray) {
    return unread(bytes, at, { at: begin, is: 'unexpected' });
  }
  const reading = hubReading(messageOf(span), direction, at) ?? {
    severity: 'error',
    problem: { at, is: 'unexpected' },
    summary: () => all.summary(),
  };
  return {
    ...reading,
    severity: reading.severity ?? all.severity,
    problem: reading.problem ?? all.problem,
    value: () => all.value(),
    fields: () => all.fields(),
    range: [at, end],
  };
}

function unread(bytes: Uint8Array, at: number, problem: Problem): Reading {
  const { length } = bytes;
  return {
    severity: 'error',
    problem,
    summary: () => byteCount(length - at),
    range: [at, length],
  };
}

/** Reads a length in groups of seven bits, the lowest first. */
function prefixOf(bytes: Uint8Array, at: number): Prefix | Problem {
  let length = 0;
  for (let index = 0; index < maxPrefix; index++) {
    const group = bytes[at + index];
    if (group === undefined) {
      return { at: bytes.length, is: 'truncated' };
    }
    length += (group & 0x7f) * 2 ** (7 * index);
    if (group < 0x80) {
      const begin = at + index + 1;
      if (length > maxLength) {
        break;
      }
      return length > bytes.length - begin
        ? { at: bytes.length, is: 'truncated' }
        : { begin, end: begin + length };
    }
  }
  return { at, is: 'bad-length' };
}

/** How a completion ends; else it is without a value. */
const resultKinds = { error: 1, value: 3 } as const;

function messageOf(span: MsgpackSpan): HubMessage {
  const elements = span.elements(maxElements);
  const type = elements[0]?.integer;
  const [, second, third, fourth, fifth, sixth] = elements;
  switch (type) {
    case 1:
    case 4:
      return {
        type,
        id: third?.label,
        target: fourth?.label,
        shown: fifth && (() => fifth.shownElements()),
        streamIds: sixth?.elements(Infinity).flatMap(each => each.label ?? []) ?? [],
      };
    case 2:
      return { type, id: third?.label, shown: fourth && (() => fourth.shown) };
    case 3: {
      const kind = fourth?.integer;
      return {
        type,
        id: third?.label,
        shown: kind === resultKinds.value && fifth ? () => fifth.shown : undefined,
        error: kind === resultKinds.error ? () => fifth?.message ?? '' : undefined,
      };
    }
    case 5:
      return { type, id: third?.label };
    case 7:
      return { type, error: second && !second.isNil ? () => second.message : undefined };
    case undefined:
    default:
      return { type, sequenceId: second?.label };
  }
}
