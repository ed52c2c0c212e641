import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { constants, createDeflateRaw } from 'node:zlib';
import type { FrameFacts } from '../../../../../src/core/record/frameFacts.ts';
import {
  directionOf,
  kindOf,
  RowFlag,
  type Direction,
} from '../../../../../src/core/record/record.ts';
import { readAgreement } from '../../../../../src/core/tap/frames/agreement.ts';
import { FrameReader } from '../../../../../src/core/tap/frames/frameReader.ts';
import { closePayload, writeFrame } from '../../../../../src/core/tap/frames/frameWriter.ts';
import { createZlibInflater } from '../../../../../src/node/tap/zlibInflater.ts';
import { closeFrame, frame } from '../../../../support/network/frames.ts';

/** A row in words: kind, marks, payload; or a sentence. */
type Row = string;

interface ReadOptions {
  readonly direction?: Direction;
  readonly extensions?: string;
  readonly maxMessageBytes?: number;
}

/** Reads chunks one after the other. */
function read(
  chunks: readonly Uint8Array[],
  { direction = 'in', extensions = '', maxMessageBytes = 1_048_576 }: ReadOptions = {},
) {
  const rows: Row[] = [];
  const facts: (FrameFacts | undefined)[] = [];
  const reader = new FrameReader(
    {
      onMessage: (flags, payload, frameFacts, byteLength) => {
        assert.equal(directionOf(flags), direction);
        const marks = `${flags & RowFlag.Compressed ? ' compressed' : ''}${flags & RowFlag.Fragmented ? ' fragmented' : ''}`;
        const text = Buffer.from(payload).toString('latin1');
        const shown = text.length > 40 ? `${text.slice(0, 3)}…${text.length}` : text;
        const cut = byteLength > payload.length ? ` of ${byteLength}` : '';
        rows.push(`${kindOf(flags)}${marks} ${shown}${cut}`);
        facts.push(frameFacts);
      },
      onOddity: sentence => void rows.push(`! ${sentence}`),
    },
    {
      direction,
      agreement: readAgreement(extensions),
      maxMessageBytes,
      createInflater: createZlibInflater,
    },
  );
  chunks.forEach((chunk, index) => reader.read(chunk, 0, 10 * index));
  reader.dispose();
  return { rows, facts, reader };
}

/** Compresses messages with one window, as a sender with context takeover does. */
function compressor(): (text: string) => Promise<Buffer> {
  const stream = createDeflateRaw();
  return text =>
    new Promise(resolve => {
      const parts: Buffer[] = [];
      const take = (part: Buffer) => void parts.push(part);
      stream.on('data', take);
      stream.write(text);
      stream.flush(constants.Z_SYNC_FLUSH, () => {
        stream.off('data', take);
        resolve(Buffer.concat(parts).subarray(0, -4));
      });
    });
}

function masked(opcode: number, payload: string, fin = true): Buffer {
  const bytes = Buffer.from(payload);
  const key = Buffer.of(1, 2, 3, 4);
  const plain = frame(opcode, bytes, { fin });
  const headLength = plain.length - bytes.length;
  const head = Buffer.from(plain.subarray(0, headLength));
  head[1] = (head[1] ?? 0) | 0x80;
  return Buffer.concat([head, key, bytes.map((byte, at) => byte ^ (key[at % 4] ?? 0))]);
}

const deflate = 'permessage-deflate';
const notRead =
  '! A compressed message is not readable: the server sent what cannot be inflated (invalid block type). No rule applies to it. Its bytes still pass.';

