import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  batchByteCapacity,
  batchRowCapacity,
  BatchReader,
  BatchWriter,
  singleRowBatch,
  wholeBatchByteLength,
} from '../../../../src/core/record/batch.ts';
import { unpackFrame } from '../../../../src/core/record/frameFacts.ts';
import { RowFlag } from '../../../../src/core/record/record.ts';
import { copyBytes } from '../../../../src/node/capture/copyBytes.ts';
import { batchOf, readBatch } from '../../../support/capture/captures.ts';

const row = fc.record(
  {
    at: fc.double({ noNaN: true }),
    flags: fc.nat(0xffff_ffff),
    payload: fc.uint8Array({ maxLength: 300 }),
  },
  { noNullPrototype: true },
);

const facts = fc.record(
  {
    fragmentCount: fc.nat(),
    wireByteLength: fc.nat(),
    isCompressed: fc.boolean(),
    durationMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
  },
  { noNullPrototype: true },
);
const rowWithFacts = fc.tuple(row, fc.option(facts, { nil: undefined })).map(([each, frame]) => ({
  ...each,
  frame,
}));

const newWriter = () => new BatchWriter(new SharedArrayBuffer(wholeBatchByteLength));

describe('a batch', () => {
  it('gives back the rows that went in', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 50 }), fc.nat(), (rows, firstSeq) => {
        const batch = batchOf(firstSeq, rows);
        assert.deepEqual(
          { rows: readBatch(batch), firstSeq: batch.firstSeq, nextSeq: batch.nextSeq },
          { rows, firstSeq, nextSeq: firstSeq + rows.length },
        );
      }),
    );
  });

  it('is not what was in its buffer before, nor is its copy', () => {
    const buffer = new SharedArrayBuffer(wholeBatchByteLength);
    fc.assert(
      fc.property(fc.array(rowWithFacts, { maxLength: 9 }), fc.nat(), (rows, firstSeq) => {
        const writer = new BatchWriter(buffer, copyBytes);
        rows.forEach(({ at, flags, payload, frame }) => writer.append(at, flags, payload, frame));
        const copy = writer.copy(firstSeq);
        assert.equal(copy.byteLength, writer.usedByteLength);
        writer.finish(firstSeq);
        assert.equal(writer.rowCount, 0);
        const expected = rows.map(({ at, flags, payload }) => ({ at, flags, payload }));
        for (const batch of [new BatchReader(buffer), new BatchReader(copy)]) {
          assert.deepEqual(readBatch(batch), expected);
          assert.equal(batch.firstSeq, firstSeq);
          assert.deepEqual(
            rows.map(({ flags }, row) => unpackFrame(batch.frames, row, flags)),
            rows.map(
              ({ flags, frame }) =>
                frame && { ...frame, isCompressed: (flags & RowFlag.Compressed) !== 0 },
            ),
          );
        }
      }),
    );
  });

  it('refuses what does not fit, and keeps the rows before it', () => {
    const writer = newWriter();
    const fits = [
      writer.append(0, 1, new Uint8Array(batchByteCapacity - 1)),
      writer.append(0, 1, new Uint8Array(2)),
      writer.append(0, 1, new Uint8Array(1)),
    ];
    assert.deepEqual(
      { fits, rowCount: writer.rowCount },
      { fits: [true, false, true], rowCount: 2 },
    );
  });

  it('refuses a row beyond its number of rows', () => {
    const writer = newWriter();
    const empty = new Uint8Array();
    let count = 0;
    while (writer.append(0, 1, empty)) {
      count++;
    }
    assert.equal(count, batchRowCapacity);
  });

  it('holds one row of any length', () => {
    const payload = new Uint8Array(batchByteCapacity * 3).fill(7);
    const batch = new BatchReader(singleRowBatch(5, 1.5, 2, payload));
    assert.deepEqual(readBatch(batch), [{ at: 1.5, flags: 2, payload }]);
    assert.equal(batch.firstSeq, 5);
  });
});

it('copies bytes of any length from anywhere to anywhere', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(99), fc.nat(9), (from, begin, at) => {
      const to = new Uint8Array(new SharedArrayBuffer(120));
      const start = Math.min(begin, from.length);
      copyBytes(from, start, from.length, to, at);
      const expected = new Uint8Array(120);
      expected.set(from.subarray(start), at);
      assert.deepEqual([...to], [...expected]);
    }),
  );
});
