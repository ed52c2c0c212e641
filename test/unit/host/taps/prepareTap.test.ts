import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import type { HandshakeRequestOptions } from '../../../../src/core/connection/wire/transport.ts';
import { fillHandshake } from '../../../../src/core/settings/fillHandshake.ts';
import { profileOf, type Profile } from '../../../../src/core/settings/profile.ts';
import type { SettingsScope } from '../../../../src/core/settings/settingLayers.ts';
import type { PrepareTapPorts } from '../../../../src/host/taps/prepareTap.ts';
import { tapFor, type TapProfile } from '../../../../src/core/settings/taps/tapProfile.ts';
import { admitting, gotFrom } from '../../../support/host/settings.ts';
import { variables } from '../../../support/host/variables.ts';
import '../../../support/host/fakeVscode.ts';

const { prepareTap } = await import('../../../../src/host/taps/prepareTap.ts');

function tap(entry: object): TapProfile {
  const problems: string[] = [];
  const profile = tapFor({ name: 'api', upstream: 'wss://api.example.com', ...entry }, problems);
  assert.ok(profile, problems.join());
  return profile;
}

/** @param window settings of the window, for all connections */
function setUp(window: Readonly<Record<string, unknown>> = {}) {
  const asked: { readonly id: string; readonly url: string; readonly mayAsk: boolean }[] = [];
  const read: (readonly [string, SettingsScope])[] = [];
  const ports = {
    profileOf: (entry: unknown, scope: SettingsScope): Profile => {
      const problems: string[] = [];
      const profile = profileOf(
        entry,
        gotFrom(key => window[key]),
        problems,
        scope,
      );
      assert.ok(profile, problems.join());
      assert.deepEqual(problems, []);
      return profile;
    },
    prepareHandshake: (
      { id, profile, isTap }: Parameters<PrepareTapPorts['prepareHandshake']>[0],
      { byUser, isUnasked }: HandshakeRequestOptions,
    ) => {
      assert.ok(isTap, 'so that the user is told to start it again');
      asked.push({ id, url: profile.url, mayAsk: byUser && isUnasked !== true });
      return fillHandshake(profile, {
        ...admitting(variables({ secrets: { api: 'value of api' } })),
        readFile: () => Promise.resolve(new Uint8Array([1])),
        token: () => Promise.reject(new Error('No program is run for a tap.')),
      });
    },
    readFile: (path: string, author: SettingsScope) => {
      read.push([path, author]);
      return path.startsWith('no')
        ? Promise.reject(new UserError(`The file "${path}" cannot be read.`))
        : Promise.resolve(new TextEncoder().encode(path));
    },
    tokenFor: (name: string) => `token-${name}`,
  };
  return { ports, asked, read };
}

describe('A tap that is about to start', () => {
  it('has its headers filled in, a token where it adds something, and its secrets named', async () => {
    const { ports, asked } = setUp();
    const { options, tls } = await prepareTap(
      ports,
      tap({ headers: { Authorization: 'Bearer ${secret:api}' }, waitForUpstream: 2 }),
      true,
    );
    assert.deepEqual(options.headers, { Authorization: 'Bearer value of api' });
    assert.equal(options.token, 'token-api');
    assert.ok(options.secrets.includes('value of api') && options.secrets.includes('token-api'));
    assert.deepEqual([options.waitForUpstreamMs, options.connectTimeoutMs], [2000, 10_000]);
    assert.equal(tls, undefined);
    assert.deepEqual(asked, [{ id: 'tap api', url: 'wss://api.example.com', mayAsk: true }]);
  });

  it('has a token where the settings want one, and none where they do not', async () => {
    const { ports } = setUp();
    const tokenOf = async (entry: object) =>
      (await prepareTap(ports, tap(entry), true)).options.token;
    assert.equal(await tokenOf({}), undefined);
    assert.equal(await tokenOf({ token: true }), 'token-api');
    assert.equal(await tokenOf({ headers: { A: '1' } }), 'token-api');
    assert.equal(await tokenOf({ headers: { A: '1' }, token: false }), undefined);
  });

  it('gets nothing of what the settings say for all connections, but TLS and timeout', async () => {
    const { ports } = setUp({
      'headers': { 'X-Own': 'mine' },
      'auth': { type: 'bearer', token: 'mine' },
      'subprotocols': ['mine'],
      'onOpen': ['mine'],
      'connectTimeout': 3,
      'tls.rejectUnauthorized': false,
    });
    const { options } = await prepareTap(ports, tap({}), true);
    assert.deepEqual(options.headers, {});
    assert.equal(options.tls.rejectUnauthorized, false);
    assert.equal(options.connectTimeoutMs, 3000);
  });

  it('is asked for once for each server that its headers go to', async () => {
    const { ports, asked } = setUp();
    const routes = {
      '/cable': 'ws://localhost:3000/cable',
      '/other': 'http://localhost:3000/other',
      '/same': 'https://api.example.com/same',
    };
    await prepareTap(ports, tap({ routes }), false);
    assert.deepEqual(
      asked.map(({ url, mayAsk }) => [url, mayAsk]),
      [
        ['wss://api.example.com', false],
        ['ws://localhost:3000/cable', false],
      ],
    );
  });

  it('reads its certificate and key, and says which it cannot', async () => {
    const { ports, read } = setUp();
    const tls = { cert: 'cert.pem', key: 'key.pem' };
    const prepared = await prepareTap(ports, tap({ tls }), true);
    assert.equal(new TextDecoder().decode(prepared.tls?.key), 'key.pem');
    assert.deepEqual(read, [
      ['cert.pem', 'user'],
      ['key.pem', 'user'],
    ]);
    await assert.rejects(
      prepareTap(ports, tap({ tls: { cert: 'cert.pem', key: 'none.pem' } }), true),
      /^UserError: tls\.key: The file "none\.pem" cannot be read/,
    );
  });
});
