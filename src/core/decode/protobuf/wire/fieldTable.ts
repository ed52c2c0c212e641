/** The types of single values, as `.proto` files name them. */
export const scalarTypes = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const;
export type ScalarType = (typeof scalarTypes)[number];

/** A field of a message as a schema declares it. */
export interface FieldDefinition {
  /** As the `.proto` file writes it. */
  readonly name: string;
  /** Of a map the type of its values. `group`: a message between two tags, without a length. */
  readonly type: ScalarType | 'enum' | 'message' | 'group';
  readonly repeated?: boolean;
  readonly map?: boolean;
  /** Of a map: the type of its keys. */
  readonly key?: ScalarType;
  /** Of a message or group: its full name, without a point before it. */
  readonly message?: string;
  /** Of an enum: the names of its values by their numbers. */
  readonly values?: Readonly<Record<string, string>>;
  /** The `oneof` that it is a member of. */
  readonly oneof?: string;
}

/**
 * A schema as plain data: the fields of each message type by their numbers, and the types by their full
 * names.
 */
export type FieldTable = Readonly<Record<string, Readonly<Record<string, FieldDefinition>>>>;
