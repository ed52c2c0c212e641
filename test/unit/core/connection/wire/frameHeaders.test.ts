import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FrameFacts } from '../../../../../src/core/record/frameFacts.ts';
import { FrameHeaders } from '../../../../../src/core/connection/wire/frameHeaders.ts';
import { closeFrame, frame, Opcode } from '../../../../support/network/frames.ts';

interface Message {
  /** The payload's length in each fragment. */
  readonly fragments: readonly number[];
  readonly isText: boolean;
  readonly isCompressed: boolean;
  /** Whether a ping follows on each fragment. */
  readonly hasPings: boolean;
}

const message: fc.Arbitrary<Message> = fc.record({
  fragments: fc.array(fc.oneof(fc.nat(300), fc.constantFrom(0, 125, 126, 65_535, 65_536)), {
    minLength: 1,
    maxLength: 4,
  }),
  isText: fc.boolean(),
  isCompressed: fc.boolean(),
  hasPings: fc.boolean(),
});

function dataFrames({ fragments, isText, isCompressed }: Message): readonly Buffer[] {
  return fragments.map((length, index) =>
    frame(
      index > 0 ? Opcode.Continuation : isText ? Opcode.Text : Opcode.Binary,
      Buffer.alloc(length, 0x81),
      {
        fin: index === fragments.length - 1,
        rsv: isCompressed && index === 0 ? 4 : 0,
      },
    ),
  );
}

function encode(one: Message): Buffer {
  const ping = frame(Opcode.Ping, 'p'.repeat(125));
  return Buffer.concat(dataFrames(one).flatMap(data => (one.hasPings ? [data, ping] : [data])));
}

/** Feeds `bytes` cut at these places, 10 ms apart, and asks for each message as soon as it is there. */
function readAll(bytes: Buffer, cuts: readonly number[]): FrameHeaders {
  const headers = new FrameHeaders();
  const places = [0, ...cuts, bytes.length];
  for (let index = 1; index < places.length; index++) {
    headers.read(bytes.subarray(places[index - 1], places[index]), index * 10);
  }
  return headers;
}

function take(headers: FrameHeaders, count: number): readonly (FrameFacts | undefined)[] {
  return Array.from({ length: count }, () => headers.next());
}

const text = (payload: string, options = {}) => frame(Opcode.Text, payload, options);
const more = (payload: string, options = {}) => frame(Opcode.Continuation, payload, options);
const split = Buffer.concat([text('a', { fin: false }), more('b')]);
const splitFacts = { fragmentCount: 2, wireByteLength: 6, isCompressed: false, durationMs: 0 };

