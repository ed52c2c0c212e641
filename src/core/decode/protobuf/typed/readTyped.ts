import { sequenceLength } from '../../../base/utf8.ts';
import { maxProtobufDepth, maxValues } from '../../limits.ts';
import type { Problem, ProblemCode } from '../../reading.ts';
import type { FieldDefinition } from '../wire/fieldTable.ts';
import { eachPacked, wireTypeOf } from '../wire/scalars.ts';
import type { MessageType, Schema } from './schema.ts';
import { TypedTree } from './typedTree.ts';
import { WireReader, wireTypes } from '../wire/wire.ts';

/** A message read as one of a type. */
export interface TypedMessage {
  readonly tree: TypedTree;
  /** What ended the reading, or what does not fit the type; what is behind the latter was read. */
  readonly problem: Problem | undefined;
  readonly severity: 'warning' | 'error' | undefined;
  /** The set member of the outermost `oneof`, and the message type that it has, if it is a message. */
  readonly event: { readonly name: string; readonly type: string | undefined } | undefined;
  /** The type of the message that the outermost one carries, as `google.protobuf.Any` does. */
  readonly carried: string | undefined;
  /** Bytes of fields that the type does not have, or has with another wire type. */
  readonly strangeLength: number;
}

/** The share of strange bytes from which on a message is probably one of another type. */
const maxStrangeShare = 0.3;

/**
 * Reads the message in `[begin, end)` as one of `type`. Fields that the type does not have, or that come with a wire type other
 * than theirs, are kept as they are.
 */
export function readTyped(
  bytes: Uint8Array,
  begin: number,
  end: number,
  type: MessageType,
  schema: Schema,
): TypedMessage {
  const run = new TypedRun(bytes, schema);
  run.read(begin, end, type);
  const { tree, failure, warning, event, carried, strangeLength } = run;
  const problem = failure ?? warning ?? run.strangeness(end - begin);
  const severity = failure ? 'error' : problem ? 'warning' : undefined;
  return { tree, problem, severity, event, carried, strangeLength };
}

interface Frame {
  readonly node: number;
  readonly type: MessageType;
  readonly end: number;
  /** The field number of a group, which a tag ends; 0: not a group. */
  readonly group: number;
  /** Neither it nor a message around it is one of several. */
  readonly isSingle: boolean;
  /** The type of what it carries. */
  readonly body: MessageType | undefined;
}

class TypedRun {
  readonly tree: TypedTree;
  failure: Problem | undefined;
  warning: Problem | undefined;
  event:
    | (NonNullable<TypedMessage['event']> & { readonly oneof: string; readonly node: number })
    | undefined;
  carried: string | undefined;
  strangeLength = 0;
  readonly #schema: Schema;
  readonly #reader: WireReader;
  readonly #frames: Frame[] = [];
  #eventDepth = Infinity;
  #firstStrange = 0;
  readonly #strange = new Set<FieldDefinition | string>();

  constructor(bytes: Uint8Array, schema: Schema) {
    this.tree = new TypedTree(bytes);
    this.#reader = new WireReader(bytes);
    this.#schema = schema;
  }

  read(begin: number, end: number, type: MessageType): void {
    const root = this.tree.add('message', 0, [begin, begin, end], undefined, type);
    this.#open(root, type, begin, end, 0, true);
    let at = begin;
    for (let frame = this.#frames.at(-1); frame; frame = this.#frames.at(-1)) {
      if (at >= frame.end) {
        if (frame.group !== 0) {
          this.#fail(frame.end, 'truncated');
        }
        this.tree.close(frame.node, frame.end);
        this.#frames.pop();
        continue;
      }
      const next = this.#readField(frame, at);
      if (next < 0) {
        this.#closeAll(at);
        return;
      }
      at = next;
    }
  }

