import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  batchByteCapacity,
  batchRowCapacity,
  BatchReader,
  BatchWriter,
  singleRowBatch,
} from '../../../../src/core/record/batch.ts';
import { batchOf, readBatch } from '../../../support/capture/captures.ts';

const row = fc.record(
  {
    at: fc.double({ noNaN: true }),
    flags: fc.nat(0xffff_ffff),
    payload: fc.uint8Array({ maxLength: 300 }),
  },
  { noNullPrototype: true },
);

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

  it('may lie in a buffer that is longer, and that held another batch before', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 9 }), fc.array(row, { maxLength: 9 }), (a, b) => {
        const buffer = new SharedArrayBuffer(10_000);
        const writer = new BatchWriter();
        const read = [a, b].map(rows => {
          rows.forEach(({ at, flags, payload }) => writer.append(at, flags, payload));
          writer.finish(0, buffer);
          return readBatch(new BatchReader(buffer));
        });
        assert.deepEqual(read, [a, b]);
      }),
    );
  });

  it('refuses what does not fit, and keeps the rows before it', () => {
    const writer = new BatchWriter();
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
    const writer = new BatchWriter();
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
