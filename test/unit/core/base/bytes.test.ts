import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findBytes } from '../../../../src/core/base/byteSearch.ts';
import { inspectBytes } from '../../../../src/core/text/inspectBytes.ts';
import { findInvalidUtf8 } from '../../../../src/core/base/utf8.ts';

function finish<T, R>(work: Generator<T, R>): R {
  for (;;) {
    const next = work.next();
    if (next.done) {
      return next.value;
    }
  }
}

describe('findInvalidUtf8', () => {
  it('finds the first byte that belongs to no character', () => {
    const cases: readonly (readonly [readonly number[], number | undefined])[] = [
      [[], undefined],
      [[0x61, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], undefined],
      [[0x61, 0xff], 1],
      [[0xc0, 0x80], 0],
      [[0x61, 0xe0, 0x9f, 0xbf], 1],
      [[0xed, 0xa0, 0x80], 0],
      [[0xf4, 0x90, 0x80, 0x80], 0],
      [[0xe2, 0x82], 0],
      [[0x61, 0x80], 1],
    ];
    for (const [bytes, place] of cases) {
      assert.equal(finish(findInvalidUtf8(Uint8Array.from(bytes))), place, bytes.join());
    }
  });

  it('agrees with the decoder on what is UTF-8', () => {
    const byte = fc.constantFrom(0x61, 0x80, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4);
    fc.assert(
      fc.property(fc.array(byte), fc.integer({ min: 1, max: 5 }), (values, slice) => {
        const bytes = Uint8Array.from(values);
        const place = finish(findInvalidUtf8(bytes, slice));
        const decode = (part: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(part);
        if (place === undefined) {
          decode(bytes);
        } else {
          decode(bytes.subarray(0, place));
          assert.throws(() => decode(bytes));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('findBytes', () => {
  const find = (text: string, needle: string, slice?: number) => {
    const { offsets, count } = finish(findBytes(new TextEncoder().encode(text), needle, slice));
    return { offsets: [...offsets], count };
  };

  it('finds all places in upper and lower case, also across slices', () => {
    for (const slice of [1, 2, 3, 100]) {
      assert.deepEqual(find('aBcabC-ABC', 'abc', slice), { offsets: [0, 3, 7], count: 3 });
    }
    assert.deepEqual(find('é[x', 'É'), { offsets: [], count: 0 });
    assert.deepEqual(find('aé', 'é'), { offsets: [1], count: 1 });
    assert.deepEqual(find('[x]{x}', '['), { offsets: [0], count: 1 });
  });

  it('finds nothing where there is nothing to look for', () => {
    assert.equal(find('abc', '').count, 0);
    assert.equal(find('', 'a').count, 0);
    assert.equal(find('ab', 'abc').count, 0);
  });

  it('counts more than it keeps', () => {
    const { offsets, count } = finish(findBytes(new Uint8Array(1_200_000).fill(0x61), 'a'));
    assert.deepEqual([offsets.length, offsets.at(-1), count], [1_000_000, 999_999, 1_200_000]);
  });
});

describe('inspectBytes', () => {
  it('reads numbers in both byte orders', () => {
    const bytes = Uint8Array.of(0xff, 1, 2, 3, 4, 5, 6, 0x80);
    const numbers = Object.fromEntries(
      inspectBytes(bytes).numbers.map(({ name, little, big }) => [name, [little, big]]),
    );
    assert.deepEqual(
      ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64'].map(
        name => numbers[name],
      ),
      [
        ['255', undefined],
        ['-1', undefined],
        ['511', '65281'],
        ['511', '-255'],
        ['50463231', '4278256131'],
        ['50463231', '-16711165'],
        ['9225066401503511039', '18374970166623929984'],
        ['-9221677672206040577', '-71773907085621632'],
      ],
    );
  });

  it('reads floats with no more digits than they need', () => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    const float = (name: string) =>
      inspectBytes(bytes).numbers.find(number => number.name === name)?.little;
    for (const [value, words] of [
      [0.1, '0.1'],
      [-0, '-0'],
      [16_777_216, '16777216'],
      [NaN, 'NaN'],
      [-Infinity, '-Infinity'],
    ] as const) {
      view.setFloat32(0, value, true);
      assert.equal(float('float32'), words);
      view.setFloat64(0, value, true);
      assert.equal(float('float64'), words);
    }
  });

  it('leaves out what too few bytes are left for, and reads from any place of a buffer', () => {
    const { numbers, bits, character } = inspectBytes(Uint8Array.of(0, 0xe2, 0x82).subarray(1));
    assert.deepEqual(
      numbers.filter(({ little }) => little !== undefined).map(({ name }) => name),
      ['uint8', 'int8', 'uint16', 'int16'],
    );
    assert.deepEqual([bits, character], ['11100010', undefined]);
    assert.equal(inspectBytes(Uint8Array.of(0xe2, 0x82, 0xac, 1)).character, '€');
  });

  it('offers times of this century only', () => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, 1_794_825_000_123n);
    assert.ok(
      inspectBytes(bytes).times.some(
        ({ name, at }) => name === 'uint64 ms BE' && at === 1_794_825_000_123,
      ),
    );
    assert.deepEqual(inspectBytes(new Uint8Array(8)).times, []);
  });
});
