import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fillEndpoint } from '../../../../src/core/endpoint/endpointTemplate.ts';
import { destinationOf } from '../../../../src/core/consent/destination.ts';
import {
  handshakeDisclosures,
  type FoundItem,
} from '../../../../src/core/consent/handshakeDisclosures.ts';
import type { Step } from '../../../../src/core/library/library.ts';
import { template, type Origin, type Value } from '../../../../src/core/variables/value.ts';
import { profileIn, type Layers } from '../../../support/host/consent.ts';
import { variables } from '../../../support/host/variables.ts';

type Named = Readonly<Record<string, Value>>;
type Items = Readonly<Record<string, FoundItem>>;

const step = (text: string, origin: Origin): Step => ({
  name: 'step',
  origin,
  body: { as: 'text', text },
  timing: { delayMs: 0 },
});
const message = (path: string, text: string, origin: Origin): FoundItem => ({
  origin,
  item: { kind: 'message', path, ...step(text, origin) },
});

/** All that needs permission, as `kind name`, with where it goes where that is not the peer. */
async function wanted(layers: Layers, named: Named = {}, items: Items = {}) {
  const profile = profileIn(layers);
  const source = {
    ...variables({ env: { HOME: '/home/ann', TOOL_TOKEN: 'hush' }, secrets: { s: 'value-of-s' } }),
    named: (name: string) => named[name],
    names: Object.keys(named),
  };
  const url = await fillEndpoint(template(profile.url, profile.scope), source);
  const destination = destinationOf(profile, url, source);
  const all = handshakeDisclosures({
    profile,
    destination,
    url: url.used,
    source,
    itemOf: (path, by) => items[`${path} of ${by}`] ?? items[path],
    digest: text => `#${text.length}`,
  });
  assert.ok(!JSON.stringify(all).includes('value-of-s'));
  return all.map(({ to, what: { kind, name, digest = '' } }) =>
    [kind, name, digest, to === destination.to ? '' : `to ${to}`]
      .filter(word => word !== '')
      .join(' '),
  );
}

const mine = 'wss://mine.test/';
const theirs = 'wss://theirs.test/';
const everything = {
  headers: { 'X-Key': 'literal', 'X-Token': '${secret:s}' },
  auth: { type: 'bearer', token: '${env:TOKEN}' },
  tls: { cert: '~/me.pem', key: '~/me.key', passphrase: '${secret:pass}' },
  proxy: 'http://ann:${secret:p}@proxy.test:3128',
  heartbeat: { message: 'me' },
  onOpen: ['hello ${secret:open}', { json: { t: '${env:JSON}' } }],
};

