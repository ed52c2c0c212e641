import type { FieldDefinition } from '../wire/fieldTable.ts';
import type { MessageType } from './schema.ts';

/**
 * What a node is: one value; several values without tags; a message; an entry of a map, which has a key and a value
 * within; a field that the schema does not have; one whose wire type is not that of its field.
 */
export type NodeKind = 'value' | 'packed' | 'message' | 'entry' | 'unknown' | 'mismatch';
const kinds: readonly NodeKind[] = ['value', 'packed', 'message', 'entry', 'unknown', 'mismatch'];

/** Numbers of a node: its kind, field number, first byte of the tag, begin and end of the value, the node behind it. */
const stride = 6;

/** The values of one field of a message. */
export interface Member {
  /** Absent: the schema does not have it. */
  readonly field: FieldDefinition | undefined;
  readonly number: number;
  readonly nodes: readonly number[];
}

/**
 * A message of a known type as an index over its bytes: nodes in the order of the bytes, a message before what is in it.
 * Node 0 is the whole.
 */
export class TypedTree {
  readonly bytes: Uint8Array;
  readonly #numbers: number[] = [];
  readonly #fields: (FieldDefinition | undefined)[] = [];
  readonly #types: (MessageType | undefined)[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get count(): number {
    return this.#fields.length;
  }

  kindOf(node: number): NodeKind {
    return kinds[this.#at(node, 0)] ?? 'unknown';
  }

  numberOf(node: number): number {
    return this.#at(node, 1);
  }

  tagOf(node: number): number {
    return this.#at(node, 2);
  }

  beginOf(node: number): number {
    return this.#at(node, 3);
  }

  endOf(node: number): number {
    return this.#at(node, 4);
  }

  /** The first node that is neither this one nor within it. */
  behind(node: number): number {
    return this.#at(node, 5);
  }

  fieldOf(node: number): FieldDefinition | undefined {
    return this.#fields[node];
  }

  /** Of a message or an entry. */
  typeOf(node: number): MessageType | undefined {
    return this.#types[node];
  }

  /** The last value of a field of a message. */
  lastOf(node: number, number: number): number | undefined {
    let last: number | undefined;
    const behind = this.behind(node);
    for (let child = node + 1; child < behind; child = this.behind(child)) {
      if (this.numberOf(child) === number) {
        last = child;
      }
    }
    return last;
  }

  /** The fields of a message in the order of their first values. */
  membersOf(node: number): readonly Member[] {
    const members = new Map<number, { field: FieldDefinition | undefined; nodes: number[] }>();
    const behind = this.behind(node);
    for (let child = node + 1; child < behind; child = this.behind(child)) {
      const number = this.numberOf(child);
      const member = members.get(number);
      if (member) {
        member.nodes.push(child);
      } else {
        members.set(number, { field: this.fieldOf(child), nodes: [child] });
      }
    }
    return Array.from(members, ([number, { field, nodes }]) => ({ field, number, nodes }));
  }

  add(
    kind: NodeKind,
    number: number,
    range: readonly [tag: number, begin: number, end: number],
    field: FieldDefinition | undefined,
    type?: MessageType,
  ): number {
    const node = this.count;
    const [tag, begin, end] = range;
    this.#numbers.push(kinds.indexOf(kind), number, tag, begin, end, node + 1);
    this.#fields.push(field);
    this.#types.push(type);
    return node;
  }

  /** All nodes after it are within it, and its value ends at `end`. */
  close(node: number, end: number): void {
    this.#numbers[node * stride + 4] = end;
    this.#numbers[node * stride + 5] = this.count;
  }

  #at(node: number, index: number): number {
    return this.#numbers[node * stride + index] ?? 0;
  }
}
