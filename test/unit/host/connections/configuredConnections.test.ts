import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { parse } from 'jsonc-parser';
import { editor, uriOf } from '../../../support/host/fakeVscode.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import type { ConfiguredConnections as Configured } from '../../../../src/host/connections/configuredConnections.ts';
import type { SettingsService } from '../../../../src/host/settings/settings.ts';
import type { SettingsFiles as Files } from '../../../../src/host/settings/settingsFile.ts';

const { ConfiguredConnections } =
  await import('../../../../src/host/connections/configuredConnections.ts');
const { settingSources } = await import('../../../../src/host/settings/settingValues.ts');
const { SettingsFiles, writableScopes } =
  await import('../../../../src/host/settings/settingsFile.ts');

const user = '/data/User/settings.json';
const own = '/data/User/globalStorage/websocket-monitor.websocket-monitor';
const list = 'websocketMonitor.connections';
const two = `{
  "${list}": [
    { "name": "a", "url": "ws://a" }, // first
    { "name": "b", "url": "ws://b" }
  ],
  "websocketMonitor.url": "ws://single"
}
`;

function setUp(storage = own) {
  const settings = {
    get current() {
      return readSettings(settingSources());
    },
  };
  let lost = 0;
  const files: Files = new SettingsFiles(uriOf(storage));
  const configured: Configured = new ConfiguredConnections(
    settings as unknown as SettingsService,
    files,
    () => lost++,
  );
  const get = (name: string) => {
    const known = configured.find(name);
    assert.ok(known, name);
    return known;
  };
  return { configured, get, lost: () => lost };
}

const scopes = (letters: string) =>
  Array.from(letters, letter => (letter === 'u' ? 'user' : 'workspace'));
const text = (path = user) => editor.files.get(path) ?? '';

beforeEach(() => {
  editor.files.clear();
  editor.unsaved.clear();
  editor.updates.length = 0;
  editor.parse = each => parse(each) as unknown;
  Object.assign(editor, {
    userFile: user,
    folders: ['/folder'],
    workspacePath: undefined,
    remoteName: undefined,
    isTrusted: true,
  });
});

