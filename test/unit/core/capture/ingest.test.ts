import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BatchReader,
  batchByteCapacity,
  type BatchBuffer,
} from '../../../../src/core/record/batch.ts';
import { BufferPool } from '../../../../src/core/record/bufferPool.ts';
import { Ingest, pauseAboveBytes, resumeBelowBytes } from '../../../../src/core/capture/ingest.ts';
import { readBatch } from '../../../support/capture/captures.ts';
import { ManualClock } from '../../../support/manualClock.ts';

function setUp() {
  const clock = new ManualClock();
  const sent: { firstSeq: number; nextSeq: number; times: number[] }[] = [];
  const buffers: BatchBuffer[] = [];
  const pressure: boolean[] = [];
  const ingest = new Ingest({
    clock,
    pool: new BufferPool(),
    firstSeq: 0,
    send: (buffer, nextSeq) => {
      const batch = new BatchReader(buffer);
      buffers.push(buffer);
      sent.push({ firstSeq: batch.firstSeq, nextSeq, times: [...batch.times] });
    },
    onPressure: isHigh => pressure.push(isHigh),
  });
  return { clock, ingest, sent, buffers, pressure };
}

describe('ingest', () => {
  it('sends what came within 10 ms as one batch, and nothing while nothing comes', () => {
    const { clock, ingest, sent } = setUp();
    ingest.append(1, 1, new Uint8Array(3));
    clock.advance(9);
    ingest.append(2, 1, new Uint8Array(3));
    assert.equal(sent.length, 0);
    clock.advance(1);
    clock.advance(1000);
    ingest.append(3, 1, new Uint8Array(3));
    clock.advance(10);
    assert.deepEqual(sent, [
      { firstSeq: 0, nextSeq: 2, times: [1, 2] },
      { firstSeq: 2, nextSeq: 3, times: [3] },
    ]);
    assert.deepEqual(clock.pending, []);
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
    const { ingest, buffers, pressure } = setUp();
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
    const byteLength = buffers[0]?.byteLength ?? 0;
    waitingBytes = byteLength;
    for (let count = 1; count < 300; count++) {
      step(append, byteLength);
    }
    for (let count = 0; count < 300; count++) {
      step(() => ingest.acknowledge(), -byteLength);
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

  it('uses a buffer again once its batch is stored, and not before', () => {
    const { ingest, buffers } = setUp();
    const payload = new Uint8Array(batchByteCapacity);
    const append = () => {
      ingest.append(1, 1, payload);
      ingest.flush();
    };
    append();
    append();
    ingest.acknowledge();
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
