import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import {
  BatchReader,
  BatchWriter,
  wholeBatchByteLength,
} from '../../../../src/core/record/batch.ts';
import type { Block } from '../../../../src/core/record/block.ts';
import {
  areFewKinds,
  blockByteLength,
  blockHeaderByteLength,
  factsByteLength,
  flagKindsOf,
  flagsWithin,
  isIntact,
  joinedKinds,
  packBlock,
  readBlockFacts,
  readBlockHeader,
} from '../../../../src/core/record/blockFormat.ts';
import { unpackFrame, type FrameFacts } from '../../../../src/core/record/frameFacts.ts';
import { batchOf, readBatch, textRow, type TestRow } from '../../../support/capture/captures.ts';

const facts = fc.record(
  {
    fragmentCount: fc.nat(),
    wireByteLength: fc.nat(),
    isCompressed: fc.constant(false),
    durationMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
  },
  { noNullPrototype: true },
);
type NewRow = TestRow & { readonly frame: FrameFacts | undefined };

const row: fc.Arbitrary<NewRow> = fc.record({
  at: fc.double({ noNaN: true }),
  flags: fc.nat(0x1fff).map(flags => flags & ~0x40),
  payload: fc.uint8Array({ maxLength: 60 }),
  frame: fc.option(facts, { nil: undefined }),
});
const rows = fc.array(row, { minLength: 1, maxLength: 40 });

function blockOf(firstSeq: number, all: readonly NewRow[]): Block {
  const buffer = new SharedArrayBuffer(wholeBatchByteLength);
  const writer = new BatchWriter(buffer);
  all.forEach(({ at, flags, payload, frame }) => writer.append(at, flags, payload, frame));
  writer.finish(firstSeq);
  return new BatchReader(buffer);
}

/** The bytes of a block at a place in a buffer where a log could have them. */
function bytesOf(block: Block, before = 0): Uint8Array {
  const bytes = Buffer.concat(packBlock(block, crc32).pieces);
  const log = new Uint8Array(before + bytes.length + 8);
  log.set(bytes, before);
  return log.subarray(before, before + bytes.length);
}

function headerOf(bytes: Uint8Array) {
  const header = readBlockHeader(bytes);
  assert.ok(header);
  return header;
}

const small = () => bytesOf(batchOf(7, [textRow('one', 1000.25), textRow('three', 1001)]));

