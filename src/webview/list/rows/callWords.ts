import type { Formats } from '../../../core/base/format.ts';
import type { RowDecoding } from '../../../core/decode/rowDecoding.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import { text } from '../../widgets/strings.ts';

type CallState = NonNullable<RowDecoding['state']>;

const callStates: Readonly<Record<CallState, PageString>> = {
  open: 'callPending',
  done: 'callDone',
  failed: 'callFailed',
  cancelled: 'callCancelled',
  unanswered: 'callUnansweredLong',
  forgotten: 'callForgotten',
};

/** Where some answers have come, and not the last. */
const statesWithItems: Readonly<Partial<Record<CallState, PageString>>> = {
  open: 'callGoesOn',
  unanswered: 'callWentOn',
};

/** The time of a call; of one without an answer, how it stands. */
export function latencyWords(part: RowDecoding, formats: Formats): string {
  const { ms, state, role, firstMs } = part;
  if (ms !== undefined) {
    return formats.latency(ms);
  }
  const isAsking = role === 'request' || role === 'open';
  if (!isAsking) {
    return text('callOrphan');
  }
  if (state === 'open') {
    return text(stateWord(part, state));
  }
  return firstMs === undefined ? text('callUnanswered') : formats.latency(firstMs);
}

function stateWord({ role, firstMs }: RowDecoding, state: CallState): PageString {
  const hasItems = role === 'item' || firstMs !== undefined;
  return (hasItems ? statesWithItems[state] : undefined) ?? callStates[state];
}

/** How the call of a row stands, and the times of its answers. */
export function callWords(part: RowDecoding, formats: Formats): string {
  const { role, state, ms, firstMs } = part;
  const words = [
    ...(state ? [text(stateWord(part, state))] : role === 'part' ? [] : [text('callOrphanLong')]),
    ...(ms === undefined ? [] : [text('callAfter', formats.latency(ms))]),
    ...(firstMs === undefined ? [] : [text('callFirstAfter', formats.latency(firstMs))]),
  ];
  return words.join(', ');
}
