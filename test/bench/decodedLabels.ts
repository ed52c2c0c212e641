import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { decode as decodeMsgpack } from '@msgpack/msgpack';
import protobufjs from 'protobufjs';
import { CallTable } from '../../src/core/decode/callTable.ts';
import { Chain, type Contexts, type Message } from '../../src/core/decode/chain.ts';
import type { AnyDecoder } from '../../src/core/decode/decoder.ts';
import { knownReading } from '../../src/core/decode/knownReading.ts';
import { decoderTable } from '../../src/core/decode/registry/decoders.ts';
import { protobuf } from '../../src/core/decode/protobuf/protobuf.ts';
import { nativeInflate } from '../../src/node/captureWorker/decoding/nativeInflate.ts';
import { parseProtoFiles } from '../../src/node/protobuf/protoFiles.ts';
import { SessionReader } from '../support/decode/sessionReader.ts';
import { bytesOfVector, vectorFile, type VectorSession } from '../support/decode/vectors.ts';
import { held, median, plain, type Measurement } from './measurement.ts';

const table = decoderTable(nativeInflate);
const schemas = vectorFile('protobuf').schema ?? {};

/** Reads a message as a label needs it: to one line of text. */
type Peer = (bytes: Uint8Array, session: VectorSession) => unknown;

interface Kind {
  /** The vectors. */
  readonly file: string;
  readonly what: string;
  /** `undefined`: its messages are not of this kind. */
  readonly decoders: (session: VectorSession) => readonly AnyDecoder[] | undefined;
  /** Milliseconds for one label at the most; absent: 20 µs. */
  readonly limit?: number;
  readonly peer?: { readonly name: string; readonly read: Peer };
}

const byName = (name: string) => table.get(name) ?? [];
const chainOf = (...names: readonly string[]) => names.flatMap(byName);
const subprotocolOf = ({ connection }: VectorSession) => connection?.subprotocol ?? '';

/** The chain that the vectors of compression name. */
function compressedAs(name: string): Kind['decoders'] {
  return ({ messages }) => {
    const names = (messages[0]?.expect['as'] ?? []) as readonly string[];
    return names[0] === name ? chainOf(...names) : undefined;
  };
}

function inflatedBy(inflate: (bytes: Uint8Array) => Buffer): Peer {
  return bytes => JSON.stringify(JSON.parse(inflate(bytes).toString()));
}

const zlibNames = [
  ['gzip', gunzipSync],
  ['zlib', inflateSync],
  ['deflate', inflateRawSync],
  ['brotli', brotliDecompressSync],
] as const;

const types = new Map<string, protobufjs.Type>();

function typeOf({ schema, message }: VectorSession): protobufjs.Type {
  const name = String(message);
  const known = types.get(name);
  if (known) {
    return known;
  }
  const { root } = protobufjs.parse(schemas[String(schema)] ?? '', new protobufjs.Root());
  for (const imported of ['any', 'timestamp', 'wrappers', 'struct', 'duration']) {
    root.addJSON(protobufjs.common.get(`google/protobuf/${imported}.proto`)?.nested ?? {});
  }
  const type = root.lookupType(name);
  types.set(name, type);
  return type;
}

const others =
  'jsonrpc cdp ocpp pusher actioncable socketio signalr phoenix stomp mqtt centrifuge kubernetes jupyter nats cbor bson protobuf-raw grpc-web zlib-stream'.split(
    ' ',
  );

