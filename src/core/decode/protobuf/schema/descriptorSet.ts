import type { Problem } from '../../reading.ts';
import { readTyped } from '../typed/readTyped.ts';
import { Schema } from '../typed/schema.ts';
import { TypedText } from '../typed/typedText.ts';
import type { FieldDefinition, FieldTable } from '../wire/fieldTable.ts';
import { descriptorTable } from './descriptorTable.ts';

export interface DescriptorSet {
  readonly table: FieldTable;
  /** The file is no descriptor set, or is cut off. */
  readonly problem?: Problem;
}

interface Features {
  readonly options?: { readonly features?: { readonly message_encoding?: string } };
}

interface FileDescriptor extends Features {
  readonly package?: string;
  readonly message_type?: readonly MessageDescriptor[];
  readonly enum_type?: readonly EnumDescriptor[];
  readonly extension?: readonly FieldDescriptor[];
}

interface MessageDescriptor {
  readonly name?: string;
  readonly field?: readonly FieldDescriptor[];
  readonly nested_type?: readonly MessageDescriptor[];
  readonly enum_type?: readonly EnumDescriptor[];
  readonly extension?: readonly FieldDescriptor[];
  readonly oneof_decl?: readonly { readonly name?: string }[];
  readonly options?: Features['options'] & { readonly map_entry?: boolean };
}

interface FieldDescriptor extends Features {
  readonly name?: string;
  readonly extendee?: string;
  readonly number?: number;
  readonly label?: string;
  readonly type?: FieldDefinition['type'];
  readonly type_name?: string;
  readonly oneof_index?: number;
  readonly proto3_optional?: boolean;
}

interface EnumDescriptor {
  readonly name?: string;
  readonly value?: readonly { readonly name?: string; readonly number?: number }[];
}

/**
 * Reads what `buf build -o x.binpb` and `protoc --descriptor_set_out` write: a
 * `google.protobuf.FileDescriptorSet`.
 */
export function readDescriptorSet(bytes: Uint8Array): DescriptorSet {
  const schema = new Schema(descriptorTable);
  const type = schema.type('FileDescriptorSet');
  const { tree, problem, severity } = readTyped(bytes, 0, bytes.length, type, schema);
  const { file = [] } = JSON.parse(new TypedText(tree).json()) as {
    readonly file?: readonly FileDescriptor[];
  };
  const collector = new Collector();
  for (const each of file) {
    collector.takeFile(each);
  }
  if (problem && severity === 'error') {
    return { table: {}, problem };
  }
  return collector.typeCount === 0 && bytes.length > 0
    ? { table: {}, problem: problem ?? { at: 0, is: 'unexpected' } }
    : { table: collector.table() };
}

interface Scope {
  /** The message's full name. */
  readonly name: string;
  readonly message: MessageDescriptor;
  readonly isDelimited: boolean;
}

interface Declared {
  readonly field: FieldDescriptor;
  /** The full name of the message or package that it is declared in. */
  readonly scope: string;
  readonly name: string;
  readonly oneof: string | undefined;
  readonly isDelimited: boolean;
}

class Collector {
  readonly #messages = new Map<string, MessageDescriptor>();
  readonly #enums = new Map<string, EnumDescriptor>();
  readonly #fields: Declared[] = [];

  get typeCount(): number {
    return this.#messages.size + this.#enums.size;
  }

  takeFile(file: FileDescriptor): void {
    const prefix = file.package ? `${file.package}.` : '';
    const isDelimited = isDelimitedBy(file, false);
    this.#takeEnums(prefix, file.enum_type);
    this.#takeExtensions(prefix, file.extension, isDelimited);
    const open: Scope[] = [];
    const push = (before: string, messages: readonly MessageDescriptor[], around: boolean) => {
      for (const message of messages) {
        const name = `${before}${message.name ?? ''}`;
        open.push({ name, message, isDelimited: isDelimitedBy(message, around) });
      }
    };
    push(prefix, file.message_type ?? [], isDelimited);
    for (let scope = open.pop(); scope; scope = open.pop()) {
      this.#takeMessage(scope);
      push(`${scope.name}.`, scope.message.nested_type ?? [], scope.isDelimited);
    }
  }

