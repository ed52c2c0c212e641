import type { Formats } from '../../../core/base/format.ts';
import type { RowDecoding } from '../../../core/decode/rowDecoding.ts';
import type { PageString } from '../../../shared/monitorStrings.ts';
import { text } from '../../widgets/strings.ts';

const callStates: Readonly<Record<Exclude<NonNullable<RowDecoding['state']>, 'open'>, PageString>> =
  {
    done: 'callDone',
    failed: 'callFailed',
    cancelled: 'callCancelled',
    unanswered: 'callUnansweredLong',
    forgotten: 'callForgotten',
  };

/** The time of a call; of one without an answer, how it stands. */
export function latencyWords(part: RowDecoding, formats: Formats): string {
  const { ms, state, role } = part;
  if (ms !== undefined) {
    return formats.latency(ms);
  }
  const isAsking = role === 'request' || role === 'open';
  if (!isAsking) {
    return text('callOrphan');
  }
  return text(state === 'open' ? openWord(part) : 'callUnanswered');
}

function openWord({ role, firstMs }: RowDecoding): PageString {
  return role === 'item' || firstMs !== undefined ? 'callGoesOn' : 'callPending';
}

/** How the call of a row stands, and the times of its answers. */
export function callWords(part: RowDecoding, formats: Formats): string {
  const { role, state, ms, firstMs } = part;
  const words = [
    ...(state
      ? [text(state === 'open' ? openWord(part) : callStates[state])]
      : role === 'part'
        ? []
        : [text('callOrphanLong')]),
    ...(ms === undefined ? [] : [text('callAfter', formats.latency(ms))]),
    ...(firstMs === undefined ? [] : [text('callFirstAfter', formats.latency(firstMs))]),
  ];
  return words.join(', ');
}
