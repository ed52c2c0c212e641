import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { HandshakeRequestOptions } from '../../../../../src/core/connection/wire/transport.ts';
import type { Secrets } from '../../../../../src/host/secrets/secrets.ts';
import { template, type Value } from '../../../../../src/core/variables/value.ts';
import { readFileWithin } from '../../../../../src/node/files/readFileWithin.ts';
import { scratchFolder } from '../../../../support/capture/captures.ts';
import { profileIn, type Layers } from '../../../../support/host/consent.ts';
import { editor } from '../../../../support/host/fakeVscode.ts';

const { Consent } = await import('../../../../../src/host/consent/consent.ts');
const { PermissionStore } = await import('../../../../../src/host/consent/permissionStore.ts');
const { Handshakes } = await import('../../../../../src/host/connections/dial/handshakes.ts');
const { MessageFiles } = await import('../../../../../src/host/sending/messageFiles.ts');

/** Handshakes in a window whose folder has a certificate, and links to one outside. */
function setUp(t: TestContext) {
  const scratch = scratchFolder();
  const folder = join(scratch.path, 'work');
  mkdirSync(folder);
  writeFileSync(join(folder, 'own.pem'), 'OWN');
  writeFileSync(join(scratch.path, 'me.pem'), 'MINE');
  symlinkSync(join(scratch.path, 'me.pem'), join(folder, 'link.pem'));
  symlinkSync(scratch.path, join(folder, 'up'));
  const before = editor.folders;
  editor.folders = [folder];
  t.after(() => {
    editor.folders = before;
    editor.shown.length = 0;
    editor.answer = () => undefined;
    scratch[Symbol.dispose]();
  });
  const kept = new Map<string, unknown>();
  const permissions = new PermissionStore({
    keys: () => [...kept.keys()],
    get: <T>(key: string, fallback?: T) => (kept.get(key) as T | undefined) ?? fallback,
    update: (key, value) => Promise.resolve(void kept.set(key, value)),
  });
  const variables = new Map<string, Value>();
  const runs: (readonly string[])[] = [];
  const files = new MessageFiles(readFileWithin);
  const handshakes = new Handshakes({
    secrets: {
      get: (name: string) => Promise.resolve(`value of ${name}`),
      registry: { add: () => undefined },
    } as unknown as Secrets,
    consent: new Consent({ permissions, hostsOf: () => Promise.resolve([]), now: () => 0 }),
    now: () => 0,
    random: () => 0,
    environment: { named: name => variables.get(name), names: [] },
    itemOf: () => undefined,
    readFile: (...given) => files.read(...given),
    runCommand: ({ command }) => {
      runs.push(command);
      return Promise.resolve(`token ${runs.length}`);
    },
  });
  const prepare = (layers: Layers, wishes: Partial<HandshakeRequestOptions> = {}) =>
    handshakes.prepare(
      { id: 'c1', profile: profileIn(layers) },
      {
        byUser: true,
        withoutCompression: false,
        isLoginRefused: false,
        untimed: async work => work(),
        ...wishes,
      },
    );
  return { folder, permissions, variables, runs, prepare };
}

const retry = { byUser: false } as const;

