import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { base64 } from '../../../../../src/core/decode/codecs/base64.ts';
import { compressionDecoders } from '../../../../../src/core/decode/codecs/compression.ts';
import { zlibStream } from '../../../../../src/core/decode/codecs/zlibStream.ts';
import { Chain } from '../../../../../src/core/decode/chain.ts';
import type { AnyDecoder } from '../../../../../src/core/decode/decoder.ts';
import { Layer } from '../../../../../src/core/decode/layer.ts';
import type { Reading } from '../../../../../src/core/decode/reading.ts';
import { nativeInflate } from '../../../../../src/node/captureWorker/decoding/nativeInflate.ts';
import { json } from '../../../../../src/core/decode/values/json/json.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';
import { testVectors, vectorFile, type VectorSession } from '../../../../support/decode/vectors.ts';

const codecs: readonly AnyDecoder[] = [
  ...compressionDecoders(nativeInflate),
  zlibStream(nativeInflate),
  base64,
  json,
];

function decoderOf(name: string): AnyDecoder {
  const decoder = codecs.find(each => each.name === name);
  assert.ok(decoder, name);
  return decoder;
}

/** Of the longest chain that a message of the session expects. */
function chainOf({ messages }: VectorSession): AnyDecoder[] {
  const chains = messages.map(({ expect }) => (expect['as'] ?? []) as readonly string[]);
  const longest = chains.reduce((one, other) => (other.length > one.length ? other : one), []);
  return longest.map(decoderOf);
}

testVectors(vectorFile('compressed'), chainOf);
testVectors(vectorFile('zlib-stream'), chainOf);

const streams = vectorFile('zlib-stream').sessions;
const compressed = vectorFile('compressed').sessions;
testHostile(decoderOf('zlib-stream'), streams);
for (const name of ['gzip', 'zlib', 'deflate', 'brotli', 'zstd', 'base64']) {
  const own = compressed.filter(session => chainOf(session)[0]?.name === name);
  testHostile(decoderOf(name), own);
}

