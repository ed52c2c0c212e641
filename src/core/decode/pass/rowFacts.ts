import { isTextual } from '../../record/record.ts';
import type {
  AskedCallState,
  DecodedRecord as AskedRecord,
  DecodedRow,
} from '../../filter/decodedRow.ts';
import type { KnownReading } from '../knownReading.ts';
import { hasProblem } from '../reading.ts';
import type { RowDecoding } from '../rowDecoding.ts';
import type { DecodedReading } from './decodePass.ts';

/** In UTF-16 code units, of what a column of the list shows. */
const maxFactLength = 256;
/** Names of records of one message that fit into a cell. */
const maxNames = 3;

/** What the list shows of a row. */
export function rowDecodingOf({ known, session }: DecodedReading, flags: number): RowDecoding {
  const { records, severity, isHeartbeat, problem, isPreviewed } = known;
  const isGuess = session.decoding.shown !== 'applied' && isTextual(flags);
  const linked = records?.find(record => record.link) ?? known;
  return {
    ...factsOf(known),
    ...(records && records.length > 1 && { ...eventOfRecords(records), records: records.length }),
    ...(!isGuess && !isPreviewed && { summary: known.summary }),
    ...(severity && { severity }),
    ...(isHeartbeat && { isHeartbeat: true }),
    ...(problem && { problem }),
    ...(known.withParts && { isToBeCompleted: true }),
    ...callOf(linked),
  };
}

/** Type, event, topic and id. */
export function factsOf(known: KnownReading): Pick<RowDecoding, 'type' | 'event' | 'topic' | 'id'> {
  const { type, topic, id } = known;
  const event = eventOf(known);
  return {
    ...(type !== undefined && { type: short(type) }),
    ...(event !== undefined && { event: short(event) }),
    ...(topic !== undefined && { topic: short(topic) }),
    ...(id !== undefined && { id: short(id) }),
  };
}

/** A root, such as the namespace in which Socket.IO begins, says less than the type. */
export function eventOf({
  name,
  topic,
  type,
}: Pick<KnownReading, 'name' | 'topic' | 'type'>): string | undefined {
  return name ?? (topic === '/' ? (type ?? topic) : topic) ?? type;
}

/** The part in a call. */
export function callOf({
  link,
}: KnownReading): Pick<RowDecoding, 'role' | 'request' | 'response' | 'state' | 'ms' | 'firstMs'> {
  if (!link) {
    return {};
  }
  const { role, call, of } = link;
  const isAsking = role === 'request' || role === 'open';
  const request = isAsking ? undefined : (of ?? call?.seq);
  const ms = isAsking ? call?.ms : link.ms;
  return {
    role,
    ...(request !== undefined && { request }),
    ...(call?.response !== undefined && { response: call.response }),
    ...(call && { state: call.state }),
    ...(ms !== undefined && { ms }),
    ...(call?.firstMs !== undefined && { firstMs: call.firstMs }),
  };
}

/** What conditions ask of a row. */
export function decodedRowOf({ known, chain, isWith }: DecodedReading): DecodedRow {
  const records = known.records ?? [known];
  return {
    as: chain.layers.map(({ decoder }) => decoder),
    records: records.map(askedOf),
    isUndecodable: hasProblem(known),
    isHeartbeat: known.isHeartbeat === true,
    isFailure: known.severity === 'error' || records.some(isFailed),
    isWith,
    value: () => joined(known, record => record.value?.()),
    envelope: () => joined(known, record => record.envelope?.()),
  };
}

function isFailed({ severity, link }: KnownReading): boolean {
  return severity === 'error' || (link?.role === 'response' && link.call?.state === 'failed');
}

function askedOf(known: KnownReading): AskedRecord {
  const { type, topic, id, link } = known;
  const { call, role } = link ?? {};
  const isAsking = role === 'request' || role === 'open';
  return {
    event: eventOf(known),
    topic,
    type,
    id,
    call: link && role !== 'part' ? stateOf(call?.state) : undefined,
    ms: isAsking ? call?.ms : link?.ms,
  };
}

function stateOf(state: string | undefined): AskedCallState {
  switch (state) {
    case undefined:
      return 'orphan';
    case 'open':
    case 'unanswered':
    case 'forgotten':
      return 'pending';
    case 'failed':
      return 'failed';
    default:
      return 'done';
  }
}

function joined(
  known: KnownReading,
  of: (record: KnownReading) => string | undefined,
): string | undefined {
  if (!known.records) {
    return of(known);
  }
  const all = known.records.map(of).filter(each => each !== undefined);
  return all.length > 0 ? `[${all.join(',')}]` : undefined;
}

function eventOfRecords(records: readonly KnownReading[]): Pick<RowDecoding, 'event'> {
  const names = new Set<string>();
  for (const record of records) {
    const { event } = factsOf(record);
    if (event !== undefined) {
      names.add(event);
    }
    if (names.size > maxNames) {
      break;
    }
  }
  const shown = [...names].slice(0, maxNames).join(', ');
  return names.size === 0 ? {} : { event: names.size > maxNames ? `${shown}, …` : shown };
}

function short(text: string): string {
  return text.length <= maxFactLength ? text : `${text.slice(0, maxFactLength - 1)}…`;
}
