import { latencyBins, type EventLatencies } from '../../metrics/eventLatencies.ts';
import type { CallFacts, CallTable } from '../callTable.ts';
import { eventOf } from './rowFacts.ts';

/** The newest calls that are looked at, and the events that are told of. */
const maxCalls = 20_000;
const maxEvents = 20;

/** How long calls took, event by event; those with most calls first. Subscriptions, which go on, are no calls. */
export function eventLatencies(table: CallTable): readonly EventLatencies[] {
  const byEvent = new Map<string, CallFacts[]>();
  for (const call of table.newestCalls(maxCalls)) {
    const name = eventOf(call) ?? '';
    const calls = byEvent.get(name) ?? [];
    calls.push(call);
    byEvent.set(name, calls);
  }
  return [...byEvent]
    .sort(([, one], [, other]) => other.length - one.length)
    .slice(0, maxEvents)
    .map(([event, calls]) => latenciesOf(event, calls));
}

function latenciesOf(event: string, calls: readonly CallFacts[]): EventLatencies {
  const answered = calls
    .flatMap(({ ms, seq }) => (ms === undefined ? [] : [{ ms, seq }]))
    .sort((one, other) => one.ms - other.ms);
  const at = (share: number) => answered[Math.ceil(share * answered.length) - 1]?.ms;
  const bins = new Array<number>(latencyBins.length + 1).fill(0);
  for (const { ms } of answered) {
    const bin = latencyBins.findIndex(end => ms <= end);
    const place = bin < 0 ? latencyBins.length : bin;
    bins[place] = (bins[place] ?? 0) + 1;
  }
  const open = calls.filter(({ state }) => state === 'open').length;
  const longest = answered.at(-1);
  const p50 = at(0.5);
  const p95 = at(0.95);
  return {
    event,
    calls: calls.length,
    failed: calls.filter(({ state }) => state === 'failed').length,
    open,
    unanswered: calls.length - answered.length - open,
    ...(p50 !== undefined && { p50 }),
    ...(p95 !== undefined && { p95 }),
    ...(longest && { max: longest.ms, maxSeq: longest.seq }),
    bins,
  };
}