const sample = `{"price":101.25,"text":"${'héllo wörld '.repeat(40)}"}`;
const packed: Readonly<Record<string, Uint8Array>> = {
  gzip: zlib.gzipSync(sample),
  zlib: zlib.deflateSync(sample),
  deflate: zlib.deflateRawSync(sample),
  brotli: zlib.brotliCompressSync(sample),
  zstd: zlib.zstdCompressSync(sample, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
};

function read(name: string, bytes: Uint8Array | string): Reading {
  const layer = typeof bytes === 'string' ? Layer.ofText(bytes, 0) : Layer.ofBytes(bytes, 0);
  return decoderOf(name).read(layer, {}, { direction: 'in', seq: 0 });
}

function joined(...parts: (Uint8Array | string)[]): Uint8Array {
  return Buffer.concat(parts.map(each => Buffer.from(each)));
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
}

describe('Compressed messages', () => {
  for (const [name, bytes] of Object.entries(packed)) {
    describe(name, () => {
      it('is a text again', () => {
        const { next, problem } = read(name, bytes);
        assert.equal(next?.kind, 'text');
        assert.equal(next.text, sample);
        assert.equal(problem, undefined);
      });

      it('says where it is cut off, and keeps what there is', () => {
        for (let length = 1; length < bytes.length; length++) {
          const { next, beginning, problem, severity } = read(name, bytes.subarray(0, length));
          const is = problem?.is;
          assert.deepEqual([is, problem?.at, severity], ['truncated', length, 'error']);
          assert.equal(next, undefined);
          const told = Buffer.from(beginning?.bytes ?? []);
          assert.ok(Buffer.from(sample).subarray(0, told.length).equals(told));
        }
      });

      it('says what follows it, and goes on with the rest', () => {
        const { next, problem, severity } = read(name, joined(bytes, 'xyz'));
        assert.deepEqual(problem, { at: bytes.length, is: 'trailing' });
        assert.equal(severity, 'warning');
        assert.equal(next?.text, sample);
      });

      it('takes an empty message as one without anything', () => {
        assert.deepEqual(read(name, new Uint8Array()).problem, { at: 0, is: 'empty' });
      });

      it('stays within the length that a message may become', () => {
        const compress = {
          gzip: zlib.gzipSync,
          zlib: zlib.deflateSync,
          deflate: zlib.deflateRawSync,
          brotli: zlib.brotliCompressSync,
          zstd: zlib.zstdCompressSync,
        }[name];
        const zeros = compress?.(Buffer.alloc(8 * 1024 * 1024)) ?? new Uint8Array();
        const { next, problem, severity } = read(name, zeros);
        assert.equal(next, undefined);
        assert.equal(problem?.is, 'too-long');
        assert.equal(severity, 'error');
        assert.equal(read(name, compress?.(Buffer.alloc(1_000_000)) ?? zeros).problem, undefined);
      });

      it('reads any bytes without an exception', () => {
        fc.assert(
          fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(bytes.length - 1), (junk, at) => {
            const mutated = new Uint8Array(bytes);
            mutated.set(junk.subarray(0, mutated.length - at), at);
            for (const hostile of [junk, joined(bytes.subarray(0, at), junk), mutated]) {
              const first = read(name, hostile);
              assert.ok((first.problem?.at ?? 0) <= hostile.length);
              assert.equal(read(name, hostile).summary(), first.summary());
              assert.ok(first.next ?? first.beginning);
            }
          }),
          { numRuns: 60 },
        );
      });
    });
  }

  for (const [name, at] of [
    ['gzip', -8],
    ['gzip', -4],
    ['zlib', -4],
    ['zstd', -4],
  ] as const) {
    it(`warns of a wrong checksum of ${name}, and reads on`, () => {
      const bytes = packed[name] ?? new Uint8Array();
      const { next, problem, severity } = read(name, changed(bytes, bytes.length + at));
      assert.deepEqual(problem, { at: bytes.length + at, is: 'bad-checksum' });
      assert.equal(severity, 'warning');
      assert.equal(next?.text, sample);
    });
  }

  it('joins members of gzip and frames of zstd', () => {
    for (const [name, compress] of [
      ['gzip', zlib.gzipSync],
      ['zstd', zlib.zstdCompressSync],
    ] as const) {
      const parts = ['{"a":', '[1,2]', '}'].map(each => compress(each));
      assert.equal(read(name, joined(...parts)).next?.text, '{"a":[1,2]}', name);
    }
    const skipped = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const frames = joined(zlib.zstdCompressSync('a'), skipped, zlib.zstdCompressSync('b'));
    assert.equal(read('zstd', frames).next?.text, 'ab');
  });

  it('reads all that a header of gzip may hold', () => {
    const body = zlib.deflateRawSync('hi');
    const rest = joined(body, zlib.gzipSync('hi').subarray(-8));
    const header = Uint8Array.of(0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3, 2, 0, 9, 9);
    const names = 'name\0a comment\0';
    assert.equal(read('gzip', joined(header, names, 'xx', rest)).next?.text, 'hi');
    assert.equal(read('gzip', joined(header, 'name')).problem?.is, 'truncated');
    const reserved = joined(header.with(3, 0xe0), rest);
    assert.deepEqual(read('gzip', reserved).problem, { at: 3, is: 'reserved' });
  });

  it('finds the place where compressed data go wrong', () => {
    const text = Array.from({ length: 300 }, (_, index) => String(index * index)).join();
    const good = zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
    // A block of a kind that does not exist (RFC 1951, section 3.2.3).
    const { beginning, problem } = read('deflate', joined(good, Uint8Array.of(6, 0, 0)));
    assert.deepEqual(problem, { at: good.length, is: 'bad-compression' });
    assert.equal(beginning?.text, text);
  });

  it('tells text from bytes', () => {
    const kindOf = (bytes: Uint8Array | string) => read('gzip', zlib.gzipSync(bytes)).next?.kind;
    assert.equal(kindOf('a line\n'), 'text');
    assert.equal(kindOf(Uint8Array.of(0x81, 0xa1, 0x61, 1)), 'bytes');
    assert.equal(kindOf(Uint8Array.of(8, 1, 18, 2, 104, 105)), 'bytes');
  });

  it('hands bytes that look like a text to a decoder of bytes as well', () => {
    const bytesReader: AnyDecoder = {
      name: 'protobuf',
      title: '',
      takes: 'bytes',
      read: ({ bytes }) => ({ summary: () => `${bytes.length} read` }),
    };
    const message = { seq: 0, direction: 'in', isText: false } as const;
    const chain = new Chain([decoderOf('gzip'), bytesReader, json]);
    const looksLikeText = zlib.gzipSync('\n\n0123456789');
    const { reading } = chain.read({ ...message, bytes: looksLikeText }, chain.begin(facts));
    assert.equal(reading?.summary(), '12 read');
  });
});

const facts = { url: 'wss://example.com/', subprotocol: '' };

