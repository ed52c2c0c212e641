import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Uri } from 'vscode';
import { editor } from '../../../../support/host/fakeVscode.ts';
import type { DeepLinkParts } from '../../../../../src/host/connections/commands/deepLinks.ts';

const { followLink } = await import('../../../../../src/host/connections/commands/deepLinks.ts');

/** Follows a link while `taken` are the names that connections have. */
async function follow(
  query: string,
  { path = '/connect', taken = [] as readonly string[], failure = '', proxy = '' } = {},
): Promise<readonly object[]> {
  const entries: object[] = [];
  const [all, profiles] = [taken.map(name => ({ name })), []];
  const parts = {
    connections: { all },
    settings: { current: { profiles, values: { proxy } } },
    connect: (entry: object) => {
      entries.push(entry);
      return failure === '' ? Promise.resolve() : Promise.reject(new Error(failure));
    },
    log: { error: (text: string) => logged.push(text) },
  };
  await followLink(parts as unknown as DeepLinkParts, { path, query } as unknown as Uri);
  return entries;
}

const logged: string[] = [];

beforeEach(() => {
  editor.shown.length = 0;
  logged.length = 0;
  editor.answer = ({ choices }) => choices[0];
});

describe('A link that is followed', () => {
  it('is asked about first, with its host and without the values of its query', async () => {
    editor.answer = () => undefined;
    assert.deepEqual(await follow('url=ws://example.com/a?token=hush&b=2'), []);
    const [asked, ...others] = editor.shown;
    assert.ok(asked?.isModal);
    assert.match(asked.text, /connect to example\.com\. Do you trust it/);
    assert.match(asked.detail, /not encrypted[^]*Path: \/a[^]*Query: token, b/);
    assert.ok(!JSON.stringify(editor.shown).includes('hush'));
    assert.deepEqual(others, []);
  });

  it('takes nothing of the user’s along, and a name of its own', async () => {
    const [entry] = await follow('url=wss://example.com/&name=Mine', { taken: ['Mine'] });
    assert.deepEqual(entry, {
      'url': 'wss://example.com/',
      'name': 'Mine (2)',
      'headers': {},
      'auth': {},
      'onOpen': [],
      'subprotocols': [],
      'tls.cert': '',
      'tls.key': '',
      'tls.passphrase': '',
      'tls.ca': '',
      'tls.servername': '',
      'tls.rejectUnauthorized': true,
      'proxy': '',
      'heartbeat.message': '',
    });
    const { detail = '' } = editor.shown[0] ?? {};
    assert.match(detail, /Scheme: wss, encrypted/);
    assert.match(detail, /headers, sign-in.*are not used.*Your settings for reconnecting/);
    assert.doesNotMatch(detail, /proxy/);
  });

  it('goes by way of the user’s proxy without its login, and says so', async () => {
    for (const [proxy, used] of [
      ['http://ann:pw@proxy.test:3128', 'http://proxy.test:3128'],
      ['http://ann:${secret:p}@proxy.test', 'http://proxy.test'],
      ['ann:p@w@proxy.test', 'proxy.test'],
      ['socks5://proxy.test', 'socks5://proxy.test'],
      ['http://${env:PROXY}', ''],
      ['${secret:proxy}', ''],
    ] as const) {
      editor.shown.length = 0;
      const [entry] = await follow('url=wss://example.com/', { proxy });
      assert.equal((entry as { readonly proxy?: string }).proxy, used, proxy);
      const { detail = '' } = editor.shown[0] ?? {};
      assert.equal(/Your proxy is used, without its login: (.*)/.exec(detail)?.[1] ?? '', used);
    }
  });

  it('is refused with a sentence where it is none, and asks nothing then', async () => {
    for (const [query, path, why] of [
      ['url=wss://user:pw@example.com/', '/connect', /user name or password/],
      ['url=ws://${env:HOME}/', '/connect', /refers to variables/],
      ['url=wss://example.com/', '/run', /only "connect"/],
    ] as const) {
      editor.shown.length = 0;
      assert.deepEqual(await follow(query, { path }), []);
      assert.deepEqual(
        editor.shown.map(({ as }) => as),
        ['error'],
      );
      assert.match(editor.shown[0]?.text ?? '', why);
    }
    assert.deepEqual(logged, []);
  });

  it('tells what went wrong, and leaves it in the log', async () => {
    await follow('url=wss://example.com/', { failure: 'No room.' });
    assert.equal(editor.shown.at(-1)?.text, 'WebSocket Monitor: No room.');
    assert.equal(logged.length, 1);
  });
});
