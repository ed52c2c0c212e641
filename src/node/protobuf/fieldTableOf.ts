import protobuf from 'protobufjs';
import {
  type FieldDefinition,
  type FieldTable,
  type ScalarType,
  scalarTypes,
} from '../../core/decode/protobuf/wire/fieldTable.ts';

/** A schema whose types are resolved, as plain data. */
export function fieldTableOf(root: protobuf.Root): FieldTable {
  const table = new Map<string, Readonly<Record<string, FieldDefinition>>>();
  const open: protobuf.NamespaceBase[] = [root];
  for (let space = open.pop(); space; space = open.pop()) {
    for (const nested of space.nestedArray) {
      if (nested instanceof protobuf.Namespace) {
        open.push(nested);
      }
    }
    if (space instanceof protobuf.Type) {
      const fields = space.fieldsArray.map(each => [String(each.id), definitionOf(each)] as const);
      table.set(nameOf(space), Object.fromEntries(fields));
    }
  }
  return Object.fromEntries(table);
}

function definitionOf(field: protobuf.Field): FieldDefinition {
  const { name, repeated, partOf } = field;
  const isMap = field instanceof protobuf.MapField;
  return {
    // Extensions of a type are named by their full names.
    name: name.startsWith('.') ? `[${name.slice(1)}]` : name,
    ...typeOf(field),
    ...(repeated && { repeated }),
    ...(isMap && { map: true, key: scalarOf(field.keyType) }),
    ...(partOf && !partOf.isProto3Optional && { oneof: partOf.name }),
  };
}

function typeOf(field: protobuf.Field): Pick<FieldDefinition, 'type' | 'message' | 'values'> {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) {
    const values = Object.entries(resolvedType.valuesById);
    return { type: 'enum', values: Object.fromEntries(values) };
  }
  return resolvedType
    ? { type: field.delimited ? 'group' : 'message', message: nameOf(resolvedType) }
    : { type: scalarOf(type) };
}

function scalarOf(type: string): ScalarType {
  return scalarTypes.find(each => each === type) ?? 'bytes';
}

/** Full, without the point before it. */
function nameOf({ fullName }: protobuf.ReflectionObject): string {
  return fullName.replace(/^\./, '');
}
