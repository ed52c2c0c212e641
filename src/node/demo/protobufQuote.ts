import type { Quote } from './quotes.ts';

/** How a field is written, by the low three bits of its tag. */
const varintType = 0;
const fixed64Type = 1;
const lengthType = 2;

/**
 * A quote as Protobuf:
 *
 *     message Quote {
 *       uint64 seq = 1;
 *       string symbol = 2;
 *       double price = 3;
 *       double change = 4;
 *       uint32 volume = 5;
 *       google.protobuf.Timestamp at = 6;
 *     }
 */
export function protobufQuote({ seq, symbol, price, change, volume, at }: Quote): Uint8Array {
  const time = Date.parse(at);
  const seconds = Math.floor(time / 1000);
  const timestamp = [...varint(1, seconds), ...varint(2, (time - 1000 * seconds) * 1e6)];
  return Uint8Array.from([
    ...varint(1, seq),
    ...delimited(2, Buffer.from(symbol)),
    ...double(3, price),
    ...double(4, change),
    ...varint(5, volume),
    ...delimited(6, timestamp),
  ]);
}

function varint(field: number, value: number): readonly number[] {
  return value === 0 ? [] : [tag(field, varintType), ...varintBytes(value)];
}

function double(field: number, value: number): readonly number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return value === 0 ? [] : [tag(field, fixed64Type), ...bytes];
}

function delimited(field: number, bytes: Iterable<number>): readonly number[] {
  const content = [...bytes];
  return [tag(field, lengthType), ...varintBytes(content.length), ...content];
}

/** @param field at most 15, so that a tag is one byte */
function tag(field: number, type: number): number {
  return (field << 3) | type;
}

/** @param value a whole number, which may be too large for bit operations */
function varintBytes(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
    bytes.push((rest % 0x80) + 0x80);
  }
  return [...bytes, rest];
}
