import { bytesJson, float32Json, floatJson } from '../../exportForm.ts';
import { maxFields } from '../../limits.ts';
import type { Field } from '../../reading.ts';
import { byteCount } from '../../summaryText.ts';
import { arrayPieces, objectPieces, type Piece, writeJson } from '../wire/jsonWriter.ts';
import type { RawTree } from './rawTree.ts';
import { type ByteView, byteView, eachPacked, numberJson, wireTypeOf } from '../wire/scalars.ts';
import { WireReader, varintAt, wireTypes } from '../wire/wire.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Writes what was read without a schema. Members are named by the numbers of their fields. */
export class RawText {
  readonly #tree: RawTree;
  readonly #data: ByteView;

  constructor(tree: RawTree) {
    this.#tree = tree;
    this.#data = byteView(tree.bytes);
  }

  /** A node as JSON. */
  json(node = 0, maxLength?: number): string {
    return writeJson(node, each => this.#piecesOf(each), maxLength);
  }

  /**
   * Fields of all nodes from the first one on.
   *
   * @param paths of the first nodes; the others are below them
   */
  fields(first: number, paths: ReadonlyMap<number, string>, limit = maxFields): readonly Field[] {
    const tree = this.#tree;
    const pathOf = new Map(paths);
    const fields: Field[] = [];
    for (let node = first; node < tree.count && fields.length < limit; node++) {
      const path = pathOf.get(node) ?? '$';
      const kind = tree.kindOf(node);
      if (kind === 'message' || kind === 'group') {
        for (const [number, nodes] of tree.membersOf(node)) {
          for (const [index, each] of nodes.entries()) {
            if (each >= first + limit) {
              break;
            }
            pathOf.set(each, `${path}.${number}${nodes.length > 1 ? `[${index}]` : ''}`);
          }
        }
      }
      pathOf.delete(node);
      fields.push([
        path,
        tree.tagOf(node),
        tree.endOf(node),
        node === 0 ? kind : this.#typeOf(node),
        this.#textOf(node),
      ]);
    }
    return fields;
  }

  #piecesOf(node: number): readonly Piece[] {
    const kind = this.#tree.kindOf(node);
    if (kind !== 'message' && kind !== 'group') {
      return [this.#leafJson(node)];
    }
    const members = [...this.#tree.membersOf(node)].map(
      ([number, nodes]) => [String(number), nodes.length > 1 ? arrayPieces(nodes) : nodes] as const,
    );
    return objectPieces(members);
  }

  #typeOf(node: number): string {
    const kind = this.#tree.kindOf(node);
    switch (kind) {
      case 'packed':
        return `len: packed ${this.#tree.castOf(node)?.type ?? ''}`;
      case 'text':
      case 'message':
      case 'bytes':
        return `len: ${kind}`;
      case 'varint':
      case 'i64':
      case 'i32':
      case 'group':
        return kind;
    }
  }

  #textOf(node: number): string {
    const tree = this.#tree;
    switch (tree.kindOf(node)) {
      case 'message':
      case 'group':
        return '';
      case 'bytes':
        return byteCount(tree.endOf(node) - tree.beginOf(node));
      case 'varint':
      case 'i64':
      case 'i32':
      case 'text':
      case 'packed':
        return this.#leafJson(node);
    }
  }

  #leafJson(node: number): string {
    const tree = this.#tree;
    const { bytes, view } = this.#data;
    const begin = tree.beginOf(node);
    const end = tree.endOf(node);
    const kind = tree.kindOf(node);
    switch (kind) {
      case 'text':
        return JSON.stringify(utf8.decode(bytes.subarray(begin, end)));
      case 'packed':
        return this.#packedJson(node, begin, end);
      case 'varint':
        return this.#castJson(node, begin, wireTypes.varint) ?? String(varintAt(bytes, begin));
      case 'i64': {
        const value = view.getFloat64(begin, true);
        return (
          this.#castJson(node, begin, wireTypes.i64) ??
          (isLikelyFloat(value) ? floatJson(value) : String(view.getBigUint64(begin, true)))
        );
      }
      case 'i32': {
        const value = view.getFloat32(begin, true);
        return (
          this.#castJson(node, begin, wireTypes.i32) ??
          (isLikelyFloat(value) ? float32Json(value) : String(view.getUint32(begin, true)))
        );
      }
      case 'bytes':
      case 'message':
      case 'group':
        return bytesJson(bytes.subarray(begin, end));
    }
  }

  /** `undefined` if the user has said nothing of it, or what the bytes cannot be. */
  #castJson(node: number, begin: number, wireType: number): string | undefined {
    const type = this.#tree.castOf(node)?.type;
    return type !== undefined &&
      type !== 'message' &&
      type !== 'string' &&
      type !== 'bytes' &&
      wireTypeOf(type) === wireType
      ? numberJson(this.#data, type, begin)
      : undefined;
  }

  #packedJson(node: number, begin: number, end: number): string {
    const type = this.#tree.castOf(node)?.type;
    const values: string[] = [];
    if (type !== undefined && type !== 'message' && type !== 'string' && type !== 'bytes') {
      const reader = new WireReader(this.#tree.bytes);
      eachPacked(reader, wireTypeOf(type), begin, end, at =>
        values.push(numberJson(this.#data, type, at)),
      );
    }
    return `[${values.join(',')}]`;
  }
}

/** Whether eight or four bytes are rather a float than an integer: few integers look like floats of this size. */
export function isLikelyFloat(value: number): boolean {
  const size = Math.abs(value);
  return size >= 1e-9 && size < 1e15;
}
