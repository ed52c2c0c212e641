import type { LayerReading } from '../chain.ts';
import type { AnyDecoder } from '../decoder.ts';
import type { KnownReading } from '../knownReading.ts';
import { maxFields } from '../limits.ts';
import type { Reading } from '../reading.ts';
import type {
  DecodedContent,
  DecodedLayer,
  DecodedMessage,
  DecodedRecord,
} from '../rowDecoding.ts';
import type { DecodedReading } from './decodePass.ts';
import { callOf, factsOf } from './rowFacts.ts';

/** In UTF-16 code units, of one value and of all of a message. */
const maxValueLength = 8 * 1024 * 1024;
const maxRecordsShown = 1000;

type TitleOf = (name: AnyDecoder['name'], own: string) => string;

/** All that is known of a message, for the one that is open. @param titleOf the title of a decoder by its name and its own title */
export function openedMessage(
  { known, chain, session }: DecodedReading,
  titleOf: TitleOf,
): DecodedMessage {
  return {
    session: session.decoding,
    ...openedContent(known, chain.layers, titleOf),
    ...(known.parts && { parts: known.parts }),
  };
}

/** What a chain has read. @param layers of the chain, see `ChainReading` */
export function openedContent(
  known: KnownReading,
  layers: readonly LayerReading[],
  titleOf: TitleOf,
): DecodedContent {
  const budget = { value: maxValueLength, fields: maxFields };
  const { records: several = [] } = known;
  const records = (several.length > 0 ? several : [known]).slice(0, maxRecordsShown);
  return {
    layers: layers.map(({ decoder, title, layer, reading }): DecodedLayer => ({
      name: decoder,
      title: titleOf(decoder, title),
      kind: layer.kind,
      byteLength: layer.bytes.length,
      ...(layer.begin !== undefined && { begin: layer.begin }),
      ...(reading.problem && { problem: reading.problem }),
    })),
    records: records.map(record => recordOf(record, budget)),
    fieldsLayer: Math.max(
      0,
      layers.findIndex(({ reading }) => hasFields(reading)),
    ),
  };
}

function hasFields({ fields, records = [] }: Reading): boolean {
  return fields !== undefined || records.some(hasFields);
}

interface Budget {
  value: number;
  fields: number;
}

function recordOf(known: KnownReading, budget: Budget): DecodedRecord {
  const { summary, fullType, severity, isHeartbeat, problem, range } = known;
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
    ...(fullType !== undefined && { fullType }),
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