describe('FrameReader', () => {
  const table: readonly (readonly [string, Buffer[], readonly Row[], ReadOptions?])[] = [
    ['a text', [frame(1, 'a')], ['text a']],
    ['an empty text', [frame(1)], ['text ']],
    ['a binary message', [frame(2, 'ab')], ['binary ab']],
    [
      'lengths of 125, 126 and 65536',
      [frame(1, 'x'.repeat(125)), frame(1, 'x'.repeat(126)), frame(1, 'x'.repeat(65_536))],
      ['text xxx…125', 'text xxx…126', 'text xxx…65536'],
    ],
    [
      'a short length in the long form',
      [
        Buffer.from([0x81, 126, 0, 1, 0x61]),
        Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0x62]),
      ],
      ['text a', 'text b'],
    ],
    [
      'fragments with a ping between',
      [frame(1, 'a', { fin: false }), frame(9, 'p'), frame(0, 'b', { fin: false }), frame(0, 'c')],
      ['ping p', 'text fragmented abc'],
    ],
    ['empty fragments', [frame(2, '', { fin: false }), frame(0, '')], ['binary fragmented ']],
    ['ping and pong', [frame(9, 'p'), frame(10)], ['ping p', 'pong ']],
    ['a close with code and reason', [closeFrame(1000, 'ok')], ['close \x03\xe8ok']],
    ['a close without a code', [closeFrame()], ['close ']],
    ['text that is not UTF-8', [frame(1, Buffer.of(0xc3, 0x28))], ['text \xc3(']],
    [
      'data after the close',
      [closeFrame(1000), frame(1, 'late')],
      [
        'close \x03\xe8',
        '! The server went on sending after its close frame (RFC 6455, section 5.5.1).',
        'text late',
      ],
    ],
    [
      'a masked frame of a server, told once',
      [masked(1, 'abcde'), masked(1, 'f')],
      [
        '! The server sent a masked frame, which a client must refuse (RFC 6455, section 5.1).',
        'text abcde',
        'text f',
      ],
    ],
    [
      'an unmasked frame of a client',
      [frame(1, 'a')],
      [
        '! The client sent a frame without a mask, which a server must refuse (RFC 6455, section 5.1).',
        'text a',
      ],
      { direction: 'out' },
    ],
    [
      'masked frames of a client',
      [masked(1, 'abcdefghijkl'), masked(2, 'x', false), masked(0, 'yz')],
      ['text abcdefghijkl', 'binary fragmented xyz'],
      { direction: 'out' },
    ],
    [
      'a reserved bit without an extension',
      [frame(1, 'a', { rsv: 3 })],
      [
        '! The server set the reserved bits RSV2, RSV3: no extension that was agreed on explains them. Such payloads are shown as they came.',
        'text a',
      ],
    ],
    [
      'a reserved bit of an unknown extension',
      [frame(1, 'a', { rsv: 4 })],
      [
        '! The server set the reserved bit RSV1: the extension x-own is not known here. Such payloads are shown as they came.',
        'text a',
      ],
      { extensions: 'x-own; a=1' },
    ],
    [
      'a reserved opcode',
      [frame(3, 'a')],
      [
        '! The server sent a frame with the opcode 3, which is reserved (RFC 6455, section 5.2). Such frames are shown as binary messages.',
        'binary a',
      ],
    ],
    [
      'a continuation of nothing',
      [frame(0, 'a')],
      [
        '! The server continued a message that it had not begun (RFC 6455, section 5.4). The continuation is shown as a binary message.',
        'binary a',
      ],
    ],
    [
      'a message within another one',
      [frame(1, 'a', { fin: false }), frame(1, 'b')],
      [
        '! The server began a message before its last one had ended (RFC 6455, section 5.4). What came of the last one is shown.',
        'text a',
        'text b',
      ],
    ],
    [
      'a control frame in fragments',
      [frame(9, 'a', { fin: false })],
      ['! The server sent a control frame in fragments (RFC 6455, section 5.5).', 'ping a'],
    ],
    [
      'a long control frame',
      [frame(9, 'x'.repeat(200))],
      [
        '! The server sent a control frame longer than 125 bytes (RFC 6455, section 5.5).',
        'ping xxx…200',
      ],
    ],
    [
      'a frame of 8 PiB',
      [frame(1, 'a'), Buffer.from([0x81, 127, 0, 0x20, 0, 0, 0, 0, 0, 0]), frame(1, 'b')],
      [
        'text a',
        '! Not readable from here on: the server sent a frame of 8 PiB or more. Its bytes still pass.',
      ],
    ],
    [
      'what is no DEFLATE',
      [
        frame(1, Buffer.of(0xff, 0xff), { rsv: 4 }),
        frame(1, Buffer.of(1, 2), { rsv: 4 }),
        frame(1, 'plain'),
      ],
      [
        '! Compressed messages are not readable from here on: the server sent what cannot be inflated (invalid block type). No rule applies to them. Their bytes still pass, unless an earlier one was dropped or edited.',
        'text compressed ',
        'binary compressed \x01\x02',
        'text plain',
      ],
      { extensions: deflate },
    ],
    [
      'what is no DEFLATE, without context takeover',
      [
        frame(1, Buffer.of(0xff, 0xff), { rsv: 4 }),
        frame(1, Buffer.of(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 7, 0), { rsv: 4 }),
        frame(1, Buffer.of(0xff, 0xff), { rsv: 4 }),
      ],
      [
        notRead,
        'text compressed ',
        'text compressed Hello',
        notRead, // Each of them is marked.
        'text compressed ',
      ],
      { extensions: `${deflate}; server_no_context_takeover` },
    ],
    [
      'a last block (RFC 7692, section 7.2.3.4)',
      [
        frame(1, Buffer.of(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0), { rsv: 4 }),
        frame(1, Buffer.of(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 7, 0), { rsv: 4 }),
      ],
      ['text compressed Hello', 'text compressed Hello'],
      { extensions: deflate },
    ],
    [
      'a compressed fragment',
      [
        frame(1, Buffer.of(0xf2, 0x48, 0xcd), { rsv: 4, fin: false }),
        frame(9),
        frame(0, Buffer.of(0xc9, 0xc9, 7, 0)),
      ],
      ['ping ', 'text compressed fragmented Hello'],
      { extensions: deflate },
    ],
    [
      'a message beyond the limit',
      [frame(1, 'x'.repeat(100_000)), frame(1, 'y')],
      ['text xxx…65536 of 100000', 'text y'],
      { maxMessageBytes: 80_000 },
    ],
  ];

  for (const [what, frames, expected, options] of table) {
    it(`reads ${what}, however it is cut into pieces`, () => {
      const bytes = Buffer.concat(frames);
      for (const size of [bytes.length, 65_536, 1000, 7, 3, 1]) {
        if (bytes.length / size < 3000) {
          const chunks = cut(bytes, () => size);
          assert.deepEqual(read(chunks, options).rows, expected, `in pieces of ${size}`);
        }
      }
    });
  }

  it('reads a stream of everything in any cut as in one piece', async () => {
    const compress = compressor();
    const frames: Buffer[] = [];
    for (let index = 0; index < 60; index++) {
      const text = `{"n":${index},"symbol":"ACME","pad":"${'z'.repeat((index * 37) % 300)}"}`;
      frames.push(
        frame(1, text),
        frame(1, await compress(text), { rsv: 4 }),
        frame(9, `p${index}`),
      );
      frames.push(frame(2, text.slice(0, 9), { fin: false }), frame(10), frame(0, text.slice(9)));
    }
    frames.push(closeFrame(4001, 'bye'));
    const bytes = Buffer.concat(frames);
    const whole = read([bytes], { extensions: deflate }).rows;
    assert.equal(whole.length, 60 * 5 + 1);
    const random = pseudoRandom(7);
    for (let run = 0; run < 40; run++) {
      const chunks = cut(bytes, () => 1 + Math.floor(random() ** 3 * 600));
      assert.deepEqual(read(chunks, { extensions: deflate }).rows, whole, `run ${run}`);
    }
  });

  it('tells of fragments, compression, and of pieces that took their time', () => {
    const hello = frame(1, Buffer.of(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 7, 0), { rsv: 4 });
    const { facts } = read(
      [
        frame(1, 'whole'),
        frame(1, 'a', { fin: false }),
        frame(0, 'b'),
        hello,
        Buffer.of(0x81, 1),
        Buffer.of(0x61),
      ],
      { extensions: deflate },
    );
    assert.deepEqual(facts, [
      undefined,
      { fragmentCount: 2, wireByteLength: 6, isCompressed: false, durationMs: 10 },
      { fragmentCount: 1, wireByteLength: 9, isCompressed: true, durationMs: 0 },
      { fragmentCount: 1, wireByteLength: 3, isCompressed: false, durationMs: 10 },
    ]);
  });

  it('inflates a message on that grows beyond every limit, for those that refer to it', async () => {
    const compress = compressor();
    const large = Array.from({ length: 20_000 }, (_, at) => `row ${at * 7919}`).join();
    const bomb = '\0'.repeat(3_000_000);
    const texts = ['first', large, bomb, large.slice(-2000)];
    const frames: Buffer[] = [];
    for (const text of texts) {
      frames.push(frame(1, await compress(text), { rsv: 4 }));
    }
    const { rows } = read(frames, { extensions: deflate, maxMessageBytes: 1000 });
    assert.deepEqual(rows, [
      'text compressed first',
      `text compressed row…65536 of ${large.length}`,
      `text compressed \0\0\0…65536 of ${bomb.length}`,
      'text compressed ow …2000',
    ]);
  });

  it('knows where a message of ours may be put', () => {
    const { reader } = read([]);
    const steps: readonly (readonly [Buffer, boolean])[] = [
      [frame(1, 'a'), true],
      [Buffer.of(0x81), false],
      [Buffer.of(1), false],
      [Buffer.of(0x61), true],
      [frame(1, 'a', { fin: false }), false],
      [frame(9), false],
      [frame(0), true],
    ];
    for (const [bytes, isBetween] of steps) {
      reader.read(bytes, 0, 0);
      assert.equal(reader.isBetweenMessages, isBetween);
    }
  });
});

describe('writeFrame', () => {
  it('writes what the reader reads, for each length, masked and not', () => {
    for (const length of [0, 1, 5, 125, 126, 127, 65_535, 65_536, 70_001]) {
      const payload = Buffer.alloc(length, 'abcdefg');
      for (const direction of ['in', 'out'] as const) {
        const fill = (bytes: Uint8Array) => {
          bytes.set([9, 8, 7, 6]);
        };
        const bytes = writeFrame('Text', payload, direction === 'out' ? fill : undefined);
        const text = payload.toString();
        const shown = length > 40 ? `abc…${length}` : text;
        assert.deepEqual(read([bytes], { direction }).rows, [`text ${shown}`]);
      }
    }
  });

  it('cuts the reason of a close frame between two characters', () => {
    const payload = closePayload(4000, `${'x'.repeat(122)}é`);
    assert.equal(payload.length, 124);
    assert.equal(Buffer.from(payload).readUInt16BE(0), 4000);
  });
});

function cut(bytes: Buffer, sizeOf: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sizeOf();
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** The same numbers in each run. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
