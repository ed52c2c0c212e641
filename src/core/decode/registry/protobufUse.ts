import { isObject } from '../../json/json.ts';
import { keyWidths, type KeyWidth, type MessageChoice } from '../protobuf/messageChoice.ts';
import type { Prefix } from '../protobuf/prefix.ts';
import type { Overrides } from '../protobuf/raw/casts.ts';
import { type FieldTable, scalarTypes } from '../protobuf/wire/fieldTable.ts';
import type { StepProblem } from '../rowDecoding.ts';

/** How a rule reads Protobuf, whatever its schema is in. */
interface ProtobufReading {
  readonly message?: MessageChoice;
  readonly prefix?: Prefix;
  /** What is said of the fields of messages that are read without a schema. */
  readonly fields?: Overrides;
}

/** The member `protobuf` of a step, as the setting has it once it was checked. */
export interface ProtobufUse extends ProtobufReading {
  /** The files of the schema: `.proto` files, or one set of descriptors. */
  readonly schema?: readonly string[];
  /** Folders in which imports are looked for. */
  readonly includes?: readonly string[];
}

/** The same for who decodes, with what the files say; without a table there is no schema. */
export interface ReadyProtobuf extends ProtobufReading {
  readonly table?: FieldTable;
  /** Why there is none, or not all of it, although the rule names files. */
  readonly problem?: StepProblem;
}

const members = ['schema', 'message', 'prefix', 'includes', 'fields'];
const prefixes: readonly unknown[] = ['varint', 'u32be', 'u16be', 'grpc-web'];
const widths = Object.keys(keyWidths) as readonly KeyWidth[];
const maxFiles = 32;
const maxSkipped = 65_535;

/**
 * Reads the member `protobuf` of a step.
 *
 * @param place the rule, for the sentences
 * @param problems gets a sentence for each error
 */
export function readProtobufUse(
  value: unknown,
  place: string,
  problems: string[],
): ProtobufUse | undefined {
  const report = (sentence: string) => problems.push(`"protobuf" of ${place} ${sentence}`);
  if (!isObject(value)) {
    report(
      'must be an object such as { "schema": "proto/feed.proto", "message": "feed.Envelope" }.',
    );
    return undefined;
  }
  const before = problems.length;
  const unknown = Object.keys(value).find(name => !members.includes(name));
  if (unknown !== undefined) {
    report(`has the member "${unknown}", which is not known.`);
  }
  const { message, prefix, fields } = value;
  const schema = readPaths(value['schema']);
  const includes = readPaths(value['includes']);
  if (schema === null || schema?.some(path => !isSchemaFile(path))) {
    report(
      'takes as "schema" a file or a list of files that end in .proto, or a set of descriptors that ends in .binpb, .pb, .desc or .protoset.',
    );
  } else if (schema && schema.length > 1 && !schema.every(isProtoFile)) {
    report('may name several files as "schema" only if all end in .proto.');
  }
  if (includes === null) {
    report('takes as "includes" a list of folders.');
  }
  if (schema === undefined && (message !== undefined || includes)) {
    report(`has "${message === undefined ? 'includes' : 'message'}", for which it needs "schema".`);
  }
  const wrong = message === undefined ? undefined : problemOfChoice(message);
  if (wrong !== undefined) {
    report(wrong);
  }
  if (prefix !== undefined && !isPrefix(prefix)) {
    report('takes as "prefix" "varint", "u32be", "u16be", "grpc-web" or { "skip": 4 }.');
  }
  if (fields !== undefined && !isOverrides(fields)) {
    report(
      'takes as "fields" paths of numbers with what is there, such as { "2.4": "bytes", "3": "message" }.',
    );
  }
  return problems.length > before
    ? undefined
    : { ...value, ...(schema && { schema }), ...(includes && { includes }) };
}

/** Whether a file is read as text; all others are sets of descriptors. */
export function isProtoFile(path: string): boolean {
  return /\.proto$/i.test(path);
}

function isSchemaFile(path: string): boolean {
  return /\.(?:proto|binpb|pb|desc|protoset)$/i.test(path);
}

/** `null`: they are none. */
function readPaths(value: unknown): readonly string[] | null | undefined {
  if (value === undefined) {
    return undefined;
  }
  const paths: readonly unknown[] = Array.isArray(value) ? value : [value];
  return paths.length > 0 && paths.length <= maxFiles && paths.every(isText) ? paths : null;
}

/** What is wrong with a choice of message types, as the rest of a sentence. */
function problemOfChoice(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return isTypeName(value) ? undefined : `has no name of a message type as "message".`;
  }
  if (!isObject(value)) {
    return 'takes as "message" the name of a type, or an object with "in" and "out", with "at" or with "envelope".';
  }
  if ('envelope' in value) {
    return problemOfEnvelope(value);
  }
  if ('at' in value) {
    return problemOfNumbers(value);
  }
  const names = Object.entries(value);
  const isRight =
    names.length > 0 &&
    names.every(([name, type]) => (name === 'in' || name === 'out') && isTypeName(type));
  return isRight
    ? undefined
    : 'takes in "message" names of types for "in" and "out", or "at", or "envelope".';
}

function problemOfEnvelope(value: Readonly<Record<string, unknown>>): string | undefined {
  const { envelope, typeField, bodyField, ...others } = value;
  const isAny = envelope === 'Any' && typeField === undefined && bodyField === undefined;
  const isOwn = isTypeName(envelope) && isText(typeField) && isText(bodyField);
  return (isAny || isOwn) && Object.keys(others).length === 0
    ? undefined
    : 'takes in "message" { "envelope": "Any" } or { "envelope": "feed.Packet", "typeField": "name", "bodyField": "payload" }.';
}

function problemOfNumbers(value: Readonly<Record<string, unknown>>): string | undefined {
  const { at, ...tables } = value;
  const isPlace =
    Array.isArray(at) &&
    (at.length === 1 || at.length === 2) &&
    at.every(each => Number.isInteger(each) && Number(each) >= 0 && Number(each) <= maxSkipped);
  const named = Object.entries(tables);
  const isRight =
    isPlace &&
    named.length > 0 &&
    named.every(([width, names]) => widths.some(each => each === width) && isNumbered(names));
  return isRight
    ? undefined
    : `takes in "message" { "at": [0], "u8": { "1": "feed.Quote", "2": "feed.Trade" } }; in place of u8 also ${widths.slice(1).join(', ')}.`;
}

function isNumbered(value: unknown): boolean {
  const names = isObject(value) ? Object.entries(value) : [];
  return (
    names.length > 0 &&
    names.every(([number, name]) => /^(?:0|[1-9]\d*)$/.test(number) && isTypeName(name))
  );
}

function isPrefix(value: unknown): boolean {
  if (!isObject(value)) {
    return prefixes.includes(value);
  }
  const { skip, ...others } = value;
  const isCount = Number.isInteger(skip) && Number(skip) >= 0 && Number(skip) <= maxSkipped;
  return isCount && Object.keys(others).length === 0;
}

function isOverrides(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([path, type]) =>
        isFieldPath(path) && (type === 'message' || scalarTypes.some(each => each === type)),
    )
  );
}

/** `2.4`, or as paths of values are written: `$.2[0].4`. */
function isFieldPath(path: string): boolean {
  const steps = path.replace(/^\$\.?/, '').split('.');
  return steps.every(step => /^\d{1,9}(?:\[\d*\])?$/.test(step));
}

function isTypeName(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z_][\w.]*$/i.test(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