describe('base64', () => {
  it('reads both alphabets, with and without padding', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), bytes => {
        const padded = Buffer.from(bytes).toString('base64');
        const forUrls = Buffer.from(bytes).toString('base64url');
        for (const text of [padded, padded.replace(/=+$/, ''), forUrls]) {
          const { next, problem } = read('base64', text);
          assert.equal(problem, undefined);
          assert.deepEqual(next?.bytes, bytes);
        }
      }),
    );
  });

  for (const [text, at, is] of [
    ['', 0, 'empty'],
    ['Q', 1, 'truncated'],
    ['QUJD*A', 4, 'unexpected'],
    ['QUJD QQ', 4, 'unexpected'],
    ['QQ=', 3, 'truncated'],
    ['QQ===', 4, 'unexpected'],
    ['QQ==QQ==', 4, 'unexpected'],
    ['QUJD=', 4, 'unexpected'],
    ['QR==', 1, 'unexpected'],
    ['+A-A', 0, 'unexpected'],
    ['QUé=', 2, 'unexpected'],
  ] as const) {
    it(`does not take ${JSON.stringify(text)}`, () => {
      const { problem, severity, next } = read('base64', text);
      assert.deepEqual(problem, { at, is });
      assert.equal(severity, 'error');
      assert.equal(next, undefined);
    });
  }
});

describe('A stream of zlib over all messages', () => {
  /** A message for each text. */
  async function streamed(...texts: readonly string[]): Promise<Uint8Array[]> {
    const stream = zlib.createDeflate();
    let pieces: Buffer[] = [];
    stream.on('data', (piece: Buffer) => pieces.push(piece));
    const messages: Uint8Array[] = [];
    for (const text of texts) {
      stream.write(text);
      await new Promise<void>(resolve => {
        stream.flush(zlib.constants.Z_SYNC_FLUSH, resolve);
      });
      messages.push(Buffer.concat(pieces));
      pieces = [];
    }
    stream.close();
    return messages;
  }

  const chain = new Chain([decoderOf('zlib-stream'), json]);

  function readAll(messages: readonly Uint8Array[]): (Reading | undefined)[] {
    let contexts = chain.begin(facts);
    return messages.map((bytes, seq) => {
      const message = { seq, direction: 'in', bytes, isText: false } as const;
      const before = contexts;
      const step = chain.read(message, before);
      contexts = step.contexts;
      assert.deepEqual(
        chain.read(message, before).reading?.summary(),
        step.reading?.summary(),
        'the same a second time',
      );
      return step.reading;
    });
  }

  it('refers back to 32 KiB of earlier messages', async () => {
    const texts = Array.from({ length: 60 }, (_, index) =>
      JSON.stringify({ index, text: 'abc'.repeat(index * 20), seen: index % 7 }),
    );
    const said = readAll(await streamed(...texts));
    assert.deepEqual(
      said.map(each => each?.value?.()),
      texts,
    );
  });

  it('goes on over any cuts within messages', async () => {
    const second = `{"b":"${'xyz'.repeat(1000)}"}`;
    const [one = nothing, two = nothing] = await streamed('{"a":1}', second);
    for (let cut = 1; cut < two.length - 4; cut++) {
      const said = readAll([one, two.subarray(0, cut), two.subarray(cut)]);
      assert.equal(said[1]?.partOf, null);
      assert.deepEqual(said[2]?.parts, [1]);
      assert.equal(said[2].value?.(), second);
    }
  });

  const nothing = new Uint8Array();

  it('cannot be read from its middle, and says so of all that follows', async () => {
    const [, ...rest] = await streamed('{"a":1}', '{"a":1,"b":2}', '{"c":3}');
    for (const each of readAll(rest)) {
      assert.deepEqual(each?.problem, { at: 0, is: 'no-beginning' });
      assert.equal(each.severity, 'error');
    }
  });

  it('cannot be read after an error', async () => {
    const [one = nothing, two = nothing, three = nothing] = await streamed(
      '{"a":1}',
      '{"b":2}',
      '{}',
    );
    const bad = new Uint8Array(two).fill(0xff, 0, 3);
    const said = readAll([one, bad, three]);
    assert.equal(said[1]?.problem?.is, 'bad-compression');
    assert.equal(said[2]?.problem?.is, 'no-beginning');
  });

  it('has one for each direction', async () => {
    const [message = nothing] = await streamed('{"a":1}');
    let contexts = chain.begin(facts);
    for (const direction of ['in', 'out'] as const) {
      const read = chain.read({ seq: 0, direction, bytes: message, isText: false }, contexts);
      contexts = read.contexts;
      assert.equal(read.reading?.value?.(), '{"a":1}');
    }
  });

  it('carries no more than a context may hold', () => {
    const zero = new Uint8Array(600_000).fill(1);
    zero.set([0x78, 0x9c]);
    const said = readAll([zero, zero, zero]);
    assert.deepEqual(
      said.map(each => each?.problem?.is),
      [undefined, 'too-long', 'no-beginning'],
    );
  });
});
