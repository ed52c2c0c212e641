import type { Layer } from '../../layer.ts';
import type { Problem, Reading } from '../../reading.ts';
import { byteCount } from '../../summaryText.ts';
import { unreadLine } from './headText.ts';

/** A layer, or a record from `begin` to `end` in it, that says nothing but what is wrong with it. */
export function unreadLayer(
  { kind, bytes }: Layer,
  problem: Problem,
  begin = 0,
  end = bytes.length,
): Reading {
  return {
    severity: 'error',
    problem,
    summary: () => (kind === 'text' ? unreadLine(bytes, begin, end) : byteCount(end - begin)),
  };
}
