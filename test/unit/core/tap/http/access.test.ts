import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkAccess } from '../../../../../src/core/tap/http/access.ts';
import { tapOptions } from '../../../../support/network/taps.ts';

const tap = { port: 9300, isSecure: false };
const plain = tapOptions('http://localhost:5173');
const adding = tapOptions('http://localhost:5173', { headers: { Authorization: 'Bearer x' } });

function statusOf(
  request: Partial<Parameters<typeof checkAccess>[0]>,
  options = plain,
  asked = tap,
): number | string {
  const access = checkAccess(
    { target: '/', hosts: ['localhost:9300'], ...request },
    asked,
    options,
  );
  return 'status' in access ? access.status : access.target;
}

describe('checkAccess', () => {
  it('answers to names of loopback with its own port only', () => {
    for (const host of [
      'localhost:9300',
      'LOCALHOST:9300',
      'app.localhost:9300',
      '127.0.0.1:9300',
      '127.1.2.3:9300',
      '[::1]:9300',
    ]) {
      assert.equal(statusOf({ hosts: [host] }), '/', host);
    }
    for (const host of [
      'evil.example:9300',
      'localhost',
      'localhost:80',
      'localhost:93000',
      'localhost.evil.example:9300',
      '127.0.0.1.evil.example:9300',
      '10.0.0.1:9300',
      '[::2]:9300',
      '',
    ]) {
      assert.equal(statusOf({ hosts: [host] }), 403, host);
    }
    assert.equal(statusOf({ hosts: [] }), 403);
    assert.equal(statusOf({ hosts: ['localhost:9300', 'localhost:9300'] }), 403);
  });

  it('answers to the authority of a forwarded port, and to a bare name at the default port', () => {
    const options = tapOptions('http://localhost:1', {
      allowedAuthorities: ['x-9300.example.dev'],
    });
    assert.equal(statusOf({ hosts: ['X-9300.example.dev'] }, options), '/');
    assert.equal(statusOf({ hosts: ['localhost'] }, plain, { port: 80, isSecure: false }), '/');
    assert.equal(statusOf({ hosts: ['localhost'] }, plain, { port: 443, isSecure: true }), '/');
  });

  it('refuses to be used as a proxy', () => {
    assert.equal(statusOf({ target: 'http://evil.example/' }), 400);
    assert.equal(statusOf({ target: '*' }), 400);
  });

  it('passes foreign origins on while it adds nothing', () => {
    assert.equal(statusOf({ origin: 'https://evil.example' }), '/');
  });

  it('refuses foreign origins while it adds something, unless they are allowed', () => {
    assert.equal(statusOf({ origin: 'https://evil.example' }, adding), 403);
    assert.equal(statusOf({ origin: 'null' }, adding), 403);
    assert.equal(statusOf({ origin: 'http://localhost:5173' }, adding), 403);
    assert.equal(statusOf({ origin: 'http://127.0.0.1:9300' }, adding), '/');
    assert.equal(statusOf({}, adding), '/');
    const allowing = { ...adding, allowedOrigins: ['https://app.example'] };
    assert.equal(statusOf({ origin: 'https://app.example' }, allowing), '/');
    assert.equal(statusOf({ origin: 'https://app.example.evil.example' }, allowing), 403);
  });

  it('takes no other name of loopback for its own origin than that which the request is for', () => {
    for (const name of ['127.0.0.2', 'a.localhost', 'b.a.localhost', 'localhost.']) {
      const origin = `http://${name}:9300`;
      assert.equal(statusOf({ origin }, adding), 403, name);
      assert.equal(statusOf({ origin, hosts: ['127.0.0.1:9300'] }, adding), 403, name);
      assert.equal(statusOf({ origin, hosts: [`${name}:9300`] }, adding), '/', name);
    }
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST']) {
      assert.equal(statusOf({ origin: `http://${name}:9300` }, adding), '/', name);
    }
  });

  it('refuses what a foreign page embeds while it adds something, but not a link that is followed', () => {
    assert.equal(statusOf({ fetchSite: 'cross-site', fetchDest: 'image' }, adding), 403);
    assert.equal(statusOf({ fetchSite: 'same-site', fetchDest: 'script' }, adding), 403);
    assert.equal(statusOf({ fetchSite: 'cross-site', fetchDest: 'iframe' }, adding), 403);
    assert.equal(statusOf({ fetchSite: 'cross-site', fetchDest: 'document' }, adding), '/');
    assert.equal(statusOf({ fetchSite: 'same-origin', fetchDest: 'script' }, adding), '/');
  });

  it('takes the token off the path, and refuses paths without it', () => {
    const options = tapOptions('http://localhost:1', { token: 'k3Y' });
    assert.equal(statusOf({ target: '/~k3Y/a/b?c' }, options), '/a/b?c');
    assert.equal(statusOf({ target: '/~k3Y' }, options), '/');
    assert.equal(statusOf({ target: '/~k3Y?c' }, options), '/?c');
    assert.equal(statusOf({ target: '/~k3Y/a?next=/~k3Y/b' }, options), '/a?next=/b');
    for (const target of ['/', '/~k3', '/~k3Yx/a', '/~K3Y/a', '/a/~k3Y/', '//~k3Y/']) {
      assert.equal(statusOf({ target }, options), 403, target);
    }
  });
});
