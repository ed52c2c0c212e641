import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDeepLink } from '../../../../src/core/endpoint/deepLink.ts';

const read = (query: string) => readDeepLink('/connect', query);

describe('A link from outside', () => {
  it('says what it would dial', () => {
    assert.deepEqual(read('url=wss://example.com/feed?token=abc&b=2&name=Quotes'), {
      url: 'wss://example.com/feed?token=abc&b=2',
      name: 'Quotes',
      secure: true,
      host: 'example.com',
      path: '/feed',
      queryNames: ['token', 'b'],
    });
    assert.equal(read('name=N&url=ws://a:81/').host, 'a:81');
    assert.equal(read('url=ws://a/').name, 'a');
  });

  it('is read the same where it is still encoded', () => {
    const link = read('url=wss%3A%2F%2Fa%2F%3Fx%3D1%26y%3D2&name=A%20b');
    assert.deepEqual([link.url, link.name], ['wss://a/?x=1&y=2', 'A b']);
    assert.throws(() => read('url=wss%3A%2F%2Fa%2F%ZZ'), /not encoded/);
  });

  it('shows the host that a deceptive one really is', () => {
    assert.equal(read('url=wss://аpple.com/').host, 'xn--pple-43d.com');
    const { name, path } = read('url=wss://a/%E2%80%AE\u202ex&name=\u202ea\nb');
    assert.ok(!/[\u202e\n]/.test(name + path));
  });

  it('is refused where it carries more than an address', () => {
    for (const [query, why] of [
      ['url=wss://user:pass@a/', /user name or password/],
      ['url=wss://a/?t=${secret:token}', /variables/],
      ['url=wss%3A%2F%2Fa%2F%3Ft%3D%24%7Bsecret%3At%7D', /variables/],
      ['url=javascript:alert(1)', /ws:\/\/ or wss:\/\//],
      ['url=file:///etc/passwd', /no WebSocket URL/],
      ['url=localhost:8080/x', /as in ws:\/\/localhost:8080\/x\.$/],
      ['url=https://example.com/', /in place of https:\/\/, as in wss:\/\/example\.com\/\.$/],
      ['url=', /names no URL/],
      ['', /names no URL/],
      ['headers=a&url=wss://a', /names no URL/],
      [`url=wss://a/${'x'.repeat(3000)}`, /too long/],
    ] as const) {
      assert.throws(() => read(query), { message: why }, query);
    }
    assert.throws(() => readDeepLink('/run', 'url=wss://a'), /only "connect"/);
  });
});
