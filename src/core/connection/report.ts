import type { Dropped } from '../capture/overflow.ts';
import { Formats } from '../base/format.ts';
import { describeCause } from './state/cause.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HandshakeFacts } from '../record/handshakeFacts.ts';
import type { RunFacts } from '../record/runFacts.ts';
import type { WatchFacts } from '../record/watchFacts.ts';
import { maxHoldMs } from './state/retryAfter.ts';
import {
  retryNumber,
  type Attempts,
  type ConnectionState,
  type Failure,
  type Reopened,
  type StopReason,
} from './state/state.ts';
import { isUserRule, ruleAgainst } from './retry/retryDecision.ts';

/** The words for a connection's state that users see, everywhere the same. */
export type StateWord =
  'connecting' | 'connected' | 'retry' | 'closing' | 'disconnected' | 'failed';

export type Severity = 'info' | 'warning' | 'error';

/** A state change as a row of the capture holds it, in JSON. */
export interface StateRow {
  readonly state: StateWord;
  readonly severity: Severity;
  /** What happened, why, and what happens next, in sentences. */
  readonly text: string;
  /** The rule that decided, after a failure. */
  readonly rule?: string;
  readonly code?: string | number;
  /** How long the connection was lost before this row: `7.4 s`. */
  readonly outage?: string;
  /** Request and answer, if the row ends an opening handshake. */
  readonly handshake?: HandshakeFacts;
  /** What a saved message or sequence did, if the row tells of that. */
  readonly run?: RunFacts;
  /** The debugged program that has the socket, if the row needs it. */
  readonly watch?: WatchFacts;
}

export function wordOf(state: ConnectionState): StateWord {
  switch (state.kind) {
    case 'preparing':
    case 'connecting':
      return 'connecting';
    case 'open':
      return 'connected';
    case 'waiting':
      return 'retry';
    case 'closing':
      return 'closing';
    case 'stopped':
      return state.why === 'server-closed' ? 'disconnected' : 'failed';
    case 'idle':
    case 'disposed':
      return 'disconnected';
  }
}

/** The state in words, without a countdown: `connected`, `retry 3/10`. */
export function labelOf(state: ConnectionState): string {
  return state.kind === 'waiting' ? `retry ${progress(state)}` : wordOf(state);
}

/** The state in words as the status bar has it: `retry 3/10 in 4s`. */
export function labelWithCountdown(state: ConnectionState, monotonicNow: number): string {
  if (state.kind !== 'waiting') {
    return labelOf(state);
  }
  const seconds = Math.max(0, Math.ceil((state.dueAt - monotonicNow) / 1000));
  return `${labelOf(state)} in ${seconds}s`;
}

export function severityOf(state: ConnectionState): Severity {
  if (wordOf(state) === 'failed') {
    return 'error';
  }
  const isInDoubt = state.kind === 'open' && state.health !== 'ok';
  return state.kind === 'waiting' || isInDoubt ? 'warning' : 'info';
}

/** What happened, why, and what happens next. Holds the peer's words: show it as text only. */
export function stateSentence(state: ConnectionState, endpoint: Endpoint): string {
  switch (state.kind) {
    case 'preparing':
      return `Connecting to ${endpoint.display}${asRetry(state)}.`;
    case 'connecting':
      return `Opening the connection to ${endpoint.host}.`;
    case 'open':
      return openSentence(state, endpoint);
    case 'closing':
      return 'Closing the connection.';
    case 'waiting':
      return waitingSentence(state, endpoint).join(` in ${seconds(state.delayMs)} `);
    case 'stopped':
      return join(
        after(state, endpoint),
        flapping(state),
        stopSentence(state),
        state.advice,
        wayOn(state),
      );
    case 'idle':
      return state.cause ? finished(describeCause(state.cause, endpoint)) : 'Not connected yet.';
    case 'disposed':
      return 'Removed.';
  }
}

/** The same while it waits, in two parts: what stands before and after the time that is left. */
export function waitingSentence(
  state: ConnectionState & { readonly kind: 'waiting' },
  endpoint: Endpoint,
): readonly [string, string] {
  const retry = `Retry ${progress(state)}`;
  return [
    join(after(state, endpoint), flapping(state), held(state), retry),
    join(`(rule: ${state.rule}).`, state.advice),
  ];
}

/** The state change as the capture keeps it. */
export function stateRow(
  state: ConnectionState,
  endpoint: Endpoint,
  handshake?: HandshakeFacts,
): StateRow {
  const hasCause = state.kind === 'waiting' || state.kind === 'stopped';
  const code = hasCause
    ? (state.cause.error ?? state.cause.status ?? state.cause.close)
    : undefined;
  return {
    state: wordOf(state),
    severity: severityOf(state),
    text: stateSentence(state, endpoint),
    ...(hasCause ? { rule: state.rule } : {}),
    ...(code === undefined ? {} : { code }),
    ...(state.kind === 'open' && state.again ? { outage: duration(state.again.outageMs) } : {}),
    ...(handshake && endsHandshake(state) ? { handshake } : {}),
  };
}

/** Whether the state is what an opening handshake came to, not what came of the connection later. */
function endsHandshake(state: ConnectionState): boolean {
  const isFailure = state.kind === 'waiting' || state.kind === 'stopped';
  return isFailure ? state.uptimeMs === undefined : state.kind === 'open' && state.health === 'ok';
}

