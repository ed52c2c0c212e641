import type { Formats } from '../../core/base/format.ts';
import type { ConnectionView } from '../../shared/monitorProtocol.ts';
import { text } from '../widgets/strings.ts';

/**
 * The countdown to the next attempt, or how long it has been open.
 *
 * @param passedMs the time since the snapshot came
 */
export function timerText(
  { retryInMs, openForMs }: ConnectionView,
  passedMs: number,
  formats: Formats,
): string {
  if (retryInMs !== undefined) {
    // Rounded up: "in 1s" is shown during the last second, and "in 0s" never.
    const left = Math.ceil((retryInMs - passedMs) / 1000) * 1000;
    return left > 0 ? text('retryIn', formats.span(left)) : text('retryDue');
  }
  return openForMs === undefined ? '' : text('openFor', formats.span(openForMs + passedMs));
}

/** How long until `timerText` changes; `undefined` if it does not. */
export function timerTickMs(
  { retryInMs, openForMs }: ConnectionView,
  passedMs: number,
): number | undefined {
  if (retryInMs !== undefined) {
    const left = retryInMs - passedMs;
    return left > 0 ? left % 1000 || 1000 : undefined;
  }
  return openForMs === undefined ? undefined : 1000 - ((openForMs + passedMs) % 1000);
}
