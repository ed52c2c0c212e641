import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { describe, it } from 'node:test';
import * as ws from 'ws';
import { textsOf } from '../../../../src/core/record/textRun.ts';
import { openFastLane } from '../../../../src/node/transport/fastLane.ts';
import { closeFrame, frame, Opcode } from '../../../support/network/frames.ts';

/** The part of `ws` that reads frames, which its types do not tell of. */
const { Receiver } = ws as unknown as { readonly Receiver: new (options: object) => Writable };

const maxByteLength = 20_000;

/** How many streams are tried; the first of them always are the same. */
const streamCount = Number(process.env['FAST_LANE_STREAMS'] ?? 4000);
const firstSeed = Number(process.env['FAST_LANE_SEED'] ?? 1);

class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  one<T>(all: readonly [T, ...T[]]): T {
    return all[this.below(all.length)] ?? all[0];
  }
}

function text(random: Random): string {
  return random.one<() => string>([
    () => '',
    () => 'a',
    () => '{"x":1}',
    () => 'é€𝄞',
    () => 'x'.repeat(random.below(300)),
    () => 'ß'.repeat(random.below(200)),
    () => 'y'.repeat(125 + random.below(3)),
    () => 'z'.repeat(random.below(4000)),
    () => 'w'.repeat(random.next() < 0.05 ? maxByteLength : 9),
  ])();
}

function good(random: Random, textShare: number): Buffer {
  if (random.next() < textShare) {
    return frame(Opcode.Text, text(random));
  }
  return random.one([
    () => frame(Opcode.Binary, text(random)),
    () => frame(Opcode.Ping, 'p'),
    () => frame(Opcode.Pong),
    () =>
      Buffer.concat([
        frame(Opcode.Text, text(random), { fin: false }),
        frame(Opcode.Continuation, text(random), { fin: false }),
        frame(Opcode.Ping, 'q'),
        frame(Opcode.Continuation, text(random)),
      ]),
    () => {
      const bytes = Buffer.from('aé€𝄞b');
      const cut = random.below(bytes.length);
      return Buffer.concat([
        frame(Opcode.Text, bytes.subarray(0, cut), { fin: false }),
        frame(Opcode.Continuation, bytes.subarray(cut)),
      ]);
    },
  ])();
}

/** The first byte of a frame is another one. */
function changed(bytes: Buffer, first: number): Buffer {
  bytes[0] = first;
  return bytes;
}

function bad(random: Random): Buffer {
  return random.one([
    () => frame(Opcode.Text, Buffer.of(0xc3)),
    () =>
      Buffer.concat([
        frame(Opcode.Text, Buffer.of(0x61, 0xc3)),
        frame(Opcode.Text, Buffer.of(0xa9, 0x61)),
      ]),
    () => frame(Opcode.Text, Buffer.of(0xa9)),
    () => frame(Opcode.Text, Buffer.of(0xed, 0xa0, 0x80)),
    () => changed(frame(Opcode.Text, text(random)), 0xc1),
    () => changed(frame(Opcode.Text, text(random)), 0x91),
    () => changed(frame(Opcode.Text, text(random)), 0x83),
    () => Buffer.of(0x81, 0x81, 1, 2, 3, 4, 5),
    () => frame(Opcode.Continuation, text(random)),
    () =>
      Buffer.concat([frame(Opcode.Text, text(random), { fin: false }), frame(Opcode.Text, 'a')]),
    () => frame(Opcode.Text, 'v'.repeat(maxByteLength + 1)),
    () => frame(Opcode.Text, 'v'.repeat(0x1_0000)),
    () => frame(Opcode.Ping, 'v'.repeat(126)),
    () => changed(frame(Opcode.Ping, 'v'), 0x09),
    () => Buffer.of(0x88, 1, 3),
    () => closeFrame(1000),
    () => closeFrame(1005),
  ])();
}

/** A stream, which is broken or ends in half of the cases, in the pieces in which it comes. */
function streamOf(random: Random): readonly { readonly chunk: Buffer; readonly isLate: boolean }[] {
  const textShare = random.one([0.4, 0.97]);
  const frames = Array.from({ length: 1 + random.below(40) }, () => good(random, textShare));
  if (random.next() < 0.5) {
    frames.push(
      bad(random),
      ...Array.from({ length: random.below(5) }, () => good(random, textShare)),
    );
  }
  const all = Buffer.concat(frames);
  const chunks: { chunk: Buffer; isLate: boolean }[] = [];
  for (let begin = 0; begin < all.length;) {
    const end = begin + 1 + random.below(random.one([3, 40, 500, 9000, 70_000]));
    chunks.push({ chunk: all.subarray(begin, end), isLate: random.next() < 0.7 });
    begin = end;
  }
  return chunks;
}

const tick = () => new Promise<void>(resolve => process.nextTick(() => queueMicrotask(resolve)));

