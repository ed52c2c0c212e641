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
 * @param partOf the bytes of a row; `undefined` if it is gone
 */
export function knownReading(
  reading: Reading,
  seq: number,
  table: CallTable,
  bytesOf: (seq: number) => Uint8Array | undefined,
): KnownReading {
  const links = table.linksOf(seq);
  const partSeqs = reading.withParts ? table.partsOf(seq) : [];
  const parts = partSeqs.map(bytesOf).filter(each => each !== undefined);
  const whole = parts.length > 0 ? (reading.withParts?.(parts) ?? reading) : reading;
  const seqs = [...(whole.parts ?? []), ...partSeqs];
  const { records, summary, ...facts } = whole;
  const linkOf = (record: number) => links.find(link => link.record === record);
  if (!records) {
    const link = linkOf(0);
    const asked = askedBy(link);
    return {
      ...facts,
      ...inherited(facts, asked),
      summary: summary(asked),
      ...(seqs.length > 0 && { parts: seqs }),
      ...(link && { link }),
      ...(link?.isReused && { severity: facts.severity ?? 'warning' }),
    };
  }
  const known = records.map((record, index): KnownReading => {
    const link = linkOf(index);
    // A record holds no further ones.
    const rest = { ...record, records: undefined };
    const asked = askedBy(link);
    return {
      ...rest,
      ...inherited(rest, asked),
      summary: record.summary(asked),
      ...(link && { link }),
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

/** What a row answers; a request does so itself. */
function askedBy(link: Link | undefined): Asked | undefined {
  return link?.role === 'request' || link?.role === 'open' ? undefined : link?.call;
}

function inherited(own: Asked, asked: Asked | undefined): Asked {
  return { name: own.name ?? asked?.name, topic: own.topic ?? asked?.topic };
}
