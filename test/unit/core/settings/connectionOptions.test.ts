import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { MessageBody } from '../../../../src/core/message/messageBody.ts';
import { connectionOptions } from '../../../../src/core/settings/connectionOptions.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { sourcesOf, type SettingLayer } from '../../../../src/core/settings/settingLayers.ts';
import {
  settingKeys,
  settingOf,
  type SettingKey,
} from '../../../../src/core/settings/settingsTable.ts';
import { optionsOf } from '../../../support/scenarios/connectionRig.ts';

const second = 1000;
const always = (body: MessageBody) => ({
  when: 'every',
  what: { body },
  origin: 'user',
  timing: { delayMs: 0 },
});

describe('The options of a connection', () => {
  it('are the defaults in milliseconds', () => {
    const { endpoint, ...options } = optionsOf();
    assert.equal(endpoint.url, 'ws://example.test/feed');
    assert.deepEqual(options, {
      onOpen: [],
      queue: { maxMessages: 0, maxBytes: 1024 * 1024, maxAgeMs: 30 * second },
      connectTimeoutMs: 10 * second,
      closeTimeoutMs: 3 * second,
      reconnect: {
        enabled: true,
        initialMs: second,
        factor: 2,
        maxMs: 30 * second,
        jitter: 0.5,
        maxAttempts: 10,
        maxAttemptsAfterSuccess: 0,
        stableAfterMs: 10 * second,
        rules: [],
      },
      heartbeat: {
        ping: true,
        intervalMs: 20 * second,
        timeoutMs: 10 * second,
        message: '',
        messageIntervalMs: 10 * second,
        expect: '',
      },
    });
  });

  it('are those of the blog post with the preset classic', () => {
    const { onOpen, reconnect, heartbeat } = optionsOf({ preset: 'classic' }, 'ws://localhost/');
    assert.deepEqual(
      { onOpen, reconnect, heartbeat },
      {
        onOpen: [always({ as: 'text', text: 'start' })],
        reconnect: {
          enabled: true,
          initialMs: 2 * second,
          factor: 1,
          maxMs: 2 * second,
          jitter: 0,
          maxAttempts: 11,
          maxAttemptsAfterSuccess: 11,
          stableAfterMs: Infinity,
          rules: [
            { error: 'ECONNREFUSED', action: 'retry' },
            { error: '*', action: 'stop' },
            { status: '*', action: 'stop' },
            { close: 1006, action: 'retry', counts: false },
            { close: '*', action: 'stop' },
          ],
        },
        heartbeat: {
          ping: true,
          intervalMs: 20 * second,
          timeoutMs: 20 * second,
          message: 'ping',
          messageIntervalMs: 10 * second,
          expect: '',
        },
      },
    );
  });

  it('wait less for a server on this machine, unless the longest delay was set', () => {
    const maxMs = (url: string, settings = {}) => optionsOf(settings, url).reconnect.maxMs;
    assert.deepEqual(
      [
        maxMs('ws://localhost:1/'),
        maxMs('ws://localhost:1/', { 'reconnect.maxDelay': 30 }),
        maxMs('ws://localhost:1/', { preset: 'classic' }),
        maxMs('ws://example.test/', { 'reconnect.maxDelay': 0.2 }),
      ],
      [5 * second, 30 * second, 2 * second, 0.2 * second],
    );
  });

  it('have messages as the text or the bytes that they stand for', () => {
    const onOpen = [
      'start',
      { text: '{"a":1}' },
      { json: { a: [1, null] } },
      { json: 'a' },
      { base64: 'AP+A' },
      { base64: '' },
    ];
    assert.deepEqual(optionsOf({ onOpen }).onOpen, [
      always({ as: 'text', text: 'start' }),
      always({ as: 'text', text: '{"a":1}' }),
      always({ as: 'json', text: '{"a":[1,null]}' }),
      always({ as: 'json', text: '"a"' }),
      always({ as: 'base64', text: 'AP+A' }),
      always({ as: 'base64', text: '' }),
    ]);
  });

  it('have messages of the workspace where it wrote them, or the URL that they go to', () => {
    const url = 'ws://h/';
    const onOpen = ['${env:A}'];
    const originsOf = (user: object, workspace: object) => {
      const layers: readonly SettingLayer[] = [
        { scope: 'workspace', values: { ...workspace } },
        { scope: 'user', values: { ...user } },
      ];
      const { profiles } = readSettings(sourcesOf(layers, true));
      return profiles.flatMap(each => connectionOptions(each).onOpen.map(({ origin }) => origin));
    };
    assert.deepEqual(
      [
        originsOf({ url, onOpen }, {}),
        originsOf({ url }, { onOpen }),
        originsOf({ onOpen }, { url }),
        originsOf({}, { connections: [{ url, onOpen }] }),
        originsOf({ connections: [{ url, onOpen }] }, {}),
      ],
      [['user'], ['workspace'], ['workspace'], ['workspace'], ['user']],
    );
  });

  it('have when a message is sent, what it waits for, and what it names', () => {
    const onOpen = [
      { text: 'a', when: 'first', delay: 0.5, waitFor: { match: '$.ok', timeout: 2 } },
      { text: 'b', waitFor: { match: 'kind:text' } },
      { sequence: 'Orders/Login', when: 'reconnect' },
    ];
    const body = (text: string) => ({ body: { as: 'text', text } });
    assert.deepEqual(optionsOf({ onOpen }).onOpen, [
      {
        when: 'first',
        what: body('a'),
        origin: 'user',
        timing: { delayMs: 500, waitFor: { match: '$.ok', timeoutMs: 2 * second } },
      },
      {
        when: 'every',
        what: body('b'),
        origin: 'user',
        timing: { delayMs: 0, waitFor: { match: 'kind:text', timeoutMs: 30 * second } },
      },
      {
        when: 'reconnect',
        what: { sequence: 'Orders/Login' },
        origin: 'user',
        timing: { delayMs: 0 },
      },
    ]);
  });

  it('have the delays of rules in milliseconds', () => {
    const rules = [
      { close: '4000-4099', action: 'retry', delay: 0.5 },
      { status: 404, action: 'stop' },
    ];
    assert.deepEqual(optionsOf({ 'reconnect.rules': rules }).reconnect.rules, [
      { close: '4000-4099', action: 'retry', delayMs: 500 },
      { status: 404, action: 'stop' },
    ]);
  });
});

