import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BatchReader,
  batchByteCapacity,
  batchRowCapacity,
  type BatchBuffer,
} from '../../../../src/core/record/batch.ts';
import { BufferPool } from '../../../../src/core/record/bufferPool.ts';
import {
  Ingest,
  maxBatchAgeMs,
  maxWaitMs,
  pauseAboveBytes,
  resumeBelowBytes,
} from '../../../../src/core/capture/ingest.ts';
import { copyBytes } from '../../../../src/node/capture/copyBytes.ts';
import { readBatch } from '../../../support/capture/captures.ts';
import { runOf } from '../../../support/textRuns.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function setUp() {
  const clock = new ManualClock();
  const sent: { firstSeq: number; nextSeq: number; times: number[] }[] = [];
  const buffers: BatchBuffer[] = [];
  const pressure: boolean[] = [];
  const awaited: number[] = [];
  let settledCount = 0;
  const watched = { isWatched: false };
  const ingest = new Ingest({
    clock,
    pool: new BufferPool(),
    copy: copyBytes,
    firstSeq: 0,
    send: (buffer, nextSeq) => {
      const batch = new BatchReader(buffer);
      buffers.push(buffer);
      sent.push({ firstSeq: batch.firstSeq, nextSeq, times: [...batch.times] });
      return () => settledCount++;
    },
    isWatched: () => watched.isWatched,
    onAwait: seq => awaited.push(seq),
    onPressure: isHigh => pressure.push(isHigh),
  });
  /** The oldest batch that was sent is stored. */
  const acknowledge = () => ingest.acknowledge(sent[settledCount]?.nextSeq ?? NaN);
  return { clock, ingest, sent, buffers, pressure, awaited, acknowledge, watched };
}