  /** A single field that is not known is that of a newer schema; several are rather another type. */
  strangeness(length: number): Problem | undefined {
    return this.#strange.size > 1 && this.strangeLength > maxStrangeShare * length
      ? { at: this.#firstStrange, is: 'mismatch' }
      : undefined;
  }

  /** @returns where to go on; -1: nowhere */
  #readField(frame: Frame, at: number): number {
    const reader = this.#reader;
    const next = reader.read(at, frame.end);
    const { number, wireType, tagAt, begin, end, isCut } = reader;
    if (next < 0) {
      this.failure ??= reader.problem;
      if (!isCut || wireType !== wireTypes.len) {
        return -1;
      }
    } else if (this.tree.count >= maxValues) {
      return this.#fail(tagAt, 'too-long');
    }
    if (wireType === wireTypes.endGroup) {
      if (frame.group !== number) {
        return this.#fail(tagAt, 'bad-tag');
      }
      this.tree.close(frame.node, tagAt);
      this.#frames.pop();
      return next;
    }
    const field = frame.type.fields.get(number);
    if (!field) {
      return this.#addStrange('unknown', frame, undefined);
    }
    this.#noteEvent(frame, field);
    const expected = field.map ? wireTypes.len : wireTypeOf(field.type);
    if (
      field.repeated &&
      wireType === wireTypes.len &&
      expected !== wireTypes.len &&
      expected !== wireTypes.group
    ) {
      return this.#addPacked(field, expected);
    }
    if (wireType !== expected) {
      return this.#addStrange('mismatch', frame, field);
    }
    const range = [tagAt, begin, end] as const;
    const inner = this.#innerOf(frame, field, number);
    if (!inner) {
      this.tree.add('value', number, range, field);
      if (field.type === 'string' && !isCut) {
        this.#checkText(begin, end);
      }
      return end;
    }
    if (this.#frames.length > maxProtobufDepth) {
      return this.#fail(wireType === wireTypes.group ? tagAt : begin, 'too-deep');
    }
    const isGroup = wireType === wireTypes.group;
    const node = this.tree.add(field.map ? 'entry' : 'message', number, range, field, inner);
    this.#open(
      node,
      inner,
      begin,
      isGroup ? frame.end : end,
      isGroup ? number : 0,
      frame.isSingle && !field.repeated && !field.map,
    );
    return begin;
  }

  #open(
    node: number,
    type: MessageType,
    begin: number,
    end: number,
    group: number,
    isSingle: boolean,
  ): void {
    const body = type.carrier && this.#bodyType(type, begin, end);
    if (node === 0) {
      this.carried = body?.name;
    }
    this.#frames.push({ node, type, end, group, isSingle, body });
  }

  /** The type of the message in a field; `undefined`: it holds none. */
  #innerOf(frame: Frame, field: FieldDefinition, number: number): MessageType | undefined {
    if (field.map) {
      return this.#schema.entryOf(field);
    }
    if (field.type === 'message' || field.type === 'group') {
      return this.#schema.type(field.message ?? '');
    }
    return frame.body && frame.type.carrier?.bodyField === number ? frame.body : undefined;
  }

  /** The type that a message says to carry: its last field that does so counts. */
  #bodyType(type: MessageType, begin: number, end: number): MessageType | undefined {
    const reader = new WireReader(this.tree.bytes);
    let name: string | undefined;
    for (let at = begin; at < end;) {
      at = reader.read(at, end);
      if (at < 0) {
        break;
      }
      if (reader.wireType === wireTypes.group) {
        at = reader.skipFields(at, end, reader.number, this.#frames.length);
        if (at < 0) {
          break;
        }
      } else if (
        reader.number === type.carrier?.typeField &&
        reader.wireType === wireTypes.len &&
        reader.end - reader.begin <= maxNameLength
      ) {
        name = utf8.decode(this.tree.bytes.subarray(reader.begin, reader.end));
      }
    }
    const found = name === undefined ? undefined : this.#schema.find(name, type.name);
    return found === undefined ? undefined : this.#schema.type(found);
  }

  #addPacked(field: FieldDefinition, wireType: number): number {
    const { number, tagAt, begin, end } = this.#reader;
    const bad = eachPacked(this.#reader, wireType, begin, end);
    this.tree.add('packed', number, [tagAt, begin, bad < 0 ? end : bad], field);
    if (bad < 0) {
      return end;
    }
    return this.#reader.problem?.is === 'bad-varint'
      ? this.#fail(this.#reader.problem.at, 'bad-varint')
      : this.#fail(end, 'truncated');
  }

  #addStrange(
    kind: 'unknown' | 'mismatch',
    frame: Frame,
    field: FieldDefinition | undefined,
  ): number {
    const reader = this.#reader;
    const { number, wireType, tagAt, begin } = reader;
    let { end } = reader;
    if (wireType === wireTypes.group) {
      end = reader.skipFields(begin, frame.end, number, this.#frames.length);
      if (end < 0) {
        this.failure ??= reader.problem;
        return -1;
      }
    }
    this.tree.add(kind, number, [tagAt, begin, end], field);
    if (this.#strange.size === 0) {
      this.#firstStrange = tagAt;
    }
    this.#strange.add(field ?? `${frame.type.name} ${number}`);
    this.strangeLength += end - tagAt;
    if (kind === 'mismatch') {
      this.warning ??= { at: tagAt, is: 'mismatch' };
    }
    return end;
  }

  #noteEvent(frame: Frame, { name, oneof, message: type }: FieldDefinition): void {
    const depth = this.#frames.length;
    if (oneof === undefined || !frame.isSingle || frame.type.name.startsWith(googleTypes)) {
      return;
    }
    const isSame = this.event?.node === frame.node && this.event.oneof === oneof;
    if (depth < this.#eventDepth || isSame) {
      this.#eventDepth = depth;
      this.event = { name, type, oneof, node: frame.node };
    }
  }

  #checkText(begin: number, end: number): void {
    const { bytes } = this.tree;
    for (let at = begin; at < end && !this.warning;) {
      const length = (bytes[at] ?? 0) < 0x80 ? 1 : sequenceLength(bytes, at);
      if (length === 0 || at + length > end) {
        this.warning = { at, is: 'bad-utf8' };
      }
      at += length;
    }
  }

  #fail(at: number, is: ProblemCode): -1 {
    this.failure ??= { at, is };
    return -1;
  }

  /** Groups end where the reading does, or with what they hold. */
  #closeAll(at: number): void {
    let inner = Math.max(at, this.tree.endOf(this.tree.count - 1));
    for (const { node, group, end } of this.#frames.reverse()) {
      inner = group === 0 ? end : inner;
      this.tree.close(node, inner);
    }
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const googleTypes = 'google.protobuf.';
/** Of a message type; the longest URL that is worth looking up. */
const maxNameLength = 1024;
