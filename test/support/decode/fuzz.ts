import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CallTable } from '../../../src/core/decode/callTable.ts';
import { Chain, type Contexts, type Message } from '../../../src/core/decode/chain.ts';
import type { AnyDecoder, SessionFacts } from '../../../src/core/decode/decoder.ts';
import { knownReading } from '../../../src/core/decode/knownReading.ts';
import { Linker } from '../../../src/core/decode/linker.ts';
import { assertSoundReading, saidBy } from './soundReading.ts';
import { bytesOfVector, type VectorSession } from './vectors.ts';

/** Enough to see what takes the square of its input, and soon done if nothing does. */
const longLength = 100_000;
const longTime = 2000;
/** fast-check prints it, and the smallest example, where a property does not hold. */
const seed = Number(process.env['SEED'] ?? 20_261_130);
/** What is read within one session. */
const maxMessages = 8;

/** What formats give a meaning to: ends of ranges, brackets, line ends, long lengths. */
const fillers: readonly (readonly number[])[] = [
  [0x00],
  [0xff],
  [0x80],
  [0x91],
  [0x81],
  [0x9f],
  [0x0a],
  [0x5b],
  [0x7b, 0x22, 0x61, 0x22, 0x3a],
  [0x5c],
  [0x22],
  [0x2c],
  [0x30],
  [0x61, 0x3a],
];

/**
 * Tests that what a peer sends does no harm: a decoder never throws, takes no long time, and says the same whenever it
 * reads a message again; what it says is sound.
 *
 * @param samples sessions of valid messages, `vectorFile('name').sessions`
 */
export function testHostile(decoder: AnyDecoder, samples: readonly VectorSession[]): void {
  const sessions = samples.map(sampleOf);
  const facts = sessions.map(session => session.facts);
  const someFacts = fc.constantFrom(...facts);
  const runs = { seed, numRuns: 150, interruptAfterTimeLimit: 2500 };

  describe(`The decoder ${decoder.name}`, () => {
    it('reads the samples soundly', () => {
      for (const session of sessions) {
        assertSession(decoder, session.facts, session.messages);
      }
    });

    it('reads random bytes', () => {
      const messages = fc.array(message, { minLength: 1, maxLength: 3 });
      fc.assert(
        fc.property(someFacts, messages, (session, some) => {
          assertSession(decoder, session, some);
        }),
        runs,
      );
    });

    it('reads valid messages that were changed', () => {
      const changes = fc.array(change, { minLength: 1, maxLength: 4 });
      fc.assert(
        fc.property(fc.constantFrom(...sessions), fc.nat(), changes, (session, from, some) => {
          const first = from % session.messages.length;
          const messages = session.messages.slice(first, first + maxMessages);
          assertSession(decoder, session.facts, changed(messages, some));
        }),
        runs,
      );
    });

    it('reads the heads of valid messages', () => {
      const some = fc.constantFrom(...sessions);
      fc.assert(
        fc.property(some, fc.nat(), fc.nat(), (session, index, length) => {
          const at = index % session.messages.length;
          const messages = session.messages.slice(Math.max(0, at + 1 - maxMessages), at + 1);
          const last = messages.pop();
          if (last) {
            const bytes = last.bytes.subarray(0, length % (last.bytes.length + 1));
            assertSession(decoder, session.facts, [...messages, withBytes(last, bytes)]);
          }
        }),
        runs,
      );
    });

    it('takes no long time for long messages', () => {
      for (const [index, { facts: session, messages }] of sessions.slice(0, 3).entries()) {
        for (const filler of fillers) {
          const [sample] = messages;
          assertSoon(decoder, session, [longMessage(sample, filler, false)]);
          if (index === 0) {
            // Without a beginning it is the same for all.
            assertSoon(decoder, session, [longMessage(sample, filler, true)]);
          }
        }
      }
    });
  });
}

interface Sample {
  readonly facts: SessionFacts;
  readonly messages: readonly Sent[];
}

type Sent = Omit<Message, 'seq'>;

function sampleOf(session: VectorSession): Sample {
  return {
    facts: session.connection ?? { url: 'wss://example.com/ws', subprotocol: '' },
    messages: session.messages.map(each => ({
      direction: each.dir,
      bytes: bytesOfVector(each),
      isText: each.text !== undefined,
    })),
  };
}

const message: fc.Arbitrary<Sent> = fc
  .record({
    direction: fc.constantFrom('in' as const, 'out' as const),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.string({ unit: 'binary' }).map(text => new TextEncoder().encode(text)),
      fc.json().map(text => new TextEncoder().encode(text)),
    ),
    isText: fc.boolean(),
  })
  .map(each => withBytes(each, each.bytes));

type Change = (messages: readonly Sent[]) => readonly Sent[];

const place = fc.tuple(fc.nat(), fc.nat());

