import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { originOf, parseEndpoint } from '../../../../src/core/endpoint/endpoint.ts';
import {
  fillEndpoint,
  parseEndpointTemplate,
} from '../../../../src/core/endpoint/endpointTemplate.ts';
import {
  destinationOf,
  proxyDestinationOf,
  proxyPlaceOf,
} from '../../../../src/core/consent/destination.ts';
import { maySecretGo, parseSecretHosts } from '../../../../src/core/consent/secretHosts.ts';
import { template, type Value } from '../../../../src/core/variables/value.ts';
import { parseProxy } from '../../../../src/node/proxy/proxyAddress.ts';
import { profileIn, type Layers } from '../../../support/host/consent.ts';
import { variables } from '../../../support/host/variables.ts';

const origin = (url: string) => originOf(parseEndpoint(url));

async function destination(layers: Layers, named: Readonly<Record<string, Value>> = {}) {
  const profile = profileIn(layers);
  const source = {
    ...variables({ env: { HOST: 'env.test' }, secrets: { host: 's3cret' } }),
    named: (name: string) => named[name],
    names: Object.keys(named),
  };
  const url = await fillEndpoint(template(profile.url, profile.scope), source);
  return destinationOf(profile, url, source);
}

describe('An origin', () => {
  it('is the same however it is written', () => {
    for (const [written, same] of [
      ['wss://example.com/a?b', 'wss://example.com'],
      ['wss://EXAMPLE.com:443/', 'wss://example.com'],
      ['wss://example.com./', 'wss://example.com'],
      ['ws://example.com:80', 'ws://example.com'],
      ['wss://user:pw@example.com', 'wss://example.com'],
      ['wss://bücher.example', 'wss://xn--bcher-kva.example'],
      ['wss://XN--BCHER-KVA.example.', 'wss://xn--bcher-kva.example'],
      ['ws://[0:0::1]:8080', 'ws://[::1]:8080'],
    ] as const) {
      assert.equal(origin(written), same, written);
    }
  });

  it('is another where scheme, host or port is another', () => {
    const written = [
      'ws://a.test',
      'wss://a.test',
      'wss://a.test:8443',
      'wss://b.a.test',
      'ws://a.test:443',
    ];
    assert.equal(new Set(written.map(origin)).size, written.length);
    assert.notEqual(origin('wss://аpple.com'), origin('wss://apple.com'), 'Cyrillic а');
  });
});