describe('An opening handshake', () => {
  it('takes a file of the workspace where one is named, and none that a link leads to', async t => {
    const { prepare } = setUp(t);
    const by = async (cert: string) => {
      const { handshake } = await prepare({ workspace: { url: 'wss://a.test', tls: { cert } } });
      return Buffer.from(handshake.tls.cert ?? []).toString();
    };
    assert.equal(await by('own.pem'), 'OWN');
    for (const path of ['link.pem', 'up/me.pem']) {
      await assert.rejects(
        by(path),
        /^UserError: tls\.cert: .*may only send files that are in it.*is not\.$/,
      );
    }
    const [asked] = editor.shown;
    assert.equal(asked, undefined);
    await assert.rejects(by('../me.pem'), /not allowed what this workspace/);
    editor.answer = () => 'Allow';
    assert.equal(await by('../me.pem'), 'MINE');
    const user = { url: 'wss://a.test', tls: { cert: 'link.pem' } };
    const { handshake } = await prepare({ user });
    assert.equal(Buffer.from(handshake.tls.cert ?? []).toString(), 'MINE');
  });

  it('is not made by itself with anything that was taken back, and nobody is asked', async t => {
    const { prepare, permissions } = setUp(t);
    const workspace = { url: 'wss://a.test', headers: { 'X-Key': '${secret:s}' } };
    await assert.rejects(prepare({ workspace }, retry), /needs your permission/);
    editor.answer = () => 'Allow';
    await prepare({ workspace });
    await prepare({ workspace }, retry);
    assert.equal(editor.shown.length, 1);
    const given = permissions.all.flatMap(({ to, gives }) => gives.map(what => ({ to, what })));
    await permissions.revoke(given);
    await assert.rejects(prepare({ workspace }, retry), /needs your permission/);
    await assert.rejects(prepare({ workspace }, { isUnasked: true }), /needs your permission/);
    assert.equal(editor.shown.length, 1);
  });

  it('tells no other place what was typed for one, however the URL has come to change', async t => {
    const { prepare, variables } = setUp(t);
    editor.answer = ({ as }) => (as === 'input' ? '1234' : 'Allow');
    const at = (url: string) => ({ workspace: { url, headers: { 'X-Pin': '${prompt:PIN}' } } });
    await prepare(at('wss://a.test'));
    assert.equal((await prepare(at('wss://a.test'), retry)).handshake.headers['X-Pin'], '1234');
    await assert.rejects(prepare(at('wss://b.test'), retry), /must be entered by you/);
    variables.set('host', template('a.test', 'workspace'));
    const url = 'wss://${host}/?pin=${prompt:PIN}';
    await prepare({ workspace: { url } });
    variables.set('host', template('b.test', 'workspace'));
    await assert.rejects(prepare({ workspace: { url } }, retry), /must be entered by you/);
  });

  it('asks before a user’s own URL goes by a way of the workspace, and shows what it has', async t => {
    const { prepare } = setUp(t);
    const user = { url: 'wss://ann:pw@mine.test/?token=hush' };
    const workspace = { proxy: 'http://good.test/x@evil.test:8080', tls: { ca: 'own.pem' } };
    await assert.rejects(prepare({ user, workspace }), /not allowed what this workspace/);
    const [{ text, detail } = assert.fail()] = editor.shown;
    assert.match(text, /to wss:\/\/mine\.test by way of http:\/\/evil\.test:8080 with a check of/);
    assert.match(detail, /Everything in your own URL: wss:\/\/mine\.test\/\?…/);
    assert.doesNotMatch(text + detail, /hush|pw|good\.test/);
    editor.shown.length = 0;
    await prepare({ user: { ...user, proxy: 'http://p.test:1', tls: { ca: 'own.pem' } } });
    assert.deepEqual(editor.shown, []);
  });

  it('runs a program once for each origin, and as it was shown', async t => {
    const { prepare, runs, variables } = setUp(t);
    editor.answer = () => 'Allow';
    const auth = { type: 'command', command: ['tool', '${argument}'] };
    variables.set('argument', template('one', 'workspace'));
    const at = (url: string) => ({ workspace: { url }, user: { auth } });
    for (const url of ['wss://a.test', 'wss://A.test.:443/x', 'wss://b.test', 'ws://a.test']) {
      await prepare(at(url));
    }
    assert.equal(runs.length, 3);
    assert.equal(editor.shown.length, 3);
    variables.set('argument', template('two', 'workspace'));
    await assert.rejects(prepare(at('wss://a.test'), retry), /needs your permission/);
    assert.equal(runs.length, 3);
  });
});