describe('What a changed setting applies to', () => {
  /** Not part of a connection: one decides on what happens at the start, the other on defaults. */
  const others: readonly SettingKey[] = ['autoConnect', 'preset'];
  const keys = settingKeys.filter(key => settingOf(key).perConnection && !others.includes(key));

  function otherValue(key: SettingKey): unknown {
    const { fallback } = settingOf(key);
    if (typeof fallback === 'boolean' || typeof fallback === 'number') {
      return typeof fallback === 'boolean' ? !fallback : fallback + 0.5;
    }
    if (typeof fallback === 'string') {
      return 'other';
    }
    return key === 'reconnect.rules' ? [{ error: '*', action: 'stop' }] : ['other'];
  }

  it('is the live connection if its options have it, and else the next handshake', () => {
    const layers: readonly SettingLayer[] = [
      { scope: 'user', values: { url: 'ws://example.test' } },
    ];
    const [profile] = readSettings(sourcesOf(layers, true)).profiles;
    assert.ok(profile);
    const before = connectionOptions(profile);
    const isLive = (key: SettingKey) => {
      const values = { ...profile.values, [key]: otherValue(key) };
      return !isDeepStrictEqual(connectionOptions({ ...profile, values }), before);
    };
    assert.deepEqual(
      keys.filter(isLive),
      keys.filter(key => settingOf(key).appliesTo === 'live'),
    );
  });
});
