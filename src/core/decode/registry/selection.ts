import { findInvalidUtf8 } from '../../base/utf8.ts';
import type { Direction } from '../../record/record.ts';
import { CallTable } from '../callTable.ts';
import { Chain, type ChainReading } from '../chain.ts';
import type { DecodeStep } from '../decodeRule.ts';
import type { AnyDecoder, Decoder } from '../decoder.ts';
import type { Packing } from '../detect/packings.ts';
import { knownReading } from '../knownReading.ts';
import type { Layer } from '../layer.ts';
import { maxLayers } from '../limits.ts';
import { openedContent } from '../pass/openedMessage.ts';
import type { Reading } from '../reading.ts';
import type { DecodedSelection, SelectedBytes } from '../rowDecoding.ts';
import { json } from '../values/json/json.ts';
import { titleInChain } from './decoderNames.ts';
import { decodersOf, type DecoderTable } from './decoders.ts';
import { maxTried, pointsOf } from './readers.ts';

/** What reads selections. */
export interface SelectionDecoders {
  readonly table: DecoderTable;
  /** What bytes may be packed in so that it can be told. */
  readonly packings: readonly Packing[];
}

/** Of what no decoder makes a value, as many bytes are shown. */
const maxRestLength = 4 * 1024 * 1024;
/** Shorter ones are read to their end by chance: words are base64, single bytes are streams. */
const leastPackedLength = 8;

/** What reads anything, or shows what is on the screen already. */
const idle = new Set(['text', 'yjs', 'zlib-stream']);
const packed = new Set(['base64', 'deflate', 'brotli']);

/** The names of the decoders that read the selection to its end and find something in it, the surest first. */
export function selectionReaders(
  selection: SelectedBytes,
  { table, packings }: SelectionDecoders,
): readonly string[] {
  const { bytes } = selection;
  if (bytes.length === 0 || bytes.length > maxTried) {
    return [];
  }
  const isText = looksLikeText(bytes);
  const readers: { readonly name: string; readonly points: number }[] = [];
  for (const [name, decoders] of table) {
    if (idle.has(name) || (!isText && decoders.every(({ takes }) => takes === 'text'))) {
      continue;
    }
    const points = pointsIn(selection, name, readChain(selection, decoders), packings);
    readers.push(...(points > 0 ? [{ name, points }] : []));
  }
  return readers.sort((one, other) => other.points - one.points).map(({ name }) => name);
}

/** How sure it is that the selection is what was read; 0: not at all. */
function pointsIn(
  { bytes, direction }: SelectedBytes,
  name: string,
  { reading, layers }: ChainReading,
  packings: readonly Packing[],
): number {
  // Parts of messages begin and end anywhere.
  if (!reading || reading.problem || reading.severity || reading.partOf !== undefined) {
    return 0;
  }
  const next = layers.at(-1)?.reading.next;
  if (packed.has(name)) {
    const isLong = bytes.length >= leastPackedLength && next && next.bytes.length > 0;
    return !isLong ? 0 : goesOn(next, direction, packings) ? 4 : 0.5;
  }
  if (packings.some(({ as: [first], isOnlyHint }) => first === name && !isOnlyHint)) {
    return 4;
  }
  const says = reading.value ?? reading.envelope ?? reading.call ?? reading.records ?? next;
  return says ? Math.max(pointsOf(name, reading, layers), 0.5) : 0.25;
}

/**
 * Reads the selection with these decoders, and what they unpack with others for as long as it is certain what it is.
 *
 * @returns `undefined` if they do not read such bytes
 */
export function decodeSelection(
  selection: SelectedBytes,
  use: readonly DecodeStep[],
  { table, packings }: SelectionDecoders,
): DecodedSelection | undefined {
  const steps = [...use];
  let read = readChain(selection, decodersOf(steps, table));
  for (;;) {
    const next = unpackedBy(read);
    const more = next && goesOn(next, selection.direction, packings);
    if (!more || read.layers.length + more.length > maxLayers) {
      break;
    }
    steps.push(...more);
    read = readChain(selection, decodersOf(steps, table));
  }
  const { reading, layers } = read;
  if (!reading) {
    return undefined;
  }
  const known = knownReading(reading, 0, new CallTable(), () => undefined);
  const last = layers.at(-1)?.reading;
  const rest = unpackedBy(read) ?? last?.beginning;
  return {
    ...openedContent(known, layers, titleInChain),
    ...(rest &&
      rest.bytes.length > 0 && {
        rest: {
          isText: rest.kind === 'text',
          bytes: rest.bytes.slice(0, maxRestLength),
          byteLength: rest.bytes.length,
        },
      }),
  };
}

function readChain(
  { bytes, direction }: SelectedBytes,
  decoders: readonly AnyDecoder[],
): ChainReading {
  const isText = formOf(decoders[0]) ?? looksLikeText(bytes);
  const chain = new Chain(decoders);
  return chain.read(
    { bytes, direction, isText, seq: 0 },
    chain.begin({ url: '', subprotocol: '' }),
  );
}

/** Whether a decoder has to be given a text; `undefined`: it takes both. */
function formOf(decoder: Decoder | undefined): boolean | undefined {
  return decoder && decoder.takes !== 'both' ? decoder.takes === 'text' : undefined;
}

function looksLikeText(bytes: Uint8Array): boolean {
  const scan = findInvalidUtf8(bytes);
  for (;;) {
    const { done, value } = scan.next();
    if (done) {
      return value === undefined && !bytes.includes(0);
    }
  }
}

/** What the last decoder has unpacked, if it said nothing else. */
function unpackedBy({ layers }: ChainReading): Layer | undefined {
  const { value, type, name, call, next }: Partial<Reading> = layers.at(-1)?.reading ?? {};
  return value || type !== undefined || name !== undefined || call ? undefined : next;
}

/** The names of the decoders that certainly read what was unpacked. */
function goesOn(
  next: Layer,
  direction: Direction,
  packings: readonly Packing[],
): readonly string[] | undefined {
  const { bytes, kind } = next;
  const isText = kind === 'text';
  const packing = packings.find(
    each => each.isText === isText && each.unpack({ bytes, direction, isText }),
  );
  if (packing) {
    return packing.as;
  }
  const first = String.fromCharCode(bytes[0] ?? 0);
  const isJson =
    isText &&
    (first === '{' || first === '[') &&
    !json.read(next, undefined, { direction, seq: 0 }).problem;
  return isJson ? [json.name] : undefined;
}
