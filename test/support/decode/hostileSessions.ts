import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallTable } from '../../../src/core/decode/callTable.ts';
import { Chain, type Contexts, type Message } from '../../../src/core/decode/chain.ts';
import type { AnyDecoder } from '../../../src/core/decode/decoder.ts';
import { knownReading } from '../../../src/core/decode/knownReading.ts';
import type { Reading } from '../../../src/core/decode/reading.ts';
import { SessionReader } from '../../../src/core/decode/sessionReader.ts';
import { bytesOfVector, type VectorFile } from './vectors.ts';

type Sent = Pick<Message, 'direction' | 'bytes' | 'isText'>;

/** Whatever the messages of a session are, reading them does no harm and says nothing that cannot be. */
export function testHostileSessions(file: VectorFile, decoders: readonly AnyDecoder[]): void {
  describe(`Hostile sessions of ${file.decoder}`, () => {
    const sessions = sessionsOf(file);
    it('may hold any bytes', () => {
      const anyMessage = fc.record<Sent>({
        direction: fc.constantFrom('in', 'out'),
        bytes: fc.uint8Array({ maxLength: 64 }),
        isText: fc.boolean(),
      });
      fc.assert(
        fc.property(fc.array(anyMessage, { maxLength: 8 }), sent => readSound(sent, decoders)),
      );
    });
    it('may be a real one that was damaged', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...sessions),
          fc.array(fc.tuple(fc.nat(), fc.nat(), damage), { maxLength: 6 }),
          (session, damages) => {
            const sent = [...session];
            for (const [which, where, damaged] of damages) {
              const index = which % sent.length;
              const message = sent[index];
              if (message) {
                const at = where % (message.bytes.length + 1);
                sent[index] = { ...message, bytes: damaged(message.bytes, at) };
              }
            }
            readSound(sent, decoders);
          },
        ),
      );
    });
    it('may be cut at any byte', () => {
      for (const session of sessions) {
        for (const [index, message] of session.entries()) {
          for (let length = 0; length < message.bytes.length; length++) {
            const bytes = message.bytes.subarray(0, length);
            readSound([...session.slice(0, index), { ...message, bytes }], decoders);
          }
        }
      }
    });
  });
}

/** Of a protocol whose frames need not be messages: what is read does not depend on how they are cut. */
export function testCuts(
  file: VectorFile,
  decoders: readonly AnyDecoder[],
  isSound: (name: string) => boolean,
): void {
  it(`says the same of frames of ${file.decoder} however they are cut into messages`, () => {
    const names = file.sessions.map(({ name }) => name);
    const sessions = sessionsOf(file).filter((_, index) => isSound(names[index] ?? ''));
    fc.assert(
      fc.property(
        fc.constantFrom(...sessions),
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 }),
        (session, lengths) => {
          const pieces: Sent[] = [];
          for (const message of session) {
            let turn = 0;
            for (let at = 0; at < message.bytes.length;) {
              const length = lengths[turn++ % lengths.length] ?? 1;
              pieces.push({ ...message, bytes: message.bytes.subarray(at, at + length) });
              at += length;
            }
          }
          assert.deepEqual(wholeFrames(pieces, decoders), wholeFrames(session, decoders));
        },
      ),
    );
  });
}

const damage = fc.oneof(
  fc.nat(255).map(byte => (bytes: Uint8Array, at: number) => {
    const changed = bytes.slice();
    changed[at] = byte;
    return changed;
  }),
  fc.constant((bytes: Uint8Array, at: number) => bytes.slice(0, at)),
  fc.constant((bytes: Uint8Array, at: number) => bytes.slice(at)),
  fc.constant((bytes: Uint8Array, at: number) => Buffer.concat([bytes, bytes.subarray(at)])),
  fc
    .uint8Array({ maxLength: 8 })
    .map(
      more => (bytes: Uint8Array, at: number) =>
        Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]),
    ),
);

function sessionsOf(file: VectorFile): readonly (readonly Sent[])[] {
  return file.sessions.map(({ messages }) =>
    messages.map(message => ({
      direction: message.dir,
      bytes: bytesOfVector(message),
      isText: message.text !== undefined,
    })),
  );
}

const session = { url: 'wss://example.com/ws', subprotocol: '' };

/** Reads the messages in their order, and each again; throws if what is said of one cannot be. */
function readSound(sent: readonly Sent[], decoders: readonly AnyDecoder[]): void {
  const chain = new Chain(decoders);
  const table = new CallTable();
  const reader = new SessionReader(chain, session, table);
  const contexts: Contexts[] = [];
  const first = sent.map((message, seq) => {
    contexts.push(reader.contexts);
    const { reading } = reader.read({ ...message, seq }, seq);
    return reading && told(reading);
  });
  for (const [seq, message] of sent.entries()) {
    const { reading } = chain.read({ ...message, seq }, contexts[seq] ?? []);
    assert.deepEqual(reading && told(reading), first[seq], 'it says the same when read again');
    if (reading) {
      assertSound(reading, message.bytes.length, seq);
      knownReading(reading, seq, table, part => sent[part]?.bytes);
    }
  }
}

function assertSound(reading: Reading, length: number, seq: number): void {
  const { summary, envelope, value, fields, problem, parts = [], records, range } = reading;
  assert.ok(summary().length <= 512);
  value?.();
  assert.doesNotThrow(() => JSON.parse(envelope?.() ?? '{}') as object);
  assert.ok(!problem || (problem.at >= 0 && problem.at <= length), `problem ${problem?.at}`);
  assert.ok(parts.every(part => part < seq));
  for (const [path, begin, end] of fields?.() ?? []) {
    assert.ok(begin <= end && end <= length, `${path} ${begin} ${end}`);
    assert.ok(begin >= 0 || parts.length > 0, `${path} ${begin}`);
  }
  if (range) {
    assert.ok(range[0] >= 0 && range[0] <= range[1] && range[1] <= length, `range ${range.join()}`);
  }
  let at = 0;
  for (const record of records ?? []) {
    assert.ok((record.range?.[0] ?? at) >= at, 'records are in their order');
    at = record.range?.[0] ?? at;
    assertSound(record, length, seq);
  }
}

/** All that a reading says, without functions. */
function told(reading: Reading): object {
  const { summary, lead, value, envelope, fields, records, next, withParts, ...facts } = reading;
  return {
    ...facts,
    summary: summary(),
    lead: lead?.(),
    value: value?.(),
    envelope: envelope?.(),
    fields: fields?.(),
    records: records?.map(told),
    next: next && [next.kind, next.begin, next.bytes],
    hasParts: withParts !== undefined,
  };
}

/** What is said of each frame, apart from the message that it came in. */
function wholeFrames(sent: readonly Sent[], decoders: readonly AnyDecoder[]): readonly object[] {
  const reader = new SessionReader(new Chain(decoders), session, new CallTable());
  return sent.flatMap((message, seq) => {
    const { reading } = reader.read({ ...message, seq }, seq);
    const records = reading ? (reading.records ?? [reading]) : [];
    return (
      records
        // An end of line between frames is a heart-beat where it is alone.
        .filter(({ partOf, type }) => partOf === undefined && type !== 'heart-beat')
        .map(({ type, name, topic, id, severity, summary, value, envelope, call }) => ({
          type,
          name,
          topic,
          id,
          severity,
          summary: summary(),
          value: value?.(),
          envelope: envelope?.(),
          call,
        }))
    );
  });
}