const change: fc.Arbitrary<Change> = fc.oneof(
  // Bytes of which one is another, or that are gone or come twice.
  fc
    .tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff)))
    .map(([at, byte]) => atPlace(at, (bytes, index) => bytes.with(index, byte))),
  fc
    .tuple(place, fc.nat(7))
    .map(([at, bit]) =>
      atPlace(at, (bytes, index) => bytes.with(index, (bytes[index] ?? 0) ^ (1 << bit))),
    ),
  fc
    .tuple(place, fc.nat(20))
    .map(([at, length]) =>
      atPlace(at, (bytes, index) =>
        joined(bytes.subarray(0, index), bytes.subarray(index + length)),
      ),
    ),
  fc
    .tuple(place, fc.uint8Array({ maxLength: 10 }))
    .map(([at, more]) =>
      atPlace(at, (bytes, index) => joined(bytes.subarray(0, index), more, bytes.subarray(index))),
    ),
  fc
    .tuple(place, fc.nat(50))
    .map(([at, length]) =>
      atPlace(at, (bytes, index) =>
        joined(bytes.subarray(0, index + length), bytes.subarray(index)),
      ),
    ),
  // Messages that are missing, come twice, in another order, from the other side, or as the other kind.
  fc.nat().map(at => (messages: readonly Sent[]) => {
    const index = at % Math.max(1, messages.length);
    return messages.length > 1 ? messages.toSpliced(index, 1) : messages;
  }),
  place.map(([from, to]) => (messages: readonly Sent[]) => {
    const moved = messages[from % Math.max(1, messages.length)];
    return moved ? messages.toSpliced(to % (messages.length + 1), 0, moved) : messages;
  }),
  fc
    .nat()
    .map(at =>
      atMessage(at, each => ({ ...each, direction: each.direction === 'in' ? 'out' : 'in' })),
    ),
  fc
    .nat()
    .map(at => atMessage(at, each => withBytes({ ...each, isText: !each.isText }, each.bytes))),
);

function changed(messages: readonly Sent[], changes: readonly Change[]): readonly Sent[] {
  return changes.reduce((before, each) => each(before), messages);
}

function atPlace(
  [at, index]: readonly [number, number],
  make: (bytes: Uint8Array, index: number) => Uint8Array,
): Change {
  return atMessage(at, each =>
    each.bytes.length > 0 ? withBytes(each, make(each.bytes, index % each.bytes.length)) : each,
  );
}

function atMessage(at: number, make: (sent: Sent) => Sent): Change {
  return messages => {
    const index = at % Math.max(1, messages.length);
    const sent = messages[index];
    return sent ? messages.with(index, make(sent)) : messages;
  };
}

/** A text is UTF-8, or it would not have come as one. */
function withBytes(sent: Sent, bytes: Uint8Array): Sent {
  const isUtf8 =
    !sent.isText || Buffer.from(bytes).equals(Buffer.from(Buffer.from(bytes).toString()));
  return { ...sent, bytes: isUtf8 ? bytes : Buffer.from(Buffer.from(bytes).toString()) };
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function longMessage(sample: Sent | undefined, filler: readonly number[], isSole: boolean): Sent {
  const head = isSole ? new Uint8Array() : (sample?.bytes ?? new Uint8Array());
  const bytes = new Uint8Array(head.length + longLength);
  bytes.set(head);
  for (let at = head.length; at < bytes.length; at++) {
    bytes[at] = filler[(at - head.length) % filler.length] ?? 0;
  }
  return withBytes(
    { direction: sample?.direction ?? 'in', isText: sample?.isText ?? false, bytes },
    bytes,
  );
}

function assertSoon(decoder: AnyDecoder, session: SessionFacts, messages: readonly Sent[]): void {
  const begin = process.cpuUsage();
  assertSession(decoder, session, messages);
  const { user } = process.cpuUsage(begin);
  assert.ok(user / 1000 < longTime, `${user / 1000} ms for ${longLength} bytes`);
}

/** Reads the messages of a session in order, and each again with the context that it had. */
function assertSession(decoder: AnyDecoder, session: SessionFacts, sent: readonly Sent[]): void {
  const chain = new Chain([decoder]);
  const table = new CallTable();
  const linker = new Linker(table);
  const messages = sent.map((each, seq): Message => ({ ...each, seq }));
  const contexts: Contexts[] = [chain.begin(session)];
  const said: unknown[] = [];
  for (const each of messages) {
    const read = chain.read(each, contexts[each.seq] ?? []);
    contexts.push(read.contexts);
    for (const { layer, reading } of read.layers) {
      assertSoundReading(reading, layer);
    }
    if (read.reading) {
      linker.take(read.reading, each.seq, each.seq);
    }
    said.push(read.reading && saidBy(read.reading));
  }
  for (const each of messages.toReversed()) {
    const { reading } = chain.read(each, contexts[each.seq] ?? []);
    assert.deepEqual(reading && saidBy(reading), said[each.seq], 'the same when it is read again');
    if (reading) {
      const known = knownReading(reading, each.seq, table, seq => messages[seq]?.bytes);
      JSON.parse(known.value?.() ?? 'null');
    }
  }
  linker.end(messages.length);
}
