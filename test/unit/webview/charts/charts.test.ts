import assert from 'node:assert/strict';
import { describe, it, mock, type TestContext } from 'node:test';
import fc from 'fast-check';
import '../../../support/page/englishTexts.ts';
import { Formats } from '../../../../src/core/base/format.ts';
import type { SeriesView } from '../../../../src/core/metrics/seriesView.ts';
import {
  peakNear,
  peakOf,
  plotOf,
  roundUp,
  shareOf,
  stepAt,
  stepForKey,
  timeOf,
} from '../../../../src/webview/charts/chartModel.ts';
import { SeriesPoller, type SeriesSubject } from '../../../../src/webview/charts/seriesPoller.ts';
import { chartSummary, readout } from '../../../../src/webview/charts/chartWords.ts';

const startAt = Date.UTC(2026, 10, 16, 10, 30);
const formats = new Formats('en', 'UTC');

function viewOf(change: Partial<SeriesView> = {}): SeriesView {
  return {
    startAt,
    stepMs: 2000,
    marks: [],
    received: [2, 0, 10, 4],
    sent: [0, 0, 2, 0],
    receivedBytes: [20, 0, 3000, 40],
    sentBytes: [0, 0, 8, 0],
    largest: [10, 0, 1200, 10],
    largestSeq: [1, 0, 7, 15],
    longestGapMs: [0, 0, 3100, 5],
    longestGapSeq: [0, 0, 4, 14],
    roundTripMs: [0, 23.4, 0, 0],
    roundTripSeq: [0, 3, 0, 0],
    ...change,
  };
}

describe('plotOf', () => {
  it('leaves out the incomplete step, and returns rates per second', () => {
    const { axis, charts } = plotOf(viewOf(), true);
    assert.deepEqual([axis.stepCount, axis.room], [3, 60]);
    assert.deepEqual(charts.rate, [
      { direction: 'in', values: [1, 0, 5] },
      { direction: 'out', values: [0, 0, 1] },
    ]);
    assert.deepEqual(charts.gaps, [
      { direction: 'both', values: [0, 0, 3100], seqs: [0, 0, 4, 14] },
    ]);
    const ended = plotOf(viewOf(), false);
    assert.deepEqual([ended.axis.stepCount, ended.axis.room], [4, 4]);
  });

  it('converts positions to steps, and times to positions', () => {
    const steps = fc.record({ count: fc.integer({ min: 1, max: 700 }), isLive: fc.boolean() });
    fc.assert(
      fc.property(steps, fc.nat(), ({ count, isLive }, any) => {
        const column = Array.from({ length: count + 1 }, () => 0);
        const { axis } = plotOf(viewOf({ received: column }), isLive);
        const step = any % axis.stepCount;
        const middle = timeOf(axis, step) + axis.stepMs / 2;
        const share = shareOf(axis, middle);
        assert.ok(share >= 0 && share <= 1);
        assert.equal(stepAt(axis, share), step);
        assert.equal(stepAt(axis, 2), axis.stepCount - 1);
        assert.equal(stepAt(axis, -1), 0);
      }),
    );
    assert.equal(stepAt(plotOf(viewOf({ received: [] }), true).axis, 0.5), undefined);
  });
});

it('stepForKey moves the crosshair and stays within the steps', () => {
  const keys = ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', 'Enter', 'x'];
  assert.deepEqual(
    keys.map(key => stepForKey(key, 50, 100)),
    [49, 51, 60, 40, 0, 99, undefined, undefined],
  );
  assert.deepEqual(
    [
      stepForKey('ArrowLeft', undefined, 100),
      stepForKey('ArrowLeft', 0, 100),
      stepForKey('ArrowRight', 99, 100),
      stepForKey('End', undefined, 0),
    ],
    [99, 0, 99, undefined],
  );
});

it('roundUp gives 1, 2 or 5 times a power of ten', () => {
  assert.deepEqual(
    [0, 0.3, 1, 1.1, 2, 3, 5.01, 99, 100, 640, 1e9].map(roundUp),
    [1, 1, 1, 2, 2, 5, 10, 100, 100, 1000, 1e9],
  );
});

it('peakOf finds the first of the greatest values, and its row', () => {
  const peak = peakOf({ values: [0, 5, 2, 5], seqs: [0, 31, 40, 52] });
  assert.deepEqual(peak, { step: 1, value: 5, seq: 31 });
  assert.equal(peakOf({ values: [2, 5] })?.seq, undefined);
  assert.equal(peakOf({ values: [0, 0] }), undefined);
  assert.equal(peakOf({ values: [] }), undefined);
});