  /** Types by their names, fields by their numbers. */
  table(): FieldTable {
    const types = new Map<string, Map<string, FieldDefinition>>();
    for (const [name, message] of this.#messages) {
      if (!message.options?.map_entry) {
        types.set(name, new Map());
      }
    }
    for (const declared of this.#fields) {
      const { field, scope } = declared;
      const definition = this.#definitionOf(declared);
      const owner = field.extendee === undefined ? scope : this.#fullName(field.extendee, scope);
      types.get(owner)?.set(String(field.number ?? 0), definition);
    }
    return Object.fromEntries(
      Array.from(types, ([name, fields]) => [name, Object.fromEntries(fields)]),
    );
  }

  #takeMessage({ name, message, isDelimited }: Scope): void {
    this.#messages.set(name, message);
    this.#takeEnums(`${name}.`, message.enum_type);
    this.#takeExtensions(`${name}.`, message.extension, isDelimited);
    for (const field of message.field ?? []) {
      const { oneof_index: index, proto3_optional: isOptional } = field;
      this.#fields.push({
        field,
        scope: name,
        name: field.name ?? '',
        oneof: index === undefined || isOptional ? undefined : message.oneof_decl?.[index]?.name,
        isDelimited: isDelimitedBy(field, isDelimited),
      });
    }
  }

  #takeEnums(prefix: string, enums: readonly EnumDescriptor[] = []): void {
    for (const each of enums) {
      this.#enums.set(`${prefix}${each.name ?? ''}`, each);
    }
  }

  #takeExtensions(
    prefix: string,
    fields: readonly FieldDescriptor[] = [],
    isDelimited: boolean,
  ): void {
    for (const field of fields) {
      this.#fields.push({
        field,
        scope: prefix.slice(0, -1),
        name: `[${prefix}${field.name ?? ''}]`,
        oneof: undefined,
        isDelimited: isDelimitedBy(field, isDelimited),
      });
    }
  }

  #definitionOf({ field, scope, name, oneof, isDelimited }: Declared): FieldDefinition {
    const { type = 'bytes', label } = field;
    const typeName = this.#fullName(field.type_name, scope);
    const entry = type === 'message' ? this.#messages.get(typeName) : undefined;
    if (entry?.options?.map_entry) {
      const [key, value] = [1, 2].map(number => entry.field?.find(each => each.number === number));
      const keyType = key?.type ?? 'string';
      return {
        name,
        ...this.#typeOf(value ?? {}, typeName, false),
        map: true,
        key:
          keyType === 'message' || keyType === 'group' || keyType === 'enum' ? 'string' : keyType,
      };
    }
    return {
      name,
      ...this.#typeOf(field, scope, isDelimited),
      ...(label === 'repeated' && { repeated: true }),
      ...(oneof !== undefined && { oneof }),
    };
  }

  #typeOf(
    { type = 'bytes', type_name: typeName }: FieldDescriptor,
    scope: string,
    isDelimited: boolean,
  ): Pick<FieldDefinition, 'type' | 'message' | 'values'> {
    const name = this.#fullName(typeName, scope);
    if (type === 'message' || type === 'group') {
      return { type: isDelimited ? 'group' : type, message: name };
    }
    if (type !== 'enum') {
      return { type };
    }
    const values = new Map<string, string>();
    for (const { number = 0, name: value = '' } of this.#enums.get(name)?.value ?? []) {
      // Of several names for a number the first is written.
      if (!values.has(String(number))) {
        values.set(String(number), value);
      }
    }
    return { type, values: Object.fromEntries(values) };
  }

  /** Full names begin with a point. Others, which few compilers write, are looked up from the innermost scope on. */
  #fullName(name = '', scope: string): string {
    if (name.startsWith('.')) {
      return name.slice(1);
    }
    for (let around = scope; around !== ''; around = around.slice(0, around.lastIndexOf('.'))) {
      const full = `${around}.${name}`;
      if (this.#messages.has(full) || this.#enums.has(full)) {
        return full;
      }
      if (!around.includes('.')) {
        break;
      }
    }
    return name;
  }
}

function isDelimitedBy({ options }: Features, around: boolean): boolean {
  const encoding = options?.features?.message_encoding;
  return encoding === undefined ? around : encoding === 'delimited';
}
