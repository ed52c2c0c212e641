import type { ProblemCode } from '../../../core/decode/reading.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';

/** What is wrong with bytes, in words. */
export const problemWords: Readonly<Record<ProblemCode, PageString>> = {
  'truncated': 'problemTruncated',
  'trailing': 'problemTrailing',
  'empty': 'problemEmpty',
  'unexpected': 'problemUnexpected',
  'unterminated': 'problemUnterminated',
  'mismatch': 'problemMismatch',
  'reserved': 'problemReserved',
  'no-beginning': 'problemNoBeginning',
  'too-deep': 'problemTooDeep',
  'too-long': 'problemTooLong',
  'bad-json': 'problemBadJson',
  'bad-utf8': 'problemBadUtf8',
  'bad-length': 'problemBadLength',
  'bad-varint': 'problemBadVarint',
  'bad-tag': 'problemBadTag',
  'bad-flags': 'problemBadFlags',
  'bad-escape': 'problemBadEscape',
  'bad-compression': 'problemBadCompression',
  'bad-checksum': 'problemBadChecksum',
  'unsupported': 'problemUnsupported',
  'script': 'problemScript',
};
