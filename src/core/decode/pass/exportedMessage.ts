import type { KnownReading } from '../knownReading.ts';
import type { DecodedReading } from './decodePass.ts';
import { callOf, eventOf } from './rowFacts.ts';

/** What exports say of a message, or of one of its records. All texts are the peer's, and may hold secrets. */
export interface ExportedRecord {
  readonly type?: string | undefined;
  /** The name of the event or method, or else the topic, or else the type. */
  readonly event?: string | undefined;
  readonly topic?: string | undefined;
  readonly id?: string | undefined;
  readonly severity?: 'warning' | 'error' | undefined;
  /** The row of the request that it answers. */
  readonly request?: number | undefined;
  /** Milliseconds: of an answer since its request, of a request until its answer. */
  readonly ms?: number | undefined;
  /** JSON in the form of `exportForm.ts`; absent: there is none. */
  readonly value?: (() => string) | undefined;
}

export interface ExportedMessage extends ExportedRecord {
  /** The names of the decoders, in the order of the chain. */
  readonly as: readonly string[];
  /** Those of a message that holds several; it has no value itself then. */
  readonly records?: readonly ExportedRecord[];
}

export function exportedMessage({ known, chain }: DecodedReading): ExportedMessage {
  const as = chain.layers.map(({ decoder }) => decoder);
  const { records = [] } = known;
  const [only] = records;
  if (records.length > 1) {
    return { as, ...recordOf({ ...known, value: undefined }), records: records.map(recordOf) };
  }
  const { severity = only?.severity } = known;
  return { as, ...recordOf(only ?? known), severity };
}

function recordOf(known: KnownReading): ExportedRecord {
  const { type, topic, id, severity, value } = known;
  const { request, ms } = callOf(known);
  return { type, event: eventOf(known), topic, id, severity, request, ms, value };
}
