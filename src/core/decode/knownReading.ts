import type { CallTable, Link } from './callTable.ts';
import type { Asked, Reading } from './reading.ts';
import { oneLine } from './summaryText.ts';

/** A record or message with all that is known of it: by itself, and of the calls that it is a part of. */
export interface KnownReading extends Omit<Reading, 'summary' | 'records'> {
  readonly summary: string;
  readonly link?: Link;
  readonly records?: readonly KnownReading[] | undefined;
}

const maxInSummary = 64;

/**
 * Completes a reading by what other rows say: the name of the request that it answers, the parts that it has
 * announced.
 *
 * @param bytesOf the bytes of a row; `undefined` if it is gone
 * @param isTextOf whether a row is a text
 */
export function knownReading(
  reading: Reading,
  seq: number,
  table: CallTable,
  bytesOf: (seq: number) => Uint8Array | undefined,
  isTextOf: (seq: number) => boolean = () => false,
): KnownReading {
  const links = table.linksOf(seq);
  const partSeqs = reading.withParts ? table.partsOf(seq) : [];
  const parts = partSeqs.flatMap(part => {
    const bytes = bytesOf(part);
    return bytes ? [{ bytes, isText: isTextOf(part) }] : [];
  });
  const whole = parts.length > 0 ? withParts(reading, parts) : reading;
  const seqs = [...(whole.parts ?? []), ...partSeqs];
  const { records, summary, ...facts } = whole;
  if (!records) {
    const link = links.find(({ record }) => record === 0);
    // A part of an answer is called as what it answers.
    const asked = link?.of === undefined ? askedBy(link) : table.linksOf(link.of)[0]?.call;
    return {
      ...facts,
      ...inherited(facts, asked),
      summary: summary(asked),
      ...(seqs.length > 0 && { parts: seqs }),
      ...(link && { link }),
      ...(link?.isReused && { severity: facts.severity ?? 'warning' }),
    };
  }
  const linkOf = firstOfRecords(links);
  const known = records.map((record, index): KnownReading => {
    const link = linkOf.get(index);
    // A record holds no further ones.
    const rest = { ...record, records: undefined };
    const asked = askedBy(link);
    return {
      ...rest,
      ...inherited(rest, asked),
      summary: record.summary(asked),
      ...(link && { link }),
      ...(link?.isReused && { severity: rest.severity ?? 'warning' }),
    };
  });
  return {
    ...facts,
    summary: oneLine(
      known
        .slice(0, maxInSummary)
        .map(each => each.summary)
        .join(' | '),
    ),
    ...(seqs.length > 0 && { parts: seqs }),
    records: known,
  };
}

/** By the number of the record: a message may have thousands, and each several links. */
function firstOfRecords(links: readonly Link[]): ReadonlyMap<number, Link> {
  const first = new Map<number, Link>();
  for (const link of links) {
    if (!first.has(link.record)) {
      first.set(link.record, link);
    }
  }
  return first;
}

function inherited(own: Omit<Reading, 'summary'>, asked: Asked | undefined): Asked {
  const linked = asked && own.call?.topic;
  return { name: own.name ?? asked?.name, topic: own.topic ?? linked ?? asked?.topic };
}

function withParts(
  reading: Reading,
  parts: readonly { readonly bytes: Uint8Array; readonly isText: boolean }[],
): Reading {
  const [bytes, areTexts] = [parts.map(each => each.bytes), parts.map(each => each.isText)];
  return reading.withParts?.(bytes, areTexts) ?? reading;
}

/** What a row answers; a request does so itself. */
function askedBy(link: Link | undefined): Asked | undefined {
  return link?.role === 'request' || link?.role === 'open' ? undefined : link?.call;
}