/** `3/10`, or `3` without a limit. */
function progress(attempts: Attempts): string {
  const retry = retryNumber(attempts);
  return attempts.limit > 0 ? `${retry}/${attempts.limit}` : String(retry);
}

function asRetry(state: ConnectionState & { kind: 'preparing' }): string {
  return state.retry === undefined ? '' : `, retry ${progress(state)}`;
}

function openSentence(state: ConnectionState & { kind: 'open' }, endpoint: Endpoint): string {
  if (state.again) {
    return reopenedSentence(state.again);
  }
  const agreed = [state.subprotocol && `subprotocol ${state.subprotocol}`, state.extensions]
    .filter(text => text !== '')
    .join(', ');
  const connected = `Connected to ${endpoint.host}${agreed ? ` (${agreed})` : ''}.`;
  switch (state.health) {
    case 'ok':
      return connected;
    case 'suspect':
      return `${endpoint.host} did not answer a heartbeat; one more is tried.`;
    case 'unverifiable':
      return join(
        connected,
        'This peer has never answered a ping, so silence no longer ends the connection.',
        'An application heartbeat (heartbeat.message) can tell a dead link.',
      );
  }
}

function after(
  state: ConnectionState & { kind: 'waiting' | 'stopped' },
  endpoint: Endpoint,
): string {
  const uptime = state.uptimeMs === undefined ? '' : ` after ${seconds(state.uptimeMs)}`;
  return finished(`${describeCause(state.cause, endpoint)}${uptime}`);
}

/** With one full stop: problems of the settings are whole sentences already. */
function finished(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** Flapping is mentioned from this many dropped connections in a row on, and always if it gives up. */
const minFlaps = 3;

function flapping(state: ConnectionState & { kind: 'waiting' | 'stopped' }): string {
  const { flaps = 0, hadMessages } = state;
  const least = state.kind === 'stopped' && state.why === 'exhausted' ? 1 : minFlaps;
  if (flaps < least) {
    return '';
  }
  const how = hadMessages ? ': the peer greets us, and then drops us' : '';
  return `Flapping: accepted and dropped ${flaps} ${flaps === 1 ? 'time' : 'times in a row'}${how}.`;
}

function held({ hold }: Failure): string {
  if (!hold) {
    return '';
  }
  const asked = `The peer asked for ${seconds(hold.askedMs)}`;
  return hold.askedMs > maxHoldMs
    ? `${asked}; it is given ${seconds(maxHoldMs)}, or try now.`
    : `${asked}.`;
}

type Stopped = ConnectionState & { readonly kind: 'stopped' };

const stopSentences: Readonly<Record<StopReason, (state: Stopped) => string>> = {
  'server-closed': ({ rule }) => {
    const byRule = isUserRule(rule) ? ` (rule: ${rule})` : '';
    return `The peer ended it on purpose, so it is not tried again${byRule}.`;
  },
  'fatal': ({ rule }) => `Not tried again (rule: ${rule}).`,
  'exhausted': ({ failures, limitedBy }) => {
    const count = failures === 1 ? '1 failure' : `${failures} failures in a row`;
    return `Gave up after ${count}${limitedBy ? ` (${limitedBy})` : ''}.`;
  },
  'disabled': () => 'Reconnecting is switched off (reconnect.enabled).',
};

function stopSentence(state: Stopped): string {
  return stopSentences[state.why](state);
}

/** The rule that would have it tried again, if no other setting helps. */
function wayOn({ setting, rule, cause }: Stopped): string {
  const ownRule = ruleAgainst(cause);
  return setting === 'reconnect.rules' && !isUserRule(rule) && ownRule !== undefined
    ? `To try again all the same, add ${ownRule} to reconnect.rules.`
    : '';
}

function join(...sentences: readonly (string | undefined)[]): string {
  return sentences.filter(sentence => sentence !== undefined && sentence !== '').join(' ');
}

/** How long it was gone, and how much may have been missed, if that can be told. */
function reopenedSentence({ outageMs, attempt, perSecond }: Reopened): string {
  const number = attempt === undefined ? '' : `, attempt ${attempt}`;
  const again = `Connected again after ${duration(outageMs)}${number}.`;
  if (perSecond === undefined) {
    return again;
  }
  const rate = twoDigits(perSecond);
  const missing = twoDigits(Math.round((rate * outageMs) / 1000));
  const words = rate < 1000 ? String(rate) : formats.rate(rate);
  return missing === 0
    ? again
    : `${again} At ${words}/s about ${amount(missing, 'message')} may be missing.`;
}

/** More digits would claim more than an estimate knows. */
function twoDigits(value: number): number {
  return Number(value.toPrecision(2));
}

/** `7.4 s`, `75 s`, `2m 5s`, `8h 3m`. */
function duration(ms: number): string {
  return ms < 120_000 ? seconds(ms) : formats.span(ms);
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${Number((ms / 1000).toFixed(1))} s` : `${Math.round(ms / 1000)} s`;
}

const formats = new Formats('en');

/** Says in the list that something is missing there, how much and why. */
export function dropRow(dropped: Dropped, state: StateWord): StateRow {
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
  return { state, severity: 'warning', text };
}

function amount(count: number, one: string, several = `${one}s`): string {
  return `${formats.count(count)} ${count === 1 ? one : several}`;
}
