import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import type { Handshake, TlsMaterial } from '../../../../src/core/connection/wire/transport.ts';
import { openWsTransport } from '../../../../src/node/transport/wsTransport.ts';
import { certificates } from '../../../support/network/certificates.ts';
import { connectionsUpToNow, raw } from '../../../support/network/peers.ts';
import { handshakeFor, during, TransportRecorder } from '../../../support/network/transports.ts';

/** What the user is told; the secret in each of the inputs must not be in it. */
function problemOf(url: string, changed: Partial<Handshake>): string {
  const seen = new TransportRecorder();
  try {
    openWsTransport(handshakeFor(url, changed), seen).dispose();
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /secret/);
    assert.deepEqual([seen.lines, seen.handshakes], [[], []]);
    return error.message;
  }
  return 'no problem';
}

const { ca, client, clientKey, clientEncryptedKey, clientPfx, serverKey, passphrase } =
  certificates;
const garbage = Buffer.from('this is no certificate');
const damaged = Buffer.from(client.toString().replace(/M/g, 'N'));
const damagedKey = Buffer.from(clientKey.toString().replace(/M/g, 'N'));
const der = Buffer.from(client.toString().replace(/-----.*-----|\s/g, ''), 'base64');

describe('What cannot be asked for is named before anything is on the wire', () => {
  it('in headers', () => {
    const cases: Readonly<Record<string, readonly [string, string]>> = {
      'headers: the value of X contains a line break.': ['X', 'a\r\nsecret: b'],
      'headers: the value of Y contains a line break.': ['Y', 'secret\n'],
      'headers: the value of Z contains a character that HTTP does not allow.': ['Z', 'secret \0'],
      'headers: the value of W contains a character that HTTP does not allow.': [
        'W',
        'secret \ud800',
      ],
      'headers: "a b" is not a valid header name.': ['a b', 'secret'],
      'headers: "" is not a valid header name.': ['', 'secret'],
      'headers: "A:\\r\\nB" is not a valid header name.': ['A:\r\nB', 'secret'],
      'headers: Sec-WebSocket-Protocol is made from the setting subprotocols; set that instead.': [
        'Sec-WebSocket-Protocol',
        'secret',
      ],
      'headers: sec-websocket-extensions is made from the setting compression; set that instead.': [
        'sec-websocket-extensions',
        'x',
      ],
    };
    const problems = Object.values(cases).map(([name, value]) =>
      problemOf('ws://127.0.0.1:9', { headers: { [name]: value } }),
    );
    assert.deepEqual(problems, Object.keys(cases));
    assert.equal(
      problemOf('ws://127.0.0.1:9', { headers: { 'X-Ok': '', 'É': 'x' } }).slice(0, 8),
      'headers:',
    );
    assert.equal(problemOf('ws://127.0.0.1:9', { headers: { 'X-Ok': 'é\t☃' } }), 'no problem');
    assert.equal(
      problemOf('ws://127.0.0.1:9', { headers: { host: 'secret', Host: 'b' } }),
      'headers: host and Host are the same header. Remove one of them.',
    );
  });

  it('in subprotocols', () => {
    const problems = [
      ['a', 'b', 'a'],
      ['a b'],
      [''],
      ['a,b'],
      ['ü'],
      ['a', 'A'],
      ["!#$%&'*+-.^_`|~0"],
    ].map(subprotocols => problemOf('ws://127.0.0.1:9', { subprotocols }));
    const hint = 'Use letters, digits and marks such as - . _ only.';
    assert.deepEqual(problems, [
      'subprotocols: "a" is there twice.',
      `subprotocols: "a b" is not valid. ${hint}`,
      `subprotocols: "" is not valid. ${hint}`,
      `subprotocols: "a,b" is not valid. ${hint}`,
      `subprotocols: "ü" is not valid. ${hint}`,
      'no problem',
      'no problem',
    ]);
  });

  it('in the proxy', () => {
    const beginning = 'must begin with http://, https:// or socks5://.';
    const cases: Readonly<Record<string, string>> = {
      'ftp://me:secret@host': `proxy: "ftp://•••@host" ${beginning}`,
      'socks4://host:1': `proxy: "socks4://host:1" ${beginning}`,
      'ws://host': `proxy: "ws://host" ${beginning}`,
      'file:///secret@': `proxy: "file://•••@" ${beginning}`,
      'host:8080': 'proxy: "host:8080" is not a URL. Use one such as http://proxy.example:8080.',
      'me:secret@host:8080':
        'proxy: "•••@host:8080" is not a URL. Use one such as http://proxy.example:8080.',
      '': 'proxy: "" is not a URL. Use one such as http://proxy.example:8080.',
      'http://': 'proxy: the host or port in "http://" is not valid.',
      'http://host:99999': 'proxy: the host or port in "http://host:99999" is not valid.',
      'http://me:secret@ho st': 'proxy: the host or port in "http://•••@ho st" is not valid.',
      'http://host:0': 'proxy: "http://host:0" uses port 0, on which no server can listen.',
      'http://host/path': 'proxy: "http://host/path" may contain a host and a port only.',
      'http://host?x=1': 'proxy: "http://host?x=1" may contain a host and a port only.',
      [`socks5://me:${'secret'.repeat(50)}@host`]:
        'proxy: user name and password of a SOCKS proxy have at most 255 bytes.',
    };
    const problems = Object.keys(cases).map(proxy => problemOf('ws://127.0.0.1:9', { proxy }));
    assert.deepEqual(problems, Object.values(cases));
  });

  it('in TLS material', () => {
    const cases: readonly (readonly [Partial<TlsMaterial>, RegExp])[] = [
      [{ ca: garbage }, /^tls\.ca: the file holds no certificate in PEM form\.$/],
      [{ ca: new Uint8Array() }, /^tls\.ca: the file holds no certificate in PEM form\.$/],
      [{ ca: der }, /^tls\.ca: .* It looks like DER: convert it with "openssl x509"\.$/],
      [{ ca: Buffer.concat([ca, damaged]) }, /^tls\.ca: a certificate in the file is damaged/],
      [{ ca: clientKey }, /^tls\.ca: the file holds no certificate/],
      [{ key: clientKey }, /^tls\.key: .* missing, set tls\.cert\.$/],
      [{ cert: client }, /^tls\.cert: the file holds a certificate, but no key: set tls\.key\.$/],
      [{ cert: garbage }, /^tls\.cert: the file is neither PEM nor PKCS #12\.$/],
      [{ cert: der }, /^tls\.cert: the PKCS #12 file cannot be read/],
      [{ cert: garbage, key: clientKey }, /^tls\.cert: the file holds no certificate in PEM form/],
      [{ cert: damaged, key: clientKey }, /^tls\.cert: a certificate in the file is damaged/],
      [{ cert: client, key: garbage }, /^tls\.key: the file holds no private key in PEM form\.$/],
      [{ cert: client, key: client }, /^tls\.key: the file holds no private key in PEM form\.$/],
      [{ cert: client, key: damagedKey }, /^tls\.key: the private key is damaged/],
      [
        { cert: client, key: serverKey },
        /^tls\.key: it does not match the certificate of tls\.cert/,
      ],
      [
        { cert: client, key: clientEncryptedKey },
        /^tls\.passphrase: the private key is encrypted; enter its passphrase\.$/,
      ],
      [
        { cert: client, key: clientEncryptedKey, passphrase: 'secret' },
        /^tls\.passphrase: it does not decrypt the private key\.$/,
      ],
      [
        { cert: clientPfx },
        /^tls\.passphrase: enter the passphrase of the PKCS #12 file of tls\.cert\.$/,
      ],
      [
        { cert: clientPfx, passphrase: 'secret' },
        /^tls\.passphrase: it does not decrypt the PKCS #12 file of tls\.cert\.$/,
      ],
      [
        { cert: clientPfx.subarray(0, 500), passphrase },
        /^tls\.cert: the PKCS #12 file cannot be read/,
      ],
      [{ servername: '127.0.0.1' }, /^tls\.servername: give a host name/],
      [{ cert: client, key: clientKey, passphrase: 'not needed' }, /^no problem$/],
    ];
    for (const [material, problem] of cases) {
      const tls = { rejectUnauthorized: true, ...material };
      assert.match(problemOf('wss://127.0.0.1:9', { tls }), problem);
    }
    const tls = { rejectUnauthorized: true, ca: garbage };
    assert.equal(problemOf('ws://127.0.0.1:9', { tls }), 'no problem', 'It is not used');
    assert.match(problemOf('ws://127.0.0.1:9', { tls, followRedirects: true }), /^tls\.ca/);
  });

  it('and nothing is', async t => {
    const peer = await during(t, raw());
    problemOf(peer.url, { subprotocols: ['a', 'a'] });
    problemOf(peer.url, { proxy: 'ftp://127.0.0.1' });
    assert.equal(await connectionsUpToNow(peer), 0);
  });
});
