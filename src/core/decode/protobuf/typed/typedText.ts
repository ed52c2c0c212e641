import { base64Of } from '../../../base/base64.ts';
import { maxFields } from '../../limits.ts';
import { memberStep } from '../../pathStep.ts';
import type { Field } from '../../reading.ts';
import type { FieldDefinition } from '../wire/fieldTable.ts';
import { arrayPieces, objectPieces, type Piece, writeJson } from '../wire/jsonWriter.ts';
import { RawText } from '../raw/rawText.ts';
import { readRaw } from '../raw/rawTree.ts';
import {
  type ByteView,
  byteView,
  defaultJson,
  eachPacked,
  enumNumber,
  numberJson,
  wireTypeOf,
} from '../wire/scalars.ts';
import type { Member, TypedTree } from './typedTree.ts';
import { wellKnownPieces } from './wellKnownText.ts';
import { WireReader } from '../wire/wire.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** How bytes are written; by default as base64, as ProtoJSON has them. */
export type BytesJson = (bytes: Uint8Array) => string;

/**
 * Writes a message of a known type as ProtoJSON (protobuf.dev, "ProtoJSON Format") with the names of the `.proto` file. Fields
 * that the type does not have are named by their numbers, and written as without a schema, as are those whose wire type does
 * not fit.
 */
export class TypedText {
  readonly tree: TypedTree;
  readonly #data: ByteView;
  readonly #bytesJson: BytesJson;

  constructor(tree: TypedTree, bytesJson: BytesJson = bytes => `"${base64Of(bytes)}"`) {
    this.tree = tree;
    this.#data = byteView(tree.bytes);
    this.#bytesJson = bytesJson;
  }

  /** A node as JSON. */
  json(node = 0, maxLength?: number): string {
    return writeJson(node, each => this.piecesOf(each), maxLength);
  }

