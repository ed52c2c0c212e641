import { once } from '../../base/once.ts';
import { batchOf } from '../batch.ts';
import type { AnyDecoder, MessageFacts } from '../decoder.ts';
import type { Layer } from '../layer.ts';
import type { Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import type { FieldTable } from './wire/fieldTable.ts';
import {
  isCompressed,
  isTrailers,
  partOf,
  compressedReading,
  trailersReading,
} from './grpcFrame.ts';
import { carrierOf, chooseMessage, type MessageChoice } from './messageChoice.ts';
import { type Prefix, type PrefixedRecord, prefixedRecords } from './prefix.ts';
import { type Overrides, castOf } from './raw/casts.ts';
import { rawReading, summaryLength } from './raw/rawReading.ts';
import { readTyped } from './typed/readTyped.ts';
import { Schema } from './typed/schema.ts';
import { TypedText } from './typed/typedText.ts';

export interface ProtobufOptions {
  /** Absent: a type is still to be chosen, and messages are read without a schema. */
  readonly message?: MessageChoice;
  readonly prefix?: Prefix;
  /** What is said of the fields of messages that are read without a schema. */
  readonly fields?: Overrides;
  /** Whether the type is told, and the set member of the outermost `oneof` as the event; by default they are. */
  readonly hasFacts?: boolean;
}

/** Protobuf with a schema. */
export function protobuf(table: FieldTable, options: ProtobufOptions = {}): AnyDecoder {
  const { message: choice, prefix, fields = {}, hasFacts = true } = options;
  const cast = castOf(fields);
  const schema = new Schema(table, choice === undefined ? undefined : carrierOf(choice));
  const readMessage = (bytes: Uint8Array, begin: number, end: number, facts: MessageFacts) => {
    const chosen =
      choice === undefined ? undefined : chooseMessage(choice, facts.direction, bytes, begin, end);
    return chosen
      ? typedReading(bytes, end, chosen, schema, hasFacts)
      : rawReading(bytes, begin, end, cast);
  };
  return {
    name: 'protobuf',
    title: 'Protobuf',
    takes: 'bytes',
    read: (layer, _context, facts) => {
      const { bytes } = layer;
      if (prefix === undefined) {
        const reading = readMessage(bytes, 0, bytes.length, facts);
        return { ...reading, ...(reading.value && { next: layer.withValue(reading.value) }) };
      }
      const records = prefixedRecords(bytes, prefix);
      return records.length === 0
        ? { severity: 'error', problem: { at: 0, is: 'empty' }, summary: () => '' }
        : batchOf(
            records.map(record => {
              const reading = recordReading(layer, record, prefix, (begin, end) =>
                readMessage(bytes, begin, end, facts),
              );
              return { ...reading, range: record.range };
            }),
          );
    },
  };
}

function recordReading(
  layer: Layer,
  record: PrefixedRecord,
  prefix: Prefix,
  readBody: (begin: number, end: number) => Reading,
): Reading {
  const { body, range, problem } = record;
  const end = range[1];
  if (prefix === 'grpc-web' && !problem) {
    if (isTrailers(record)) {
      return trailersReading(layer, record);
    }
    if (isCompressed(record)) {
      return compressedReading(layer, record);
    }
  }
  const reading = readBody(body, end);
  if (problem) {
    const summary = body < end ? reading.summary : () => byteCount(end - range[0]);
    return { ...reading, problem, severity: 'error', summary, value: undefined };
  }
  const { value } = reading;
  return {
    ...reading,
    ...(value && { next: partOf(layer, body, end).withValue(value) }),
  };
}

function typedReading(
  bytes: Uint8Array,
  end: number,
  { message, begin, isOneOfSeveral }: NonNullable<ReturnType<typeof chooseMessage>>,
  schema: Schema,
  hasFacts: boolean,
): Reading {
  const read = readTyped(bytes, begin, end, schema.type(message), schema);
  const { tree, problem, severity, event, carried } = read;
  const text = once(() => new TypedText(tree));
  // What tells a message from others is its name; else that is the member of a `oneof`.
  const told = carried ?? (isOneOfSeveral ? message : undefined);
  const fullType = told ?? event?.type ?? message;
  const type = shortName(fullType);
  const name = told === undefined ? event?.name : type;
  return {
    ...(hasFacts && { type, ...(type !== fullType && { fullType }), givesWay: true }),
    ...(hasFacts && name !== undefined && { name }),
    ...(problem && { problem, severity }),
    summary: () =>
      severity === 'error' && tree.count === 1
        ? byteCount(end - begin)
        : oneLine(text().json(0, summaryLength)),
    ...(severity !== 'error' && { value: () => text().json() }),
    fields: () => text().fields(),
  };
}

/** Without its package. */
function shortName(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}
