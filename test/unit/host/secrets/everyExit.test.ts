import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HandshakeRedactor } from '../../../../src/core/secrets/handshakeRedactor.ts';
import { maskUrl } from '../../../../src/core/secrets/mask.ts';
import { SecretRedactor } from '../../../../src/core/secrets/redact.ts';
import { secretValues, urlHoldsSecret } from '../../../../src/core/secrets/values.ts';
import { redactedLog } from '../../../../src/host/secrets/redactedLog.ts';
import { SecretRegistry } from '../../../../src/host/secrets/secretRegistry.ts';
import { assertLinear } from '../../../support/growth.ts';

/** Every place in which a connection can hold a secret; the one that is in it is the value here. */
const kinds: Readonly<Record<string, (secret: string) => Parameters<typeof secretValues>[0]>> = {
  'a header': secret => ({ ...nothing, headers: { 'X-Api-Key': secret } }),
  'a header behind a scheme': secret => ({
    ...nothing,
    headers: { Authorization: `Bearer ${secret}` },
  }),
  'a cookie': secret => ({ ...nothing, headers: { Cookie: `a=1; session=${secret}; b=2` } }),
  'a query': secret => ({ ...nothing, url: `ws://h/?token=${encodeURIComponent(secret)}` }),
  'a password': secret => ({ ...nothing, logins: [{ user: 'me', password: secret }] }),
  'a user name that stands alone': secret => ({
    ...nothing,
    logins: [{ user: secret, password: '' }],
  }),
  'a subprotocol': secret => ({ ...nothing, subprotocols: ['token', secret] }),
  'a passphrase or a stored secret': secret => ({ ...nothing, others: [secret] }),
};

const nothing = { url: 'ws://h/', headers: {}, subprotocols: [], logins: [], others: [] };

const secret = 'dGVz/dCtz+ZWNyZXQ';
const withBlank = 'p"w/ä\\ ß-hunter';

function spellingsOf(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const url = encodeURIComponent(text);
  const base64 = Buffer.from(`me:${text}`).toString('base64');
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll('/', '\\/'),
    Array.from(text, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
    url,
    url.replace(/%../g, escape => escape.toLowerCase()),
    url.replaceAll('%20', '+'),
    Buffer.from(text).toString('latin1'),
    base64,
    Buffer.from(`me:${text}`).toString('base64url'),
    encodeURIComponent(base64),
  ];
}

/** Every way out of what a peer or the user wrote; each returns all that comes out of it. */
const exits: Readonly<Record<string, (text: string, secrets: readonly string[]) => string>> = {
  'the facts of a handshake': (text, secrets) => {
    const redactor = new HandshakeRedactor(secrets);
    const lines = redactor.headers([
      ['Via', text],
      ['X-Unknown', text],
      ['Location', text],
      ['Sec-WebSocket-Protocol', text],
    ]);
    return JSON.stringify([redactor.text(text), redactor.url(text), lines]);
  },
  'a handshake whose values are shown on request': (text, secrets) => {
    const redactor = new HandshakeRedactor(secrets, 'shown');
    return JSON.stringify([redactor.text(text), redactor.headers([['X-Unknown', text]])]);
  },
  'the log': (text, secrets) => {
    const registry = new SecretRegistry();
    registry.add(secrets);
    const lines: unknown[] = [];
    const add = (...given: readonly unknown[]) => void lines.push(...given);
    const log = redactedLog(
      { trace: add, debug: add, info: add, warn: add, error: add },
      registry.redact,
    );
    log.info(text, text);
    log.error(text, new Error(text));
    return lines.map(String).join('\n');
  },
  'an export': (text, secrets) => {
    const redactor = new SecretRedactor(secrets);
    const halves = [text.slice(0, text.length / 2), text.slice(text.length / 2)];
    const steps = redactor.bytes(Buffer.from(text));
    let step = steps.next();
    while (!step.done) {
      step = steps.next();
    }
    return [
      redactor.text(text),
      JSON.stringify(redactor.value({ [text]: [text] })),
      [...redactor.pieces(halves)].join(''),
      Buffer.from(step.value).toString(),
    ].join('\n');
  },
};