class Reader {
  readonly socket = Object.assign(new EventEmitter(), { readableEnded: false, readableLength: 0 });
  readonly events: string[] = [];
  texts = 0;
  readonly #receiver = new Receiver({
    allowSynchronousEvents: true,
    binaryType: 'nodebuffer',
    isServer: false,
    maxPayload: maxByteLength,
    extensions: {},
  });

  constructor(hasLane: boolean) {
    const { socket, events } = this;
    const receiver = this.#receiver;
    socket.on('data', (chunk: Buffer) => void receiver.write(chunk));
    const lane = hasLane
      ? openFastLane(socket as unknown as Socket, maxByteLength, {
          onInput: () => undefined,
          onTexts: run => {
            for (const payload of textsOf(run)) {
              this.texts++;
              events.push(`text ${Buffer.from(payload).toString('hex')}`);
            }
          },
          onText: payload => {
            this.texts++;
            events.push(`text ${Buffer.from(payload).toString('hex')}`);
          },
        })
      : undefined;
    receiver.on('message', (data: Buffer, isBinary: boolean) => {
      events.push(`${isBinary ? 'binary' : 'text'} ${data.toString('hex')}`);
      lane?.next();
    });
    for (const kind of ['ping', 'pong', 'conclude']) {
      receiver.on(kind, (what: Buffer | number) => events.push(`${kind} ${what.toString()}`));
    }
    receiver.on('error', (error: NodeJS.ErrnoException) => {
      events.push(`error ${error.code ?? ''}`);
      lane?.dispose();
      socket.removeAllListeners('data');
    });
  }

  async read(stream: ReturnType<typeof streamOf>): Promise<readonly string[]> {
    for (const { chunk, isLate } of stream) {
      // In memory of its own, as chunks come from a socket.
      const own = Buffer.from(new Uint8Array(chunk).buffer);
      this.socket.emit('data', own);
      if (isLate) {
        await tick();
      }
    }
    await tick();
    return this.events;
  }
}

describe('The fast lane', () => {
  it(`tells of ${streamCount} random streams what ws alone tells`, async t => {
    let texts = 0;
    let events = 0;
    for (let seed = firstSeed; seed < firstSeed + streamCount; seed++) {
      const stream = streamOf(new Random(seed));
      const [plain, laned] = [new Reader(false), new Reader(true)];
      assert.deepEqual(await laned.read(stream), await plain.read(stream), `Seed ${seed}`);
      texts += laned.texts;
      events += laned.events.length;
    }
    t.diagnostic(`${texts} of ${events} events by the lane`);
    assert.ok(texts > events / 4);
  });

  it('gives the memory of a chunk back, unless another listener or ws may have it', () => {
    const texts = Buffer.concat(
      Array.from({ length: 100 }, () => frame(Opcode.Text, 'x'.repeat(99))),
    );
    const ping = frame(Opcode.Ping, 'p');
    const whole = (...parts: Buffer[]) => Buffer.from(new Uint8Array(Buffer.concat(parts)).buffer);
    const lengths = (chunk: Buffer, prepare: (socket: EventEmitter) => void = () => undefined) => {
      const { socket } = new Reader(true);
      prepare(socket);
      socket.emit('data', chunk);
      return chunk.byteLength;
    };
    assert.deepEqual(
      [
        lengths(whole(texts)),
        lengths(whole(texts, ping)),
        lengths(whole(ping, texts)),
        lengths(Buffer.from(whole(ping, texts).buffer, ping.length)),
        lengths(whole(texts), socket => socket.on('data', () => undefined)),
      ],
      [0, 0, ping.length + texts.length, texts.length, texts.length],
    );
  });

  it('is open again in the chunk after one in which ws got something', () => {
    const reader = new Reader(true);
    const some = Buffer.concat(Array.from({ length: 10 }, () => frame(Opcode.Text, 'x')));
    const all = Buffer.concat([some, frame(Opcode.Ping, 'p'), some, some, some]);
    const cut = 1.5 * some.length + 4;
    reader.socket.emit('data', Buffer.from(all.subarray(0, cut)));
    reader.socket.emit('data', Buffer.from(all.subarray(cut)));
    assert.equal(reader.events.length, 41);
    assert.ok(reader.texts >= 34, `${reader.texts} texts by the lane`);
  });

  it('only reads headers where somebody else reads the socket as well', () => {
    const socket = new EventEmitter();
    const seen: Buffer[] = [];
    const others = [(chunk: Buffer) => seen.push(chunk), () => undefined];
    others.forEach(other => socket.on('data', other));
    const lane = openFastLane(socket as unknown as Socket, maxByteLength, {
      onInput: () => undefined,
      onTexts: () => assert.fail('ws gets the texts'),
      onText: () => assert.fail('ws gets the texts'),
    });
    const bytes = frame(Opcode.Text, 'abc');
    socket.emit('data', bytes.subarray(0, 3));
    socket.emit('data', bytes.subarray(3));
    assert.equal(Buffer.concat(seen).toString('hex'), bytes.toString('hex'));
    assert.equal(lane.next()?.wireByteLength, bytes.length);
    lane.dispose();
    assert.deepEqual(socket.listeners('data'), others);
  });

  it('gives ws what it holds before ws reads the rest of a socket that is gone', () => {
    for (const readableLength of [0, 2]) {
      const socket = Object.assign(new EventEmitter(), { readableEnded: false, readableLength });
      const seen: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => seen.push(chunk));
      openFastLane(socket as unknown as Socket, maxByteLength, {
        onInput: () => undefined,
        onTexts: () => assert.fail('None is whole'),
        onText: () => assert.fail('None is whole'),
      });
      const bytes = frame(Opcode.Text, 'abc').subarray(0, 3);
      socket.emit('data', bytes);
      assert.deepEqual(seen, []);
      socket.emit('close');
      assert.deepEqual(socket.listeners('data'), []);
      assert.deepEqual(seen, readableLength === 0 ? [] : [bytes]);
    }
  });
});