describe('frame headers', () => {
  it('tell nothing of messages that came in one piece, and the facts of all others', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), messages => {
        const headers = readAll(Buffer.concat(messages.map(encode)), []);
        const expected = messages.map(one => {
          const { fragments, isCompressed } = one;
          const wireByteLength = Buffer.concat(dataFrames(one)).length;
          return fragments.length === 1 && !isCompressed
            ? undefined
            : { fragmentCount: fragments.length, wireByteLength, isCompressed, durationMs: 0 };
        });
        assert.deepEqual(take(headers, messages.length), expected);
      }),
      { numRuns: 60 },
    );
  });

  it('are read the same wherever the stream is cut', () => {
    const small = message.filter(({ fragments }) => Math.max(...fragments) < 1000);
    const cases = fc.array(small, { minLength: 1, maxLength: 6 }).chain(messages => {
      const bytes = Buffer.concat(messages.map(encode));
      return fc.tuple(fc.constant(messages), fc.constant(bytes), fc.array(fc.nat(bytes.length)));
    });
    fc.assert(
      fc.property(cases, ([messages, bytes, cuts]) => {
        const headers = readAll(
          bytes,
          [...cuts].sort((a, b) => a - b),
        );
        for (const [index, one] of messages.entries()) {
          const facts = headers.next();
          const wire = Buffer.concat(dataFrames(one)).length;
          const isPlain = one.fragments.length === 1 && !one.isCompressed;
          assert.deepEqual(
            [
              facts?.fragmentCount ?? 1,
              facts?.isCompressed ?? false,
              facts?.wireByteLength ?? wire,
            ],
            [one.fragments.length, one.isCompressed, wire],
            `message ${index}`,
          );
          assert.ok(facts !== undefined || isPlain);
        }
      }),
    );
  });

  it('time a message from its first byte to its last, at every place of a cut', () => {
    const bytes = Buffer.concat([
      text('one'),
      frame(Opcode.Binary, Buffer.alloc(200)),
      text('three'),
    ]);
    const ends = [5, 209, 216];
    for (let cut = 1; cut < bytes.length; cut++) {
      const facts = take(readAll(bytes, [cut]), 3);
      const expected = ends.map((end, index) => {
        const begin = ends[index - 1] ?? 0;
        const facts = {
          fragmentCount: 1,
          wireByteLength: end - begin,
          isCompressed: false,
          durationMs: 10,
        };
        return begin < cut && cut < end ? facts : undefined;
      });
      assert.deepEqual(facts, expected, `cut at ${cut}`);
    }
    const single = readAll(bytes.subarray(0, 5), [1, 2, 3, 4]);
    assert.equal(single.next()?.durationMs, 40);
  });

  it('end with a close frame: clients do not read on', () => {
    const headers = new FrameHeaders();
    headers.read(Buffer.concat([split, closeFrame(1000), split]), 0);
    assert.deepEqual(take(headers, 2), [splitFacts, undefined]);
  });

  const broken: readonly (readonly [string, Buffer])[] = [
    ['a masked frame', text('a', { mask: true })],
    ['RSV2', text('a', { rsv: 2 })],
    ['RSV3', text('a', { rsv: 1 })],
    ['opcode 3', frame(3, 'a')],
    ['opcode 11', frame(11, 'a')],
    ['a continuation of nothing', more('a')],
    [
      'a compressed continuation',
      Buffer.concat([text('a', { fin: false }), more('b', { rsv: 4 })]),
    ],
    ['a message within another', Buffer.concat([text('a', { fin: false }), text('b')])],
    ['a ping in fragments', frame(Opcode.Ping, '', { fin: false })],
    ['a compressed ping', frame(Opcode.Ping, '', { rsv: 4 })],
    ['a length beyond 2 ** 53', Buffer.of(0x82, 127, 0xff, 255, 255, 255, 255, 255, 255, 255)],
  ];
  for (const [what, bytes] of broken) {
    it(`stop quietly at ${what}`, () => {
      for (let cut = 0; cut < bytes.length; cut++) {
        const headers = new FrameHeaders();
        headers.read(split, 0);
        headers.read(bytes.subarray(0, cut), 0);
        headers.read(bytes.subarray(cut), 0);
        headers.read(split, 0);
        assert.deepEqual(take(headers, 3), [splitFacts, undefined, undefined]);
      }
    });
  }

  it('take any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), chunks => {
        const headers = new FrameHeaders();
        chunks.forEach(chunk => headers.read(chunk, 0));
        for (const facts of take(headers, 50)) {
          assert.ok(facts === undefined || (facts.fragmentCount >= 1 && facts.wireByteLength >= 2));
        }
      }),
    );
  });

  it('keep the order over a long queue', () => {
    const headers = new FrameHeaders();
    const count = 10_000;
    const plain = text('x');
    headers.read(Buffer.concat(Array.from({ length: count }, () => [split, plain]).flat()), 0);
    const facts = take(headers, 2 * count);
    assert.ok(facts.every((one, index) => (one?.fragmentCount === 2) === (index % 2 === 0)));
  });

  it('stop where nobody asks for the facts of a flood', () => {
    const headers = new FrameHeaders();
    const count = 100_000;
    const flood = Buffer.concat(Array.from({ length: count }, () => split));
    for (let round = 0; round < 4; round++) {
      headers.read(flood, 0);
    }
    const told = take(headers, 4 * count).filter(facts => facts !== undefined).length;
    assert.ok(told < 3 * count, `${told} facts were kept`);
  });
});