describe('a block as it is in a log', () => {
  it('gives back what was packed, from any multiple of 8 in a buffer', () => {
    fc.assert(
      fc.property(rows, fc.nat(2 ** 40), fc.nat(20), (all, firstSeq, before) => {
        const block = blockOf(firstSeq, all);
        const bytes = bytesOf(block, 8 * before);
        const header = headerOf(bytes);
        assert.equal(bytes.length % 8, 0);
        assert.equal(blockByteLength(header), bytes.length);
        assert.ok(isIntact([bytes], header, crc32));
        const begin = factsByteLength(header);
        const payload = bytes.subarray(begin, begin + header.payloadByteLength);
        const read = { ...readBlockFacts(bytes, header), payload };
        assert.deepEqual(readBatch(read), readBatch(block));
        assert.deepEqual(
          all.map(({ flags }, index) => unpackFrame(read.frames, index, flags)),
          all.map(({ frame }) => frame),
        );
        assert.deepEqual([header.firstSeq, header.firstAt], [firstSeq, all[0]?.at]);
        assert.deepEqual(header.kinds, flagKindsOf(block.flags, block.rowCount));
      }),
    );
  });

  it('has each value where the format says', () => {
    const bytes = small();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    assert.equal(Buffer.from(bytes.subarray(0, 4)).toString('latin1'), 'WSMB');
    assert.deepEqual(
      {
        version: view.getUint16(4, true),
        packing: view.getUint16(6, true),
        counts: [8, 12, 16].map(at => view.getUint32(at, true)),
        checksum: view.getUint32(20, true),
        first: [24, 32].map(at => view.getFloat64(at, true)),
        kinds: [40, 42, 44].map(at => view.getUint16(at, true)),
        times: [64, 72].map(at => view.getFloat64(at, true)),
        flags: [80, 84].map(at => view.getUint32(at, true)),
        ends: [88, 92].map(at => view.getUint32(at, true)),
        payload: Buffer.from(bytes.subarray(96)).toString(),
      },
      {
        version: 1,
        packing: 0,
        counts: [2, 8, 0],
        checksum: crc32(bytes.subarray(24, 104)),
        first: [7, 1000.25],
        kinds: [2, 1, 1],
        times: [1000.25, 1001],
        flags: [1, 1],
        ends: [3, 8],
        payload: 'onethree',
      },
    );
    assert.deepEqual(
      [...bytes.subarray(46, 64)],
      Array.from({ length: 18 }, () => 0),
    );
    const longer = bytesOf(batchOf(0, [textRow('x')]));
    assert.deepEqual([...longer.subarray(80)], [0x78, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is not intact where any bit of it behind version and packing is another', () => {
    const whole = small();
    assert.ok(isIntact([whole], headerOf(whole), crc32));
    for (let bit = 8 * 8; bit < 8 * whole.length; bit++) {
      const bytes = new Uint8Array(whole);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const changed = readBlockHeader(bytes);
      const isWhole = changed !== undefined && blockByteLength(changed) === whole.length;
      assert.ok(!isWhole || !isIntact([bytes], changed, crc32), `bit ${bit}`);
    }
  });

  it('is not read where its header is of something else', () => {
    const changes: Readonly<Record<string, (view: DataView) => void>> = {
      'another magic': view => view.setUint8(0, 0x77),
      'another version': view => view.setUint16(4, 2, true),
      'packed in a way that is not known': view => view.setUint16(6, 1, true),
      'no row': view => view.setUint32(8, 0, true),
      'a number below 0': view => view.setFloat64(24, -1, true),
      'a number that is no integer': view => view.setFloat64(24, 0.5, true),
      'no number': view => view.setFloat64(24, NaN, true),
      'no end': view => view.setFloat64(24, Infinity, true),
      'a number that is not safe': view => view.setFloat64(24, 2 ** 53, true),
      'a last number that is not safe': view => view.setFloat64(24, 2 ** 53 - 2, true),
      'nothing': view => new Uint8Array(view.buffer).fill(0),
    };
    for (const [what, change] of Object.entries(changes)) {
      const bytes = new Uint8Array(small());
      change(new DataView(bytes.buffer));
      assert.equal(readBlockHeader(bytes), undefined, what);
    }
  });

  it('has no header with counts that nobody writes, for which there would have to be room', () => {
    const counts = [
      [2 ** 20, 2 ** 31 - 1, 2 ** 20, true],
      [2 ** 20 + 1, 1, 0, false],
      [1, 2 ** 31, 0, false],
      [1, 1, 2, false],
    ] as const;
    for (const [rowCount, payloadByteLength, frameCount, isRead] of counts) {
      const bytes = new Uint8Array(small().subarray(0, blockHeaderByteLength));
      const view = new DataView(bytes.buffer);
      view.setUint32(8, rowCount, true);
      view.setUint32(12, payloadByteLength, true);
      view.setUint32(16, frameCount, true);
      const header = readBlockHeader(bytes);
      assert.equal(header !== undefined, isRead, `${rowCount} ${payloadByteLength} ${frameCount}`);
      const byteLength = 64 + 16 * rowCount + 32 * frameCount + payloadByteLength;
      assert.equal(
        header && blockByteLength(header),
        isRead ? Math.ceil(byteLength / 8) * 8 : undefined,
      );
    }
  });
});

describe('which flags rows have', () => {
  it('is known of blocks together as of their rows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0x1fff), { minLength: 2, maxLength: 9 }), fc.nat(), (all, at) => {
        const cut = 1 + (at % (all.length - 1));
        const kinds = (part: readonly number[]) => flagKindsOf(Uint32Array.from(part), part.length);
        const together = joinedKinds(kinds(all.slice(0, cut)), kinds(all.slice(cut)));
        assert.deepEqual(together, kinds(all));
        const possible = new Set(flagsWithin(together));
        all.forEach(flags => assert.ok(possible.has(flags)));
        assert.equal(areFewKinds(together), possible.size <= 64);
      }),
    );
  });
});
