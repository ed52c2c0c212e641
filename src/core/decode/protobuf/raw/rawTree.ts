import { sequenceLength } from '../../../base/utf8.ts';
import { maxProtobufDepth, maxValues } from '../../limits.ts';
import type { Problem } from '../../reading.ts';
import type { Cast } from './casts.ts';
import { eachPacked, wireTypeOf } from '../wire/scalars.ts';
import { WireReader, wireTypes } from '../wire/wire.ts';
import { WireNodes } from '../wire/wireNodes.ts';

/** What a field without a schema is shown as; `packed` is said by the user only. */
export type RawKind = 'varint' | 'i64' | 'i32' | 'text' | 'message' | 'group' | 'bytes' | 'packed';
const kinds = ['bytes', 'varint', 'i64', 'i32', 'text', 'message', 'group', 'packed'] as const;

/** A message without a schema. */
export class RawTree extends WireNodes<RawKind> {
  /** What ended the reading. Bytes within that are no message are no problem. */
  problem: Problem | undefined;
  readonly #casts: (Cast | undefined)[] = [];

  constructor(bytes: Uint8Array) {
    super(bytes, kinds);
  }

  /** What the user has said of it. */
  castOf(node: number): Cast | undefined {
    return this.#casts[node];
  }

  /** The nodes of each field of a message, fields in the order of their first values. */
  membersOf(node: number): ReadonlyMap<number, readonly number[]> {
    const members = new Map<number, number[]>();
    const behind = this.behind(node);
    for (let child = node + 1; child < behind; child = this.behind(child)) {
      const number = this.numberOf(child);
      const same = members.get(number);
      if (same) {
        same.push(child);
      } else {
        members.set(number, [child]);
      }
    }
    return members;
  }

  add(kind: RawKind, number: number, tag: number, begin: number, end: number, cast?: Cast): number {
    this.#casts.push(cast);
    return this.addNode(kind, number, tag, begin, end);
  }
}

interface Frame {
  readonly node: number;
  readonly end: number;
  /** The field number of a group, which a tag ends; 0: not a group. */
  readonly group: number;
  readonly cast: Cast | undefined;
}

/**
 * Reads the message in `[begin, end)` without a schema. What has a length is text where all characters are printable and the
 * first is no TAB, LF or CR; else a message where all of it parses; else text where it is printable; else
 * bytes.
 *
 * @param cast what the user says of the fields
 */
export function readRaw(bytes: Uint8Array, begin = 0, end = bytes.length, cast?: Cast): RawTree {
  const tree = new RawTree(bytes);
  const reader = new WireReader(bytes);
  const trial = new WireReader(bytes);
  const root = tree.add('message', 0, begin, begin, end);
  const frames: Frame[] = [{ node: root, end, group: 0, cast }];
  let at = begin;
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    if (at >= frame.end) {
      if (frame.group !== 0) {
        tree.problem ??= { at: frame.end, is: 'truncated' };
      }
      tree.close(frame.node, frame.end);
      frames.pop();
      continue;
    }
    const next = reader.read(at, frame.end);
    const { number, wireType, tagAt, begin: from, end: to, isCut } = reader;
    const isTooLong = tree.count >= maxValues;
    const isTooDeep = wireType === wireTypes.group && frames.length > maxProtobufDepth;
    const isStray = wireType === wireTypes.endGroup && frame.group !== number;
    if (next < 0) {
      tree.problem ??= reader.problem;
    }
    if ((next < 0 && !(isCut && wireType === wireTypes.len)) || isTooLong || isTooDeep || isStray) {
      const is = isTooLong ? 'too-long' : isTooDeep ? 'too-deep' : 'bad-tag';
      tree.problem ??= { at: tagAt, is };
      closeAll(tree, frames, at);
      break;
    }
    if (wireType === wireTypes.endGroup) {
      tree.close(frame.node, tagAt);
      frames.pop();
      at = next;
      continue;
    }
    const own = frame.cast?.fields.get(number);
    const kind = kindOf(trial, reader, frames.length, own);
    const node = tree.add(kind, number, tagAt, from, to, own);
    if (kind === 'message' || kind === 'group') {
      const isGroup = kind === 'group';
      frames.push({
        node,
        end: isGroup ? frame.end : to,
        group: isGroup ? number : 0,
        cast: own,
      });
      at = from;
    } else {
      at = to;
    }
  }
  return tree;
}

/** Groups end where the reading does, or with what they hold. */
function closeAll(tree: RawTree, frames: readonly Frame[], at: number): void {
  let inner = at;
  for (const { node, group, end } of [...frames].reverse()) {
    inner = group === 0 ? end : inner;
    tree.close(node, inner);
  }
}

/** @param depth of the field: 1 in the outermost message */
function kindOf(
  trial: WireReader,
  { bytes, wireType, begin, end, isCut }: WireReader,
  depth: number,
  cast: Cast | undefined,
): RawKind {
  switch (wireType) {
    case wireTypes.varint:
      return 'varint';
    case wireTypes.i64:
      return 'i64';
    case wireTypes.i32:
      return 'i32';
    case wireTypes.group:
      return 'group';
    default:
      break;
  }
  const type = cast?.type;
  if (type === 'bytes') {
    return 'bytes';
  }
  if (type === 'string') {
    return 'text';
  }
  const isMessage = () => depth <= maxProtobufDepth && parses(trial, begin, end, depth, isCut);
  if (type === 'message' && (begin === end || isMessage())) {
    return 'message';
  }
  if (type !== undefined && type !== 'message') {
    const valueType = wireTypeOf(type);
    if (eachPacked(trial, valueType, begin, end) < 0) {
      return 'packed';
    }
  }
  const isText = isPrintable(bytes, begin, end, isCut);
  const first = bytes[begin] ?? 0;
  const isLayout = begin < end && (first === 0x09 || first === 0x0a || first === 0x0d);
  if (isText && !isLayout) {
    return 'text';
  }
  return isMessage() ? 'message' : isText ? 'text' : 'bytes';
}

/** @param isCut the end is missing, so that fields need not be whole at the end */
function parses(
  trial: WireReader,
  begin: number,
  end: number,
  depth: number,
  isCut: boolean,
): boolean {
  if (begin === end) {
    return false;
  }
  if (trial.skipFields(begin, end, 0, depth) >= 0) {
    return true;
  }
  return isCut && trial.problem?.is === 'truncated' && trial.tagAt > begin;
}

/**
 * Whether the bytes are UTF-8 without control characters other than TAB, LF and CR.
 *
 * @param isCut the last character need not be whole
 */
function isPrintable(bytes: Uint8Array, begin: number, end: number, isCut: boolean): boolean {
  let at = begin;
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      const isControl = byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
      if (isControl || byte === 0x7f) {
        return false;
      }
      at++;
      continue;
    }
    const length = sequenceLength(bytes, at);
    if (length === 0 || at + length > end) {
      return isCut && end - at < 4 && byte >= 0xc2;
    }
    // U+0080 to U+009F are control characters too.
    if (byte === 0xc2 && (bytes[at + 1] ?? 0) < 0xa0) {
      return false;
    }
    at += length;
  }
  return true;
}
