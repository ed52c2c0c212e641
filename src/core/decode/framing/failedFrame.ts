import { maskNamedSecrets, maskSecretHeaders } from '../../secrets/namedSecrets.ts';
import type { Problem, Reading } from '../reading.ts';
import { oneLine } from '../summaryText.ts';
import type { FrameBytes } from './frames.ts';

/** Bytes of a frame that could not be read. */
const shownLength = 2048;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * What begins at `begin` and cannot be read from `at` on.
 *
 * @param lineEnd behind what is shown of it; absent: all that follows
 */
export function failedFrame(
  from: FrameBytes,
  begin: number,
  at: number,
  is: Problem['is'],
  lineEnd = from.bytes.length,
): Reading {
  const end = Math.min(lineEnd, begin + shownLength);
  return {
    severity: 'error',
    problem: { at: from.offset(at), is },
    summary: () =>
      oneLine(maskNamedSecrets(maskSecretHeaders(decoder.decode(from.bytes.subarray(begin, end))))),
  };
}
