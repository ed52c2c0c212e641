import type { Formats } from '../../../core/base/format.ts';
import type { PageRow } from '../../../shared/monitorProtocol.ts';
import { text } from '../../widgets/strings.ts';

type Find = (position: number) => PageRow | undefined;

/** A shorter silence is none, however fast the messages come. */
const minSilenceMs = 1000;
/** So many times as long as usual. */
const factor = 10;
/** Rows before and after one that tell what is usual there. */
const reach = 50;
/** From fewer intervals nothing is told. */
const minIntervals = 8;

interface Silence {
  readonly ms: number;
  /** Whether pings or pongs came meanwhile. */
  readonly hasHeartbeats: boolean;
}

/**
 * The silence before a received message: a time since the row before it of more than ten times the
 * median interval between the received messages around it, and of a second at least. `undefined` if
 * there was none, or if not enough rows around it are known.
 *
 * It is told from the rows that the page has, so that it is the same work at any place of any list.
 */
export function silenceBefore(position: number, find: Find): Silence | undefined {
  const row = find(position);
  if (!row || !isReceived(row)) {
    return undefined;
  }
  let before = find(position - 1);
  let back = 1;
  while (before?.heartbeat === true && back < reach) {
    back++;
    before = find(position - back);
  }
  // The row that stands for others which have gone has no time.
  if (!before || before.heartbeat || before.at <= 0) {
    return undefined;
  }
  const ms = row.at - before.at;
  if (ms < minSilenceMs) {
    return undefined;
  }
  const usualMs = medianInterval(position, find);
  return usualMs !== undefined && ms > factor * usualMs
    ? { ms, hasHeartbeats: back > 1 }
    : undefined;
}

/** `8.0 s nothing`; empty if there was no silence. */
export function silenceWords(position: number, find: Find, formats: Formats): string {
  const silence = silenceBefore(position, find);
  if (!silence) {
    return '';
  }
  const { ms, hasHeartbeats } = silence;
  const span = ms < 60_000 ? formats.latency(ms) : formats.span(ms);
  return text(hasHeartbeats ? 'silenceOfMessages' : 'silence', span);
}

/** What came, at the time of its row: not what a tap has held, or sent by itself. */
function isReceived({ kind, direction, heartbeat, tap, wasHeld }: PageRow): boolean {
  return (
    direction === 'in' &&
    !heartbeat &&
    (kind === 'text' || kind === 'binary') &&
    wasHeld !== true &&
    tap !== 'injected' &&
    tap !== 'edited'
  );
}

function medianInterval(position: number, find: Find): number | undefined {
  const intervals: number[] = [];
  let last: number | undefined;
  for (let near = position - reach; near <= position + reach; near++) {
    const row = find(near);
    if (row?.wasHeld === true) {
      // When it came is not known: the interval before it, and the one after it, are not either.
      last = undefined;
    } else if (row && isReceived(row)) {
      if (last !== undefined && row.at >= last) {
        intervals.push(row.at - last);
      }
      last = row.at;
    }
  }
  intervals.sort((one, other) => one - other);
  return intervals.length < minIntervals ? undefined : intervals[intervals.length >> 1];
}
