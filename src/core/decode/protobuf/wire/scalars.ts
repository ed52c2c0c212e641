import { float32Json, floatJson } from '../../exportForm.ts';
import type { FieldDefinition, ScalarType } from './fieldTable.ts';
import { type WireReader, varintAt, wireTypes } from './wire.ts';

/** The bytes of a message, and how numbers are read from them. */
export interface ByteView {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export function byteView(bytes: Uint8Array): ByteView {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** The wire type by which values of a type come when they are not packed. */
export function wireTypeOf(type: FieldDefinition['type']): number {
  switch (type) {
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return wireTypes.i64;
    case 'float':
    case 'fixed32':
    case 'sfixed32':
      return wireTypes.i32;
    case 'string':
    case 'bytes':
    case 'message':
      return wireTypes.len;
    case 'group':
      return wireTypes.group;
    case 'bool':
    case 'enum':
    case 'int32':
    case 'int64':
    case 'sint32':
    case 'sint64':
    case 'uint32':
    case 'uint64':
      return wireTypes.varint;
  }
}

/** A number or truth value as JSON, integers with all their digits. */
export function numberJson(
  { bytes, view }: ByteView,
  type: Exclude<ScalarType, 'string' | 'bytes'>,
  at: number,
): string {
  switch (type) {
    case 'double':
      return floatJson(view.getFloat64(at, true));
    case 'float':
      return float32Json(view.getFloat32(at, true));
    case 'fixed64':
      return String(view.getBigUint64(at, true));
    case 'sfixed64':
      return String(view.getBigInt64(at, true));
    case 'fixed32':
      return String(view.getUint32(at, true));
    case 'sfixed32':
      return String(view.getInt32(at, true));
    case 'bool':
      return varintAt(bytes, at) ? 'true' : 'false';
    case 'uint64':
      return String(varintAt(bytes, at));
    case 'int64':
      return String(BigInt.asIntN(64, BigInt(varintAt(bytes, at))));
    case 'sint64':
      return zigzagText(varintAt(bytes, at));
    case 'uint32':
      return String(lowBits(varintAt(bytes, at)) >>> 0);
    case 'int32':
      return String(lowBits(varintAt(bytes, at)));
    case 'sint32': {
      const bits = lowBits(varintAt(bytes, at));
      return String((bits >>> 1) ^ -(bits & 1));
    }
  }
}

/** The number of an enum's value. */
export function enumNumber(bytes: Uint8Array, at: number): number {
  return lowBits(varintAt(bytes, at));
}

/** The 32 lowest bits as an integer with a sign. */
function lowBits(value: number | bigint): number {
  return typeof value === 'number'
    ? // Shifts take numbers modulo 2^32.
      value | 0
    : Number(BigInt.asIntN(32, value));
}

function zigzagText(value: number | bigint): string {
  if (typeof value === 'number') {
    return String(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
  }
  return String(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
}

/**
 * Goes over the values of a packed field.
 *
 * @param wireType of each value
 * @param take is told where each value begins and ends
 * @returns -1; or, where a value is not whole, where that is, and the reader has the problem
 */
export function eachPacked(
  reader: WireReader,
  wireType: number,
  begin: number,
  end: number,
  take?: (begin: number, end: number) => void,
): number {
  const width = wireType === wireTypes.i64 ? 8 : wireType === wireTypes.i32 ? 4 : 0;
  for (let at = begin; at < end;) {
    const to = width > 0 ? at + width : reader.skipVarint(at, end);
    if (to < 0 || to > end) {
      return at;
    }
    take?.(at, to);
    at = to;
  }
  return -1;
}

/** What a field is that was not sent. */
export function defaultJson(field: FieldDefinition | undefined): string {
  const type = field?.type ?? 'bytes';
  switch (type) {
    case 'string':
    case 'bytes':
      return '""';
    case 'bool':
      return 'false';
    case 'double':
    case 'float':
      return '0.0';
    case 'enum': {
      const name = field?.values?.['0'];
      return name === undefined ? '0' : JSON.stringify(name);
    }
    case 'message':
    case 'group':
      return '{}';
    case 'int64':
    case 'uint64':
    case 'sint64':
    case 'fixed64':
    case 'sfixed64':
      return '"0"';
    case 'int32':
    case 'uint32':
    case 'sint32':
    case 'fixed32':
    case 'sfixed32':
      return '0';
  }
}
