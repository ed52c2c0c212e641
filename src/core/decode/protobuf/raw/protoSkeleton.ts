import { maxFields } from '../../limits.ts';
import { type Cast, castOf, type Overrides } from './casts.ts';
import { isLikelyFloat } from './rawText.ts';
import { type RawKind, type RawTree, readRaw } from './rawTree.ts';
import { byteView } from '../wire/scalars.ts';
import { varintAt } from '../wire/wire.ts';

/** A message type as it was seen. */
interface SeenType {
  readonly fields: Map<number, SeenField>;
}

interface SeenField {
  readonly cast: Cast | undefined;
  /** Without texts that are empty, which may as well be bytes or messages. */
  readonly kinds: Set<RawKind>;
  readonly inner: SeenType;
  isRepeated: boolean;
  /** A varint with its highest bit, as negative numbers have it. */
  isNegative: boolean;
  /** Fixed numbers that are no likely floats. */
  isInteger: boolean;
}

/**
 * What was seen of messages without a schema, and what the user has said of them, as a `.proto` file to go on
 * with. The names are made of the numbers, since the wire has no others.
 */
export function protoSkeleton(messages: readonly Uint8Array[], overrides: Overrides): string {
  const cast = castOf(overrides);
  const seen = new Collector();
  for (const bytes of messages) {
    seen.take(readRaw(bytes, 0, bytes.length, cast));
  }
  return [
    '// What was seen on the wire, which has numbers only: the names are made up.',
    `syntax = "${seen.hasGroups ? 'proto2' : 'proto3'}";`,
    '',
    ...linesOf(seen.root, seen.hasGroups),
    '',
  ].join('\n');
}

class Collector {
  readonly root: SeenType = { fields: new Map() };
  hasGroups = false;
  #count = 0;

  take(tree: RawTree): void {
    const data = byteView(tree.bytes);
    const types = new Map<number, SeenType>([[0, this.root]]);
    for (let node = 0; node < tree.count; node++) {
      const type = types.get(node);
      types.delete(node);
      if (!type) {
        continue;
      }
      for (const [number, nodes] of tree.membersOf(node)) {
        const field = this.#fieldOf(type, number, tree.castOf(nodes[0] ?? 0));
        if (!field) {
          return;
        }
        for (const each of nodes) {
          field.isRepeated ||= nodes.length > 1 || tree.kindOf(each) === 'packed';
          note(field, tree, each, data.view);
          types.set(each, field.inner);
        }
        this.hasGroups ||= field.kinds.has('group');
      }
    }
  }

  #fieldOf(type: SeenType, number: number, cast: Cast | undefined): SeenField | undefined {
    const known = type.fields.get(number);
    if (known || this.#count >= maxFields) {
      return known;
    }
    this.#count++;
    const field: SeenField = {
      cast,
      kinds: new Set(),
      inner: { fields: new Map() },
      isRepeated: false,
      isNegative: false,
      isInteger: false,
    };
    type.fields.set(number, field);
    return field;
  }
}

function note(field: SeenField, tree: RawTree, node: number, view: DataView): void {
  const kind = tree.kindOf(node);
  const begin = tree.beginOf(node);
  if (kind !== 'text' || begin < tree.endOf(node)) {
    field.kinds.add(kind);
  }
  if (kind === 'varint') {
    field.isNegative ||= varintAt(tree.bytes, begin) >= 2n ** 63n;
  } else if (kind === 'i64' || kind === 'i32') {
    const value = kind === 'i64' ? view.getFloat64(begin, true) : view.getFloat32(begin, true);
    field.isInteger ||= value !== 0 && !isLikelyFloat(value);
  }
}

interface Block {
  readonly type: SeenType;
  /** What opens it, without the brace. */
  readonly heading: string;
  readonly indent: string;
}

function linesOf(root: SeenType, isProto2: boolean): readonly string[] {
  const lines: string[] = [];
  const open: (Block | string)[] = [{ type: root, heading: 'message Message', indent: '' }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next === 'string') {
      lines.push(next);
      continue;
    }
    const { type, heading, indent } = next;
    const within = `${indent}  `;
    lines.push(`${indent}${heading} {`);
    open.push(`${indent}}`);
    const blocks: Block[] = [];
    for (const [number, field] of [...type.fields].sort(([one], [other]) => one - other)) {
      const label = field.isRepeated ? 'repeated ' : isProto2 ? 'optional ' : '';
      const name = typeOf(field);
      if (name === 'group') {
        const group = `${label}group Field${number} = ${number}`;
        blocks.push({ type: field.inner, heading: group, indent: within });
        continue;
      }
      if (name === 'message') {
        blocks.push({ type: field.inner, heading: `message Field${number}`, indent: within });
      }
      const typeName = name === 'message' ? `Field${number}` : name;
      lines.push(`${within}${label}${typeName} field_${number} = ${number};${noteOf(field, name)}`);
    }
    open.push(...blocks.reverse());
  }
  return lines;
}

/** As `.proto` files name it, or `message` or `group`. */
function typeOf({ cast, kinds, isNegative, isInteger }: SeenField): string {
  if (cast?.type !== undefined) {
    return cast.type;
  }
  const [kind = 'text'] = kinds;
  switch (kind) {
    case 'varint':
      return isNegative ? 'int64' : 'uint64';
    case 'i64':
      return isInteger ? 'fixed64' : 'double';
    case 'i32':
      return isInteger ? 'fixed32' : 'float';
    case 'text':
      return kinds.size > 1 ? 'bytes' : 'string';
    case 'message':
      return kinds.size > 1 ? 'bytes' : 'message';
    case 'packed':
    case 'bytes':
      return 'bytes';
    case 'group':
      return 'group';
  }
}

function noteOf({ kinds }: SeenField, type: string): string {
  return kinds.size > 1 && type !== 'string' ? ` // seen as ${[...kinds].join(', ')}` : '';
}
