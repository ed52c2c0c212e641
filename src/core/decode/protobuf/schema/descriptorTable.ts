import type { FieldDefinition, FieldTable } from '../wire/fieldTable.ts';

const text = (name: string): FieldDefinition => ({ name, type: 'string' });
const number = (name: string): FieldDefinition => ({ name, type: 'int32' });
const one = (name: string, message: string): FieldDefinition => ({
  name,
  type: 'message',
  message,
});
const several = (name: string, message: string): FieldDefinition => ({
  ...one(name, message),
  repeated: true,
});

/** The parts of google/protobuf/descriptor.proto that say how messages look on the wire. */
export const descriptorTable: FieldTable = {
  FileDescriptorSet: { '1': several('file', 'File') },
  File: {
    '1': text('name'),
    '2': text('package'),
    '4': several('message_type', 'Message'),
    '5': several('enum_type', 'Enum'),
    '7': several('extension', 'Field'),
    '8': one('options', 'FileOptions'),
  },
  Message: {
    '1': text('name'),
    '2': several('field', 'Field'),
    '3': several('nested_type', 'Message'),
    '4': several('enum_type', 'Enum'),
    '6': several('extension', 'Field'),
    '7': one('options', 'MessageOptions'),
    '8': several('oneof_decl', 'Named'),
  },
  Field: {
    '1': text('name'),
    '2': text('extendee'),
    '3': number('number'),
    '4': {
      name: 'label',
      type: 'enum',
      values: { '1': 'optional', '2': 'required', '3': 'repeated' },
    },
    '5': {
      name: 'type',
      type: 'enum',
      values: {
        '1': 'double',
        '2': 'float',
        '3': 'int64',
        '4': 'uint64',
        '5': 'int32',
        '6': 'fixed64',
        '7': 'fixed32',
        '8': 'bool',
        '9': 'string',
        '10': 'group',
        '11': 'message',
        '12': 'bytes',
        '13': 'uint32',
        '14': 'enum',
        '15': 'sfixed32',
        '16': 'sfixed64',
        '17': 'sint32',
        '18': 'sint64',
      },
    },
    '6': text('type_name'),
    '8': one('options', 'FieldOptions'),
    '9': number('oneof_index'),
    '17': { name: 'proto3_optional', type: 'bool' },
  },
  Enum: { '1': text('name'), '2': several('value', 'EnumValue') },
  EnumValue: { '1': text('name'), '2': number('number') },
  Named: { '1': text('name') },
  FileOptions: { '50': one('features', 'Features') },
  MessageOptions: { '7': { name: 'map_entry', type: 'bool' }, '12': one('features', 'Features') },
  FieldOptions: { '21': one('features', 'Features') },
  Features: {
    '5': { name: 'message_encoding', type: 'enum', values: { '1': 'length', '2': 'delimited' } },
  },
};
