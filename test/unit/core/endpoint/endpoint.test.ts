import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../../src/core/base/errors.ts';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';

/** What is wrong with `text`, as the user reads it. */
function complaint(text: string): string {
  try {
    parseEndpoint(text);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message;
  }
  return 'nothing';
}

describe('An endpoint', () => {
  it('is normalised', () => {
    const urls = [
      ' WS://Example.COM:80 ',
      'wss://example.com:443/a b?q=ü',
      'wss://example.com:8443/%23/',
      'ws://münchen.example/ä',
      'ws://[2001:DB8::1]:8080/',
      'ws://127.1/x/../y',
    ];
    assert.deepEqual(
      urls.map(url => parseEndpoint(url).url),
      [
        'ws://example.com/',
        'wss://example.com/a%20b?q=%C3%BC',
        'wss://example.com:8443/%23/',
        'ws://xn--mnchen-3ya.example/%C3%A4',
        'ws://[2001:db8::1]:8080/',
        'ws://127.0.0.1/y',
      ],
    );
  });

  it('keeps its credentials and its query out of what is shown', () => {
    assert.deepEqual(parseEndpoint('wss://a%20b:p%40ss@example.com:8443/feed?token=t1'), {
      url: 'wss://example.com:8443/feed?token=t1',
      host: 'example.com:8443',
      display: 'wss://example.com:8443/feed?…',
      secure: true,
      loopback: false,
      credentials: { user: 'a b', password: 'p@ss' },
    });
  });

  it('has credentials only where the URL has some', () => {
    const urls = ['ws://h/', 'ws://@h/', 'ws://:@h/', 'ws://u@h/', 'ws://:p@h/', 'ws://%zz:%@h/'];
    assert.deepEqual(
      urls.map(url => parseEndpoint(url).credentials),
      [
        undefined,
        undefined,
        undefined,
        { user: 'u', password: '' },
        { user: '', password: 'p' },
        { user: '%zz', password: '%' },
      ],
    );
  });

  it('is on this machine or is not', () => {
    const hosts = {
      'localhost': true,
      'LOCALHOST:1': true,
      'app.localhost': true,
      '127.0.0.1': true,
      '127.255.0.9:80': true,
      '0x7f.1': true,
      '[::1]:9': true,
      'localhost.:1': true,
      '[::ffff:127.0.0.1]': true,
      '[0:0:0:0:0:0:0:1]': true,
      'localhost.example': false,
      'notlocalhost': false,
      '127.0.0.1.example': false,
      '128.0.0.1': false,
      '[::2]': false,
      'example.com': false,
    };
    assert.deepEqual(
      Object.fromEntries(
        Object.keys(hosts).map(host => [host, parseEndpoint(`ws://${host}/`).loopback]),
      ),
      hosts,
    );
  });

  it('is refused with what is wrong and what to write instead', () => {
    const port = 'Write one from 1 to 65535, or none for the usual one: 80 for ws:, 443 for wss:.';
    const host = 'Write the host after ws:// or wss://, as in wss://example.com/feed.';
    const address = 'Write it as in ws://[::1]:8080/.';
    const blank =
      'has a host with characters that no host name has. Check it for blanks and marks.';
    const scheme = 'it must begin with ws:// or wss://.';
    const likeness = (url: string) => scheme.replace(/\.$/, `, as in ${url}.`);
    const fragment = 'WebSocket URLs have no fragment: remove it, or write # as %23.';
    const expected = {
      '': 'The URL is empty. Enter one such as wss://example.com/feed.',
      ' \n': 'The URL is empty. Enter one such as wss://example.com/feed.',
      'example.com/feed': `"example.com/feed" is no WebSocket URL: ${likeness('wss://example.com/feed')}`,
      'localhost:8080': `"localhost:8080" is no WebSocket URL: ${likeness('ws://localhost:8080/')}`,
      'ws:/h': `"ws:/h" is no WebSocket URL: ${likeness('ws://h/')}`,
      'localhost:abc': `"localhost:abc" is no WebSocket URL: ${scheme}`,
      'ann:pw@h.test': `"•••@h.test" is no WebSocket URL: ${scheme}`,
      'http://h/': '"http://h/" is no WebSocket URL. Use ws:// in place of http://, as in ws://h/.',
      'HTTPS://h/?t=1':
        '"HTTPS://h/?…" is no WebSocket URL. Use wss:// in place of https://, as in wss://h/?….',
      'http://u:p@h/': '"http://•••@h/" is no WebSocket URL. Use ws:// in place of http://.',
      'ftp://h/': '"ftp://h/" is no WebSocket URL. Use ws:// or, for TLS, wss://.',
      'ws://': `"ws://" is not a valid URL: it has no host. ${host}`,
      'ws://:8080/': `"ws://:8080/" is not a valid URL: it has no host. ${host}`,
      'ws:///feed': `"ws:///feed" is not a valid URL: it has no host. ${host}`,
      'ws://u:p@:0/': `"ws://•••@:0/" is not a valid URL: it has no host. ${host}`,
      'ws://a b/': `"ws://a b/" is not a valid URL: it ${blank}`,
      'ws://%zz/': `"ws://%zz/" is not a valid URL: it ${blank}`,
      'ws://h:99999/': `"ws://h:99999/" is not a valid URL: it has a port that is too high. ${port}`,
      'ws://h:65536': `"ws://h:65536" is not a valid URL: it has a port that is too high. ${port}`,
      'ws://h:0/': `"ws://h:0/" names the port 0, which nothing listens on. ${port}`,
      'wss://[::1]:000?x': `"wss://[::1]:000?…" names the port 0, which nothing listens on. ${port}`,
      'ws://h:80a/': `"ws://h:80a/" is not a valid URL: it has a port that is no number. ${port}`,
      'ws://h:-1/': `"ws://h:-1/" is not a valid URL: it has a port that is no number. ${port}`,
      'ws://h:80:90/': `"ws://h:80:90/" is not a valid URL: it has a port that is no number. ${port}`,
      'ws://[::1/': `"ws://[::1/" is not a valid URL: it has an IPv6 address that is not valid. ${address}`,
      'ws://::1:80/': `"ws://::1:80/" is not a valid URL: it has an IPv6 address without brackets. ${address}`,
      'ws://1.2.3.256/':
        '"ws://1.2.3.256/" is not a valid URL: it has an IPv4 address that is not valid: four numbers from 0 to 255.',
      'ws://h/#': `"ws://h/#" has a fragment (#…). ${fragment}`,
      'ws://h/p#a': `"ws://h/p#a" has a fragment (#…). ${fragment}`,
    };
    assert.deepEqual(
      Object.fromEntries(Object.keys(expected).map(text => [text, complaint(text)])),
      expected,
    );
  });

  it('is refused without its credentials and its query in the message', () => {
    const messages = [
      'http://user:SECRET@h/feed?token=SECRET',
      'ws://user:SECRET@h/?token=SECRET#a',
      'ws:///user:SECRET@h/#a',
      'ws://user:SEC/RET@h/',
      'ws://user:SEC?RET@h/',
      'ws://user:SEC#RET@h/',
      'ws://user:SEC@RET@h:99999/',
      'ws://user:SECRET\n@h:99999/',
      'user:SECRET@example.com',
      'ws:user:SECRET@example.com',
      'ws:\\\\user:SECRET@example.com',
      'ws:/\t/user:SECRET@example.com',
      'h:99999/?token=SECRET',
    ].map(complaint);
    assert.deepEqual(
      messages.filter(message => message === 'nothing' || /SEC|RET/.test(message)),
      [],
    );
  });

  it('is refused in a message of bearable length', () => {
    const garbage = '\ud800\0<&"'.repeat(2000);
    assert.deepEqual(
      [garbage, `ws://${garbage}`, `http://h/${garbage}`].map(text => complaint(text).length < 400),
      [true, true, true],
    );
  });

  it('is parsed again to the same, and never throws anything but what the user can read', () => {
    const urls = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webUrl({ validSchemes: ['ws', 'wss'], withQueryParameters: true }),
      fc.string({ unit: 'binary' }).map(rest => `ws://${rest}`),
    );
    fc.assert(
      fc.property(urls, text => {
        if (complaint(text) === 'nothing') {
          const endpoint = parseEndpoint(text);
          assert.deepEqual({ ...endpoint, ...parseEndpoint(endpoint.url) }, endpoint);
        }
      }),
    );
  });
});
