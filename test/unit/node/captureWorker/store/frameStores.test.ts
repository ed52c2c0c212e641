import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  batchFrameCapacity,
  BatchReader,
  BatchWriter,
  singleRowBatch,
  wholeBatchByteLength,
} from '../../../../../src/core/record/batch.ts';
import type { CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import { FallbackStore } from '../../../../../src/core/capture/log/fallbackStore.ts';
import type { FrameFacts } from '../../../../../src/core/record/frameFacts.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { flagsOf, RowFlag } from '../../../../../src/core/record/record.ts';
import { join } from 'node:path';
import { scratchFolder } from '../../../../support/capture/captures.ts';
import { openLog } from '../../../../support/capture/logs.ts';

const facts: fc.Arbitrary<FrameFacts> = fc.record(
  {
    fragmentCount: fc.integer({ min: 1, max: 1000 }),
    wireByteLength: fc.nat(2 ** 40),
    isCompressed: fc.boolean(),
    durationMs: fc.double({ min: 0, max: 1e9, noNaN: true, noDefaultInfinity: true }),
  },
  { noNullPrototype: true },
);
/** Batches, each with the facts of its rows. */
const batches = fc.array(
  fc.array(fc.option(facts, { nil: undefined }), { minLength: 1, maxLength: 40 }),
  { maxLength: 12 },
);

function flagsFor(frame: FrameFacts | undefined): number {
  return flagsOf('text', 'in') | (frame?.isCompressed ? RowFlag.Compressed : 0);
}

function appendTo(store: CaptureStore, frames: readonly (FrameFacts | undefined)[]): void {
  const buffer = new ArrayBuffer(wholeBatchByteLength);
  const writer = new BatchWriter(buffer);
  for (const frame of frames) {
    assert.ok(writer.append(1, flagsFor(frame), Uint8Array.of(65), frame));
  }
  writer.finish(store.extent.next);
  store.append(new BatchReader(buffer));
}

function framesOf(store: CaptureStore): readonly (FrameFacts | undefined)[] {
  const { first, next } = store.extent;
  return Array.from({ length: next - first }, (_, index) => store.frame(first + index));
}

const stores: Readonly<Record<string, (folder: string) => CaptureStore>> = {
  'memory': () => new MemoryStore(),
  'a log': folder => openLog(join(folder, 'a.sqlite'), { segmentByteLength: 2000 }).store,
  'the fallback': () =>
    new FallbackStore({
      primary: Object.assign(new MemoryStore(), {
        append: () => {
          throw new Error('full');
        },
      }),
      reserveByteLength: 1e9,
      onDidChange: () => undefined,
    }),
};

for (const [where, open] of Object.entries(stores)) {
  describe(`Frame facts in ${where}`, () => {
    it('come back as they went in, and of other rows there are none', () => {
      fc.assert(
        fc.property(batches, all => {
          using folder = scratchFolder();
          const store = open(folder.path);
          all.forEach(frames => appendTo(store, frames));
          assert.deepEqual(framesOf(store), all.flat());
          assert.deepEqual(
            [store.frame(-1), store.frame(all.flat().length)],
            [undefined, undefined],
          );
          store.close();
        }),
        { numRuns: 30 },
      );
    });

    it('go with their rows', () => {
      using folder = scratchFolder();
      const store = open(folder.path);
      const frame = { fragmentCount: 2, wireByteLength: 5, isCompressed: true, durationMs: 0.5 };
      const append = () =>
        appendTo(
          store,
          Array.from({ length: 400 }, () => frame),
        );
      append();
      store.enforce({ maxRows: 300, maxBytes: Infinity });
      const { first, next } = store.extent;
      assert.ok(first > 0);
      assert.deepEqual([store.frame(first - 1), store.frame(first)], [undefined, frame]);
      store.clear();
      assert.equal(store.frame(next - 1), undefined);
      append();
      assert.deepEqual(store.frame(store.extent.next - 1), frame);
      store.close();
    });

    it('are kept of a payload that has a batch of its own', () => {
      using folder = scratchFolder();
      const store = open(folder.path);
      const frame = {
        fragmentCount: 9,
        wireByteLength: 400_090,
        isCompressed: false,
        durationMs: 20,
      };
      const payload = new Uint8Array(400_000);
      store.append(new BatchReader(singleRowBatch(0, 1, flagsFor(frame), payload, frame)));
      assert.deepEqual(store.frame(0), frame);
      assert.equal(store.payload(0, 0, Infinity)?.byteLength, 400_000);
      store.close();
    });
  });
}

it('A batch that is full of frame facts takes rows without any', () => {
  const writer = new BatchWriter(new ArrayBuffer(wholeBatchByteLength));
  const frame = { fragmentCount: 2, wireByteLength: 4, isCompressed: false, durationMs: 0 };
  let count = 0;
  while (writer.append(0, 1, new Uint8Array(), frame)) {
    count++;
  }
  assert.equal(count, batchFrameCapacity);
  assert.equal(writer.rowCount, count);
  assert.ok(writer.append(0, 1, new Uint8Array()));
});
