import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Cause } from '../../../../../src/core/connection/state/cause.ts';
import type { UserRule } from '../../../../../src/core/connection/state/options.ts';
import {
  retryDecision,
  type FailureContext,
  type RetryDecision,
} from '../../../../../src/core/connection/retry/retryDecision.ts';

const fresh: FailureContext = {
  rules: [],
  provenGood: false,
  subprotocol: '',
  loopback: false,
  secure: false,
};

/** In the manner of connection.md b.4: R retry, L(k) retry at most k times, F fail, S stop. */
function classOf({ action, limit, initialMs, spreadMs }: RetryDecision): string {
  const more = [
    ...(initialMs === undefined ? [] : [`base ${initialMs / 1000} s`]),
    ...(spreadMs === undefined ? [] : [`U[${spreadMs.map(ms => ms / 1000).join(',')}] s`]),
  ];
  const letter = { retry: limit === undefined ? 'R' : `L(${limit})`, fail: 'F', stop: 'S' }[action];
  return [letter, ...more].join(', ');
}

/** The classes before and after the endpoint was proven good; one where they are the same. */
function classes(cause: Cause): string {
  const before = classOf(retryDecision(cause, fresh));
  const after = classOf(retryDecision(cause, { ...fresh, provenGood: true }));
  return before === after ? before : `${before}; after stable ${after}`;
}

/** Checks that each cause which `causeOf` makes of a row's members is of the row's class. */
function checkTable<K extends string | number>(
  table: readonly (readonly [string, readonly K[]])[],
  causeOf: (member: K) => Cause,
): void {
  const rows = table.flatMap(([expected, members]) =>
    members.map(member => ({ member, expected })),
  );
  assert.deepEqual(
    rows.map(({ member }) => `${member}: ${classes(causeOf(member))}`),
    rows.map(({ member, expected }) => `${member}: ${expected}`),
  );
}

const codesFrom = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const connectError = (error: string): Cause => ({
  kind: 'connect',
  phase: 'tcp',
  error,
  message: '',
});
const refused = connectError('ECONNREFUSED');
const closed = (close: number): Cause => ({
  kind: close === 1006 ? 'lost' : 'closeframe',
  close,
});
const answered = (status: number): Cause => ({ kind: 'http', phase: 'upgrade', status });

