import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CookieJar } from '../../../../src/core/endpoint/cookieJar.ts';
import { parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';

const now = Date.UTC(2026, 0, 15, 12);
const from = 'wss://a.example/feed/live';

/** What a request to `to` carries after these cookies were set by `from`. */
function carried(lines: readonly string[], to = from, own?: string, setBy = from) {
  const jar = new CookieJar();
  jar.take(parseEndpoint(setBy), lines, now);
  return jar.header(parseEndpoint(to), own, now);
}

describe('A cookie', () => {
  it('goes to its origin, whatever Domain says, and to no other', () => {
    const to = (url: string) => carried(['a=1; Path=/; Domain=.example'], url);
    assert.equal(to('wss://A.EXAMPLE:443/x'), 'a=1');
    assert.equal(to('wss://a.example./x'), 'a=1');
    const others = [
      'ws://a.example/',
      'wss://a.example:444/',
      'wss://b.example/',
      'wss://x.a.example',
    ];
    assert.deepEqual(
      others.map(to),
      others.map(() => undefined),
    );
    assert.equal(carried(['a=1; Domain=other.example']), undefined);
    assert.equal(carried(['a=1; Domain=xa.example']), undefined);
  });

  it('goes to its path and below', () => {
    const paths = {
      '/feed/live': 'a=1',
      '/feed': 'a=1',
      '/feed/': 'a=1',
      '/feeds': undefined,
      '/': undefined,
    };
    for (const [path, expected] of Object.entries(paths)) {
      const url = `wss://a.example${path}`;
      assert.equal(carried(['a=1'], url), expected, path);
      assert.equal(carried(['a=1; Path=/feed'], url), expected, path);
      assert.equal(carried(['a=1; path=relative'], url), expected, path);
      assert.equal(carried(['a=1; Path=/'], url), 'a=1', path);
    }
    assert.equal(carried(['a=1; Path=/', 'b=2; Path=/feed/', 'c=3; Path=/feed']), 'b=2; c=3; a=1');
  });

  it('that is Secure needs TLS, or this machine', () => {
    const plain = (host: string) =>
      carried(['a=1; secure'], `ws://${host}/`, undefined, `ws://${host}/`);
    assert.equal(plain('a.example'), undefined);
    assert.equal(plain('localhost:8080'), 'a=1');
    assert.equal(carried(['a=1; Secure']), 'a=1');
  });

  it('lasts as long as it says', () => {
    const lasting = [
      'a=1; Max-Age=1',
      'a=1; Max-Age=later',
      'a=1; Expires=nonsense',
      'a=1; Expires=Thu, 15 Jan 2026 12:00:01 GMT',
      'a=1; Expires=Thursday, 15-Jan-26 12:00:01 GMT',
      'a=1; Expires=Thu Jan 15 12:00:01 2026',
      'a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=5',
    ];
    const over = [
      'a=1; Max-Age=0',
      'a=1; max-age=-5',
      'a=1; Expires=Thu, 15 Jan 2026 12:00:00 GMT',
      'a=1; Expires=Thu, 01-Jan-70 00:00:00 GMT',
      'a=1; Expires=Wed, 31 Dec 2099 00:00:00 GMT; Max-Age=0',
    ];
    assert.deepEqual(
      lasting.map(line => carried([line])),
      lasting.map(() => 'a=1'),
    );
    assert.deepEqual(
      over.map(line => carried([line])),
      over.map(() => undefined),
    );
  });

  it('takes the place of one with its name, also of the user, and takes it away', () => {
    assert.equal(carried(['a=1', 'a=2']), 'a=2');
    assert.equal(carried(['a=2', 'b="x=y"; HttpOnly'], from, ' a=1;c=3 ; '), 'c=3; a=2; b="x=y"');
    assert.equal(carried(['a=; Max-Age=0'], from, 'a=1; c=3'), 'c=3');
    assert.equal(carried(['a=; Max-Age=0'], from, 'a=1'), undefined);
    assert.equal(carried(['a=1'], 'wss://b.example/', 'own=1'), 'own=1');
    assert.equal(carried(['just a value'], from, 'own=1'), 'own=1; just a value');
  });

  it('is not kept where it must not be', () => {
    const lines = [
      '',
      '=',
      ';Path=/',
      `a=${'x'.repeat(4096)}`,
      'a=b\rc',
      '__Secure-a=1',
      '__Host-a=1; Secure',
      '__Host-a=1; Secure; Path=/; Domain=a.example',
    ];
    assert.deepEqual(
      lines.map(line => carried([line])),
      lines.map(() => undefined),
    );
    assert.equal(carried(['__Host-a=1; Secure; Path=/']), '__Host-a=1');
    const many = Array.from({ length: 60 }, (_, at) => `c${at}=1`);
    assert.equal(carried(many)?.split('; ').length, 50);
  });
});
