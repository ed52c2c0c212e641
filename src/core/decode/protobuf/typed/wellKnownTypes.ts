import type { FieldTable, ScalarType } from '../wire/fieldTable.ts';

/** `google.protobuf.DoubleValue` and the like: a value that can be absent. */
export const wrappers: ReadonlyMap<string, ScalarType> = new Map<string, ScalarType>([
  ['google.protobuf.DoubleValue', 'double'],
  ['google.protobuf.FloatValue', 'float'],
  ['google.protobuf.Int64Value', 'int64'],
  ['google.protobuf.UInt64Value', 'uint64'],
  ['google.protobuf.Int32Value', 'int32'],
  ['google.protobuf.UInt32Value', 'uint32'],
  ['google.protobuf.BoolValue', 'bool'],
  ['google.protobuf.StringValue', 'string'],
  ['google.protobuf.BytesValue', 'bytes'],
]);

const secondsAndNanos = {
  '1': { name: 'seconds', type: 'int64' },
  '2': { name: 'nanos', type: 'int32' },
} as const;

/** The types that have a JSON form of their own; schemas need not bring them along. */
export const wellKnownTypes: FieldTable = {
  'google.protobuf.Any': {
    '1': { name: 'type_url', type: 'string' },
    '2': { name: 'value', type: 'bytes' },
  },
  'google.protobuf.Timestamp': secondsAndNanos,
  'google.protobuf.Duration': secondsAndNanos,
  'google.protobuf.Empty': {},
  'google.protobuf.FieldMask': { '1': { name: 'paths', type: 'string', repeated: true } },
  'google.protobuf.Struct': {
    '1': {
      name: 'fields',
      type: 'message',
      message: 'google.protobuf.Value',
      map: true,
      key: 'string',
    },
  },
  'google.protobuf.ListValue': {
    '1': { name: 'values', type: 'message', message: 'google.protobuf.Value', repeated: true },
  },
  'google.protobuf.Value': {
    '1': { name: 'null_value', type: 'enum', values: { '0': 'NULL_VALUE' }, oneof: 'kind' },
    '2': { name: 'number_value', type: 'double', oneof: 'kind' },
    '3': { name: 'string_value', type: 'string', oneof: 'kind' },
    '4': { name: 'bool_value', type: 'bool', oneof: 'kind' },
    '5': {
      name: 'struct_value',
      type: 'message',
      message: 'google.protobuf.Struct',
      oneof: 'kind',
    },
    '6': {
      name: 'list_value',
      type: 'message',
      message: 'google.protobuf.ListValue',
      oneof: 'kind',
    },
  },
  ...Object.fromEntries(
    [...wrappers].map(([name, type]) => [name, { '1': { name: 'value', type } }]),
  ),
};
