import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import {
  labelOf,
  labelWithCountdown,
  stateSentence,
  severityOf,
  stateRow,
  waitingSentence,
  wordOf,
} from '../../../../src/core/connection/report.ts';
import type { ConnectionState } from '../../../../src/core/connection/state/state.ts';

const endpoint = parseEndpoint('wss://user:SECRET@example.test/feed?token=SECRET');
const refused = { kind: 'connect', phase: 'tcp', error: 'ECONNREFUSED', message: '' } as const;
const open = {
  kind: 'open',
  openedAt: 0,
  subprotocol: '',
  extensions: '',
  health: 'ok',
} as const;
const waiting = {
  kind: 'waiting',
  dueAt: 5000,
  delayMs: 4000,
  failures: 3,
  limit: 10,
  rule: 'network',
  cause: refused,
} as const;
const stopped = { kind: 'stopped', why: 'fatal', failures: 1, rule: 'certificate' } as const;

/** One state of each kind, and variants that read differently. */
const states = {
  idle: { kind: 'idle' },
  ended: { kind: 'idle', cause: { kind: 'user' } },
  preparing: { kind: 'preparing', failures: 0, limit: 10 },
  again: { kind: 'preparing', failures: 3, limit: 10, retry: 3 },
  endless: { kind: 'preparing', failures: 3, limit: 0, retry: 3 },
  uncounted: { kind: 'preparing', failures: 0, limit: 0, retry: 1 },
  connecting: { kind: 'connecting', startedAt: 0, failures: 0, limit: 10 },
  open,
  agreed: { ...open, subprotocol: 'graphql-ws', extensions: 'permessage-deflate' },
  suspect: { ...open, health: 'suspect' },
  unverifiable: { ...open, health: 'unverifiable' },
  closing: { kind: 'closing' },
  waiting,
  lost: {
    ...waiting,
    limit: 0,
    failures: 0,
    uptimeMs: 75_400,
    rule: 'closed',
    cause: { kind: 'closeframe', close: 1001, reason: 'bye\u202e\n' },
    delayMs: 750,
    advice: 'Do this.',
  },
  fatal: {
    ...stopped,
    cause: { kind: 'tls', phase: 'tls', error: 'CERT_HAS_EXPIRED', message: '' },
    advice: 'Check the certificate.',
  },
  exhausted: { ...stopped, why: 'exhausted', failures: 10, rule: 'network', cause: refused },
  disabled: { ...stopped, why: 'disabled', cause: refused },
  normal: {
    ...stopped,
    why: 'server-closed',
    uptimeMs: 1250,
    rule: 'closed normally',
    cause: { kind: 'closeframe', close: 1000 },
  },
  disposed: { kind: 'disposed' },
} as const satisfies Readonly<Record<string, ConnectionState>>;

function mapStates<T>(map: (state: ConnectionState) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(states).map(([name, state]) => [name, map(state)]));
}

