import type { Formats } from '../../core/base/format.ts';
import type { PageString } from '../../shared/monitorStrings.ts';
import {
  chartNames,
  marksIn,
  peakOf,
  timeOf,
  type ChartName,
  type Line,
  type Mark,
  type Plot,
} from './chartModel.ts';
import { text } from '../widgets/strings.ts';

export const chartTitles: Readonly<Record<ChartName, PageString>> = {
  rate: 'chartRate',
  bytes: 'chartBytes',
  sizes: 'chartSizes',
  gaps: 'chartGaps',
  roundTrips: 'chartRoundTrips',
};

const lineNames = { in: 'chartReceived', out: 'chartSent' } as const;

/** A number of a chart, with its unit. */
export function chartNumber(name: ChartName, value: number, formats: Formats): string {
  switch (name) {
    case 'rate':
      return text('perSecond', formats.rate(value));
    case 'bytes':
      return text('perSecond', formats.bytes(value));
    case 'sizes':
      return formats.bytes(value);
    case 'gaps':
    case 'roundTrips':
      return formats.latency(value);
  }
}

/** A chart as a sentence for screen readers. */
export function chartSummary(plot: Plot, name: ChartName, formats: Formats): string {
  const number = (value: number) => chartNumber(name, value, formats);
  const about = (line: Line) => {
    const { direction, values } = line;
    const peak = peakOf(line);
    const highest = peak && [number(peak.value), formats.clock(timeOf(plot.axis, peak.step))];
    if (direction === 'both') {
      return highest ? text('chartPeak', ...highest) : text('chartNothing');
    }
    const words = highest
      ? text('chartLine', number(values.at(-1) ?? 0), ...highest)
      : text('chartNothing');
    return `${text(lineNames[direction])}: ${words}`;
  };
  const lines = plot.charts[name].map(about).join('; ');
  return `${text(chartTitles[name])}. ${lines}.`;
}

/** The number of losses; empty if there are none. */
export function marksSummary(marks: readonly Mark[], formats: Formats): string {
  const lost = marks.filter(({ kind }) => kind === 'lost').length;
  return lost === 0 ? '' : text('chartLosses', formats.count(lost));
}

/** The values of one step, beginning with its time. */
export function readout(plot: Plot, step: number, formats: Formats): readonly string[] {
  const { axis, charts } = plot;
  const facts = chartNames.flatMap(name =>
    charts[name].flatMap(({ direction, values }) => {
      const value = values[step] ?? 0;
      const isRate = direction !== 'both';
      if (value === 0 && !(isRate && name === 'rate')) {
        return [];
      }
      const number = chartNumber(name, value, formats);
      return [text(isRate ? lineFacts[direction] : chartFacts[name], number)];
    }),
  );
  const marks = marksIn(axis, step).map(({ kind }) => text(markNames[kind]));
  return [formats.clock(timeOf(axis, step)), ...new Set(marks), ...facts];
}

const lineFacts = { in: 'chartFactReceived', out: 'chartFactSent' } as const;
const chartFacts: Readonly<Record<ChartName, PageString>> = {
  rate: 'chartFactReceived',
  bytes: 'chartFactReceived',
  sizes: 'chartFactLargest',
  gaps: 'chartFactGap',
  roundTrips: 'chartFactRoundTrip',
};
const markNames = { lost: 'chartLost', opened: 'chartOpened' } as const;