const kinds: readonly Kind[] = [
  {
    file: 'msgpack',
    what: 'msgpack',
    decoders: () => byName('msgpack'),
    peer: {
      name: '@msgpack/msgpack and JSON.stringify',
      read: bytes => JSON.stringify(decodeMsgpack(bytes, { useBigInt64: false })),
    },
  },
  {
    file: 'protobuf',
    what: 'protobuf',
    decoders: ({ schema, message }) => [
      protobuf(tableOf(String(schema)), { message: String(message), hasFacts: false }),
    ],
    peer: {
      name: 'protobufjs and JSON.stringify',
      read: (bytes, session) => JSON.stringify(typeOf(session).decode(bytes)),
    },
  },
  {
    file: 'jsonrpc',
    what: 'json',
    decoders: () => byName('json'),
    peer: {
      name: 'JSON.parse and JSON.stringify',
      read: bytes => JSON.stringify(JSON.parse(Buffer.from(bytes).toString())),
    },
  },
  ...zlibNames.map(([name, inflate]): Kind => ({
    file: 'compressed',
    what: `${name} and json`,
    decoders: compressedAs(name),
    limit: 0.08,
    peer: { name: 'node:zlib, JSON.parse and JSON.stringify', read: inflatedBy(inflate) },
  })),
  { file: 'compressed', what: 'zstd and json', decoders: compressedAs('zstd'), limit: 0.08 },
  {
    file: 'graphql',
    what: 'graphql-transport-ws',
    decoders: session =>
      subprotocolOf(session) === 'graphql-ws' ? undefined : byName('graphql-transport-ws'),
  },
  {
    file: 'wamp',
    what: 'wamp',
    decoders: session =>
      chainOf(subprotocolOf(session) === 'wamp.2.msgpack' ? 'msgpack' : 'json', 'wamp'),
  },
  { file: 'sockjs', what: 'sockjs and stomp', decoders: () => chainOf('sockjs', 'stomp') },
  ...others.map((name): Kind => ({ file: name, what: name, decoders: () => byName(name) })),
];

const tables = new Map<string, ReturnType<typeof parseProtoFiles>['table']>();

function tableOf(schema: string): ReturnType<typeof parseProtoFiles>['table'] {
  const known = tables.get(schema);
  const made =
    known ?? parseProtoFiles({ roots: [schema], files: new Map(Object.entries(schemas)) }).table;
  tables.set(schema, made);
  return made;
}

/** Labels read the head of a message only, which is no longer. */
const maxLength = 4096;
const minReads = 5000;
const rounds = 5;

interface Sample {
  readonly chain: Chain;
  readonly message: Message;
  readonly contexts: Contexts;
  readonly calls: CallTable;
  readonly session: VectorSession;
}

/** The valid messages of a kind, each with what is known when a row of it is drawn. */
function samplesOf({ file, decoders }: Kind): readonly Sample[] {
  return vectorFile(file).sessions.flatMap(session => {
    const chosen = decoders(session);
    if (!chosen) {
      return [];
    }
    const chain = new Chain(chosen);
    const calls = new CallTable();
    const facts = session.connection ?? { url: 'wss://example.com/ws', subprotocol: '' };
    const reader = new SessionReader(chain, facts, calls);
    return session.messages.flatMap((vector, seq) => {
      const { contexts } = reader;
      const isText = vector.text !== undefined;
      const message = { seq, direction: vector.dir, bytes: bytesOfVector(vector), isText };
      const { reading } = reader.read(message, seq);
      const isValid = reading?.problem === undefined && message.bytes.length <= maxLength;
      return isValid ? [{ chain, message, contexts, calls, session }] : [];
    });
  });
}

/** Milliseconds of this thread for one of the samples, each of them as often. */
function cpuMs(samples: readonly Sample[], read: (sample: Sample) => unknown): number {
  const repeats = Math.ceil(minReads / samples.length);
  const once = () => {
    const before = process.threadCpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const sample of samples) {
        read(sample);
      }
    }
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1000 / (repeats * samples.length);
  };
  once();
  return median(Array.from({ length: rounds }, once));
}

function label({ chain, message, contexts, calls }: Sample): string | undefined {
  const { reading } = chain.read(message, contexts);
  return reading && knownReading(reading, message.seq, calls, () => undefined).summary;
}

const microseconds = (ms: number) => `${(1000 * ms).toFixed(1)} µs`;

/** What the label of a row costs, for each decoder: the mean of the valid messages of its vectors. */
export function labelRows(): readonly Measurement[] {
  return kinds.flatMap(kind => {
    const samples = samplesOf(kind);
    const { what, limit = 0.02, peer } = kind;
    const budget = { limit, aim: limit / 4 };
    const row = held(`a label of ${what}`, cpuMs(samples, label), microseconds, budget);
    if (!peer) {
      return [row];
    }
    const fair = samples.filter(sample => isReadBy(peer.read, sample));
    const ms = cpuMs(fair, ({ message, session }) => peer.read(message.bytes, session));
    const which = fair.length < samples.length ? `, ${fair.length} of ${samples.length}` : '';
    return [row, plain(`  ${peer.name}${which}`, microseconds(ms))];
  });
}

/** Some messages are too odd for the libraries. */
function isReadBy(read: Peer, { message, session }: Sample): boolean {
  try {
    read(message.bytes, session);
    return true;
  } catch {
    return false;
  }
}
