import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainCopy } from '../../../src/decoderChild/plainCopy.ts';

describe('A plain copy', () => {
  it('is what a structured clone is, and apart from the original', () => {
    const part = { list: [1, 'a', null, undefined, true, 2n], bytes: Uint8Array.of(1, 2) };
    const value = { ...part, part, empty: Object.create(null) as object };
    const copy = plainCopy(value)?.value as typeof value;
    const clone = structuredClone(value);
    part.list[0] = 'changed';
    part.bytes[0] = 9;
    assert.deepEqual(copy, clone);
  });

  it('has bytes of its own only', () => {
    const copy = plainCopy(new Uint8Array(100).subarray(5, 7))?.value as Uint8Array;
    assert.deepEqual([copy.length, copy.buffer.byteLength], [2, 2]);
  });

  it('is none of what is not plain, or is large', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    const others = [
      () => 1,
      Symbol('x'),
      new Map(),
      new Date(0),
      /x/,
      new Float64Array(1),
      cyclic,
      new Array(20_000).fill(0),
      new Array(2 ** 32 - 1),
      JSON.parse('{"__proto__":1}'),
      Array.from({ length: 30 }).reduce(each => [each, each], 1),
      { deep: [new Set()] },
    ];
    assert.deepEqual(
      others.map(each => plainCopy(each)),
      others.map(() => undefined),
    );
  });
});