describe('What needs permission', () => {
  it('is nothing of the user’s own settings with the user’s own URL', async () => {
    const named = { token: template('${secret:s}', 'user') };
    const user = { ...everything, url: 'wss://${env:HOME}.test/${secret:s}?${token}' };
    const url = 'wss://mine.test/${secret:s}?${token}&${env:HOME}';
    assert.deepEqual(await wanted({ user: { ...user, url } }, named), []);
    const command = { type: 'command', command: ['get', '${secret:s}', '${token}'] };
    assert.deepEqual(await wanted({ user: { url: mine, auth: command } }, named), []);
  });

  it('is nothing of a workspace that names no more than a URL and plain texts', async () => {
    const workspace = {
      url: theirs,
      headers: { 'X-A': 'b' },
      onOpen: ['start'],
      subprotocols: ['v1'],
    };
    assert.deepEqual(await wanted({ workspace }), []);
  });

  it('is all that the user’s settings would add to the URL of a workspace', async () => {
    assert.deepEqual(await wanted({ workspace: { url: theirs }, user: everything }), [
      'header X-Key',
      'header X-Token',
      'secret s',
      'login bearer',
      'env TOKEN',
      'certificate ~/me.pem',
      'certificate ~/me.key',
      'secret pass',
      'opening 2',
      'secret open',
      'env JSON',
      'heartbeat heartbeat.message',
      'proxyLogin http://proxy.test:3128',
    ]);
  });

  it('is a token among the user’s subprotocols, and no name', async () => {
    const ask = (subprotocols: readonly string[]) =>
      wanted({ workspace: { url: theirs }, user: { subprotocols } });
    assert.deepEqual(await ask(['v1.chat']), []);
    assert.deepEqual(await ask(['token', 'hush']), ['header Sec-WebSocket-Protocol']);
    assert.deepEqual(await ask(['v1.${secret:s}']), ['secret s']);
  });

  it('is each secret and variable that a workspace names, whoever chose the URL', async () => {
    const workspace = {
      headers: { 'X-A': '${env:HOME}' },
      auth: { type: 'basic', username: '${env:USER}', password: '${secret:s}' },
      onOpen: ['${secret:open}'],
    };
    const names = ['env HOME', 'env USER', 'secret s', 'secret open'];
    assert.deepEqual(await wanted({ workspace: { ...workspace, url: theirs } }), names);
    const [first, ...rest] = await wanted({ workspace, user: { url: mine } });
    assert.deepEqual([first, ...rest.filter(each => !each.startsWith('opening'))], names);
    assert.equal(rest.filter(each => each.startsWith('opening ${secret:open} #')).length, 1);
    const inUrl = { url: 'wss://theirs.test/${env:HOME}?${secret:s}' };
    assert.deepEqual(await wanted({ workspace: inUrl }), ['env HOME', 'secret s']);
  });

  it('is what variables lead to, in both directions', async () => {
    const user = { url: mine, headers: { 'X-A': '${token}' } };
    const theirVariable = { token: template('${secret:s}', 'workspace') };
    assert.deepEqual(await wanted({ user }, theirVariable), ['secret s']);
    const myVariable = { token: template('${secret:s}', 'user') };
    const workspace = { headers: { 'X-A': '${token}' } };
    assert.deepEqual(await wanted({ workspace, user: { url: mine } }, myVariable), [
      'variable token',
      'secret s',
    ]);
    assert.deepEqual(await wanted({ user }, myVariable), []);
  });

  it('is the way that a workspace has chosen to the user’s own URL', async () => {
    const user = { url: mine, headers: { 'X-Key': 'k' } };
    for (const way of [{ proxy: 'http://evil.test' }, { tls: { rejectUnauthorized: false } }]) {
      assert.deepEqual(await wanted({ workspace: way, user }), [`url ${mine}`, 'header X-Key']);
    }
    const own = { url: 'wss://ann:pw@mine.test/literal?token=hush' };
    const workspace = { tls: { ca: 'evil.pem' } };
    assert.deepEqual(await wanted({ workspace, user: own }), ['url wss://mine.test/literal?…']);
    const host = { host: template('evil.test', 'workspace') };
    assert.deepEqual(await wanted({ user: { url: 'wss://${host}/key/abc' } }, host), [
      'url wss://${host}/key/abc',
    ]);
  });

  it('is a variable of the user’s own that a workspace names, whatever it holds', async () => {
    const named = {
      token: template('literal', 'user'),
      theirs: template('${token}', 'workspace'),
      plain: template('x', 'workspace'),
    };
    const workspace = {
      url: 'wss://theirs.test/?${token}',
      headers: { A: '${theirs}', B: '${plain}' },
      onOpen: ['${token}'],
    };
    assert.deepEqual(await wanted({ workspace }, named), [
      'variable token',
      'variable token',
      'variable token',
    ]);
    const user = { url: mine, headers: { A: '${token}' } };
    assert.deepEqual(await wanted({ user }, named), []);
  });

  it('is what a workspace says to whom the user wants to talk to, or as the user', async () => {
    const said = { onOpen: ['drop all'], heartbeat: { message: 'sell' } };
    const asked = ['opening drop all #8', 'heartbeat sell #4'];
    assert.deepEqual(await wanted({ workspace: said, user: { url: mine } }), asked);
    const way = { ...said, tls: { rejectUnauthorized: false } };
    assert.deepEqual(await wanted({ workspace: way, user: { url: mine } }), [
      `url ${mine}`,
      ...asked,
    ]);
    const signedIn = { workspace: { ...said, url: theirs }, user: { headers: { 'X-Key': 'k' } } };
    assert.deepEqual(await wanted(signedIn), ['header X-Key', ...asked]);
    assert.deepEqual(await wanted({ workspace: { ...said, url: theirs } }), []);
    assert.deepEqual(await wanted({ workspace: { url: theirs }, user: said }), [
      'opening 1',
      'heartbeat heartbeat.message',
    ]);
  });

  it('is what goes to a proxy, there', async () => {
    const workspace = { proxy: 'http://x:${secret:s}@evil.test:3128' };
    assert.deepEqual(await wanted({ workspace, user: { url: mine } }), [
      `url ${mine}`,
      'secret s to http://evil.test:3128',
    ]);
  });

  it('is the program for a token as it would run, with secrets masked', async () => {
    const named = { argument: template('${env:HOME}/x "y"', 'workspace') };
    const command = ['sh', '${argument}', '${secret:s}', '${env:TOOL_TOKEN}', '${uuid}', '${none}'];
    const auth = { type: 'command', command };
    const line = 'program "sh" "/home/ann/x \\"y\\"" "•••" "•••" "${uuid}" "${none}"';
    const own = await wanted({ workspace: { url: theirs, auth } }, named);
    assert.deepEqual(own, [line, 'secret s', 'env TOOL_TOKEN', 'env HOME']);
    const lent = await wanted({ workspace: { url: theirs }, user: { auth } }, named);
    assert.deepEqual(lent, own);
    const influenced = await wanted({ user: { url: mine, auth } }, named);
    assert.deepEqual(influenced, [line, 'env HOME']);
  });

  it('is a client certificate that a workspace names outside itself', async () => {
    const by = (cert: string) => wanted({ workspace: { url: theirs, tls: { cert } } });
    assert.deepEqual(await by('certificates/me.pem'), []);
    for (const path of [
      '~/me.pem',
      '/etc/me.pem',
      'C:\\me.pem',
      'a/../../me.pem',
      '\\\\host\\me',
    ]) {
      assert.deepEqual(await by(path), [`certificate ${path}`]);
    }
    assert.deepEqual(await by('${env:HOME}/me.pem'), ['certificate /home/ann/me.pem', 'env HOME']);
  });

  it('is each saved message of a workspace that is sent on opening, as it is now', async () => {
    const onOpen = [{ sequence: 'Login' }, { sequence: 'none' }];
    const workspace = { url: theirs, onOpen };
    const by = async (text: string, origin: Origin, layers: Layers = { workspace }) =>
      wanted(layers, {}, { Login: message('Login', text, origin) });
    const [first, ...rest] = await by('a ${secret:s}', 'workspace');
    assert.match(first ?? '', /^message Login #/);
    assert.deepEqual(rest, ['secret s']);
    assert.notEqual((await by('longer', 'workspace'))[0], (await by('short', 'workspace'))[0]);
    assert.deepEqual(await by('a ${secret:s}', 'user'), ['secret s']);
    const user = { url: mine, onOpen };
    assert.deepEqual(await by('a ${secret:s}', 'user', { user }), []);
    assert.deepEqual((await by('a ${secret:s}', 'workspace', { user })).slice(1), ['secret s']);
    const both = {
      'Login of workspace': message('Login', 'theirs', 'workspace'),
      'Login of user': message('Login', 'mine', 'user'),
    };
    const lent = { workspace: { url: theirs }, user: { onOpen: [{ sequence: 'Login' }] } };
    const [theirItem] = await wanted(lent, {}, both);
    assert.match(theirItem ?? '', /^message Login #/, 'The one that is run');
  });
});
