import type { Formats } from '../../core/base/format.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';

/** A connection's snapshot and when it came, by the page's monotonic clock. */
export interface TimedConnection {
  readonly view: ConnectionView;
  readonly receivedAt: number;
}

/** What runs beside the state: the countdown to the next attempt, or how long it has been open. */
export function timerText(
  { view, receivedAt }: TimedConnection,
  now: number,
  formats: Formats,
): string {
  const passed = now - receivedAt;
  if (view.retryInMs !== undefined) {
    // Rounded up: "in 1s" is said during the last second, and never "in 0s".
    const left = Math.ceil((view.retryInMs - passed) / 1000) * 1000;
    return left > 0 ? text('retryIn', formats.span(left)) : text('retryDue');
  }
  return view.openForMs === undefined ? '' : text('openFor', formats.span(view.openForMs + passed));
}

/** How long until that changes; `undefined` where nothing runs. */
export function timerTickMs(
  { view, receivedAt }: TimedConnection,
  now: number,
): number | undefined {
  const passed = now - receivedAt;
  if (view.retryInMs !== undefined) {
    const left = view.retryInMs - passed;
    return left > 0 ? left % 1000 || 1000 : undefined;
  }
  return view.openForMs === undefined ? undefined : 1000 - ((view.openForMs + passed) % 1000);
}
