import type { AnyDecoder } from '../decoder.ts';
import type { KnownReading } from '../knownReading.ts';
import { maxFields } from '../limits.ts';
import type { DecodedLayer, DecodedMessage, DecodedRecord } from '../rowDecoding.ts';
import type { DecodedReading } from './decodePass.ts';
import { callOf, factsOf } from './rowFacts.ts';

/** In UTF-16 code units, of one value and of all of a message. */
const maxValueLength = 8 * 1024 * 1024;
const maxRecordsShown = 1000;

/** All that is known of a message, for the one that is open. @param titleOf the title of a decoder by its name and its own title */
export function openedMessage(
  { known, chain, session }: DecodedReading,
  titleOf: (name: AnyDecoder['name'], own: string) => string,
): DecodedMessage {
  const layers = chain.layers.map(({ decoder, title, layer, reading }): DecodedLayer => ({
    name: decoder,
    title: titleOf(decoder, title),
    kind: layer.kind,
    byteLength: layer.bytes.length,
    ...(layer.begin !== undefined && { begin: layer.begin }),
    ...(reading.problem && { problem: reading.problem }),
  }));
  const budget = { value: maxValueLength, fields: maxFields };
  const records = (known.records ?? [known]).slice(0, maxRecordsShown);
  const withFields = chain.layers.findIndex(({ reading }) => reading.fields);
  return {
    session: session.decoding,
    layers,
    records: records.map(record => recordOf(record, budget)),
    ...(known.parts && { parts: known.parts }),
    fieldsLayer: Math.max(0, withFields),
  };
}

interface Budget {
  value: number;
  fields: number;
}

function recordOf(known: KnownReading, budget: Budget): DecodedRecord {
  const { summary, severity, isHeartbeat, problem, range } = known;
  const value = known.value?.();
  const isShown = value !== undefined && value.length <= budget.value;
  budget.value -= isShown ? value.length : 0;
  const envelope = known.envelope?.();
  const fields = budget.fields > 0 ? known.fields?.().slice(0, budget.fields) : undefined;
  budget.fields -= fields?.length ?? 0;
  return {
    ...factsOf(known),
    ...callOf(known),
    summary,
    ...(severity && { severity }),
    ...(isHeartbeat && { isHeartbeat: true }),
    ...(problem && { problem }),
    ...(isShown && { value }),
    ...(value !== undefined && !isShown && { isValueTooLong: true }),
    ...(envelope !== undefined && { envelope }),
    ...(fields && { fields }),
    ...(range && { range }),
  };
}
