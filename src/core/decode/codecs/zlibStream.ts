import type { Direction } from '../../record/record.ts';
import type { Decoder } from '../decoder.ts';
import { maxCarriedLength, maxRecords } from '../limits.ts';
import { byteCount } from '../summaryText.ts';
import { unpackedReading } from './compression.ts';
import { maxInflatedLength, type InflatePorts } from './inflate.ts';
import { stops } from './unpack.ts';
import { isZlib, zlibHeaderLength } from './zlibFormat.ts';

/** A message that has no end yet; `before` are those that came earlier. */
interface Part {
  readonly bytes: Uint8Array;
  readonly seq: number;
  readonly before: Part | undefined;
  /** Of all up to here. */
  readonly length: number;
  readonly count: number;
}

/** How far the stream of a direction was read. `lost`: what follows cannot be read any more. */
type Stream = 'lost' | { readonly window?: Uint8Array; readonly part?: Part | undefined };

/** A stream for each direction; absent before its first message. */
type Streams = Readonly<Partial<Record<Direction, Stream>>>;

/** RFC 1951: as far back may a stream refer. */
const windowLength = 32 * 1024;

/** What a flush writes at the end of each message (RFC 7692, section 7.2.1). */
const flushMark = [0, 0, 0xff, 0xff];

/**
 * One stream of zlib for all messages of a direction, as Discord sends it with `compress=zlib-stream`: each message is
 * flushed, and what does not end so goes on in the next.
 */
export function zlibStream({ inflate }: InflatePorts): Decoder<Streams> {
  return {
    name: 'zlib-stream',
    title: 'zlib stream',
    takes: 'bytes',
    begin: () => ({}),
    read: (layer, streams, { direction, seq }) => {
      const stream = streams[direction] ?? {};
      const go = (next: Stream): Streams => ({ ...streams, [direction]: next });
      const { bytes } = layer;
      const lost = { at: 0, is: 'no-beginning' } as const;
      if (stream === 'lost') {
        return unpackedReading(nothing, lost);
      }
      const { window, part } = stream;
      const length = (part?.length ?? 0) + bytes.length;
      const isFirst = !window && !part;
      if (isFirst && bytes.length >= zlibHeaderLength && !isZlib(bytes)) {
        return { ...unpackedReading(nothing, lost), context: go('lost') };
      }
      if (!isFlushed(bytes)) {
        const count = (part?.count ?? 0) + 1;
        if (length > maxCarriedLength || count > maxRecords) {
          const problem = { at: 0, is: 'too-long' } as const;
          return { ...unpackedReading(nothing, problem), context: go('lost') };
        }
        return {
          partOf: null,
          summary: () => byteCount(bytes.length),
          context: go({
            ...stream,
            part: { bytes: copyOf(bytes), seq, before: part, length, count },
          }),
        };
      }
      const whole = joined(part, bytes, length);
      if (!window && !isZlib(whole)) {
        return { ...unpackedReading(nothing, lost), context: go('lost') };
      }
      const body = window ? whole : whole.subarray(zlibHeaderLength);
      const { bytes: unpacked, problem } = inflate('deflate', body, {
        maxLength: maxInflatedLength(length),
        isOpen: true,
        ...(window && { dictionary: window }),
      });
      // Counted in this message, though it may be an earlier part that is wrong.
      const at = length - body.length + (problem?.at ?? 0) - (length - bytes.length);
      const reading = unpackedReading(unpacked, problem && { at: Math.max(0, at), is: problem.is });
      return {
        ...reading,
        ...(part && { parts: seqsOf(part) }),
        context: go(stops(problem) ? 'lost' : { window: windowAfter(window, unpacked) }),
      };
    },
  };
}

const nothing = new Uint8Array();

/** Not `slice`, which of a Buffer of Node is a view. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function isFlushed(bytes: Uint8Array): boolean {
  const begin = bytes.length - flushMark.length;
  return flushMark.every((byte, index) => bytes[begin + index] === byte);
}

function joined(part: Part | undefined, last: Uint8Array, length: number): Uint8Array {
  if (!part) {
    return last;
  }
  const all = new Uint8Array(length);
  let at = length - last.length;
  all.set(last, at);
  for (let each: Part | undefined = part; each; each = each.before) {
    at -= each.bytes.length;
    all.set(each.bytes, at);
  }
  return all;
}

function seqsOf(last: Part): readonly number[] {
  const seqs: number[] = [];
  for (let each: Part | undefined = last; each; each = each.before) {
    seqs.push(each.seq);
  }
  return seqs.reverse();
}

function windowAfter(before: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  if (bytes.length >= windowLength || !before) {
    return copyOf(bytes.subarray(-windowLength));
  }
  const kept = Math.min(before.length, windowLength - bytes.length);
  const window = new Uint8Array(kept + bytes.length);
  window.set(before.subarray(before.length - kept));
  window.set(bytes, kept);
  return window;
}
