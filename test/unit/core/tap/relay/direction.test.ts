import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, deflateRawSync } from 'node:zlib';
import { kindOf, tapActionOf } from '../../../../../src/core/record/record.ts';
import type { MessageGate, TransitMessage } from '../../../../../src/core/tap/gate.ts';
import {
  RelayDirection,
  type DirectionPorts,
} from '../../../../../src/core/tap/relay/direction.ts';
import { createZlibInflater } from '../../../../../src/node/tap/zlibInflater.ts';
import { frame } from '../../../../support/network/frames.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

/** What the server sends, without compression unless it is given. */
function fromServer(
  write: (bytes: Uint8Array) => void,
  append: () => void = () => undefined,
  given: Partial<DirectionPorts> = {},
) {
  return new RelayDirection('in', {
    clock: new ManualClock(),
    sink: { append, report: () => undefined },
    agreement: { deflates: false, takesOver: { in: false, out: false }, others: [] },
    maxMessageBytes: 64 * 1024 * 1024,
    createInflater: () => {
      throw new Error('Nothing is compressed');
    },
    fillRandom: () => undefined,
    write,
    end: () => undefined,
    setPaused: () => undefined,
    close: () => undefined,
    onCloseFrame: () => undefined,
    ...given,
  });
}

/** A gate that forwards all, and counts. */
function useGate() {
  const written: Uint8Array[] = [];
  const messages: TransitMessage[] = [];
  let large = 0;
  const direction = fromServer(bytes => written.push(bytes));
  const gate: MessageGate = {
    isActive: true,
    receive: message => {
      messages.push(message);
      direction.forward(message, () => undefined);
    },
    receiveLarge: () => {
      large++;
      direction.streamThrough();
    },
    receiveUnreadable: () => direction.streamThrough(),
    sourceEnded: () => undefined,
    targetEnded: () => undefined,
    targetLost: () => undefined,
    inject: () => undefined,
  };
  direction.useGate(gate);
  return {
    direction,
    messages,
    bytes: () => Buffer.concat(written),
    largeCount: () => large,
  };
}

const [begin, more, last] = [0x01, 0x00, 0x80];
const repeated = (frame: readonly number[], count: number) =>
  Buffer.concat(Array.from({ length: count }, () => Uint8Array.from(frame)));

describe('A direction with a gate', () => {
  it('lets a message of ever more empty frames go on before it takes much memory', () => {
    const { direction, bytes, largeCount, messages } = useGate();
    const first = Buffer.from([begin, 1, 0x61]);
    const empty = repeated([more, 0], 300_000);
    direction.read(first);
    direction.read(empty);
    assert.equal(largeCount(), 1);
    assert.deepEqual(bytes(), Buffer.concat([first, empty]));
    const end = Buffer.from([last, 1, 0x62]);
    const next = Buffer.from([0x81, 1, 0x63]);
    direction.read(Buffer.concat([end, next]));
    assert.deepEqual(bytes(), Buffer.concat([first, empty, end, next]));
    assert.deepEqual(
      messages.map(({ payload }) => Buffer.from(payload).toString()),
      ['c'],
    );
  });

  it('does not count pings between messages as part of the next one', () => {
    const { direction, bytes, largeCount } = useGate();
    const pings = repeated([0x89, 0], 300_000);
    const message = Buffer.from([begin, 1, 0x61, last, 1, 0x62]);
    direction.read(pings);
    direction.read(message);
    assert.equal(largeCount(), 0);
    assert.deepEqual(bytes(), Buffer.concat([pings, message]));
  });

  it('passes a control frame on that is longer than any may be, as it comes', () => {
    const { direction, bytes } = useGate();
    const head = Buffer.from([0x89, 127, 0, 0, 1, 0, 0, 0, 0, 0]);
    const part = Buffer.alloc(1_000_000, 0x61);
    direction.read(Buffer.concat([head, part]));
    direction.read(part);
    assert.deepEqual(bytes(), Buffer.concat([head, part, part]));
  });

  it('puts what the user sends behind such a frame, not into it', () => {
    const { direction, bytes } = useGate();
    const size = 200_000;
    const head = Buffer.alloc(10);
    head.set([0x8a, 127]);
    head.writeBigUInt64BE(BigInt(size), 2);
    const part = Buffer.alloc(size / 2, 0x61);
    direction.read(Buffer.concat([head, part]));
    direction.send('text', Buffer.from('own'), () => undefined);
    direction.read(part);
    const own = Buffer.from([0x81, 3, 0x6f, 0x77, 0x6e]);
    assert.deepEqual(bytes(), Buffer.concat([head, part, part, own]));
  });
});

