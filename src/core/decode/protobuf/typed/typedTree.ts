import { WireNodes } from '../wire/wireNodes.ts';
import type { FieldDefinition } from '../wire/fieldTable.ts';
import type { MessageType } from './schema.ts';

/**
 * What a node is: one value; several values without tags; a message; an entry of a map, which has a key and a value
 * within; a field that the schema does not have; one whose wire type is not that of its field.
 */
export type NodeKind = 'value' | 'packed' | 'message' | 'entry' | 'unknown' | 'mismatch';
const kinds = ['unknown', 'value', 'packed', 'message', 'entry', 'mismatch'] as const;

/** The values of one field of a message. */
export interface Member {
  /** Absent: the schema does not have it. */
  readonly field: FieldDefinition | undefined;
  readonly number: number;
  readonly nodes: readonly number[];
}

/** A message of a known type. */
export class TypedTree extends WireNodes<NodeKind> {
  readonly #fields: (FieldDefinition | undefined)[] = [];
  readonly #types: (MessageType | undefined)[] = [];

  constructor(bytes: Uint8Array) {
    super(bytes, kinds);
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
    const [tag, begin, end] = range;
    this.#fields.push(field);
    this.#types.push(type);
    return this.addNode(kind, number, tag, begin, end);
  }
}
