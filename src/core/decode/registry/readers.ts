import { Chain, type LayerReading, type Message } from '../chain.ts';
import { hasProblem, type Reading } from '../reading.ts';
import type { DecoderTable } from './decoders.ts';

/** Those that read anything say nothing by reading a message. */
const always = new Set(['text', 'base64', 'protobuf-raw', 'yjs', 'deflate', 'brotli']);

/** Bytes of a message that are tried. */
export const maxTried = 256 * 1024;

/** The names of the decoders that read a message to its end and find facts or a value in it, the surest first. */
export function readersOf(message: Message, table: DecoderTable): readonly string[] {
  if (message.bytes.length > maxTried) {
    return [];
  }
  const readers: { readonly name: string; readonly points: number }[] = [];
  for (const [name, decoders] of table) {
    const chain = new Chain(decoders);
    const { reading, layers } = chain.read(message, chain.begin({ url: '', subprotocol: '' }));
    if (!reading || hasProblem(reading) || layers.length === 0) {
      continue;
    }
    const points = pointsOf(name, reading, layers);
    if (points > 0 || name === 'protobuf-raw') {
      // What a decoder wonders at is likelier another's, as bytes that no packet of Socket.IO announced.
      readers.push({ name, points: reading.severity === 'warning' ? -1 : points });
    }
  }
  return readers.sort((one, other) => other.points - one.points).map(({ name }) => name);
}

/** How much it says that a decoder reads something without a problem; 0: nothing. */
export function pointsOf(name: string, reading: Reading, layers: readonly LayerReading[]): number {
  const hasFacts = reading.type !== undefined || reading.name !== undefined || reading.call;
  const isUnpacked = layers.some(({ reading: each }) => each.next && !each.value);
  return always.has(name) ? 0 : hasFacts ? 3 : isUnpacked ? 2 : reading.value ? 1 : 0;
}
