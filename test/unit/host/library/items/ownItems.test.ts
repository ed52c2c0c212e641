import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Wanted } from '../../../../../src/core/consent/disclosure.ts';
import { messageDisclosures } from '../../../../../src/core/consent/messageDisclosures.ts';
import {
  runnablesOf,
  type Runnable,
  type SavedMessage,
} from '../../../../../src/core/library/library.ts';
import { readLibrary } from '../../../../../src/core/library/readLibrary.ts';
import { editor } from '../../../../support/host/fakeVscode.ts';
import { memento } from '../../../../support/host/memento.ts';

const { Consent, digest } = await import('../../../../../src/host/consent/consent.ts');
const { PermissionStore } = await import('../../../../../src/host/consent/permissionStore.ts');
const { managePermissions } = await import('../../../../../src/host/consent/managePermissions.ts');
const { noteOwnMessage, noteOwnSequence } =
  await import('../../../../../src/host/library/items/ownItems.ts');

function setUp() {
  const permissions = new PermissionStore(memento());
  const consent = new Consent({
    permissions,
    now: () => 1_700_000_000_000,
    hostsOf: () => Promise.resolve([]),
  });
  return { permissions, consent };
}

/** What sending these items of the workspace's file needs, at a place that the workspace chose. */
function wantedBy(...items: readonly object[]): readonly Wanted[] {
  const { library } = readLibrary({ version: 1, items }, 'workspace');
  const all = runnablesOf(library.items).map(item => ({ origin: 'workspace' as const, item }));
  const ports = { named: () => undefined, isForeign: true, digest };
  return messageDisclosures(all, ports).map(what => ({ to: 'wss://a.test', what }));
}

const messagesOf = (...items: readonly object[]) =>
  runnablesOf(readLibrary({ version: 1, items }, 'workspace').library.items).filter(
    (item: Runnable): item is SavedMessage => item.kind === 'message',
  );

const order = (text: string) => ({ folder: 'Orders', items: [{ name: 'buy', text }] });

describe('What the user wrote into the file of the workspace', () => {
  beforeEach(() => {
    editor.isTrusted = true;
    editor.shown.length = 0;
  });

  it('is sent without a question, to any place, but only as it was written and where', async () => {
    const { consent } = setUp();
    await noteOwnMessage(consent, 'Orders/buy', { name: '', text: 'buy 1' }, undefined);
    assert.ok(consent.isAllowed(wantedBy(order('buy 1'))));
    const others = [
      order('buy 1000'),
      { name: 'buy', text: 'buy 1' },
      { folder: 'Orders', items: [{ name: 'hold', text: 'buy 1' }] },
      { folder: 'Orders', items: [{ name: 'buy', text: 'buy 1', repeat: { every: 1 } }] },
    ];
    for (const other of others) {
      assert.ok(!consent.isAllowed(wantedBy(other)), JSON.stringify(other));
    }
  });

  it('is known by its JSON as it stands in the file', async () => {
    const { consent } = setUp();
    await noteOwnMessage(consent, 'a', { name: '', json: { op: 'x', at: [1, {}] } }, undefined);
    assert.ok(consent.isAllowed(wantedBy({ name: 'a', json: { op: 'x', at: [1, {}] } })));
  });

  it('gives no secret away without a question', async () => {
    const { consent } = setUp();
    const text = 'login ${secret:key}';
    await noteOwnMessage(consent, 'login', { name: '', text }, undefined);
    const wanted = wantedBy({ name: 'login', text });
    assert.deepEqual(
      wanted.filter(each => !consent.isAllowed([each])).map(({ what }) => what.kind),
      ['secret'],
    );
  });

  it('is asked for like all else in a workspace that was not trusted', async () => {
    const { consent } = setUp();
    editor.isTrusted = false;
    await noteOwnMessage(consent, 'Orders/buy', { name: '', text: 'buy 1' }, undefined);
    editor.isTrusted = true;
    assert.ok(!consent.isAllowed(wantedBy(order('buy 1'))));
  });

  it('is a sequence only if each of its messages is', async () => {
    const { consent } = setUp();
    const mine = { name: 'mine', text: 'a', waitFor: { match: 'ok' } };
    const cloned = { name: 'cloned', text: 'b' };
    const all = [{ name: 'mine', text: 'a' }, cloned];
    await noteOwnMessage(consent, 'mine', { name: '', text: 'a' }, undefined);
    const [own, other] = messagesOf(...all);
    assert.ok(own && other);
    await noteOwnSequence(consent, 'both', [own, other]);
    assert.ok(!consent.isAllowed(wantedBy(...all, { name: 'both', steps: ['mine', 'cloned'] })));
    await noteOwnSequence(consent, 'twice', [own, own]);
    const wanted = wantedBy(...all, { name: 'twice', steps: ['mine', 'mine'] });
    const sequence = wanted.filter(({ what }) => what.name === 'twice');
    assert.equal(sequence.length, 1);
    assert.ok(consent.isAllowed(sequence));
    const changed = wantedBy(mine, cloned, { name: 'twice', steps: ['mine', 'mine'] });
    assert.ok(!consent.isAllowed(changed.filter(({ what }) => what.name === 'twice')));
  });

  it('keeps its permission under another name, which it was given by a command', async () => {
    const { consent } = setUp();
    await noteOwnMessage(consent, 'Orders/buy', { name: '', text: 'buy 1' }, undefined);
    await consent.noteRenamed(new Map([['Orders/buy', 'get']]));
    assert.ok(consent.isAllowed(wantedBy({ name: 'get', text: 'buy 1' })));
    assert.ok(!consent.isAllowed(wantedBy({ name: 'get', text: 'buy 2' })));
  });

  it('is listed among the permissions, and can be taken back', async () => {
    const { consent, permissions } = setUp();
    await noteOwnMessage(consent, 'Orders/buy', { name: '', text: 'buy 1' }, undefined);
    editor.answer = ({ choices }) => choices[0];
    await managePermissions(permissions);
    assert.match(editor.shown[0]?.choices[0] ?? '', /Saved message or sequence: Orders\/buy/);
    assert.ok(!consent.isAllowed(wantedBy(order('buy 1'))));
  });
});
