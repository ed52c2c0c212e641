import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { Series } from '../../../../src/core/metrics/series.ts';
import type { SeriesSpan } from '../../../../src/core/metrics/seriesView.ts';
import { batchOf, type TestRow } from '../../../support/capture/captures.ts';

const start = 1_700_000_000_000;
const encoder = new TextEncoder();
const [textIn, textOut] = [flagsOf('text', 'in'), flagsOf('text', 'out')];

function row(at: number, flags = textIn, byteLength = 10): TestRow {
  return { at, flags, payload: new Uint8Array(byteLength) };
}

function state(at: number, word: string): TestRow {
  const payload = encoder.encode(JSON.stringify({ state: word, severity: 'info', text: 'x' }));
  return { at, flags: flagsOf('state', 'in'), payload };
}

function beat(at: number, kind: 'ping' | 'pong', ...payload: readonly number[]): TestRow {
  const flags = flagsOf(kind, kind === 'ping' ? 'out' : 'in', true);
  return { at, flags, payload: Uint8Array.from(payload) };
}

/** A series of the rows, in batches of a few. */
function seriesOf(rows: readonly TestRow[]): Series {
  const series = new Series();
  for (let from = 0; from < rows.length; from += 7) {
    series.append(batchOf(from, rows.slice(from, from + 7)));
  }
  return series;
}

const sum = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const spans: readonly SeriesSpan[] = ['recent', 'all'];

/** What a view should say, computed from a list of all rows. */
function naive(rows: readonly TestRow[], startAt: number, stepMs: number, length: number) {
  const empty = () => Array.from({ length }, () => 0);
  const [received, sent, receivedBytes, sentBytes] = [empty(), empty(), empty(), empty()];
  const [largest, longestGapMs] = [empty(), empty()];
  const [largestSeq, longestGapSeq, roundTripSeq] = [empty(), empty(), empty()];
  let previous: number | undefined;
  const raise = (column: number[], seqs: number[], step: number, value: number, seq: number) => {
    if (value > (column[step] ?? 0)) {
      column[step] = value;
      seqs[step] = seq;
    }
  };
  for (const [seq, { at, flags, payload }] of rows.entries()) {
    const step = Math.floor((at - startAt) / stepMs);
    const isIn = flags === textIn;
    const gap = isIn && previous !== undefined ? at - previous : 0;
    previous = isIn ? at : previous;
    if (step >= 0) {
      const [counts, bytes] = isIn ? [received, receivedBytes] : [sent, sentBytes];
      counts[step] = (counts[step] ?? 0) + 1;
      bytes[step] = (bytes[step] ?? 0) + payload.length;
      raise(largest, largestSeq, step, payload.length, seq);
      raise(longestGapMs, longestGapSeq, step, gap, seq);
    }
  }
  const seqs = { largestSeq, longestGapSeq, roundTripSeq };
  return { received, sent, receivedBytes, sentBytes, largest, longestGapMs, ...seqs };
}

describe('a series', () => {
  it('agrees with a list of all rows, in both spans', () => {
    const made = fc.record({
      afterMs: fc.oneof(
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 700_000 }),
      ),
      isIn: fc.boolean(),
      byteLength: fc.nat(500),
    });
    fc.assert(
      fc.property(fc.array(made, { minLength: 1, maxLength: 60 }), made => {
        let at = start + 123.5;
        const rows = made.map(({ afterMs, isIn, byteLength }) => {
          at += afterMs;
          return row(at, isIn ? textIn : textOut, byteLength);
        });
        const series = seriesOf(rows);
        for (const span of spans) {
          const { startAt, stepMs, marks, roundTripMs, ...view } = series.view(span);
          const { received } = view;
          const { sizes, gapsMs, ...columns } = view;
          assert.deepEqual(columns, naive(rows, startAt, stepMs, received.length));
          assert.deepEqual([marks.length, sum(roundTripMs)], [0, 0]);
          assert.ok(received.length <= (span === 'recent' ? 600 : 400));
          assert.ok(startAt + received.length * stepMs > at);
          if (span === 'all') {
            assert.equal(startAt, Math.floor((rows[0]?.at ?? 0) / 1000) * 1000);
            const receivedCount = rows.filter(({ flags }) => flags === textIn).length;
            assert.equal(sizes?.count, rows.length);
            assert.equal(gapsMs?.count ?? 0, Math.max(0, receivedCount - 1));
          }
        }
      }),
    );
  });

  it('doubles the step of the whole whenever 400 of them are not enough', () => {
    const series = new Series();
    const steps = new Set<number>();
    for (let second = 0; second < 4000; second += 10) {
      series.append(batchOf(second, [row(start + second * 1000)]));
      const { stepMs, received } = series.view('all');
      steps.add(stepMs);
      assert.ok(received.length <= 400);
      assert.equal(sum(received), second / 10 + 1);
    }
    assert.deepEqual([...steps], [1000, 2000, 4000, 8000, 16_000]);
    assert.ok(series.view('all').received.length >= 200);
  });

  it('ends with now while more may come, and with the last row when it may not', () => {
    const series = seriesOf([row(start), row(start + 2500)]);
    assert.deepEqual(series.view('recent').received, [1, 0, 1]);
    assert.deepEqual(series.view('recent', start + 4100).received, [1, 0, 1, 0, 0]);
    assert.deepEqual(series.view('all', start + 4100).received, [1, 0, 1, 0, 0]);
    const later = series.view('recent', start + 700_000);
    assert.deepEqual([later.received.length, sum(later.received)], [600, 0]);
    assert.deepEqual([later.sizes, later.startAt], [undefined, start + 101_000]);
    assert.equal(series.view('all', start + 700_000).sizes?.count, 2);
    series.append(batchOf(2, [row(start + 701_000)]));
    assert.equal(sum(series.view('recent').received), 1);
  });

  it('is empty before the first row', () => {
    for (const span of spans) {
      const view = new Series().view(span, start);
      assert.deepEqual([view.received, view.marks, view.sizes], [[], [], undefined]);
    }
  });
});

