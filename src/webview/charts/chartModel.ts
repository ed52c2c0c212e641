import type { SeriesView } from '../../core/metrics/seriesView.ts';

export type Mark = SeriesView['marks'][number];

export const chartNames = ['rate', 'bytes', 'sizes', 'gaps', 'roundTrips'] as const;
export type ChartName = (typeof chartNames)[number];

export interface Line {
  /** `both`: it is not about one direction. */
  readonly direction: 'in' | 'out' | 'both';
  /** One for each step; what was not measured is 0. */
  readonly values: readonly number[];
}

/** The time that all charts of a plot share. */
export interface TimeAxis {
  /** When the first step begins, in milliseconds since 1970. */
  readonly startAt: number;
  readonly stepMs: number;
  readonly stepCount: number;
  /** Steps that there is room for: a young connection fills the right part only. */
  readonly room: number;
  readonly marks: readonly Mark[];
}

export interface Plot {
  readonly axis: TimeAxis;
  readonly charts: Readonly<Record<ChartName, readonly Line[]>>;
}

/** Steps that a live plot has room for at least, so that its first seconds are not stretched. */
const leastRoom = 60;

/**
 * What the charts show of a series. The last step of a live one is left out: it is not over, and would
 * look like a sudden end of the stream.
 */
export function plotOf(view: SeriesView, isLive: boolean): Plot {
  const { startAt, stepMs, marks, received } = view;
  const stepCount = isLive ? Math.max(0, received.length - 1) : received.length;
  const room = Math.max(stepCount, isLive ? leastRoom : 1);
  const perSecond = (values: readonly number[]) => {
    return values.slice(0, stepCount).map(value => (value * 1000) / stepMs);
  };
  const both = (values: readonly number[]): readonly Line[] => [
    { direction: 'both', values: values.slice(0, stepCount) },
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
      sizes: both(view.largest),
      gaps: both(view.longestGapMs),
      roundTrips: both(view.roundTripMs),
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
    longestGapMs: [],
    roundTripMs: [],
    marks: [],
  },
  false,
);

/** Where a moment is between the left end, 0, and the right one, 1. Below 0: too early to be shown. */
export function shareOf({ startAt, stepMs, stepCount, room }: TimeAxis, at: number): number {
  return ((at - startAt) / stepMs + room - stepCount) / room;
}

/** The step at a place between 0 and 1; the nearest one where there is none. */
export function stepAt({ stepCount, room }: TimeAxis, share: number): number | undefined {
  const step = Math.floor(share * room) - (room - stepCount);
  return stepCount === 0 ? undefined : Math.min(stepCount - 1, Math.max(0, step));
}

/** When a step begins. */
export function timeOf({ startAt, stepMs }: TimeAxis, step: number): number {
  return startAt + step * stepMs;
}

/** What happened to the connection within a step. */
export function marksIn(axis: TimeAxis, step: number): readonly Mark[] {
  const from = timeOf(axis, step);
  return axis.marks.filter(({ at }) => at >= from && at < from + axis.stepMs);
}

/** The step that a key goes to; without one, it begins at the end. */
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

/** The least of 1, 2, 5, 10, 20… that is not below `value`; at least 1. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  const factor = [1, 2, 5, 10].find(factor => factor * power >= value);
  return (factor ?? 10) * power;
}

/** The step with the greatest value of a line; `undefined` where all are 0. */
export function peakOf({ values }: Line): { step: number; value: number } | undefined {
  let step = 0;
  values.forEach((value, at) => {
    step = value > (values[step] ?? 0) ? at : step;
  });
  const value = values[step] ?? 0;
  return value > 0 ? { step, value } : undefined;
}
