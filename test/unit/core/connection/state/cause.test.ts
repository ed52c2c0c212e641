import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  causeOf,
  describeCause,
  type Cause,
} from '../../../../../src/core/connection/state/cause.ts';
import { parseEndpoint } from '../../../../../src/core/endpoint/endpoint.ts';
import { stateSentence, stateRow } from '../../../../../src/core/connection/report.ts';
import type { Ended } from '../../../../../src/core/connection/wire/transport.ts';
import { retryDecision } from '../../../../../src/core/connection/retry/retryDecision.ts';

const endpoint = parseEndpoint('wss://user:pw@example.test:8443/feed?token=t');

/** The sentence for how a transport ended. */
function described(ended: Partial<Ended>): string {
  return describeCause(causeOf({ code: 1006, reason: '', ...ended }, 0), endpoint);
}

describe('The cause of an end', () => {
  it('is what was reported, before what the close code alone says', () => {
    const refusal = { status: 503, statusText: 'Busy', headers: {} };
    const error = { code: 'ECONNRESET', message: 'socket hang up' };
    const tooLong = { code: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', message: 'Max payload size' };
    const ends: Partial<Ended>[] = [
      { phase: 'upgrade', refusal, error },
      { phase: 'tcp', error },
      { phase: 'tls', error },
      { phase: 'upgrade', error: { message: 'Invalid Sec-WebSocket-Accept header' } },
      { error: tooLong },
      { phase: 'upgrade' },
      {},
      { code: 1005 },
      { code: 4000, reason: 'bye' },
    ];
    assert.deepEqual(
      ends.map(end => causeOf({ code: 1006, reason: '', ...end }, 0)),
      [
        { kind: 'http', phase: 'upgrade', status: 503, statusText: 'Busy' },
        { kind: 'connect', phase: 'tcp', error: 'ECONNRESET', message: 'socket hang up' },
        { kind: 'tls', phase: 'tls', error: 'ECONNRESET', message: 'socket hang up' },
        { kind: 'connect', phase: 'upgrade', message: 'Invalid Sec-WebSocket-Accept header' },
        { kind: 'protocol', error: tooLong.code, message: 'Max payload size', close: 1006 },
        { kind: 'lost', phase: 'upgrade', close: 1006 },
        { kind: 'lost', close: 1006 },
        { kind: 'closeframe', close: 1005 },
        { kind: 'closeframe', close: 4000, reason: 'bye' },
      ],
    );
  });

  it('is a sentence that names the host and the code', () => {
    assert.deepEqual(
      [
        described({ phase: 'tcp', error: { code: 'ECONNREFUSED', message: '' } }),
        described({ phase: 'dns', error: { code: 'ENOTFOUND', message: 'getaddrinfo' } }),
        described({ phase: 'tls', error: { code: 'CERT_HAS_EXPIRED', message: 'expired' } }),
        described({ phase: 'tls', error: { code: 'EWEIRD', message: 'what is this\n' } }),
        described({ phase: 'dns', error: { message: '' } }),
        described({ phase: 'upgrade', refusal: { status: 401, statusText: '', headers: {} } }),
        described({ phase: 'upgrade' }),
        described({}),
        described({ code: 4001, reason: 'go away' }),
        described({ code: 1013 }),
      ],
      [
        'example.test:8443 refused the connection: nothing listens there (ECONNREFUSED)',
        'The host name of example.test:8443 is unknown (ENOTFOUND)',
        'The certificate of example.test:8443 has expired (CERT_HAS_EXPIRED)',
        'What is this (EWEIRD)',
        'The connection failed',
        'example.test:8443 answered HTTP 401 instead of opening a WebSocket',
        'example.test:8443 dropped the connection during the WebSocket handshake',
        'Closed with 1006 Abnormal Closure: the connection was lost without a close frame',
        'Closed with 4001 Private Use, reason: “go away”',
        'Closed with 1013 Try Again Later: the peer is overloaded',
      ],
    );
  });

  it('is a sentence also where no transport was to blame', () => {
    const causes: Cause[] = [
      { kind: 'user' },
      { kind: 'config', message: 'The file cannot be read.' },
      { kind: 'config' },
      { kind: 'connect', phase: 'tls', message: 'The file cannot be read. Is it PEM?' },
      { kind: 'connect', phase: 'proxy', error: 'E1', message: 'The proxy is no proxy.' },
      { kind: 'timeout', phase: 'tls' },
      { kind: 'timeout' },
      { kind: 'heartbeat' },
      { kind: 'heartbeat', message: 'two pings were not answered' },
    ];
    assert.deepEqual(
      causes.map(cause => describeCause(cause, endpoint)),
      [
        'Disconnected by you',
        'The file cannot be read',
        'The settings of this connection cannot be used',
        'The file cannot be read. Is it PEM?',
        'The proxy is no proxy (E1)',
        'example.test:8443 did not complete the connection in time: it stopped at the TLS handshake',
        'example.test:8443 did not complete the connection in time',
        'No sign of life from example.test:8443: the heartbeat was not answered',
        'No sign of life from example.test:8443: two pings were not answered',
      ],
    );
  });

  it('has one full stop where a message of ours is a whole sentence', () => {
    const cause: Cause = {
      kind: 'config',
      message: 'The secret is not stored. Run "Store Secret…".',
    };
    const failure = { failures: 1, limit: 10, retry: 1, rule: 'configuration' };
    assert.equal(
      stateSentence({ kind: 'stopped', why: 'fatal', cause, ...failure }, endpoint),
      'The secret is not stored. Run "Store Secret…". Not tried again (rule: configuration).',
    );
  });

  it('is one of its own for each error of the HTTP parser, with advice', () => {
    const codes = [
      'HPE_HEADER_OVERFLOW',
      'HPE_INVALID_VERSION',
      'HPE_INVALID_STATUS',
      'HPE_CR_EXPECTED',
      'HPE_LF_EXPECTED',
      'HPE_INVALID_HEADER_TOKEN',
      'HPE_UNEXPECTED_SPACE',
      'WSM_HTTP2',
      'HPE_INVALID_CONTENT_LENGTH',
      'HPE_UNEXPECTED_CONTENT_LENGTH',
      'HPE_CLOSED_CONNECTION',
      'HPE_INVALID_TRANSFER_ENCODING',
      'HPE_INVALID_CHUNK_SIZE',
    ];
    const sentences = codes.map(code =>
      described({ phase: 'upgrade', error: { code, message: 'Parse Error' } }),
    );
    assert.equal(new Set(sentences).size, codes.length);
    sentences.forEach((sentence, at) => {
      assert.match(sentence, /^example\.test:8443 (answer|went on)/);
      assert.ok(sentence.endsWith(` (${codes[at]})`));
    });
    const advice = codes.map(error => {
      const cause: Cause = { kind: 'connect', phase: 'upgrade', error };
      const { action, advice } = retryDecision(cause, {
        rules: [],
        provenGood: false,
        subprotocol: '',
        loopback: false,
        secure: false,
      });
      assert.equal(action, 'fail', error);
      return advice ?? '';
    });
    assert.ok(advice.every(text => text.length > 20));
    assert.ok(new Set(advice).size >= 7);
  });

  it("shows what is hidden in the peer's words", () => {
    const evil = 'a\u202eb\r\nc\u001b[1m';
    assert.deepEqual(
      [
        described({ code: 4000, reason: evil }),
        described({ phase: 'upgrade', refusal: { status: 500, statusText: evil, headers: {} } }),
        described({ phase: 'upgrade', error: { message: `invalid URL: ${evil}` } }),
      ],
      [
        'Closed with 4000 Private Use, reason: “a⟨U+202E⟩b↵c␛[1m”',
        'example.test:8443 answered HTTP 500 a⟨U+202E⟩b↵c␛[1m instead of opening a WebSocket',
        'Invalid URL: a⟨U+202E⟩b↵c␛[1m',
      ],
    );
  });

  it('names a host as it is, also one with characters that a replacement would take amiss', () => {
    const strange = parseEndpoint("ws://a$&$'b/");
    const cause = causeOf(
      { code: 1006, reason: '', error: { code: 'ECONNRESET', message: '' } },
      0,
    );
    assert.equal(describeCause(cause, strange), "a$&$'b reset the connection (ECONNRESET)");
  });
});

describe('The verdict of a peer', () => {
  const peer = parseEndpoint('ws://example.test/');
  const verdict = (code: number, reason: string) => {
    const cause = causeOf({ code, reason }, 0);
    const state = {
      kind: 'waiting' as const,
      dueAt: 0,
      delayMs: 1000,
      failures: 1,
      limit: 10,
      rule: 'closed',
      cause,
    };
    return { cause, sentence: stateSentence(state, peer), row: stateRow(state, peer) };
  };

  it('is told whatever its code is', () => {
    for (const code of [0, 1, 999, 1004, 1015, 1016, 2999, 3001, 4999, 5000, 65_535]) {
      const { sentence, row } = verdict(code, 'because');
      assert.match(
        sentence,
        new RegExp(`^Closed with ${code} .*, reason: “because”\\. Retry 1/10`),
      );
      assert.equal(row.code, code);
    }
  });

  it('is told whatever its reason looks like', () => {
    for (const [reason, shown] of [
      ['', undefined],
      [' ', ' '],
      ['\u0000\u0007\u001b[31m', '␀␇␛[31m'],
      ['a\r\nb\tc', 'a↵b⇥c'],
      ['\u202e\u2066\ufeff', '⟨U+202E⟩⟨U+2066⟩⟨U+FEFF⟩'],
      ['na\ufffdve', 'na\ufffdve'],
      ['”. Connected', '”. Connected'],
      ['{host} $& $1', '{host} $& $1'],
    ] as const) {
      const { sentence, row } = verdict(4001, reason);
      assert.equal(
        sentence,
        `Closed with 4001 Private Use${shown === undefined ? '' : `, reason: “${shown}”`}. ` +
          'Retry 1/10 in 1 s (rule: closed).',
      );
      assert.deepEqual([row.code, row.text], [4001, sentence]);
    }
  });

  it('is not hidden behind words without end, be they a reason or a status text', () => {
    const endless = '\u202e'.repeat(100_000);
    const { sentence } = verdict(4001, endless);
    assert.match(sentence, /^Closed with 4001 Private Use, reason: “.*”\. Retry 1\/10 in 1 s/);
    assert.ok(sentence.length < 500, `${sentence.length} characters`);
    const http = describeCause(
      { kind: 'http', phase: 'upgrade', status: 503, statusText: endless },
      peer,
    );
    assert.match(http, /^example\.test answered HTTP 503 .* instead of opening a WebSocket$/);
    assert.ok(http.length < 500, `${http.length} characters`);
    const platform = describeCause({ kind: 'connect', error: 'EODD', message: endless }, peer);
    assert.ok(platform.endsWith(' (EODD)') && platform.length < 500);
  });

  it('decides, whatever its reason looks like', () => {
    for (const reason of ['', '\u0000', '\ufffd', '{"retryAfter":', '{}', 'x'.repeat(1000)]) {
      for (const code of [1000, 1008, 1013, 4401]) {
        assert.equal(causeOf({ code, reason }, 0).close, code);
        assert.equal(causeOf({ code, reason }, 0).kind, 'closeframe');
      }
    }
  });
});
