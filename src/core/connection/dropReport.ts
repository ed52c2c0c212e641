import type { Dropped } from '../capture/overflow.ts';
import { Formats } from '../base/format.ts';
import { wordOf, type StateRow } from './report.ts';
import type { ConnectionState } from './state/state.ts';

const formats = new Formats('en');

/** Says in the list that something is missing there, how much and why. */
export function dropRow(dropped: Dropped, state: ConnectionState): StateRow {
  const { messages, controlFrames, byteLength } = dropped;
  const parts = [
    ...(messages > 0 ? [amount(messages, 'message')] : []),
    ...(controlFrames > 0 ? [amount(controlFrames, 'ping or pong', 'pings and pongs')] : []),
  ];
  const verb = messages + controlFrames === 1 ? 'was' : 'were';
  const pronoun = messages + controlFrames === 1 ? 'it' : 'they';
  const text =
    `${parts.join(' and ')} (${formats.bytes(byteLength)}) ${verb} dropped: ` +
    `${pronoun} came faster than ${pronoun} could be stored (history.overflow)`;
  return { state: wordOf(state), severity: 'warning', text };
}

function amount(count: number, one: string, several = `${one}s`): string {
  return `${formats.count(count)} ${count === 1 ? one : several}`;
}