describe('Where a connection goes', () => {
  it('is the user’s own affair where the user alone wrote it', async () => {
    const user = {
      url: 'wss://${env:HOST}/',
      proxy: 'http://p:1',
      tls: { rejectUnauthorized: false },
    };
    assert.deepEqual(await destination({ user }), {
      to: 'wss://env.test',
      origin: 'wss://env.test',
      isForeign: false,
    });
  });

  it('is not where a workspace wrote the URL, or a variable that is in it', async () => {
    const url = 'wss://a.test/';
    assert.equal((await destination({ workspace: { url } })).isForeign, true);
    const named = { host: template('b.test', 'workspace'), path: template('x', 'user') };
    const user = (written: string) => ({ user: { url: written } });
    assert.equal((await destination(user('wss://${host}/'), named)).isForeign, true);
    assert.equal((await destination(user('wss://a.test/${host}'), named)).isForeign, true);
    assert.equal((await destination(user('wss://a.test/${path}'), named)).isForeign, false);
    const nested = { mine: template('${host}', 'user'), host: template('b.test', 'workspace') };
    assert.equal((await destination(user('wss://${mine}/'), nested)).isForeign, true);
  });

  it('names the ways to it that a workspace chose', async () => {
    const user = { url: 'wss://a.test/' };
    const by = async (workspace: object) => {
      const { to, isForeign } = await destination({ user, workspace });
      return [to, isForeign];
    };
    assert.deepEqual(await by({ proxy: 'http://x:y@Evil.test:3128' }), [
      'wss://a.test by way of http://evil.test:3128',
      true,
    ]);
    for (const tls of [{ rejectUnauthorized: false }, { ca: 'evil.pem' }, { servername: 'x' }]) {
      const [to, isForeign] = await by({ tls });
      assert.match(String(to), /with a check of certificates that the workspace has changed$/);
      assert.equal(isForeign, true);
    }
    assert.deepEqual(await by({ tls: { rejectUnauthorized: true }, proxy: '' }), [
      'wss://a.test',
      false,
    ]);
  });

  it('is named as it is dialled, also where a secret is elsewhere in the URL', async () => {
    for (const [url, to] of [
      ['wss://GOOD.test.:443/?k=${secret:host}', 'wss://good.test'],
      ['wss://u:p@bücher.test/${secret:host}', 'wss://xn--bcher-kva.test'],
      ['wss://${secret:host}:${secret:host}@evil.test:8443', 'wss://evil.test:8443'],
    ] as const) {
      assert.equal((await destination({ workspace: { url } })).to, to);
    }
    for (const url of [
      'wss://evil.test\\@good.test/?k=${secret:host}',
      'wss://ev\til.test/',
      'wss://a\n.test',
    ]) {
      assert.throws(() => parseEndpoint(url), /backslash, a tab or a line break/);
      assert.throws(() => parseEndpointTemplate(url), /backslash, a tab or a line break/);
    }
  });

  it('shows no secret that is in its host', async () => {
    const { to, origin: dialled } = await destination({
      user: { url: 'wss://${secret:host}.test/' },
    });
    assert.deepEqual([to, dialled], ['wss://•••.test', 'wss://s3cret.test']);
  });

  it('is the proxy for what the proxy is told', () => {
    const proxy = 'http://ann:${secret:p}@Proxy.test:3128/';
    const of = (layers: Layers, host?: Value) =>
      proxyDestinationOf(profileIn(layers), {
        ...variables({}),
        named: name => (name === 'host' ? host : undefined),
      });
    const url = 'ws://a.test';
    assert.deepEqual(of({ user: { url, proxy } }), {
      to: 'http://proxy.test:3128',
      origin: 'http://proxy.test:3128',
      isForeign: false,
    });
    assert.equal(of({ user: { url }, workspace: { proxy } }).isForeign, true);
    const user = { url, proxy: 'http://ann:pw@${host}:3128' };
    const theirs = of({ user }, template('Evil.test', 'workspace'));
    assert.deepEqual([theirs.to, theirs.isForeign], ['http://evil.test:3128', true]);
    const mine = of({ user }, template('mine.test', 'user'));
    assert.deepEqual([mine.to, mine.isForeign], ['http://mine.test:3128', false]);
  });

  it('is the proxy that is dialled, however it is written', () => {
    for (const [written, place] of [
      ['http://good.test/x@evil.test:8080', 'http://evil.test:8080'],
      ['http://u:p/w?#@evil.test', 'http://evil.test'],
      ['http://u:p@good.test@evil.test:80', 'http://evil.test:80'],
      ['SOCKS5://Bücher.test:1080', 'socks5://xn--bcher-kva.test:1080'],
      ['http://${host}:1', 'http://${host}:1'],
    ] as const) {
      assert.equal(proxyPlaceOf(written), place, written);
      if (!written.includes('$')) {
        assert.ok(parseProxy(written).display.startsWith(place.toLowerCase()), written);
      }
    }
  });
});

describe('The hosts of a secret', () => {
  const goes = (hosts: string, to: string) => maySecretGo(parseSecretHosts(hosts), to);

  it('let it go to all where there are none', () => {
    assert.deepEqual(parseSecretHosts('  , '), []);
    assert.equal(goes('', 'wss://anything.test'), true);
  });

  it('let it go to these only', () => {
    for (const [hosts, to, may] of [
      ['api.test', 'wss://api.test', true],
      ['API.test.', 'ws://api.test:8080', true],
      ['api.test', 'wss://evil.api.test', false],
      ['api.test', 'wss://api.test.evil', false],
      ['api.test:8443', 'wss://api.test:8443', true],
      ['api.test:8443', 'wss://api.test', false],
      ['api.test:443', 'wss://api.test', true],
      ['api.test:443', 'ws://api.test', false],
      ['wss://api.test', 'wss://api.test', true],
      ['wss://api.test', 'wss://api.test:8443', false],
      ['wss://api.test', 'ws://api.test', false],
      ['https://api.test', 'wss://api.test', true],
      ['http://proxy.test:3128', 'http://proxy.test:3128', true],
      ['bücher.test', 'wss://xn--bcher-kva.test', true],
      ['[::1]', 'ws://[::1]:9', true],
      ['[::1]:8', 'ws://[::1]:9', false],
      ['a.test, b.test', 'wss://b.test', true],
      ['a.test', '${host}', false],
    ] as const) {
      assert.equal(goes(hosts, to), may, `${hosts} to ${to}`);
    }
  });

  it('are refused with a sentence where they are none', () => {
    for (const written of [
      'api.test/path',
      'ftp://a.test',
      'a,b/c',
      'u@a.test',
      '*.test',
      'wss://',
    ]) {
      assert.throws(() => parseSecretHosts(written), /is no host. Write it as/, written);
    }
    assert.throws(() => parseSecretHosts('a '.repeat(21)), /20 at most/);
  });
});
