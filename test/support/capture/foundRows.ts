import type { FindBytes } from '../../../src/core/search/literalSearch.ts';
import assert from 'node:assert/strict';
import type { MatchedRows } from '../../../src/core/capture/matchedRows.ts';
import type { ViewQuery } from '../../../src/core/capture/view.ts';
import { RowMatch, ViewMatcher } from '../../../src/core/capture/viewMatcher.ts';
import type { Block } from '../../../src/core/record/block.ts';

import { nativeSearch } from '../../../src/node/captureWorker/sessions/nativeSearch.ts';

interface PlainRow {
  readonly at: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** The rows that a view shows, and how many it hides or cannot look into. */
export interface FoundRows {
  readonly shown: readonly number[];
  readonly hidden: number;
  readonly unread: number;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** A matcher with the search that the capture worker gives it. */
export function searchingMatcher(query: Pick<ViewQuery, 'condition' | 'hide'>): ViewMatcher {
  const test = new ViewMatcher(query, decode);
  test.search = nativeSearch(test);
  return test;
}

/** @param offset where the payloads begin in shared memory */
export function blockOf(firstSeq: number, rows: readonly PlainRow[], offset = 0): Block {
  const byteLength = rows.reduce((sum, row) => sum + row.payload.length, 0);
  const payload = new Uint8Array(new SharedArrayBuffer(byteLength + offset), offset);
  const ends = new Uint32Array(rows.length);
  let end = 0;
  for (const [row, { payload: bytes }] of rows.entries()) {
    payload.set(bytes, end);
    end += bytes.length;
    ends[row] = end;
  }
  return {
    firstSeq,
    rowCount: rows.length,
    times: Float64Array.from(rows, ({ at }) => at),
    flags: Uint32Array.from(rows, ({ flags }) => flags),
    ends,
    frames: new Float64Array(0),
    payload,
  };
}

/** What was found, with the matcher's word on rows that were left open, of which there are `open`. */
export function judged(
  found: Iterable<MatchedRows>,
  test: ViewMatcher,
): { readonly rows: FoundRows; readonly open: number } {
  const shown: number[] = [];
  const counts = { hidden: 0, unread: 0 };
  let open = 0;
  for (const each of found) {
    if (each.is === 'shown') {
      shown.push(...Array.from({ length: each.count }, (_, row) => each.seq + row));
    } else if (each.is === 'open') {
      const { seq, at, flags, payload, text } = each.record;
      assert.equal(text ?? decode(payload), decode(payload));
      const size = payload.length;
      const verdict = test.match({ flags, at, size, payload: () => payload, text });
      open++;
      counts.hidden += verdict === RowMatch.Hidden ? 1 : 0;
      counts.unread += verdict === RowMatch.Unread ? 1 : 0;
      shown.push(...(verdict === RowMatch.Shown ? [seq] : []));
    } else {
      counts[each.is] += each.count;
    }
  }
  return { rows: { shown, ...counts }, open };
}

/** By the matcher alone, row by row. */
export function matched(rows: readonly PlainRow[], test: ViewMatcher, firstSeq = 0): FoundRows {
  const verdicts = rows.map(({ at, flags, payload }) =>
    test.match({ flags, at, size: payload.length, payload: () => payload }),
  );
  return {
    shown: verdicts.flatMap((verdict, row) => (verdict === RowMatch.Shown ? [firstSeq + row] : [])),
    hidden: verdicts.filter(verdict => verdict === RowMatch.Hidden).length,
    unread: verdicts.filter(verdict => verdict === RowMatch.Unread).length,
  };
}

/** Looks for bytes as plainly as can be, without what Node has for it. */
export const findBytesPlainly: FindBytes = (haystack, needle, from) => {
  for (let at = from; at <= haystack.length - needle.length; at++) {
    if (needle.every((byte, index) => haystack[at + index] === byte)) {
      return at;
    }
  }
  return -1;
};
