const maxCoefficient = 10n ** 34n - 1n;
const exponentBias = 6176;
const lowBits = (1n << 64n) - 1n;

/**
 * A decimal number of 128 bits as text (IEEE 754-2008, binary integer decimal; the text is that of the specification
 * "BSON Decimal128").
 *
 * @param low its lower 64 bits
 * @param high its upper 64 bits
 */
export function decimal128Text(low: bigint, high: bigint): string {
  const sign = high >> 63n === 1n ? '-' : '';
  const combination = Number((high >> 58n) & 0x1fn);
  if (combination === 0x1f) {
    return 'NaN';
  }
  if (combination === 0x1e) {
    return `${sign}Infinity`;
  }
  // Coefficients of the second form, and those of more than 34 digits, count as zero.
  const isSecond = combination >> 3 === 3;
  const exponent = Number((high >> (isSecond ? 47n : 49n)) & 0x3fffn) - exponentBias;
  const coefficient = ((high & 0x1_ffff_ffff_ffffn) << 64n) | (low & lowBits);
  const digits = isSecond || coefficient > maxCoefficient ? '0' : String(coefficient);
  const scientific = digits.length - 1 + exponent;
  if (exponent > 0 || scientific < -6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits.charAt(0)}${fraction}E${scientific < 0 ? '' : '+'}${scientific}`;
  }
  if (exponent === 0) {
    return sign + digits;
  }
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