it('sends bytes on before they are read, so that reading delays nobody', () => {
  const steps: string[] = [];
  const direction = fromServer(
    bytes => void steps.push(`${bytes.length} bytes`),
    () => void steps.push('recorded'),
  );
  direction.read(repeated([0x81, 1, 0x61], 2));
  direction.dispose();
  assert.deepEqual(steps, ['6 bytes', 'recorded', 'recorded']);
});

/** A direction with permessage-deflate, whose gate lets messages wait until they are let go. */
class CompressedStand {
  readonly written: Uint8Array[] = [];
  readonly rows: string[] = [];
  readonly closes: number[] = [];
  readonly pauses: boolean[] = [];
  readonly direction: RelayDirection;
  readonly #waiting: ((isDropped: boolean) => void)[] = [];

  /** @param isGated whether all messages wait */
  constructor(isGated: boolean) {
    const record = (flags: number, payload: Uint8Array) => {
      const text = Buffer.from(payload).toString('latin1');
      const shown = text.length > 20 ? `${text.length} bytes` : text;
      this.rows.push(`${tapActionOf(flags) ?? 'passed'} ${kindOf(flags)} ${shown}`);
    };
    this.direction = fromServer(bytes => void this.written.push(bytes), undefined, {
      agreement: { deflates: true, takesOver: { in: true, out: true }, others: [] },
      maxMessageBytes: 65_536,
      createInflater: createZlibInflater,
      sink: {
        append: (_at, flags, payload) => record(flags, payload),
        report: ({ text }) => void this.rows.push(text),
      },
      setPaused: isPaused => void this.pauses.push(isPaused),
      close: code => {
        this.closes.push(code);
        this.direction.sendClose(Buffer.of(code >> 8, code & 0xff));
      },
    });
    const stream = () => {
      this.#waiting.push(() => this.direction.streamThrough());
    };
    this.direction.useGate({
      get isActive() {
        return isGated;
      },
      receive: message =>
        void this.#waiting.push(isDropped => {
          if (isDropped) {
            this.direction.discard(message);
          } else {
            this.direction.forward(message, () => undefined);
          }
        }),
      receiveLarge: stream,
      receiveUnreadable: stream,
      sourceEnded: () => undefined,
      targetEnded: () => undefined,
      targetLost: () => undefined,
      inject: () => undefined,
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.written);
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Lets the first one go that waits. */
  decide(what: 'forward' | 'drop'): void {
    const next = this.#waiting.shift();
    assert.ok(next);
    next(what === 'drop');
  }
}

function deflated(payload: string | Buffer, fin = true): Buffer {
  const all = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH });
  return frame(1, all.subarray(0, -4), { rsv: 4, fin });
}

const invalid = frame(1, Buffer.of(0xff, 0xff), { rsv: 4 });
const closeOf1007 = frame(8, Buffer.of(1007 >> 8, 1007 & 0xff));