describe('ingest', () => {
  for (const isWatched of [true, false]) {
    const ageMs = isWatched ? maxBatchAgeMs.watched : maxBatchAgeMs.unwatched;

    it(`sends what came within ${ageMs} ms as one batch, and nothing while nothing comes`, () => {
      const { clock, ingest, sent, watched } = setUp();
      watched.isWatched = isWatched;
      ingest.append(1, 1, new Uint8Array(3));
      clock.advance(ageMs - 1);
      ingest.append(2, 1, new Uint8Array(3));
      assert.equal(sent.length, 0);
      clock.advance(1);
      clock.advance(1000);
      ingest.append(3, 1, new Uint8Array(3));
      clock.advance(ageMs);
      assert.deepEqual(sent, [
        { firstSeq: 0, nextSeq: 2, times: [1, 2] },
        { firstSeq: 2, nextSeq: 3, times: [3] },
      ]);
      assert.deepEqual(clock.pending, []);
    });
  }

  it('sends what waits, and soon what comes, when a view is opened', () => {
    const { clock, ingest, sent, watched } = setUp();
    ingest.append(1, 1, new Uint8Array(3));
    watched.isWatched = true;
    ingest.hurry();
    ingest.append(2, 1, new Uint8Array(3));
    assert.deepEqual(clock.pending, [maxBatchAgeMs.watched]);
    assert.deepEqual(
      sent.map(({ times }) => times),
      [[1]],
    );
  });

  it('asks to be told of nothing while nobody waits', async () => {
    const { clock, ingest, awaited, acknowledge } = setUp();
    for (let at = 0; at < 3; at++) {
      ingest.append(at, 1, new Uint8Array(3));
      clock.advance(1000);
    }
    assert.deepEqual(awaited, []);
    let isStored = false;
    const stored = ingest.stored().then(() => (isStored = true));
    assert.deepEqual(awaited, [3]);
    acknowledge();
    acknowledge();
    await Promise.resolve();
    assert.equal(isStored, false);
    acknowledge();
    await stored;
    await ingest.stored();
  });

  it('acknowledges at once all that was stored', async () => {
    const { ingest, sent } = setUp();
    for (let count = 0; count < 5; count++) {
      ingest.append(1, 1, new Uint8Array(3));
      ingest.flush();
    }
    const stored = ingest.stored();
    ingest.acknowledge(4);
    assert.equal(ingest.acknowledgedSeq, 4);
    assert.ok(ingest.waitingByteLength > 0);
    ingest.acknowledge(5);
    await stored;
    assert.deepEqual([sent.length, ingest.waitingByteLength], [5, 0]);
  });

  it('waits under pressure for as much as lets the socket go on', () => {
    const { ingest, pressure, awaited, sent } = setUp();
    while (pressure.length === 0) {
      ingest.append(1, 1, new Uint8Array(batchByteCapacity));
      ingest.flush();
    }
    const [seq = NaN] = awaited;
    ingest.acknowledge(seq - 1);
    assert.deepEqual(pressure, [true]);
    ingest.acknowledge(seq);
    assert.deepEqual(pressure, [true, false]);
    assert.ok(seq < sent.length, 'The worker has something to go on with');
  });

  it('sends a batch that is full at once, and the row that did not fit with the next', () => {
    const { ingest, sent } = setUp();
    ingest.append(1, 1, new Uint8Array(batchByteCapacity - 1));
    ingest.append(2, 1, new Uint8Array(2));
    ingest.flush();
    assert.deepEqual(
      sent.map(({ firstSeq, times }) => ({ firstSeq, times })),
      [
        { firstSeq: 0, times: [1] },
        { firstSeq: 1, times: [2] },
      ],
    );
  });

  it('sends a payload that fits into no batch on its own, in order', () => {
    const { ingest, sent } = setUp();
    ingest.append(1, 1, new Uint8Array(1));
    ingest.append(2, 1, new Uint8Array(batchByteCapacity + 1));
    ingest.append(3, 1, new Uint8Array(1));
    ingest.flush();
    assert.deepEqual(
      sent.map(({ firstSeq, times }) => [firstSeq, ...times]),
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    );
  });

  it('divides a run of texts among as many batches as it needs', () => {
    const { clock, ingest, sent } = setUp();
    const texts = Array.from({ length: 2 * batchRowCapacity + 3 }, () => 'x');
    ingest.append(1, 1, new Uint8Array(1));
    ingest.appendTexts(2, 1, runOf(texts));
    clock.advance(1000);
    assert.deepEqual(
      sent.map(({ times }) => times.length),
      [batchRowCapacity, batchRowCapacity, 4],
    );
    assert.equal(ingest.nextSeq, texts.length + 1);
  });

  it('copies the payload, so that the caller may reuse it', () => {
    const { ingest, buffers } = setUp();
    const payload = Uint8Array.of(1, 2, 3);
    ingest.append(1, 1, payload);
    payload.fill(9);
    ingest.flush();
    const rows = buffers.flatMap(buffer => readBatch(new BatchReader(buffer)));
    assert.deepEqual(rows, [{ at: 1, flags: 1, payload: Uint8Array.of(1, 2, 3) }]);
  });

  it('asks for a pause when too much waits, once, and lifts it when little does', () => {
    const { ingest, pressure, acknowledge } = setUp();
    const payload = new Uint8Array(batchByteCapacity);
    let waitingBytes = 0;
    const signalledAt: number[] = [];
    const step = (change: () => void, byteLength: number) => {
      const before = pressure.length;
      change();
      waitingBytes += byteLength;
      if (pressure.length > before) {
        signalledAt.push(waitingBytes);
      }
    };
    const append = () => {
      ingest.append(1, 1, payload);
      ingest.flush();
    };
    append();
    const byteLength = ingest.waitingByteLength;
    waitingBytes = byteLength;
    for (let count = 1; count < 300; count++) {
      step(append, byteLength);
    }
    for (let count = 0; count < 300; count++) {
      step(() => acknowledge(), -byteLength);
    }
    assert.deepEqual(
      { pressure, signalledAt },
      {
        pressure: [true, false],
        signalledAt: [
          Math.floor(pauseAboveBytes / byteLength + 1) * byteLength,
          Math.ceil(resumeBelowBytes / byteLength - 1) * byteLength,
        ],
      },
    );
  });

  it('asks for a pause when more than a little waits for too long', () => {
    const { clock, ingest, pressure, acknowledge } = setUp();
    const append = (byteLength: number) => {
      ingest.append(1, 1, new Uint8Array(byteLength));
      ingest.flush();
      return [...pressure];
    };
    const little = append(1000);
    clock.advance(maxWaitMs + 1);
    const late = append(1000);
    const much = append(resumeBelowBytes - 1000);
    acknowledge();
    assert.deepEqual([little, late, much, pressure], [[], [], [true], [true]]);
    acknowledge();
    acknowledge();
    const soon = append(batchByteCapacity);
    clock.advance(maxWaitMs);
    assert.deepEqual(
      [soon, append(1), pressure],
      [
        [true, false],
        [true, false],
        [true, false],
      ],
    );
  });

  it('holds no buffer while it has no row', () => {
    const pool = new BufferPool();
    const open = () =>
      new Ingest({
        clock: new ManualClock(),
        pool,
        copy: copyBytes,
        firstSeq: 0,
        isWatched: () => true,
        send: () => () => undefined,
        onAwait: () => undefined,
        onPressure: () => undefined,
      });
    const [one, other] = [open(), open()];
    const kept = pool.take();
    pool.giveBack(kept);
    one.append(1, 1, new Uint8Array(3));
    one.flush();
    other.append(1, 1, new Uint8Array(3));
    other.flush();
    assert.equal(pool.take(), kept);
    assert.notEqual(pool.take(), kept);
  });

  it('uses a buffer again once its batch is stored, and not before', () => {
    const { ingest, buffers, acknowledge } = setUp();
    const payload = new Uint8Array(batchByteCapacity);
    const append = () => {
      ingest.append(1, 1, payload);
      ingest.flush();
    };
    append();
    append();
    acknowledge();
    append();
    assert.deepEqual(
      buffers.map(buffer => buffers.indexOf(buffer)),
      [0, 1, 0],
    );
  });

  it('shares only buffers that serve again', () => {
    const { ingest, buffers } = setUp();
    for (const byteLength of [10, batchByteCapacity, batchByteCapacity + 1]) {
      ingest.append(1, 1, new Uint8Array(byteLength));
      ingest.flush();
    }
    assert.deepEqual(
      buffers.map(buffer => buffer instanceof SharedArrayBuffer),
      [false, true, false],
    );
  });

  it('takes nothing once disposed of, and leaves no timer', () => {
    const { clock, ingest, sent } = setUp();
    ingest.append(1, 1, new Uint8Array(1));
    ingest.dispose();
    ingest.append(1, 1, new Uint8Array(1));
    ingest.flush();
    assert.deepEqual({ pending: clock.pending, sent: sent.length }, { pending: [], sent: 1 });
  });
});