describe('The report of a state', () => {
  it('is one of the visible words, with a severity', () => {
    assert.deepEqual(
      mapStates(state => `${wordOf(state)} ${severityOf(state)}`),
      {
        idle: 'disconnected info',
        ended: 'disconnected info',
        preparing: 'connecting info',
        again: 'connecting info',
        endless: 'connecting info',
        uncounted: 'connecting info',
        connecting: 'connecting info',
        open: 'connected info',
        agreed: 'connected info',
        suspect: 'connected warning',
        unverifiable: 'connected warning',
        closing: 'closing info',
        waiting: 'retry warning',
        lost: 'retry warning',
        fatal: 'failed error',
        exhausted: 'failed error',
        disabled: 'failed error',
        normal: 'disconnected info',
        disposed: 'disconnected info',
      },
    );
  });

  it('says which retry comes, of how many, and in how many seconds', () => {
    assert.deepEqual(
      [
        labelOf(states.waiting),
        labelOf(states.lost),
        labelOf(states.open),
        ...[0, 4000, 4001, 5000, 9000].map(now => labelWithCountdown(states.waiting, now)),
        labelWithCountdown(states.lost, 0),
        labelWithCountdown(states.closing, 0),
      ],
      [
        'retry 3/10',
        'retry 1',
        'connected',
        'retry 3/10 in 5s',
        'retry 3/10 in 1s',
        'retry 3/10 in 1s',
        'retry 3/10 in 0s',
        'retry 3/10 in 0s',
        'retry 1 in 5s',
        'closing',
      ],
    );
  });

  it('is sentences that name the cause, the rule, and what happens next', () => {
    const display = 'wss://example.test/feed?…';
    assert.deepEqual(
      mapStates(state => stateSentence(state, endpoint)),
      {
        idle: 'Not connected yet.',
        ended: 'Disconnected by you.',
        preparing: `Connecting to ${display}.`,
        again: `Connecting to ${display}, retry 3/10.`,
        endless: `Connecting to ${display}, retry 3.`,
        uncounted: `Connecting to ${display}, retry 1.`,
        connecting: 'Opening the connection to example.test.',
        open: 'Connected to example.test.',
        agreed: 'Connected to example.test (subprotocol graphql-ws, permessage-deflate).',
        suspect: 'example.test did not answer a heartbeat; one more is tried.',
        unverifiable:
          'Connected to example.test. This peer has never answered a ping, so silence no longer ' +
          'ends the connection. An application heartbeat (heartbeat.message) can tell a dead link.',
        closing: 'Closing the connection.',
        waiting:
          'example.test refused the connection: nothing listens there (ECONNREFUSED). ' +
          'Retry 3/10 in 4 s (rule: network).',
        lost:
          'Closed with 1001 Going Away: the peer is shutting down or leaving, ' +
          'reason: “bye⟨U+202E⟩↵” after 75 s. Retry 1 in 0.8 s (rule: closed). Do this.',
        fatal:
          'The certificate of example.test has expired (CERT_HAS_EXPIRED). ' +
          'Not tried again (rule: certificate). Check the certificate.',
        exhausted:
          'example.test refused the connection: nothing listens there (ECONNREFUSED). ' +
          'Gave up after 10 failures in a row.',
        disabled:
          'example.test refused the connection: nothing listens there (ECONNREFUSED). ' +
          'Reconnecting is switched off (reconnect.enabled).',
        normal:
          'Closed with 1000 Normal Closure: the peer is done after 1.3 s. ' +
          'The peer ended it on purpose, so it is not tried again.',
        disposed: 'Removed.',
      },
    );
  });

  it('says after a loss how long it was, and what a regular feed may have sent meanwhile', () => {
    const reopened = (outageMs: number, perSecond?: number, attempt?: number) => ({
      ...open,
      again: {
        at: 0,
        outageMs,
        ...(perSecond === undefined ? {} : { perSecond }),
        ...(attempt === undefined ? {} : { attempt }),
      },
    });
    const said = (...known: Parameters<typeof reopened>) => {
      const state = reopened(...known);
      return [stateSentence(state, endpoint), stateRow(state, endpoint).outage];
    };
    const missing = (words: string) => `Connected again after ${words} may be missing.`;
    assert.deepEqual(
      [
        said(7400, 5, 5),
        said(7400, 4.96, 1),
        said(7400, 0.21, 1),
        said(7400, 0.14, 1),
        said(250, 0.4, 2),
        said(7400, undefined, 2),
        said(83_000),
        said(125_000, 48.2, 3),
        said(3 * 3_600_000 + 60_000, 1234.5, 12),
      ],
      [
        [missing('7.4 s, attempt 5. At 5/s about 37 messages'), '7.4 s'],
        [missing('7.4 s, attempt 1. At 5/s about 37 messages'), '7.4 s'],
        [missing('7.4 s, attempt 1. At 0.21/s about 2 messages'), '7.4 s'],
        [missing('7.4 s, attempt 1. At 0.14/s about 1 message'), '7.4 s'],
        ['Connected again after 0.3 s, attempt 2.', '0.3 s'],
        ['Connected again after 7.4 s, attempt 2.', '7.4 s'],
        ['Connected again after 83 s.', '83 s'],
        [missing('2m 5s, attempt 3. At 48/s about 6,000 messages'), '2m 5s'],
        [missing('3h 1m, attempt 12. At 1.2k/s about 13,000,000 messages'), '3h 1m'],
      ],
    );
    const { text, severity, state } = stateRow(reopened(7400, 5, 5), endpoint);
    assert.deepEqual([state, severity], ['connected', 'info']);
    assert.doesNotMatch(text, /SECRET|\{/);
  });

  it('leaves room for the time that is left while it waits', () => {
    assert.deepEqual(waitingSentence(states.waiting, endpoint), [
      'example.test refused the connection: nothing listens there (ECONNREFUSED). Retry 3/10',
      '(rule: network).',
    ]);
    assert.equal(waitingSentence(states.lost, endpoint)[1], '(rule: closed). Do this.');
  });

  it('ends each sentence with one full stop', () => {
    const cause = { kind: 'config', message: 'proxy: "x" is no URL. Write another.' } as const;
    const failed = { ...stopped, rule: 'configuration', cause } as const;
    for (const state of [failed, { kind: 'idle', cause } as const]) {
      assert.match(stateSentence(state, endpoint), /Write another\.(?!\.)/);
    }
  });

  it('is a row with the rule and the most telling code, and without secrets', () => {
    const rows = mapStates(state => stateRow(state, endpoint));
    assert.deepEqual(
      Object.fromEntries(
        Object.entries(rows)
          .filter(([, row]) => row.rule !== undefined || row.code !== undefined)
          .map(([name, { rule, code }]) => [name, [rule, code]]),
      ),
      {
        waiting: ['network', 'ECONNREFUSED'],
        lost: ['closed', 1001],
        fatal: ['certificate', 'CERT_HAS_EXPIRED'],
        exhausted: ['network', 'ECONNREFUSED'],
        disabled: ['certificate', 'ECONNREFUSED'],
        normal: ['closed normally', 1000],
      },
    );
    assert.doesNotMatch(JSON.stringify(rows), /SECRET/);
    assert.deepEqual(
      mapStates(state => stateRow(state, endpoint).text),
      mapStates(state => stateSentence(state, endpoint)),
    );
  });
});
