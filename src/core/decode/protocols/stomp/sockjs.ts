import { batchOf } from '../../batch.ts';
import type { Decoder } from '../../decoder.ts';
import { Payload } from '../../framing/payload.ts';
import type { Layer } from '../../layer.ts';
import { maxRecords } from '../../limits.ts';
import type { Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { unreadLayer } from '../json/unreadLayer.ts';

const backslash = 0x5c;
/** Codes of a close that nobody has to worry about: the server's "Go away!", and a normal closure. */
const ordinaryCloses: ReadonlySet<string> = new Set(['1000', '3000']);
const encoder = new TextEncoder();

/**
 * The frames around messages of SockJS 0.3.3: what is in them is for the next decoder of the chain.
 *
 * @see https://sockjs.github.io/sockjs-protocol/sockjs-protocol-0.3.3.html
 */
export const sockjs: Decoder<undefined> = {
  name: 'sockjs',
  title: 'SockJS',
  takes: 'both',
  read: (layer, _context, { direction }) => {
    if (layer.kind === 'bytes') {
      return unreadLayer(layer, { at: 0, is: 'unexpected' });
    }
    const kind = String.fromCharCode(layer.bytes[0] ?? 0);
    return direction === 'out' ? readSent(layer, kind) : readReceived(layer, kind);
  },
};

function readSent(layer: Layer, kind: string): Reading {
  return kind === '[' || kind === '"'
    ? readMessages(layer, 0)
    : unreadLayer(layer, { at: 0, is: 'unexpected' });
}

function readReceived(layer: Layer, kind: string): Reading {
  switch (kind) {
    case 'o':
      return letterReading(layer, { type: 'open', summary: () => 'open' });
    case 'h':
      return letterReading(layer, {
        type: 'heartbeat',
        isHeartbeat: true,
        summary: () => 'heartbeat',
      });
    case 'a':
    case 'm':
      return readMessages(layer, 1);
    case 'c':
      return readClose(layer);
    default:
      return unreadLayer(layer, { at: 0, is: 'unexpected' });
  }
}

/** Of a frame that is one letter; one that says more is not to be hidden as a heartbeat. */
function letterReading({ bytes }: Layer, reading: Reading): Reading {
  return bytes.length === 1
    ? reading
    : {
        ...reading,
        isHeartbeat: undefined,
        severity: 'warning',
        problem: { at: 1, is: 'trailing' },
      };
}

/** @param begin of a list of texts, or of one text */
function readMessages(layer: Layer, begin: number): Reading {
  const list = JsonSlice.read(layer.bytes, begin);
  if (typeof list === 'number') {
    return unreadLayer(layer, { at: list, is: 'bad-json' });
  }
  if (list.isString) {
    return recordOf(list, layer);
  }
  if (!list.isArray) {
    return unreadLayer(layer, { at: begin, is: 'unexpected' });
  }
  const records: Reading[] = [];
  for (const element of list.elements()) {
    if (!element.isString) {
      return unreadLayer(layer, { at: begin, is: 'unexpected' });
    }
    if (records.length === maxRecords) {
      return batchOf(records, { at: element.begin, is: 'too-long' });
    }
    records.push(recordOf(element, layer));
  }
  return records.length === 0 ? { type: 'message', summary: () => '' } : batchOf(records);
}

function recordOf(text: JsonSlice, { bytes, begin }: Layer): Reading {
  const raw = bytes.subarray(text.begin + 1, text.end - 1);
  const isAsWritten = !raw.includes(backslash);
  const place = begin === undefined || !isAsWritten ? undefined : begin + text.begin + 1;
  const said = isAsWritten ? raw : encoder.encode(text.string ?? '');
  const payload = new Payload(said, place, true);
  return {
    summary: () => oneLine(payload.shown),
    value: payload.isEmpty ? undefined : payload.value,
    range: [text.begin, text.end],
    next: payload.layer,
  };
}

function readClose(layer: Layer): Reading {
  const list = JsonSlice.read(layer.bytes, 1);
  if (typeof list === 'number') {
    return { type: 'close', ...unreadLayer(layer, { at: 1, is: 'bad-json' }) };
  }
  const [code, reason] = list.elements();
  const id = code?.label;
  if (id === undefined) {
    return { type: 'close', ...unreadLayer(layer, { at: 1, is: 'unexpected' }) };
  }
  return {
    type: 'close',
    id,
    severity: ordinaryCloses.has(id) ? undefined : 'warning',
    summary: () => oneLine(`close ${id} ${reason?.message ?? ''}`.trimEnd()),
  };
}