describe('The configured connections', () => {
  it('tell which setting decides on what, so that an action opens that one', () => {
    editor.files.set(
      user,
      JSON.stringify({
        [list]: [
          { name: 'own', url: 'ws://own', reconnect: { maxAttempts: 3 }, connectTimeout: 5 },
          { 'name': 'dotted', 'url': 'ws://dotted', 'reconnect.maxAttempts': 3 },
          { name: 'plain', url: 'ws://plain' },
        ],
        'websocketMonitor.url': 'ws://single',
      }),
    );
    const { configured } = setUp();
    const keys = ['url', 'reconnect.maxAttempts', 'connectTimeout', 'http.proxy'];
    const table = ['own', 'dotted', 'plain', 'single', 'typed'].map(name => [
      name,
      configured.isConfigured(name),
      ...keys.map(key => configured.settingFor(name, key)),
    ]);
    const [, ...others] = keys;
    assert.deepEqual(table, [
      ['own', true, 'connections', 'connections', 'connections', 'http.proxy'],
      ['dotted', true, 'connections', 'connections', 'connectTimeout', 'http.proxy'],
      ['plain', true, 'connections', ...others],
      ['single', true, ...keys],
      ['typed', false, undefined, ...others],
    ]);
  });

  it('are those of all folders, where there are several', () => {
    Object.assign(editor, { folders: ['/one', '/two'], workspacePath: '/my.code-workspace' });
    const listed = JSON.stringify({ [list]: [{ name: 'a', url: 'ws://a' }] });
    editor.files.set('/one/.vscode/settings.json', listed);
    editor.files.set('/two/.vscode/settings.json', '{ "websocketMonitor.url": "ws://single" }');
    const { configured } = setUp();
    assert.deepEqual(
      ['a', 'single', 'b'].map(name => [
        configured.isConfigured(name),
        configured.settingFor(name, 'url'),
      ]),
      [
        [true, 'connections'],
        [true, 'url'],
        [false, undefined],
      ],
    );
  });

  it('are made in the user settings or in those of the workspace', async () => {
    const { configured, lost } = setUp();
    await configured.add('user', { name: 'a', url: 'ws://a' });
    assert.deepEqual(parse(text()), { [list]: [{ name: 'a', url: 'ws://a' }] });
    await configured.add('workspace', { name: 'w', url: 'ws://w' });
    assert.deepEqual(parse(text('/folder/.vscode/settings.json')), {
      [list]: [{ name: 'w', url: 'ws://w' }],
    });
    editor.workspacePath = '/x/my.code-workspace';
    editor.files.set('/x/my.code-workspace', '{ "folders": [] /* none */ }');
    await configured.add('workspace', { name: 'x', url: 'ws://x' });
    assert.match(text('/x/my.code-workspace'), /none[^]*"settings": \{/);
    assert.equal(configured.find('x')?.scope, 'workspace');
    assert.equal(lost(), 0);
  });

  it('are changed, copied, moved and removed where they are', async () => {
    editor.files.set(user, two);
    const { configured, get } = setUp();
    await configured.replace(get('a'), 'user', { name: 'a', url: 'ws://a2' });
    assert.equal(text(), two.replace('"ws://a"', '"ws://a2"'));
    assert.equal((await configured.duplicate(get('a')))?.name, 'a (2)');
    assert.equal(get('a (2)').index, 1);
    await configured.move(get('b'), 0);
    assert.deepEqual([get('b').index, get('a').index, get('a (2)').index], [0, 1, 2]);
    assert.match(text(), /"ws:\/\/a2" \}, \/\/ first/);
    for (const name of ['a (2)', 'a', 'b']) {
      await configured.remove(get(name));
    }
    assert.deepEqual(parse(text()), { 'websocketMonitor.url': 'ws://single' });
  });

  it('include the one of the setting url, which joins the list when it has more', async () => {
    editor.files.set(user, two);
    const { configured, get } = setUp();
    assert.equal(get('single').index, undefined);
    await assert.rejects(configured.move(get('single'), 0), /always comes first/);
    await configured.replace(get('single'), 'user', { name: 'single', url: 'ws://single/x' });
    assert.equal(text(), two.replace('ws://single', 'ws://single/x'));
    await configured.replace(get('single/x'), 'user', { name: 'more', url: 'ws://single' });
    assert.ok(!text().includes('websocketMonitor.url'));
    assert.equal(get('more').index, 2);
  });

  it('move to the other scope, and leave the others where they are', async () => {
    editor.files.set(user, two);
    const { configured, get } = setUp();
    await configured.replace(get('b'), 'workspace', { name: 'b', url: 'ws://b' });
    assert.deepEqual([get('b').scope, get('a').scope, get('single').scope], scopes('wuu'));
    assert.ok(!text().includes('ws://b'));
    await configured.remove(get('b'));
    assert.equal(text('/folder/.vscode/settings.json').includes('connections'), false);
    assert.equal(get('a').scope, 'user');
  });

  it('are told apart by their place where user and workspace use one name', async () => {
    editor.files.set(user, two);
    const file = '/folder/.vscode/settings.json';
    editor.files.set(file, JSON.stringify({ [list]: [{ name: 'b', url: 'ws://theirs' }] }));
    const { configured, get } = setUp();
    const mine = get('b (User)');
    assert.deepEqual(
      [get('b').scope, mine.scope, mine.index, mine.ownName, mine.entry['name']],
      ['workspace', 'user', 1, 'b', 'b'],
    );
    const copy = await configured.duplicate(mine);
    assert.deepEqual([copy?.name, copy?.scope, copy?.index], ['b (2)', 'user', 2]);
    await configured.replace(mine, 'user', { name: 'b', url: 'ws://b/new' });
    assert.match(text(), /ws:\/\/b\/new/);
    const written = configured.written('user', { name: 'b', url: 'ws://b/new' });
    assert.deepEqual([written?.name, written?.index], ['b (User)', 1]);
    await configured.move(get('b (User)'), 0);
    await configured.remove(get('b (User)'));
    assert.deepEqual([get('a').index, get('b (2)').index], [0, 1]);
    assert.deepEqual(parse(text(file)), { [list]: [{ name: 'b', url: 'ws://theirs' }] });
    assert.equal(configured.written('user', { name: 'b', url: 'ws://theirs' }), undefined);
    assert.equal(configured.settingFor('b', 'url'), 'connections');
  });

  it('of the setting url are in each place the first', async () => {
    editor.files.set(user, two);
    const file = '/folder/.vscode/settings.json';
    editor.files.set(file, JSON.stringify({ 'websocketMonitor.url': 'ws://single' }));
    const { configured, get } = setUp();
    assert.deepEqual(
      [get('single').scope, get('single').index, get('single (User)').scope],
      ['workspace', undefined, 'user'],
    );
    const renamed = { name: 'single', url: 'ws://single/x' };
    await configured.replace(get('single (User)'), 'user', renamed);
    assert.equal(text(), two.replace('ws://single', 'ws://single/x'));
    assert.match(text(file), /"ws:\/\/single"/);
  });

  it('are not touched where the file is no JSON, is not saved, or has changed', async () => {
    editor.files.set(user, two);
    const { configured, get } = setUp();
    const known = get('b');
    editor.unsaved.add(user);
    await assert.rejects(configured.remove(known), /settings\.json has unsaved changes/);
    editor.unsaved.clear();
    editor.files.set(user, two.replace('"ws://b"', '"ws://c"'));
    await assert.rejects(configured.remove(known), /has changed in the meantime/);
    editor.files.set(user, `${two}]`);
    await assert.rejects(configured.remove(known), /not valid JSON/);
    assert.equal(text(), `${two}]`);
    assert.deepEqual(editor.updates, []);
  });

  it('are found in a profile, and on the machine of a remote window', async () => {
    editor.userFile = '/data/User/profiles/p1/settings.json';
    const inProfile = setUp('/data/User/profiles/p1/globalStorage/x.y');
    await inProfile.configured.add('user', { name: 'p', url: 'ws://p' });
    assert.match(text(editor.userFile), /ws:\/\/p/);
    Object.assign(editor, { userFile: '/data/Machine/settings.json', remoteName: 'ssh' });
    await setUp().configured.add('user', { name: 'm', url: 'ws://m' });
    assert.match(text('/data/Machine/settings.json'), /ws:\/\/m/);
  });

  it('are written by the editor where the file is another one than that in force', async () => {
    editor.userFile = '/elsewhere/settings.json';
    editor.files.set(editor.userFile, two);
    const { configured, get, lost } = setUp();
    await configured.move(get('b'), 0);
    assert.deepEqual(JSON.parse(JSON.stringify(editor.updates)), [
      [
        'connections',
        [
          { name: 'b', url: 'ws://b' },
          { name: 'a', url: 'ws://a' },
        ],
        1,
      ],
    ]);
    assert.equal(lost(), 1);
  });

  it('cannot be put into a workspace that is not trusted, or into none', () => {
    assert.deepEqual(writableScopes(), ['user', 'workspace']);
    editor.isTrusted = false;
    assert.deepEqual(writableScopes(), ['user']);
    Object.assign(editor, { isTrusted: true, folders: [] });
    assert.deepEqual(writableScopes(), ['user']);
  });
});