describe('A secret', () => {
  for (const [kind, sourceOf] of Object.entries(kinds)) {
    for (const [exit, leave] of Object.entries(exits)) {
      it(`that is ${kind} is masked in ${exit}, however it is spelled`, () => {
        for (const value of kind === 'a subprotocol' ? [secret] : [secret, withBlank]) {
          const secrets = secretValues(sourceOf(value));
          // The parts of a cookie or a header with blanks in them are sought one by one.
          for (const spelling of spellingsOf(value)) {
            const shown = leave(`before ${spelling} after`, secrets);
            assert.ok(!shown.includes(spelling), `${spelling} in ${shown}`);
            assert.ok(shown.includes('•••'), `${spelling}: ${shown}`);
          }
        }
      });
    }
  }

  it('is in no sentence that quotes a URL, whoever wrote it', () => {
    const typed = [
      `ws://me:${secret}@host/`,
      `ws://${secret}@host/?x=1`,
      `me:${secret}@host`,
      `ws://me:a?${secret}@host`,
      `ws://host/?any=${secret}`,
      `ws://host/?${secret}`,
    ];
    for (const url of typed) {
      assert.ok(!maskUrl(url, 'user').includes(secret), url);
    }
    const received = ['//me:hunter22@host/p', 'https://me:hunter22@host', '/p?any=hunter22'];
    for (const url of received) {
      assert.ok(!maskUrl(url, 'peer').includes('hunter22'), url);
    }
  });

  it('in a query with malformed escapes is masked as a server reads it', () => {
    for (const [query, echo] of [
      ['token=50%25off%zzsecret', '50%off%zzsecret'],
      ['api_key=caf%E9%20topsecret', 'caf\ufffd topsecret'],
      ['access%5Ftoken=a%2Bb+c%zz', 'a+b c%zz'],
      ['to%6Ben=hunter+22', 'hunter+22'],
    ] as const) {
      const secrets = secretValues({ ...nothing, url: `ws://h/?${query}` });
      for (const [exit, leave] of Object.entries(exits)) {
        assert.ok(!leave(`bad value ${echo}`, secrets).includes(echo), `${query} in ${exit}`);
      }
    }
  });

  it('does not mask the words of a login scheme', () => {
    const Authorization = 'Digest username="ann", realm="r", qop=auth, response="0123456789abcdef"';
    const secrets = secretValues({ ...nothing, headers: { Authorization } });
    const redactor = new SecretRedactor(secrets);
    assert.equal(redactor.text('authentication failed'), 'authentication failed');
    assert.ok(!redactor.text('response="0123456789abcdef"').includes('0123456789abcdef'));
  });

  it('keeps a URL from being remembered', () => {
    const urls = ['ws://u:p@h/', 'ws://t@h/', 'ws://h/?token=x', 'ws://h/?a=1&access%5Ftoken=x'];
    assert.deepEqual(urls.map(urlHoldsSecret), [true, true, true, true]);
    assert.deepEqual(['ws://h/', 'ws://h/?room=5', 'ws://h/a@b'].map(urlHoldsSecret), [
      false,
      false,
      false,
    ]);
  });

  it('is found among a thousand long ones, in time in proportion to the text', () => {
    const many = Array.from(
      { length: 1000 },
      (_, index) => `eyJhbGciOiJ${index}.${'x'.repeat(800)}`,
    );
    const redactor = new SecretRedactor(many);
    assert.equal(redactor.text(`a ${many[500]} b ${many[999]}`), 'a ••• b •••');
    for (const part of ['eyJhbGciOiJ ', '%E4']) {
      assertLinear(
        size => part.repeat(size),
        text => redactor.text(text),
        5_000,
      );
    }
  });
});
