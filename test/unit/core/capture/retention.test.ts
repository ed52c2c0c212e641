import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { excessOf } from '../../../../src/core/capture/captureStore.ts';

describe('retention', () => {
  const limits = { maxRows: 320, maxBytes: 6400 };

  it('drops nothing while the limits hold', () => {
    assert.equal(
      excessOf({ first: 5, next: 325, byteLength: 6400, dropped: 0 }, limits),
      undefined,
    );
  });

  it('drops a little more than it must, so that it need not drop at each batch', () => {
    assert.deepEqual(
      [
        excessOf({ first: 0, next: 321, byteLength: 0, dropped: 0 }, limits),
        excessOf({ first: 0, next: 1, byteLength: 6401, dropped: 0 }, limits),
        excessOf({ first: 0, next: 2, byteLength: 9, dropped: 0 }, { maxRows: 1, maxBytes: 8 }),
      ],
      [
        { rows: 11, bytes: 0 },
        { rows: 0, bytes: 201 },
        { rows: 1, bytes: 1 },
      ],
    );
  });
});
