import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Memento, SecretStorage } from 'vscode';
import { silentLog } from '../../../../support/capture/captures.ts';
import { RecentUrls } from '../../../../../src/host/connections/commands/recentUrls.ts';

/** What the editor keeps: plainly, and where secrets are. */
function storage(plain: Record<string, unknown> = {}, secret: Record<string, string> = {}) {
  const state = {
    keys: () => Object.keys(plain),
    get: (key: string): unknown => plain[key],
    update: (key: string, value: unknown) => {
      plain[key] = value;
      return Promise.resolve();
    },
  };
  const secrets: Pick<SecretStorage, 'get' | 'store'> = {
    get: key => Promise.resolve(secret[key]),
    store: (key, value) => {
      secret[key] = value;
      return Promise.resolve();
    },
  };
  const open = () => new RecentUrls(state as Memento, secrets as SecretStorage, silentLog);
  return { plain, secret, open };
}

describe('URLs that were typed', () => {
  it('are kept where secrets are, the last ten, newest first', async () => {
    const { plain, open } = storage();
    const recent = open();
    for (let count = 0; count < 12; count++) {
      await recent.add(`wss://host/feed?room=${count}`);
    }
    await recent.add('wss://host/feed?room=5');
    const again = open();
    await again.ready();
    const rooms = again.all.map(url => url.slice(url.indexOf('=') + 1));
    assert.deepEqual(rooms, ['5', '11', '10', '9', '8', '7', '6', '4', '3', '2']);
    assert.deepEqual(plain, {});
    await again.remove('wss://host/feed?room=11');
    assert.equal(again.all.length, 9);
  });

  it('are not kept where they say themselves that they hold a secret', async () => {
    const recent = storage().open();
    for (const url of [
      'wss://u:p@host/',
      'wss://token@host/',
      'wss://host/?token=1',
      'wss://host/?a=1&sig=2',
      'wss://host/?accessToken=1',
      'wss://host/?X-Amz-Signature=1',
      'wss://host/?to%6ben=1',
      'wss://host/?ticket=1',
      'wss://host/?sid=1',
      'wss://host/?pwd=1#part',
    ]) {
      await recent.add(url);
    }
    assert.deepEqual(recent.all, []);
  });

  it('of an earlier version are taken out of its plain file', async () => {
    const { plain, secret, open } = storage({ recentUrls: ['ws://a/', 7, 'ws://b/?code=1'] });
    const recent = open();
    await recent.ready();
    assert.deepEqual(recent.all, ['ws://a/', 'ws://b/?code=1']);
    assert.equal(plain['recentUrls'], undefined);
    assert.deepEqual(Object.values(secret), [JSON.stringify(recent.all)]);
  });

  it('are none where what was kept is of another shape', async () => {
    for (const kept of ['{"a":1}', '[1,null]', 'no JSON']) {
      const recent = storage({}, { 'recent urls': kept }).open();
      await recent.ready();
      assert.deepEqual(recent.all, []);
    }
  });
});
