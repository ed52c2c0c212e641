import { recordsOf } from '../../record/block.ts';
import { findInColumns } from '../captureStore.ts';
import type { BlockRows, MatchedRows } from '../matchedRows.ts';
import type { ViewMatcher } from '../viewMatcher.ts';

/**
 * Classifies rows of a block, as `CaptureStore.find` does.
 *
 * @param areJson whether all messages of the block are known to be JSON
 */
export function* findInBlock(
  test: ViewMatcher,
  rows: BlockRows,
  isEach: boolean,
  areJson: () => boolean = () => false,
): Generator<MatchedRows> {
  const { block, begin, end } = rows;
  if (test.isByFlags) {
    yield* findInColumns(test, block, begin, end, isEach);
  } else if (test.search) {
    yield* test.search.find(rows, isEach, areJson);
  } else {
    for (const record of recordsOf(block, begin, end)) {
      yield { is: 'open', record: { ...record, payload: record.payload.slice() } };
    }
  }
}
