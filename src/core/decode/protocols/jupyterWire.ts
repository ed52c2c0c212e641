import type { Layer } from '../layer.ts';
import type { Field, Problem } from '../reading.ts';
import { byteCount } from '../summaryText.ts';
import { JsonSlice } from './json/jsonSlice.ts';
import { textIn } from '../values/utf8Text.ts';

/** A message of a kernel, taken out of its frame. */
export interface KernelMessage {
  readonly channel: string | undefined;
  readonly header: JsonSlice | undefined;
  readonly parent: JsonSlice | undefined;
  readonly metadata: JsonSlice | undefined;
  readonly content: JsonSlice | undefined;
  readonly buffers: readonly Place[];
  /** Where the parts are, if they are not members of one JSON. */
  readonly parts?: readonly Place[];
}

export type Place = readonly [begin: number, end: number];

/** Count, offsets, channel, header, parent header, metadata and content. */
const minOffsets = 6;
const littleEndian = true;

export function readKernelMessage(layer: Layer, isVersion1: boolean): KernelMessage | Problem {
  if (isVersion1) {
    return layer.kind === 'text' ? { at: 0, is: 'unexpected' } : version1(layer.bytes);
  }
  return layer.kind === 'text'
    ? wholeJson(layer.bytes, 0, layer.bytes.length, [])
    : withBuffers(layer.bytes);
}

/**
 * The subprotocol `v1.kernel.websocket.jupyter.org`: parts behind a table of their offsets.
 *
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
function version1(bytes: Uint8Array): KernelMessage | Problem {
  const { length } = bytes;
  if (length < 8) {
    return { at: length, is: 'truncated' };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const count = Number(view.getBigUint64(0, littleEndian));
  const table = 8 + 8 * count;
  if (count < minOffsets || table > length) {
    return { at: 0, is: 'bad-length' };
  }
  const offsets: number[] = [];
  let last = table;
  for (let at = 8; at < table; at += 8) {
    const offset = Number(view.getBigUint64(at, littleEndian));
    if (offset < last || offset > length) {
      return { at, is: 'bad-length' };
    }
    last = offset;
    offsets.push(offset);
  }
  const parts = offsets.slice(1).map((end, index): Place => [offsets[index] ?? end, end]);
  const slices: JsonSlice[] = [];
  for (const [begin, end] of parts.slice(1, 5)) {
    const slice = JsonSlice.read(bytes, begin, end);
    if (typeof slice === 'number') {
      return { at: slice, is: 'bad-json' };
    }
    slices.push(slice);
  }
  const [[channelBegin, channelEnd] = [0, 0]] = parts;
  const [header, parent, metadata, content] = slices;
  return {
    channel: textIn(bytes, channelBegin, Math.min(channelEnd, channelBegin + maxChannelLength)),
    header,
    parent,
    metadata,
    content,
    buffers: parts.slice(5),
    parts,
  };
}

/** In bytes; there are only names of a few letters. */
const maxChannelLength = 256;

/** The older protocol with buffers: their number, their offsets, and the first of them is the message as JSON. */
function withBuffers(bytes: Uint8Array): KernelMessage | Problem {
  const { length } = bytes;
  if (length < 8) {
    return { at: length, is: 'truncated' };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const count = view.getUint32(0);
  const table = 4 + 4 * count;
  if (count < 1 || table > length) {
    return { at: 0, is: 'bad-length' };
  }
  const offsets: number[] = [];
  let last = table;
  for (let at = 4; at < table; at += 4) {
    const offset = view.getUint32(at);
    if (offset < last || offset > length) {
      return { at: 4, is: 'bad-length' };
    }
    last = offset;
    offsets.push(offset);
  }
  const parts = offsets.map((begin, index): Place => [begin, offsets[index + 1] ?? length]);
  const [[begin, end] = [0, 0], ...buffers] = parts;
  return wholeJson(bytes, begin, end, buffers);
}

function wholeJson(
  bytes: Uint8Array,
  begin: number,
  end: number,
  buffers: readonly Place[],
): KernelMessage | Problem {
  const json = JsonSlice.read(bytes, begin, end);
  if (typeof json === 'number') {
    return { at: json, is: 'bad-json' };
  }
  const [channel, header, parent, metadata, content] = json.members(
    'channel',
    'header',
    'parent_header',
    'metadata',
    'content',
  );
  return { channel: channel?.label, header, parent, metadata, content, buffers };
}

/** Where the parts of a message are. */
export function kernelFields({
  channel = '',
  parts = [],
  buffers,
}: KernelMessage): readonly Field[] {
  const named = partNames.flatMap((name, index): Field[] => {
    const place = parts[index];
    return place
      ? [
          [
            `@.${name}`,
            ...place,
            index === 0 ? 'text' : 'json',
            index === 0 ? JSON.stringify(channel) : '',
          ],
        ]
      : [];
  });
  return [
    ...named,
    ...buffers.map(([begin, end], index): Field => [
      `@.buffers[${index}]`,
      begin,
      end,
      'bytes',
      byteCount(end - begin),
    ]),
  ];
}

const partNames = ['channel', 'header', 'parent_header', 'metadata', 'content'];
