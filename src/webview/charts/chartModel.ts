import type { SeriesView } from '../../core/metrics/seriesView.ts';

export type Mark = SeriesView['marks'][number];

export const chartNames = ['rate', 'bytes', 'sizes', 'gaps', 'roundTrips'] as const;
export type ChartName = (typeof chartNames)[number];

export interface Line {
  /** `both` if it does not depend on the direction. */
  readonly direction: 'in' | 'out' | 'both';
  /** One for each step; 0 if nothing was measured. */
  readonly values: readonly number[];
  /** The rows that the values are of, by their numbers in the capture, if they are of one each. */
  readonly seqs?: readonly number[];
}

/** The greatest value of a line, or of a part of it. */
export interface Peak {
  readonly step: number;
  readonly value: number;
  /** Of its row, if it is of one. */
  readonly seq?: number | undefined;
}

/** The time axis of all charts of a plot. */
export interface TimeAxis {
  /** The beginning of the first step, in milliseconds since 1970. */
  readonly startAt: number;
  readonly stepMs: number;
  readonly stepCount: number;
  /** The number of steps that fit; a new connection fills only the right part. */
  readonly room: number;
  readonly marks: readonly Mark[];
}

export interface Plot {
  readonly axis: TimeAxis;
  readonly charts: Readonly<Record<ChartName, readonly Line[]>>;
}

/** In steps, for a live plot, so that its first seconds are not stretched. */
const minRoom = 60;

/**
 * The plot of a series. The last step of a live one is left out: it is not complete, and would look
 * like a sudden end of the stream.
 */
export function plotOf(view: SeriesView, isLive: boolean): Plot {
  const { startAt, stepMs, marks, received } = view;
  const stepCount = isLive ? Math.max(0, received.length - 1) : received.length;
  const room = Math.max(stepCount, isLive ? minRoom : 1);
  const perSecond = (values: readonly number[]) => {
    return values.slice(0, stepCount).map(value => (value * 1000) / stepMs);
  };
  const both = (values: readonly number[], seqs: readonly number[]): readonly Line[] => [
    { direction: 'both', values: values.slice(0, stepCount), seqs },
  ];
  return {
    axis: { startAt, stepMs, stepCount, room, marks },
    charts: {
      rate: [
        { direction: 'in', values: perSecond(view.received) },
        { direction: 'out', values: perSecond(view.sent) },
      ],
      bytes: [
        { direction: 'in', values: perSecond(view.receivedBytes) },
        { direction: 'out', values: perSecond(view.sentBytes) },
      ],
      sizes: both(view.largest, view.largestSeq),
      gaps: both(view.longestGapMs, view.longestGapSeq),
      roundTrips: both(view.roundTripMs, view.roundTripSeq),
    },
  };
}

export const emptyPlot: Plot = plotOf(
  {
    startAt: 0,
    stepMs: 1000,
    received: [],
    sent: [],
    receivedBytes: [],
    sentBytes: [],
    largest: [],
    largestSeq: [],
    longestGapMs: [],
    longestGapSeq: [],
    roundTripMs: [],
    roundTripSeq: [],
    marks: [],
  },
  false,
);

/** The position of a moment from the left end, 0, to the right one, 1; below 0 if it is not shown. */
export function shareOf({ startAt, stepMs, stepCount, room }: TimeAxis, at: number): number {
  return ((at - startAt) / stepMs + room - stepCount) / room;
}

/** The step at a position from 0 to 1, or the nearest one. */
export function stepAt({ stepCount, room }: TimeAxis, share: number): number | undefined {
  const step = Math.floor(share * room) - (room - stepCount);
  return stepCount === 0 ? undefined : Math.min(stepCount - 1, Math.max(0, step));
}

/** The beginning of a step. */
export function timeOf({ startAt, stepMs }: TimeAxis, step: number): number {
  return startAt + step * stepMs;
}

/** Losses and reopenings within a step. */
export function marksIn(axis: TimeAxis, step: number): readonly Mark[] {
  const from = timeOf(axis, step);
  return axis.marks.filter(({ at }) => at >= from && at < from + axis.stepMs);
}

/** The step that a key moves to; without a current one, it starts at the end. */
export function stepForKey(
  key: string,
  step: number | undefined,
  stepCount: number,
): number | undefined {
  const last = stepCount - 1;
  const page = Math.max(1, Math.round(stepCount / 10));
  const current = step ?? last + 1;
  const targets: Readonly<Record<string, number>> = {
    ArrowLeft: current - 1,
    ArrowRight: current + 1,
    ArrowDown: current - 1,
    ArrowUp: current + 1,
    PageDown: current - page,
    PageUp: current + page,
    Home: 0,
    End: last,
  };
  const target = targets[key];
  return target === undefined || last < 0 ? undefined : Math.min(last, Math.max(0, target));
}

/** The smallest of 1, 2, 5, 10, 20… that is not below `value`. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const factor = [1, 2, 5, 10].find(factor => factor * power >= value);
  return (factor ?? 10) * power;
}

/** The greatest value of a line; `undefined` if all are 0. */
export function peakOf({ values, seqs }: Pick<Line, 'values' | 'seqs'>): Peak | undefined {
  let step = 0;
  values.forEach((value, at) => {
    step = value > (values[step] ?? 0) ? at : step;
  });
  const value = values[step] ?? 0;
  return value > 0 ? { step, value, seq: seqs?.[step] } : undefined;
}

/** The greatest value of a chart that is at most `reach` steps away; of equals the nearest. */
export function peakNear(lines: readonly Line[], step: number, reach: number): Peak | undefined {
  let peak: Peak | undefined;
  for (const { values, seqs } of lines) {
    for (let away = 0; away <= reach; away++) {
      for (const at of [step - away, step + away]) {
        const value = values[at] ?? 0;
        if (value > (peak?.value ?? 0)) {
          peak = { step: at, value, seq: seqs?.[at] };
        }
      }
    }
  }
  return peak;
}
