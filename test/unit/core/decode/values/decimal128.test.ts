import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decimal128Text } from '../../../../../src/core/decode/values/decimal128.ts';

const bias = 6176n;
const textOf = (coefficient: bigint, exponent: number, sign = 0n) =>
  decimal128Text(
    coefficient & ((1n << 64n) - 1n),
    (sign << 63n) | ((BigInt(exponent) + bias) << 49n) | (coefficient >> 64n),
  );

describe('decimal128Text', () => {
  it('writes numbers as the specification does', () => {
    assert.equal(textOf(0n, 0), '0');
    assert.equal(textOf(0n, 0, 1n), '-0');
    assert.equal(textOf(0n, 3), '0E+3');
    assert.equal(textOf(0n, -2), '0.00');
    assert.equal(textOf(1n, -1), '0.1');
    assert.equal(textOf(1n, -6), '0.000001');
    assert.equal(textOf(1n, -7), '1E-7');
    assert.equal(textOf(1n, 3), '1E+3');
    assert.equal(textOf(12n, 2, 1n), '-1.2E+3');
    assert.equal(textOf(12345n, -3), '12.345');
    assert.equal(textOf(105n, -7), '0.0000105');
    assert.equal(textOf(10n ** 34n - 1n, 6111), '9.999999999999999999999999999999999E+6144');
    assert.equal(textOf(1n, -6176), '1E-6176');
  });

  it('knows what is no number', () => {
    assert.equal(decimal128Text(0n, 0x7c00n << 48n), 'NaN');
    assert.equal(decimal128Text(0n, 0x7800n << 48n), 'Infinity');
    assert.equal(decimal128Text(0n, 0xf800n << 48n), '-Infinity');
  });

  it('counts digits that are too many as zero', () => {
    assert.equal(textOf(10n ** 34n, 0), '0');
    assert.equal(decimal128Text(0n, 0x6c10n << 48n), '0');
  });
});