it('peakNear finds the greatest value within reach, of equals the nearest', () => {
  const lines = [
    { direction: 'both', values: [9, 0, 3, 7, 0, 7], seqs: [1, 0, 3, 4, 0, 6] },
  ] as const;
  const near = (step: number, reach: number) => {
    const peak = peakNear(lines, step, reach);
    return peak && [peak.step, peak.value, peak.seq];
  };
  assert.deepEqual(near(2, 0), [2, 3, 3]);
  assert.deepEqual(near(2, 1), [3, 7, 4]);
  assert.deepEqual(near(2, 2), [0, 9, 1]);
  assert.deepEqual(near(4, 1), [3, 7, 4]);
  assert.deepEqual(near(5, 9), [0, 9, 1]);
  assert.equal(near(4, 0), undefined);
  const both = [
    { direction: 'in', values: [1, 2, 3] },
    { direction: 'out', values: [5, 0, 0] },
  ] as const;
  assert.deepEqual([peakNear(both, 1, 1)?.step, peakNear(both, 2, 1)?.step], [0, 2]);
});

describe('The texts of charts', () => {
  it('describe each chart in a sentence', () => {
    const plot = plotOf(viewOf(), false);
    assert.equal(
      chartSummary(plot, 'rate', formats),
      'Messages. Received: latest 2/s, highest 5/s at 10:30:04.000; ' +
        'Sent: latest 0/s, highest 1/s at 10:30:04.000.',
    );
    assert.equal(chartSummary(plot, 'roundTrips', formats).includes('highest 23 ms'), true);
    const nothing = plotOf(viewOf({ longestGapMs: [0, 0, 0, 0] }), false);
    assert.equal(chartSummary(nothing, 'gaps', formats), 'Longest gap. none.');
  });

  it('list the values of a step', () => {
    const marks = [
      { at: startAt + 4500, kind: 'lost' },
      { at: startAt + 5900, kind: 'opened' },
      { at: startAt + 6000, kind: 'lost' },
    ] as const;
    const plot = plotOf(viewOf({ marks }), false);
    assert.deepEqual(readout(plot, 2, formats), [
      '10:30:04.000',
      'Connection lost',
      'Connected again',
      '5/s in',
      '1/s out',
      '1.5 kB/s in',
      '4 B/s out',
      'largest 1.2 kB',
      'gap 3.1 s',
    ]);
    assert.deepEqual(readout(plot, 1, formats), [
      '10:30:02.000',
      '0/s in',
      '0/s out',
      'round trip 23 ms',
    ]);
  });
});

describe('SeriesPoller', () => {
  const live: SeriesSubject = { connection: 'a', isLive: true, span: 'recent' };

  interface Open {
    readonly subject: SeriesSubject;
    readonly answer: (view: SeriesView) => void;
    readonly fail: (error: Error) => void;
  }

  /** Questions with answers that the test gives, in a time that the test moves. */
  function setUp(t: TestContext) {
    mock.timers.enable({ apis: ['setTimeout'] });
    t.after(() => mock.timers.reset());
    const open: Open[] = [];
    const answered: string[] = [];
    const questions = new SeriesPoller(
      subject =>
        new Promise((answer, fail) => {
          open.push({ subject, answer, fail });
        }),
      (_, { connection, span }) => answered.push(`${connection} ${span}`),
      error => answered.push(String(error)),
    );
    const settle = () => new Promise<void>(resolve => setImmediate(resolve));
    const pass = async (ms: number) => {
      await settle();
      mock.timers.tick(ms);
      await settle();
    };
    return { questions, open, answered, settle, pass };
  }

  it('sends one request at a time, once a second, while the charts are visible', async t => {
    const { questions, open, answered, pass } = setUp(t);
    questions.subject = live;
    await pass(5000);
    assert.equal(open.length, 0);
    questions.isVisible = true;
    await pass(5000);
    assert.equal(open.length, 1);
    open[0]?.answer(viewOf());
    await pass(999);
    questions.subject = { ...live };
    assert.equal(open.length, 1);
    await pass(1);
    assert.equal(open.length, 2);
    questions.isVisible = false;
    open[1]?.answer(viewOf());
    await pass(5000);
    assert.deepEqual([open.length, answered.length], [2, 2]);
  });

  it('requests a series that cannot change only once', async t => {
    const { questions, open, pass } = setUp(t);
    questions.isVisible = true;
    questions.subject = { ...live, isLive: false };
    open[0]?.answer(viewOf());
    await pass(5000);
    questions.isVisible = false;
    questions.isVisible = true;
    await pass(5000);
    assert.equal(open.length, 1);
  });

  it('drops an answer about another subject, and sends a new request at once', async t => {
    const { questions, open, answered, settle } = setUp(t);
    questions.isVisible = true;
    questions.subject = live;
    questions.subject = { ...live, span: 'all' };
    assert.equal(open.length, 1);
    open[0]?.answer(viewOf());
    await settle();
    assert.deepEqual([answered.length, open[1]?.subject.span], [0, 'all']);
    open[1]?.answer(viewOf());
    await settle();
    assert.deepEqual(answered, ['a all']);
  });

  it('reports a failure and continues; a failure about another subject is not reported', async t => {
    const { questions, open, answered, settle, pass } = setUp(t);
    questions.isVisible = true;
    questions.subject = live;
    open[0]?.fail(new Error('No'));
    await pass(1000);
    assert.deepEqual([answered, open.length], [['Error: No'], 2]);
    questions.subject = undefined;
    open[1]?.fail(new Error('Gone'));
    await settle();
    assert.deepEqual([answered.length, open.length], [1, 2]);
  });
});
