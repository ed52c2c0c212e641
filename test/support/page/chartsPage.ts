// Runs in a page of its own: the charts alone, with streams that are made up.
import './englishTexts.ts';
import { flagsOf } from '../../../src/core/record/record.ts';
import { Formats } from '../../../src/core/base/format.ts';
import { Series } from '../../../src/core/metrics/series.ts';
import type { SeriesSpan, SeriesView } from '../../../src/core/metrics/seriesView.ts';
import { Charts, type ChartPlace } from '../../../src/webview/charts/charts.ts';

export interface ChartsPage {
  readonly charts: Charts;
  readonly questions: (readonly [connection: string, span: SeriesSpan])[];
  readonly goneTo: ChartPlace[];
  readonly owners: string[];
  readonly toggles: boolean[];
  /** What is answered, by connection; none: the question fails. */
  readonly answers: Record<string, (span: SeriesSpan) => SeriesView | Promise<SeriesView>>;
}

declare global {
  interface Window {
    chartsPage: ChartsPage;
  }
}

const start = Date.UTC(2026, 10, 16, 10, 30);
const encoder = new TextEncoder();
const textIn = flagsOf('text', 'in');

/** A row of a made-up stream: `head` is read of state changes and control frames only. */
type MadeRow = readonly [at: number, flags: number, length: number, head?: Uint8Array];

function seriesOf(rows: readonly MadeRow[]): Series {
  const series = new Series();
  for (const [seq, [at, flags, length, head = new Uint8Array()]] of rows.entries()) {
    series.append({
      firstSeq: seq,
      rowCount: 1,
      times: Float64Array.of(at),
      flags: Uint32Array.of(flags),
      ends: Uint32Array.of(length),
      frames: new Float64Array(),
      payload: head,
    });
  }
  return series;
}

function stateAt(at: number, state: string): MadeRow {
  const head = encoder.encode(`{"state":"${state}","severity":"info"}`);
  return [at, flagsOf('state', 'in'), head.length, head];
}

/** Waves of messages for twelve minutes, with a heartbeat, and a loss every four minutes. */
function* waves(perSecond: number): Generator<MadeRow> {
  yield stateAt(start, 'connected');
  for (let second = 0; second < 720; second++) {
    const at = start + second * 1000;
    const phase = second % 240;
    if (phase === 200) {
      yield stateAt(at, 'retry');
    }
    if (phase === 215) {
      yield stateAt(at, 'connected');
    }
    if (phase >= 200 && phase < 215) {
      continue;
    }
    if (second % 15 === 0) {
      const beat = Uint8Array.of(second >> 8, second & 255);
      const tookMs = 20 + 15 * Math.sin(second / 50);
      yield [at, flagsOf('ping', 'out', true), 2, beat];
      yield [at + tookMs, flagsOf('pong', 'in', true), 2, beat];
    }
    const count = Math.round(perSecond * (1 + 0.6 * Math.sin(second / 37)));
    for (let row = 0; row < count; row++) {
      const size = 90 + ((row * 37 + second * 13) % 300);
      yield [at + (row * 1000) / count, textIn, size];
      if (row % 10 === 0) {
        yield [at + (row * 1000) / count, flagsOf('text', 'out'), 40];
      }
    }
  }
}

/** A message now and then, with minutes between them. */
const quiet: readonly MadeRow[] = [0, 3, 4, 90, 91, 400, 580].map(second => [
  start + second * 1000,
  textIn,
  1000 * (1 + (second % 7)),
]);

/** Five messages a second for ten minutes, one of them large, a slow pong, and a silence of eight seconds. */
const stall: readonly MadeRow[] = Array.from({ length: 2960 }, (_, row): MadeRow => {
  const at = start + row * 200 + (row < 1400 ? 0 : 7800);
  const beat = Uint8Array.of(7);
  if (row === 400 || row === 402) {
    return row === 400
      ? [at, flagsOf('ping', 'out', true), 1, beat]
      : [at + 1100, flagsOf('pong', 'in', true), 1, beat];
  }
  return [at, textIn, row === 700 ? 7900 : 120];
});

const streams: Readonly<Record<string, Series>> = {
  empty: new Series(),
  one: seriesOf([[start, textIn, 120]]),
  quiet: seriesOf(quiet),
  stall: seriesOf(stall),
  flood: seriesOf([...waves(400)]),
};

const questions: [string, SeriesSpan][] = [];
const goneTo: ChartPlace[] = [];
const owners: string[] = [];
const toggles: boolean[] = [];
const answers: ChartsPage['answers'] = Object.fromEntries(
  Object.entries(streams).map(([name, series]) => [name, span => series.view(span)] as const),
);
const charts = new Charts(new Formats('en', 'UTC'), {
  ask: async (connection, span) => {
    questions.push([connection, span]);
    const answer = answers[connection];
    if (!answer) {
      throw new Error(`Connection ${connection} is gone`);
    }
    return answer(span);
  },
  onGoTo: place => goneTo.push(place),
  onFail: reason => {
    throw new Error(reason);
  },
  onOwner: id => owners.push(id),
  onEvent: () => undefined,
  onToggle: isOpen => toggles.push(isOpen),
});
document.querySelector('#app')?.append(charts.strip, charts.pane);
window.chartsPage = { charts, questions, goneTo, owners, toggles, answers };
