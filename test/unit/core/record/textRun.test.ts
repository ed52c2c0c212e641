import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import {
  BatchReader,
  batchByteCapacity,
  batchRowCapacity,
  BatchWriter,
  wholeBatchByteLength,
} from '../../../../src/core/record/batch.ts';
import { byteLengthOf, textsOf } from '../../../../src/core/record/textRun.ts';
import { copyBytes } from '../../../../src/node/capture/copyBytes.ts';
import { readBatch } from '../../../support/capture/captures.ts';
import { runOf } from '../../../support/textRuns.ts';

const texts = fc.array(fc.string({ maxLength: 80 }), { minLength: 1, maxLength: 20 });

it('a run has its texts', () => {
  fc.assert(
    fc.property(texts, all => {
      const run = runOf(all);
      const read = [...textsOf(run)].map(text => Buffer.from(text).toString());
      assert.deepEqual([read, byteLengthOf(run)], [all, Buffer.byteLength(all.join(''))]);
    }),
  );
});

it('a batch has the same rows whether texts are appended in a run or one by one', () => {
  fc.assert(
    fc.property(texts, all => {
      const [one, other] = [true, false].map(isRun => {
        const buffer = new SharedArrayBuffer(wholeBatchByteLength);
        const writer = new BatchWriter(buffer, copyBytes);
        const run = runOf(all);
        writer.append(1, 2, Uint8Array.of(3));
        if (isRun) {
          assert.equal(writer.appendTexts(4, 5, run, 0), all.length);
        } else {
          [...textsOf(run)].forEach(text => writer.append(4, 5, text));
        }
        writer.append(6, 7, Uint8Array.of(8));
        writer.finish(0);
        return readBatch(new BatchReader(buffer));
      });
      assert.deepEqual(one, other);
    }),
  );
});

it('a batch takes as many texts of a run as fit in', () => {
  const appended = (all: readonly string[], from = 0) =>
    new BatchWriter(new ArrayBuffer(wholeBatchByteLength)).appendTexts(1, 1, runOf(all), from);
  const long = 'x'.repeat(batchByteCapacity / 4);
  assert.equal(appended([long, long, long, long, 'x', 'x']), 4);
  assert.equal(appended([long, long, long, long, 'x', 'x'], 2), 6);
  assert.equal(appended(Array.from({ length: batchRowCapacity + 9 }, () => '')), batchRowCapacity);
});