  piecesOf(node: number): readonly Piece[] {
    const { tree } = this;
    switch (tree.kindOf(node)) {
      case 'message':
        return wellKnownPieces(this, node) ?? objectPieces(this.membersOf(node));
      case 'value':
        return [this.valueJson(node)];
      case 'unknown':
      case 'mismatch':
        return [this.#rawJson(node)];
      case 'packed':
      case 'entry':
        return [];
    }
  }

  /** The members of a message as those of a JSON object. */
  membersOf(node: number): readonly (readonly [name: string, value: readonly Piece[]])[] {
    return this.tree
      .membersOf(node)
      .map(member => [member.field?.name ?? String(member.number), this.#memberPieces(member)]);
  }

  /** A single value, which is no message. */
  valueJson(node: number): string {
    const field = this.tree.fieldOf(node);
    return field ? this.#scalarJson(field, this.tree.beginOf(node), this.tree.endOf(node)) : 'null';
  }

  /** A value of texts as it is. */
  textOf(node: number): string {
    return utf8.decode(this.tree.bytes.subarray(this.tree.beginOf(node), this.tree.endOf(node)));
  }

  /** The entries of a map as the members of a JSON object. */
  mapPieces(nodes: readonly number[]): readonly Piece[] {
    const entries = nodes
      .filter(node => this.tree.kindOf(node) === 'entry')
      .map(node => [this.#keyOf(node), this.#entryValue(node)] as const);
    return objectPieces(entries);
  }

  fields(limit = maxFields): readonly Field[] {
    const { tree } = this;
    const paths = new Map([[0, '$']]);
    const fields: Field[] = [];
    for (let node = 0; node < tree.count && fields.length < limit; node++) {
      const path = paths.get(node);
      if (path !== undefined) {
        paths.delete(node);
        this.#addFields(fields, node, path, limit);
        if (tree.kindOf(node) === 'message') {
          this.#namePaths(paths, node, path, limit - fields.length);
        } else if (tree.kindOf(node) === 'entry') {
          this.#nameEntry(paths, node, path, limit - fields.length);
        }
      }
    }
    return fields.slice(0, limit);
  }

  #memberPieces({ field, nodes }: Member): readonly Piece[] {
    const last = nodes.at(-1) ?? 0;
    if (!field) {
      return nodes.length > 1 ? arrayPieces(nodes) : nodes;
    }
    if (field.map) {
      return this.tree.kindOf(last) === 'mismatch' ? [last] : this.mapPieces(nodes);
    }
    return field.repeated ? arrayPieces(this.#itemPieces(field, nodes)) : [last];
  }

  #itemPieces(field: FieldDefinition, nodes: readonly number[]): readonly Piece[] {
    const items: Piece[] = [];
    for (const node of nodes) {
      if (this.tree.kindOf(node) === 'packed') {
        this.#eachPacked(node, (begin, end) => items.push(this.#scalarJson(field, begin, end)));
      } else {
        items.push(node);
      }
    }
    return items;
  }

  #eachPacked(node: number, take: (begin: number, end: number) => void): void {
    const { tree } = this;
    const type = tree.fieldOf(node)?.type ?? 'bytes';
    const reader = new WireReader(tree.bytes);
    eachPacked(reader, wireTypeOf(type), tree.beginOf(node), tree.endOf(node), take);
  }

  #scalarJson(field: FieldDefinition, begin: number, end: number): string {
    const { type, values } = field;
    switch (type) {
      case 'string':
        return JSON.stringify(utf8.decode(this.#data.bytes.subarray(begin, end)));
      case 'bytes':
        return this.#bytesJson(this.#data.bytes.subarray(begin, end));
      case 'enum': {
        const number = String(enumNumber(this.#data.bytes, begin));
        return values && Object.hasOwn(values, number) ? JSON.stringify(values[number]) : number;
      }
      case 'message':
      case 'group':
        return 'null';
      case 'int64':
      case 'uint64':
      case 'sint64':
      case 'fixed64':
      case 'sfixed64':
        return `"${numberJson(this.#data, type, begin)}"`;
      case 'bool':
      case 'double':
      case 'float':
      case 'int32':
      case 'uint32':
      case 'sint32':
      case 'fixed32':
      case 'sfixed32':
        return numberJson(this.#data, type, begin);
    }
  }

  #rawJson(node: number): string {
    const { tree } = this;
    const raw = new RawText(readRaw(tree.bytes, tree.tagOf(node), tree.endOf(node)));
    return raw.json(1);
  }

  /** What an entry is named in the JSON object. */
  #keyOf(entry: number): string {
    const { tree } = this;
    const type = tree.fieldOf(entry)?.key ?? 'string';
    const key = tree.lastOf(entry, 1);
    if (key === undefined || tree.kindOf(key) !== 'value') {
      return type === 'string' ? '' : type === 'bool' ? 'false' : '0';
    }
    return type === 'string' || type === 'bytes'
      ? this.textOf(key)
      : numberJson(this.#data, type, tree.beginOf(key));
  }

  #entryValue(entry: number): readonly Piece[] {
    const value = this.tree.lastOf(entry, 2);
    return value === undefined ? [defaultJson(this.tree.fieldOf(entry))] : [value];
  }

  #addFields(fields: Field[], node: number, path: string, limit: number): void {
    const { tree } = this;
    const kind = tree.kindOf(node);
    const field = tree.fieldOf(node);
    const begin = tree.tagOf(node);
    const end = tree.endOf(node);
    switch (kind) {
      case 'message':
        fields.push([path, begin, end, tree.typeOf(node)?.name ?? '', '']);
        break;
      case 'entry': {
        const isMessage = field?.type === 'message';
        const text = isMessage
          ? ''
          : writeJson(0, at => (at === 0 ? this.#entryValue(node) : this.piecesOf(at)));
        fields.push([path, begin, end, (isMessage ? field.message : field?.type) ?? '', text]);
        break;
      }
      case 'value':
        fields.push([path, begin, end, field?.type ?? '', this.valueJson(node)]);
        break;
      case 'mismatch':
        fields.push([path, begin, end, `mismatch ${field?.type ?? ''}`, this.#rawJson(node)]);
        break;
      case 'packed': {
        const first = Number(/\[(\d+)\]$/.exec(path)?.[1] ?? 0);
        const name = path.slice(0, path.lastIndexOf('['));
        let index = first;
        this.#eachPacked(node, (from, to) => {
          if (field && fields.length < limit) {
            const text = this.#scalarJson(field, from, to);
            fields.push([`${name}[${index++}]`, from, to, field.type, text]);
          }
        });
        break;
      }
      case 'unknown': {
        const raw = new RawText(readRaw(tree.bytes, begin, end));
        for (const [at, from, to, type, text] of raw.fields(1, new Map([[1, path]]), limit)) {
          fields.push([at, from, to, `unknown ${type}`, text]);
        }
      }
    }
  }

  /** Names the nodes within a message, as many as are shown. */
  #namePaths(paths: Map<number, string>, node: number, path: string, limit: number): void {
    for (const { field, number, nodes } of this.tree.membersOf(node)) {
      const name = field ? memberStep(field.name) : `.${number}`;
      let index = 0;
      for (const each of nodes) {
        // An entry has two nodes besides itself.
        if (each > node + 3 * limit) {
          break;
        }
        const kind = this.tree.kindOf(each);
        if (kind === 'entry') {
          paths.set(each, `${path}${name}${memberStep(this.#keyOf(each))}`);
          continue;
        }
        const isIndexed = field ? field.repeated && kind !== 'mismatch' : nodes.length > 1;
        paths.set(each, `${path}${name}${isIndexed ? `[${index}]` : ''}`);
        if (kind === 'packed') {
          this.#eachPacked(each, () => index++);
        } else {
          index++;
        }
      }
    }
  }

  /** The message in an entry has the path of the entry. */
  #nameEntry(paths: Map<number, string>, entry: number, path: string, limit: number): void {
    const value = this.tree.lastOf(entry, 2);
    if (value !== undefined && this.tree.kindOf(value) === 'message') {
      this.#namePaths(paths, value, path, limit);
    }
  }
}