describe('A compressed message that cannot be inflated', () => {
  const whole: readonly (readonly [string, Buffer])[] = [
    ['in one frame', invalid],
    [
      'whose first frame says nothing yet',
      Buffer.concat([frame(1, '', { rsv: 4, fin: false }), frame(0, Buffer.of(0xff, 0xff))]),
    ],
    [
      'that goes on',
      Buffer.concat([
        frame(1, Buffer.of(0xff, 0xff), { rsv: 4, fin: false }),
        frame(0, Buffer.alloc(100_000)),
      ]),
    ],
  ];

  for (const [what, message] of whole) {
    it(`goes on as it came, in its turn, past every rule: ${what}`, () => {
      const stand = new CompressedStand(true);
      const first = deflated('first');
      stand.direction.read(Buffer.concat([first, message, invalid]));
      assert.deepEqual(stand.bytes, Buffer.alloc(0));
      while (stand.waitingCount > 0) {
        stand.decide('forward');
      }
      assert.deepEqual(stand.bytes, Buffer.concat([first, message, invalid]));
      assert.deepEqual(stand.closes, []);
      const [told, ...rows] = stand.rows;
      assert.match(told ?? '', /^Compressed messages are not readable from here on/);
      assert.deepEqual(rows, ['passed text ', 'passed binary \xff\xff']);
    });

    it(`behind one that was dropped it is not written anew, but ends both sides: ${what}`, () => {
      const stand = new CompressedStand(true);
      stand.direction.read(Buffer.concat([deflated('first'), message, deflated('third')]));
      stand.decide('drop');
      stand.decide('forward');
      assert.deepEqual(stand.closes, [1007]);
      assert.deepEqual(stand.bytes, closeOf1007);
      const [, told, ...rows] = stand.rows;
      assert.match(
        told ?? '',
        /^A compressed message from the server cannot be read, .* closed\.$/,
      );
      assert.equal(rows[0], 'dropped text ');
    });
  }

  it('ends both sides where it breaks, if its beginning was written anew', () => {
    const flushed = [0, 0, 0xff, 0xff];
    // At once, and by what is added to the end of a message (RFC 7692, section 7.2.2).
    for (const end of [Buffer.of(...flushed, 0xff, 0xff), Buffer.of(...flushed, 0, 1)]) {
      const stand = new CompressedStand(true);
      stand.direction.read(deflated('first'));
      stand.decide('drop');
      stand.direction.read(deflated(Buffer.alloc(9_000_000), false));
      stand.decide('forward');
      assert.notEqual(stand.bytes.length, 0);
      stand.direction.read(frame(0, end));
      assert.deepEqual(stand.closes, [1007]);
      assert.deepEqual(stand.bytes.subarray(-closeOf1007.length), closeOf1007);
      assert.equal(stand.rows.at(-2)?.startsWith('dropped text'), true, String(stand.rows));
    }
  });
});

it('writes a message anew whole, however much longer it is than may be recorded', () => {
  const stand = new CompressedStand(true);
  const text = '{"a":"' + 'lorem '.repeat(250_000) + '"}';
  stand.direction.read(Buffer.concat([deflated('first'), deflated(text), deflated('third')]));
  stand.decide('drop');
  stand.decide('forward');
  stand.decide('forward');
  assert.deepEqual(stand.bytes, Buffer.concat([frame(1, text), frame(1, 'third')]));
});

it('reads no more while a large message waits, also where the chunk ends with it', () => {
  const stand = new CompressedStand(true);
  stand.direction.read(frame(2, Buffer.alloc(4 * 1024 * 1024 + 1)));
  assert.equal(stand.waitingCount, 1);
  assert.equal(stand.pauses.at(-1), true);
  stand.decide('forward');
  assert.equal(stand.pauses.at(-1), false);
});

it('passes on a frame that is too long to be read as it came, also behind a dropped message', () => {
  const stand = new CompressedStand(true);
  const endless = frame(0, 'begin', { length: 2 ** 53 });
  const begun = deflated('second', false);
  stand.direction.read(Buffer.concat([deflated('first'), begun, endless]));
  stand.decide('drop');
  assert.deepEqual(stand.bytes, Buffer.alloc(0));
  stand.decide('forward');
  stand.direction.read(Buffer.from('more'));
  assert.deepEqual(stand.bytes, Buffer.concat([begun, endless, Buffer.from('more')]));
});
