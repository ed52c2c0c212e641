import type { FieldDefinition, FieldTable } from '../wire/fieldTable.ts';
import { wellKnownTypes } from './wellKnownTypes.ts';

/** A text field that names a message type, and the field with a message of that type. */
export interface Carrier {
  readonly typeField: number;
  readonly bodyField: number;
}

export interface MessageType {
  /** Full, without a point before it; empty: that of the entries of a map. */
  readonly name: string;
  readonly fields: ReadonlyMap<number, FieldDefinition>;
  readonly carrier: Carrier | undefined;
}

/** Which fields of a type say what a message is and hold it. */
export interface CarrierNames {
  readonly message: string;
  readonly typeField: string;
  readonly bodyField: string;
}

const any: CarrierNames = {
  message: 'google.protobuf.Any',
  typeField: 'type_url',
  bodyField: 'value',
};

/** A field table, looked up by names and numbers that may come from the wire. */
export class Schema {
  readonly #table: FieldTable;
  readonly #carriers: readonly CarrierNames[];
  readonly #types = new Map<string, MessageType>();
  readonly #entries = new Map<FieldDefinition, MessageType>();

  /** @param carrier besides `google.protobuf.Any` */
  constructor(table: FieldTable, carrier?: CarrierNames) {
    this.#table = table;
    this.#carriers = carrier ? [any, carrier] : [any];
  }

  get names(): readonly string[] {
    return Object.keys(this.#table);
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#table, name) || Object.hasOwn(wellKnownTypes, name);
  }

  /** A type that the schema does not have has no fields. */
  type(name: string): MessageType {
    const known = this.#types.get(name);
    if (known) {
      return known;
    }
    const declared = Object.hasOwn(this.#table, name)
      ? this.#table[name]
      : Object.hasOwn(wellKnownTypes, name)
        ? wellKnownTypes[name]
        : undefined;
    const fields = new Map(
      Object.entries(declared ?? {}).map(([number, field]) => [Number(number), field]),
    );
    const type = { name, fields, carrier: this.#carrierOf(name, fields) };
    // The names that are not in the schema come from the wire, and there is no end of them.
    if (declared) {
      this.#types.set(name, type);
    }
    return type;
  }

  /** The type of a map's entries. */
  entryOf(map: FieldDefinition): MessageType {
    const known = this.#entries.get(map);
    if (known) {
      return known;
    }
    const { type, key = 'string', message, values } = map;
    const value = {
      name: 'value',
      type,
      ...(message !== undefined && { message }),
      ...(values && { values }),
    };
    const fields = new Map<number, FieldDefinition>([
      [1, { name: 'key', type: key }],
      [2, value],
    ]);
    const entry = { name: '', fields, carrier: undefined };
    this.#entries.set(map, entry);
    return entry;
  }

  /**
   * The full name of the type that a text names: a URL as in `google.protobuf.Any`, a full name, or one in the package of
   * the type `near`.
   */
  find(text: string, near: string): string | undefined {
    const name = text.slice(text.lastIndexOf('/') + 1).replace(/^\./, '');
    const around = near.slice(0, near.lastIndexOf('.') + 1);
    return [name, `${around}${name}`].find(each => this.has(each));
  }

  #carrierOf(name: string, fields: ReadonlyMap<number, FieldDefinition>): Carrier | undefined {
    const names = this.#carriers.find(({ message }) => message === name);
    if (!names) {
      return undefined;
    }
    const numberOf = (wanted: string) =>
      [...fields].find(([, field]) => field.name === wanted)?.[0];
    const typeField = numberOf(names.typeField);
    const bodyField = numberOf(names.bodyField);
    return typeField === undefined || bodyField === undefined
      ? undefined
      : { typeField, bodyField };
  }
}
