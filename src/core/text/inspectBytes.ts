import { sequenceLength } from '../base/utf8.ts';

/** A number in both byte orders; absent if too few bytes are left. */
interface InspectedNumber {
  readonly name: string;
  readonly little?: string;
  /** Absent as well if the byte order makes no difference. */
  readonly big?: string;
}

/** What the bytes from one place on may mean. */
export interface Inspection {
  readonly numbers: readonly InspectedNumber[];
  /** The eight bits of the first byte. */
  readonly bits: string;
  /** The character of UTF-8 that begins here, if one does. */
  readonly character?: string;
  /** Times in milliseconds since 1970, if a number is a likely one. */
  readonly times: readonly { readonly name: string; readonly at: number }[];
}

/** As many bytes as `inspectBytes` looks at. */
export const inspectedLength = 8;

type Read = (view: DataView, isLittle: boolean) => string;

const types: readonly (readonly [name: string, byteLength: number, read: Read])[] = [
  ['uint8', 1, view => String(view.getUint8(0))],
  ['int8', 1, view => String(view.getInt8(0))],
  ['uint16', 2, (view, isLittle) => String(view.getUint16(0, isLittle))],
  ['int16', 2, (view, isLittle) => String(view.getInt16(0, isLittle))],
  ['uint32', 4, (view, isLittle) => String(view.getUint32(0, isLittle))],
  ['int32', 4, (view, isLittle) => String(view.getInt32(0, isLittle))],
  ['uint64', 8, (view, isLittle) => String(view.getBigUint64(0, isLittle))],
  ['int64', 8, (view, isLittle) => String(view.getBigInt64(0, isLittle))],
  ['float32', 4, (view, isLittle) => shortFloat(view.getFloat32(0, isLittle))],
  ['float64', 8, (view, isLittle) => numberText(view.getFloat64(0, isLittle))],
];

/** The years 2000 to 2100, in milliseconds since 1970. */
const earliest = 946_684_800_000;
const latest = 4_102_444_800_000;

/** @param bytes from the place on; one at least */
export function inspectBytes(bytes: Uint8Array): Inspection {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = sequenceLength(bytes, 0);
  return {
    numbers: types.map(([name, byteLength, read]) => {
      if (bytes.length < byteLength) {
        return { name };
      }
      const little = read(view, true);
      return byteLength === 1 ? { name, little } : { name, little, big: read(view, false) };
    }),
    bits: (bytes[0] ?? 0).toString(2).padStart(8, '0'),
    ...(length > 0 ? { character: new TextDecoder().decode(bytes.subarray(0, length)) } : {}),
    times: timesIn(view),
  };
}

function timesIn(view: DataView): Inspection['times'] {
  const found: { name: string; at: number }[] = [];
  for (const isLittle of [true, false]) {
    const order = isLittle ? 'LE' : 'BE';
    if (view.byteLength >= 4) {
      found.push({ name: `uint32 s ${order}`, at: 1000 * view.getUint32(0, isLittle) });
    }
    if (view.byteLength >= 8) {
      const whole = Number(view.getBigUint64(0, isLittle));
      found.push(
        { name: `uint64 ms ${order}`, at: whole },
        { name: `uint64 µs ${order}`, at: whole / 1000 },
        { name: `uint64 ns ${order}`, at: whole / 1_000_000 },
        { name: `float64 s ${order}`, at: 1000 * view.getFloat64(0, isLittle) },
        { name: `float64 ms ${order}`, at: view.getFloat64(0, isLittle) },
      );
    }
  }
  return found.filter(({ at }) => at >= earliest && at < latest);
}

/** The fewest digits that still name this float of 32 bits. */
function shortFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Object.is(Math.fround(short), value)) {
      return numberText(short);
    }
  }
  return numberText(value);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