// connection.md b.4
describe('What follows a failure', () => {
  it('goes by the code of an error before the handshake', () => {
    checkTable(
      [
        ['R', ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']],
        ['R', ['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'EAI_AGAIN']],
        ['R', ['CONNECT_TIMEOUT', 'EUNHEARDOF']],
        ['L(3); after stable R', ['ENOTFOUND', 'EAI_NODATA']],
        ['R, base 10 s', ['EADDRNOTAVAIL', 'EMFILE', 'ENFILE', 'ENOBUFS']],
        ['F', ['CERT_HAS_EXPIRED', 'CERT_UNTRUSTED', 'CERT_NOT_YET_VALID']],
        ['F', ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY']],
        ['F', ['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT']],
        ['F', ['ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH']],
        ['F; after stable L(3)', ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED']],
        ['F; after stable L(3)', ['ERR_SSL_NO_CIPHER_MATCH', 'ERR_TLS_INVALID_PROTOCOL_VERSION']],
        ['L(3)', ['EPROTO']],
        ['F', ['HPE_INVALID_CONSTANT', 'HPE_HEADER_OVERFLOW', 'WSM_TLS_ALERT']],
        ['F', ['ERR_INVALID_CHAR', 'ERR_INVALID_URL', 'ERR_UNESCAPED_CHARACTERS']],
      ],
      connectError,
    );
  });

  it('is the end where the port speaks no TLS, which only the message tells', () => {
    const classOfSaying = (words: string) => {
      const message = `C0:error:0A00010B:SSL routines:tls_validate_record_header:${words}`;
      return classes({ kind: 'tls', phase: 'tls', error: 'EPROTO', message });
    };
    assert.deepEqual(
      [
        'wrong version number',
        'data length too long',
        'packet length too long',
        'alert no application protocol',
        'alert internal error',
      ].map(classOfSaying),
      ['F', 'F', 'F', 'F', 'L(3)'],
    );
  });

  it('names wss: where a ws: handshake was cut off, unless the endpoint was good before', () => {
    const cut: Cause = { kind: 'connect', phase: 'upgrade', error: 'ECONNRESET' };
    const advice = (known: Partial<FailureContext>) =>
      retryDecision(cut, { ...fresh, ...known }).advice;
    assert.match(advice({}) ?? '', /use wss:/);
    assert.deepEqual(
      [advice({ secure: true }), advice({ provenGood: true })],
      [undefined, undefined],
    );
    assert.equal(classes(cut), 'R');
  });

  it('is a retry where an error has no code, but not where the handshake was answered amiss', () => {
    const message = 'Failed to establish a socket connection to proxies';
    assert.deepEqual(
      [
        classes({ kind: 'connect', phase: 'dns', message }),
        classes({ kind: 'lost', phase: 'upgrade', close: 1006 }),
        classes({ kind: 'connect', phase: 'upgrade', message: 'Invalid Upgrade header' }),
        classes({ kind: 'config', message: 'The secret is not stored.' }),
      ],
      ['R', 'R', 'F', 'F'],
    );
  });

  it('goes by the HTTP status that came in place of the 101', () => {
    checkTable(
      [
        ['R', [408, 425, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524, 527, 530]],
        ['R, base 5 s', [429]],
        ['L(3)', [421, 499, 525, 526]],
        ['F', [401, 403, 407, 511]],
        ['F; after stable L(5)', [404, 410, 200, 204, 299]],
        ['F', [400, 402, 405, 406, 409, 411, 412, 413, 414, 415, 417, 418, 422, 423, 426, 428]],
        ['F', [431, 451, 501, 505, 506]],
        ['F', [300, 301, 302, 307, 308, 399]],
        ['F', [416, 420, 444, 498]],
        ['R', [508, 510, 529, 599, 0, 999]],
      ],
      answered,
    );
  });

  it('goes by the close code', () => {
    checkTable(
      [
        ['S', [1000]],
        ['R', [1001, 1005, 1006, 1011, 1014, 3008, 3001, 3999]],
        ['L(2)', [1002, 1003, 1007, 1010]],
        ['F', [1008, 1009, 3000, 3003]],
        ['R, U[5,30] s', [1012]],
        ['R, base 10 s, U[5,30] s', [1013]],
        ['R, base 5 s', [4429]],
        ['R', [4408, 4425]],
        ['F', codesFrom(4400, 4499).filter(code => ![4408, 4425, 4429].includes(code))],
        ['R', [4000, 4399, 4500, 4999]],
      ],
      closed,
    );
  });

  it('goes by what we refused ourselves, not by the 1006 that this leaves', () => {
    checkTable(
      [
        ['F', ['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH']],
        ['L(2)', ['WS_ERR_INVALID_UTF8', 'WS_ERR_UNEXPECTED_RSV_1', 'Z_DATA_ERROR']],
        ['L(2)', ['WS_ERR_INVALID_CLOSE_CODE', 'WS_ERR_UNEXPECTED_MASK']],
      ],
      error => ({ kind: 'protocol', error, message: '', close: 1006 }),
    );
    assert.equal(classes({ kind: 'heartbeat', error: 'HEARTBEAT_TIMEOUT', close: 1006 }), 'R');
  });

  it('spreads clients that were cut off together, but not on this machine', () => {
    const here = { ...fresh, loopback: true };
    assert.deepEqual(
      [1012, 1013].map(code => classOf(retryDecision(closed(code), here))),
      ['R', 'R, base 10 s'],
    );
  });

  it('is no redirect where the status names no other place', () => {
    const ruleOf = (code: number) => retryDecision(answered(code), fresh).rule;
    for (const code of [301, 302, 303, 307, 308]) {
      assert.equal(ruleOf(code), 'HTTP: redirect');
    }
    for (const code of [300, 304, 305, 306, 309, 399]) {
      assert.equal(ruleOf(code), 'HTTP: no WebSocket there');
    }
  });

  it('comes with the rule that decided, and with what the user can do', () => {
    const causes: Cause[] = [
      refused,
      connectError('CERT_NOT_YET_VALID'),
      { kind: 'protocol', error: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', message: '', close: 1006 },
      answered(302),
      closed(1000),
      closed(1009),
    ];
    const verdicts = causes.map(cause => retryDecision(cause, fresh));
    assert.deepEqual(
      verdicts.map(({ rule, advice }) => [rule, advice]),
      [
        ['network', undefined],
        ['clock', 'Check the clock of this machine.'],
        ['message size', 'Raise the setting maxMessageSize.'],
        [
          'HTTP: redirect',
          'The peer redirects: use the new address, or switch on followRedirects.',
        ],
        ['closed normally', undefined],
        ['closed: message too big', 'The peer takes no message of that size: send smaller ones.'],
      ],
    );
  });
});

describe("A rule of the user's", () => {
  const follows = (rule: UserRule, cause: Cause) =>
    retryDecision(cause, { ...fresh, rules: [rule] }).rule.startsWith('reconnect.rules');

  it('goes before the built-in ones, and the first that matches wins', () => {
    const rules: UserRule[] = [
      { close: 1000, action: 'retry', delayMs: 2500 },
      { close: '1000-1999', action: 'stop' },
      { status: 404, action: 'retry', counts: false },
      { error: 'ECONNREFUSED', action: 'stop' },
    ];
    assert.deepEqual(
      [closed(1000), closed(1001), answered(404), refused, closed(4000)].map(cause =>
        retryDecision(cause, { ...fresh, rules }),
      ),
      [
        {
          action: 'retry',
          rule: 'reconnect.rules: close 1000 → retry',
          counts: true,
          delayMs: 2500,
        },
        { action: 'stop', rule: 'reconnect.rules: close 1000-1999 → stop', counts: true },
        { action: 'retry', rule: 'reconnect.rules: status 404 → retry', counts: false },
        { action: 'stop', rule: 'reconnect.rules: error ECONNREFUSED → stop', counts: true },
        { action: 'retry', rule: 'closed', counts: true },
      ],
    );
  });

  it('takes a number, a number as text, a range with both its ends, or everything', () => {
    const ranges = [4001, '4001', '4001-4003', '*', '4003-4001', 'x'];
    const codes = [1006, 4000, 4001, 4002, 4003, 4004];
    const statuses = [100, 499, 500, 599, 600];
    assert.deepEqual(
      [
        ...ranges.map(close =>
          codes.filter(code => follows({ close, action: 'stop' }, closed(code))),
        ),
        ...[500, '500-599', '*'].map(status =>
          statuses.filter(code => follows({ status, action: 'stop' }, answered(code))),
        ),
      ],
      [[4001], [4001], [4001, 4002, 4003], codes, [], [], [500], [500, 599], statuses],
    );
  });

  it('speaks of one kind of failure only', () => {
    const causes: Record<string, Cause> = {
      refused,
      answered: answered(404),
      closed: closed(4000),
      lost: closed(1006),
      oversize: { kind: 'protocol', error: 'WS_ERR_X', message: '', close: 1006 },
      config: { kind: 'config', message: '' },
    };
    const matched = (rule: UserRule) =>
      Object.keys(causes).filter(name => follows(rule, causes[name] ?? refused));
    assert.deepEqual(
      {
        close: matched({ close: '*', action: 'stop' }),
        status: matched({ status: '*', action: 'stop' }),
        error: matched({ error: '*', action: 'stop' }),
        one: matched({ error: 'ECONNREFUSED', action: 'stop' }),
        likeness: matched({ error: 'econnrefused', action: 'stop' }),
      },
      {
        close: ['closed', 'lost'],
        status: ['answered'],
        error: ['refused', 'oversize'],
        one: ['refused'],
        likeness: [],
      },
    );
  });
});
