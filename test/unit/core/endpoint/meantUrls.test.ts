import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  parseEndpointTemplate,
  urlsMeantBy,
} from '../../../../src/core/endpoint/endpointTemplate.ts';

const meant = (text: string) => urlsMeantBy(text).map(({ display }) => display);

describe('An address without ws:// or wss://', () => {
  it('means a plain connection on this machine first, and an encrypted one elsewhere', () => {
    const table: Readonly<Record<string, readonly string[]>> = {
      'localhost:8080': ['ws://localhost:8080/', 'wss://localhost:8080/'],
      'localhost': ['ws://localhost/', 'wss://localhost/'],
      '127.0.0.1:3000/x': ['ws://127.0.0.1:3000/x', 'wss://127.0.0.1:3000/x'],
      '[::1]:8080': ['ws://[::1]:8080/', 'wss://[::1]:8080/'],
      ':3000/feed': ['ws://localhost:3000/feed', 'wss://localhost:3000/feed'],
      'example.com': ['wss://example.com/', 'ws://example.com/'],
      ' example.com/feed?token=1 ': ['wss://example.com/feed?…', 'ws://example.com/feed?…'],
      '[2001:db8::1]': ['wss://[2001:db8::1]/', 'ws://[2001:db8::1]/'],
      'api:9000': ['wss://api:9000/', 'ws://api:9000/'],
      '//host': ['wss://host/', 'ws://host/'],
      '//localhost/x': ['ws://localhost/x', 'wss://localhost/x'],
      'münchen.example': ['wss://xn--mnchen-3ya.example/', 'ws://xn--mnchen-3ya.example/'],
    };
    assert.deepEqual(
      Object.fromEntries(Object.keys(table).map(text => [text, meant(text)])),
      table,
    );
  });

  it('means what its port says, where that is one of the usual two', () => {
    assert.deepEqual(meant('example.com:80'), ['ws://example.com/', 'wss://example.com:80/']);
    assert.deepEqual(meant('localhost:443'), ['wss://localhost/', 'ws://localhost:443/']);
  });

  it('means ws: for http:, and wss: for https:, also where a slash is missing', () => {
    const table = {
      'http://example.com/x': 'ws://example.com/x',
      'HTTPS://example.com': 'wss://example.com/',
      'https:example.com': 'wss://example.com/',
      'ws:localhost:8080': 'ws://localhost:8080/',
      'wss:/h/x': 'wss://h/x',
      'http://${env:HOST}/x': 'ws://${env:HOST}/x',
    };
    assert.deepEqual(
      Object.fromEntries(Object.keys(table).map(text => [text, meant(text).join()])),
      table,
    );
  });

  it('keeps its login, and shows it to nobody', () => {
    assert.deepEqual(urlsMeantBy('http://ann:pw@h/'), [
      { url: 'ws://ann:pw@h/', display: 'ws://h/' },
    ]);
  });

  for (const text of [
    'prices',
    'Orders/login',
    '8080',
    'localhost:abc',
    'localhost:99999',
    'localhost:0',
    'javascript:alert(1)',
    'data:text/html,x',
    'mailto:ann@example.com',
    'file:///etc/passwd',
    'ftp://example.com',
    'ann:pw@example.com',
    'local host:80',
    'localhost:8080\nx',
    'example.com#x',
    'a\u202eb.example',
    'a\u200bb.example',
    'example.com\\@evil.example',
    '$.price',
    'kind:state',
    '::1',
    'C:\\x',
    '/path',
    '///x',
    '256.1.1.1',
    'ws://h/',
    'wss://',
    'http:///x',
    '',
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      assert.deepEqual(meant(text), []);
    });
  }

  it('is guessed so that what is offered can be dialled, whatever was typed', () => {
    const typed = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc
        .tuple(
          fc.constantFrom('', '//', ':', 'http://', 'ws:', 'https:'),
          fc.webAuthority({ withPort: true, withUserInfo: true, withIPv6: true }),
          fc.constantFrom('', '/', '/x?y=z', '#f'),
        )
        .map(parts => parts.join('')),
    );
    fc.assert(
      fc.property(typed, text => {
        for (const { url, display } of urlsMeantBy(text)) {
          assert.equal(parseEndpointTemplate(url).display, display);
          assert.match(url, /^wss?:\/\/[^/]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
