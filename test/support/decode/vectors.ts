import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { CallTable } from '../../../src/core/decode/callTable.ts';
import { Chain, type Contexts } from '../../../src/core/decode/chain.ts';
import type { AnyDecoder } from '../../../src/core/decode/decoder.ts';
import { knownReading, type KnownReading } from '../../../src/core/decode/knownReading.ts';
import { SessionReader } from '../../../src/core/decode/sessionReader.ts';

export interface VectorMessage {
  readonly dir: 'in' | 'out';
  readonly at?: number;
  readonly text?: string;
  readonly hex?: string;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface VectorSession {
  readonly name: string;
  readonly connection?: { readonly url: string; readonly subprotocol: string };
  /** Which members there are beside these differs from file to file. */
  readonly [member: string]: unknown;
  readonly messages: readonly VectorMessage[];
}

export interface VectorFile {
  readonly decoder: string;
  readonly schema?: Readonly<Record<string, string>>;
  readonly sessions: readonly VectorSession[];
}

export function vectorFile(name: string): VectorFile {
  const path = join(import.meta.dirname, `../../fixtures/decoders/${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as VectorFile;
}

/** A test for each session of a file of vectors: each message says what the file expects of it. */
export function testVectors(
  file: VectorFile,
  chainOf: (session: VectorSession) => readonly AnyDecoder[],
): void {
  describe(`The vectors of ${file.decoder}`, () => {
    for (const session of file.sessions) {
      it(session.name, () => {
        const said = readVectors(session, chainOf(session));
        for (const [index, message] of session.messages.entries()) {
          assert.deepEqual(
            shapeLike(said[index], message.expect),
            message.expect,
            `message ${index}: ${message.text ?? message.hex ?? ''}`,
          );
        }
      });
    }
  });
}

export function bytesOfVector({ text, hex }: VectorMessage): Uint8Array {
  return text === undefined ? Uint8Array.from(Buffer.from(hex ?? '', 'hex')) : Buffer.from(text);
}

/** What is known of each message once all of the session were read, as vectors write it. */
export function readVectors(session: VectorSession, decoders: readonly AnyDecoder[]): object[] {
  const table = new CallTable();
  const chain = new Chain(decoders);
  const facts = session.connection ?? { url: 'wss://example.com/ws', subprotocol: '' };
  const reader = new SessionReader(chain, facts, table);
  const bytes = session.messages.map(bytesOfVector);
  const contexts: Contexts[] = [];
  const messageAt = (seq: number) => ({
    seq,
    direction: session.messages[seq]?.dir ?? 'in',
    bytes: bytes[seq] ?? new Uint8Array(),
    isText: session.messages[seq]?.text !== undefined,
  });
  for (const [seq, message] of session.messages.entries()) {
    contexts.push(reader.contexts);
    reader.read(messageAt(seq), message.at ?? 0);
  }
  return session.messages.map((_, seq) => {
    // Again, and not in order: a row says the same whenever it is read with its contexts.
    const read = chain.read(messageAt(seq), contexts[seq] ?? []);
    assert.ok(read.reading, `message ${seq} is read by a decoder`);
    const known = knownReading(read.reading, seq, table, part => bytes[part]);
    return { ...vectorOf(known), as: read.layers.map(({ decoder }) => decoder) };
  });
}

function vectorOf(known: KnownReading): object {
  const { link, isHeartbeat, value, envelope, fields, records, range, problem } = known;
  const { type, name, topic, id, summary, severity, parts } = known;
  const written = {
    type,
    name,
    topic,
    id,
    summary,
    value: value?.(),
    severity,
    heartbeat: isHeartbeat ? true : undefined,
    call: link && {
      role: link.role,
      of: link.role === 'part' ? link.of : link.call?.seq,
      ms: link.ms,
    },
    parts: parts?.length ? parts : undefined,
    records: records?.map(vectorOf),
    at: range,
    fields: fields?.(),
    problem,
  };
  const around = envelope ? (JSON.parse(envelope()) as object) : {};
  const isOwn = ([key]: readonly [string, unknown]) => !Object.hasOwn(written, key);
  return Object.fromEntries([
    ...Object.entries(written).filter(([, each]) => each !== undefined),
    ...Object.entries(around).filter(isOwn),
  ]);
}

/** Leaves out what `expected` says nothing about, as the README of the vectors allows. */
function shapeLike(said: unknown, expected: Readonly<Record<string, unknown>>): unknown {
  const shaped = new Map(Object.entries(said as object));
  for (const key of [...shaped.keys()]) {
    // Nothing is said of how parts and the beginning of what could not be read are shown.
    const isFree = ['as', 'fields', 'at', 'summary'].includes(key) || !vectorKeys.includes(key);
    if (isFree && !Object.hasOwn(expected, key)) {
      shaped.delete(key);
    }
  }
  const call = shaped.get('call') as { role: string; of?: number; ms?: number } | undefined;
  if (call) {
    shaped.set('call', callLike(call));
  }
  const { records } = expected as { readonly records?: readonly Record<string, unknown>[] };
  if (records && shaped.has('records')) {
    const read = shaped.get('records') as readonly unknown[];
    shaped.set(
      'records',
      read.map((each, index) => shapeLike(each, records[index] ?? {})),
    );
  }
  return Object.fromEntries(shaped);
}

const vectorKeys = [
  'type',
  'name',
  'topic',
  'id',
  'summary',
  'value',
  'severity',
  'heartbeat',
  'call',
  'parts',
  'records',
  'problem',
];

/** A request tells no request; of an answer whose request was not seen it is `null`. */
function callLike(call: { role: string; of?: number; ms?: number }): object {
  const { role, of = null, ms } = call;
  if (role === 'request' || role === 'open') {
    return { role };
  }
  return { role, of, ...(role !== 'part' && ms !== undefined && { ms }) };
}
