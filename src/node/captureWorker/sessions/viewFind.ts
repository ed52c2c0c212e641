import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { OpenRecord } from '../../../core/capture/matchedRows.ts';
import type { RowIndex, RowRun } from '../../../core/capture/rowIndex.ts';
import type { FindAnswer } from '../../../core/capture/view.ts';
import { type ViewMatcher, RowMatch } from '../../../core/capture/viewMatcher.ts';
import type { FindParams } from '../../capture/captureProtocol.ts';
import type { RegexTimeGuard } from './regexTimeGuard.ts';

/** Positions that are searched before others have a turn; of patterns, each may take its time. */
const stepLength = 1024;
const patternStepLength = 64;
const groupByteLength = 1024 * 1024;

export interface ViewFindOptions {
  readonly index: RowIndex;
  readonly storeOf: (source: number) => CaptureStore | undefined;
  readonly test: ViewMatcher;
  readonly judge: RegexTimeGuard;
  readonly from: number;
  readonly direction: FindParams['direction'];
}

/** Looks for a row in a view, step by step; each step is short. */
export function* viewFind(options: ViewFindOptions): Generator<undefined, FindAnswer> {
  const { index, direction } = options;
  const { first, next } = index;
  const from = Math.min(Math.max(options.from, first - 1), next);
  const parts: readonly (readonly [number, number])[] =
    direction === 'next'
      ? [[from + 1, next], [first, from + 1]] // prettier-ignore
      : [[first, from], [from, next]]; // prettier-ignore
  for (const [part, [begin, end]] of parts.entries()) {
    const position = yield* findBetween(options, begin, end);
    if (position !== undefined) {
      return { position, isWrapped: part > 0 };
    }
  }
  return { isWrapped: false };
}

function* findBetween(
  options: ViewFindOptions,
  begin: number,
  end: number,
): Generator<undefined, number | undefined> {
  const { test, judge, direction } = options;
  const length = test.hasPattern ? patternStepLength : stepLength;
  for (let done = 0; done < end - begin && !judge.hasGivenUp; done += length) {
    const isNext = direction === 'next';
    const from = isNext ? begin + done : Math.max(begin, end - done - length);
    const to = isNext ? Math.min(end, from + length) : end - done;
    const found = matchesBetween(options, from, to);
    const position = isNext ? found.at(0) : found.at(-1);
    if (position !== undefined) {
      return position;
    }
    yield;
  }
  return undefined;
}

function matchesBetween(options: ViewFindOptions, from: number, to: number): readonly number[] {
  const positions: number[] = [];
  for (const run of options.index.runs(from, to)) {
    for (const seq of matchesInRun(options, run)) {
      positions.push(run.position + seq - run.seq);
    }
  }
  return positions;
}

function matchesInRun(
  options: ViewFindOptions,
  { source, seq, length }: RowRun,
): readonly number[] {
  const { test, judge } = options;
  const seqs: number[] = [];
  let group: OpenRecord[] = [];
  let byteLength = 0;
  const judgeGroup = () => {
    for (const [index, verdict] of judge.match(group, Infinity).entries()) {
      const record = group[index];
      if (record && verdict === RowMatch.Shown) {
        seqs.push(record.seq);
      }
    }
    group = [];
    byteLength = 0;
  };
  for (const found of options.storeOf(source)?.find(test, seq, seq + length, true) ?? []) {
    if (found.is === 'open') {
      group.push(found.record);
      byteLength += found.record.payload.length;
    }
    if (found.is !== 'open' || byteLength > groupByteLength) {
      judgeGroup();
    }
    if (found.is === 'shown') {
      seqs.push(found.seq);
    }
  }
  judgeGroup();
  return seqs;
}
