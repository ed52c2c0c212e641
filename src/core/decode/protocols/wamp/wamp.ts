import { batchOf } from '../../batch.ts';
import type { Decoder, MessageFacts, ReadingStep } from '../../decoder.ts';
import type { Layer } from '../../layer.ts';
import { maxRecords } from '../../limits.ts';
import type { Problem, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import { readCbor } from '../../values/cbor.ts';
import { readMsgpack } from '../../values/msgpack.ts';
import type { ValueReading } from '../../values/valueReading.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { unreadLayer } from '../json/unreadLayer.ts';
import { NameLog } from './nameLog.ts';
import { readWampMessage } from './wampMessage.ts';

interface WampContext {
  /** As the subprotocol says it: `wamp.2.json.batched`. Empty: it says something else. */
  readonly encoding: string;
  readonly isBatched: boolean;
  /** Of topics and procedures. */
  readonly names: NameLog;
}

type ReadValue = (bytes: Uint8Array, begin: number, end: number) => ValueReading;

const binary: ReadonlyMap<string, ReadValue> = new Map<string, ReadValue>([
  ['msgpack', readMsgpack],
  ['cbor', readCbor],
]);

const encoder = new TextEncoder();
/** The specification ends a record of JSON by the first, autobahn-python by the second. */
const recordEnds = [0x1e, 0x18];
/** Of a record of bytes, big-endian. */
const lengthSize = 4;

/**
 * WAMP 2 in JSON, MessagePack or CBOR, also several messages in one of `.batched`. Behind a decoder of values it reads
 * what that has read; messages of bytes that are batched it has to read itself.
 *
 * @see https://wamp-proto.org/wamp_latest_ietf.html
 */
export const wamp: Decoder<WampContext> = {
  name: 'wamp',
  title: 'WAMP',
  takes: 'both',
  begin: ({ subprotocol }) => {
    const [, encoding = '', batched] = /^wamp\.2\.(\w+)(\.batched)?$/.exec(subprotocol) ?? [];
    return { encoding, isBatched: batched !== undefined, names: NameLog.empty };
  },
  read: (layer, context, message) => new WampRun(layer, context, message).read(),
};

/** One message of the session. */
class WampRun {
  readonly #layer: Layer;
  readonly #message: MessageFacts;
  #context: WampContext;

  constructor(layer: Layer, context: WampContext, message: MessageFacts) {
    this.#layer = layer;
    this.#context = context;
    this.#message = message;
  }

  read(): ReadingStep<WampContext> {
    const reading = this.#whole();
    const range = this.#context.isBatched ? reading.range : undefined;
    return { ...reading, range, context: this.#context };
  }

  #whole(): Reading {
    const { value, kind, bytes } = this.#layer;
    const { encoding, isBatched } = this.#context;
    if (value) {
      return this.#record(encoder.encode(value()));
    }
    const readValue = binary.get(encoding);
    const isExpected = kind === 'text' ? !readValue : readValue !== undefined;
    if (!isExpected) {
      return unreadLayer(this.#layer, { at: 0, is: 'unexpected' });
    }
    if (!readValue) {
      return isBatched ? this.#textRecords() : this.#record(bytes);
    }
    return isBatched
      ? this.#binaryRecords(readValue)
      : this.#binaryRecord(readValue, 0, bytes.length);
  }

  #textRecords(): Reading {
    const { bytes } = this.#layer;
    const records: Reading[] = [];
    for (let at = 0; at < bytes.length;) {
      if (records.length === maxRecords) {
        return batchOf(records, { at, is: 'too-long' });
      }
      let end = at;
      while (end < bytes.length && !recordEnds.includes(bytes[end] ?? 0)) {
        end++;
      }
      if (end > at) {
        records.push(this.#record(bytes, at, end));
      }
      at = end + 1;
    }
    return records.length > 0 ? batchOf(records) : unreadLayer(this.#layer, { at: 0, is: 'empty' });
  }

  #binaryRecords(readValue: ReadValue): Reading {
    const { bytes } = this.#layer;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const records: Reading[] = [];
    for (let at = 0; at < bytes.length;) {
      if (records.length === maxRecords) {
        return batchOf(records, { at, is: 'too-long' });
      }
      const begin = at + lengthSize;
      const end = begin <= bytes.length ? begin + view.getUint32(at) : Infinity;
      if (end > bytes.length) {
        const problem: Problem = { at: bytes.length, is: 'truncated' };
        return records.length > 0 ? batchOf(records, problem) : unreadLayer(this.#layer, problem);
      }
      records.push(this.#binaryRecord(readValue, begin, end));
      at = end;
    }
    return records.length > 0 ? batchOf(records) : unreadLayer(this.#layer, { at: 0, is: 'empty' });
  }

  #binaryRecord(readValue: ReadValue, begin: number, end: number): Reading {
    const value = readValue(this.#layer.bytes, begin, end);
    const trailing: Problem | undefined =
      value.end < end ? { at: value.end, is: 'trailing' } : undefined;
    const problem = value.severity === 'error' ? value.problem : trailing;
    if (problem) {
      return { ...unreadLayer(this.#layer, problem, begin, end), range: [begin, end] };
    }
    const record = this.#record(encoder.encode(value.value()));
    return {
      ...record,
      problem: record.problem ? { ...record.problem, at: begin } : value.problem,
      severity: record.severity ?? value.severity,
      fields: () => value.fields(),
      range: [begin, end],
    };
  }

  /** @param bytes JSON: the layer's own bytes, or what its value is as JSON */
  #record(bytes: Uint8Array, begin = 0, end = bytes.length): Reading {
    const isOwn = bytes === this.#layer.bytes;
    const range = isOwn ? { range: [begin, end] as const } : {};
    const json = JsonSlice.read(bytes, begin, end);
    if (typeof json === 'number') {
      return { ...unreadLayer(this.#layer, { at: json, is: 'bad-json' }, begin, end), ...range };
    }
    const read = readWampMessage(json, this.#message.direction, this.#context.names);
    if (!read) {
      return {
        severity: 'error',
        problem: { at: isOwn ? begin : 0, is: 'unexpected' },
        summary: () => oneLine(json.shown),
        value: () => json.text,
        ...range,
      };
    }
    if (read.names !== this.#context.names) {
      this.#context = { ...this.#context, names: read.names };
    }
    return { ...read.reading, ...range };
  }
}