describe('a series of a connection', () => {
  it('measures round trips by the payloads that a ping and its pong share', () => {
    const rows = [
      beat(start, 'ping', 1),
      beat(start + 20, 'pong', 1),
      beat(start + 1000, 'ping', 2),
      beat(start + 2000, 'ping', 3),
      // The second one is never answered; this is the third one's.
      beat(start + 2050, 'pong', 3),
      beat(start + 2060, 'pong', 2),
      beat(start + 2070, 'pong', 9, 9),
      beat(start + 3000, 'pong'),
    ];
    const { roundTripMs, roundTripSeq, roundTripsMs, received } = seriesOf(rows).view('recent');
    assert.deepEqual(roundTripMs, [20, 0, 50, 0]);
    assert.deepEqual(roundTripSeq, [1, 0, 4, 0]);
    assert.deepEqual([roundTripsMs?.count, roundTripsMs?.min], [2, 20]);
    assert.equal(sum(received), 0);
  });

  it('keeps few pings of a peer that never answers', () => {
    const pings = Array.from({ length: 200 }, (_, at) => beat(start + at, 'ping', at));
    const early = seriesOf([...pings, beat(start + 300, 'pong', 3)]);
    const late = seriesOf([...pings, beat(start + 300, 'pong', 190)]);
    assert.equal(early.view('all').roundTripsMs, undefined);
    assert.equal(late.view('all').roundTripsMs?.max, 110);
  });

  it('marks losses and what followed on them, not what the user did', () => {
    const words = [
      'connecting',
      'connected',
      'connected',
      'retry',
      'connecting',
      'retry',
      'connected',
      'closing',
      'disconnected',
      'connecting',
      'connected',
      'disconnected',
      'failed',
      'odd',
    ];
    const rows = words.map((word, second) => state(start + second * 1000, word));
    const { marks } = seriesOf([...rows, { ...row(start), flags: 0 }]).view('all');
    assert.deepEqual(
      marks.map(({ at, kind }) => [(at - start) / 1000, kind]),
      [
        [3, 'lost'],
        [6, 'opened'],
        [10, 'opened'],
        [11, 'lost'],
      ],
    );
  });

  it('keeps the newest marks of a connection that flaps without end', () => {
    const rows = Array.from({ length: 3000 }, (_, second) =>
      state(start + second * 1000, second % 2 === 0 ? 'connected' : 'retry'),
    );
    const { marks } = seriesOf(rows).view('all');
    assert.deepEqual([marks.length, marks.at(-1)?.at], [500, start + 2_999_000]);
    const recent = seriesOf(rows).view('recent').marks;
    assert.ok(recent.every(({ at }) => at >= start + 2_400_000));
  });
});

describe('a series of rows with odd times', () => {
  it('counts late ones where their time is', () => {
    const series = seriesOf([5, 6, 5.5, 2, 7].map(second => row(start + second * 1000)));
    assert.deepEqual(series.view('recent').received, [1, 0, 0, 2, 1, 1]);
    assert.deepEqual(series.view('all').received, [3, 1, 1]);
  });

  it('begins the last ten minutes anew when the clock was set back by more', () => {
    const series = seriesOf([0, 1, -3600, -3599].map(second => row(start + second * 1000)));
    const { startAt, received } = series.view('recent');
    assert.deepEqual([startAt, received], [start - 3_600_000, [1, 1]]);
    assert.equal(sum(series.view('all').received), 4);
  });

  it('survives times that no clock gives', () => {
    const time = fc.oneof(
      fc.constantFrom(NaN, Infinity, -Infinity, 0, -1, 8.64e15, -8.64e15, 1e300),
      fc.integer({ min: start, max: start + 900_000 }),
      fc.double(),
    );
    fc.assert(
      fc.property(fc.array(time, { maxLength: 40 }), times => {
        const series = seriesOf(times.map(at => row(at)));
        const whole = series.view('all');
        assert.equal(sum(whole.received), times.length);
        assert.ok(whole.received.length <= 400);
        const recent = series.view('recent');
        assert.ok(recent.received.length <= 600 && sum(recent.received) <= times.length);
        const numbers = [whole, recent].flatMap(view => [view.startAt, ...view.longestGapMs]);
        assert.ok(numbers.every(Number.isFinite));
      }),
    );
  });
});
