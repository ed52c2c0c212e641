import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { commands } from 'vscode';
import { CommandId } from '../../src/shared/ids.ts';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { connect, run, UndoList } from './support.ts';

describe('Settings', () => {
  let peer: Peer;
  const undo = new UndoList();
  const set = (key: string, value: unknown) => undo.set(key, value);

  beforeEach(async () => {
    peer = await Peer.start();
  });

  afterEach(async () => {
    await undo.run();
    await peer.stop();
  });

  it('name connections that the commands know', async () => {
    await set('connections', [{ name: 'configured', url: peer.url, onOpen: ['hello'] }]);
    const { name, state } = await connect('configured');
    assert.deepEqual([name, state], ['configured', 'open']);
    await until('it was greeted', () => peer.received.includes('hello'));
    await run(CommandId.Disconnect, 'configured');
  });

  it('offer the only endpoint first, for somebody may want to type another one', async () => {
    await set('url', peer.url);
    const connecting = run<{ state: string }>(CommandId.Connect);
    // The picker of the editor takes this for Enter as soon as it is there.
    await until('it was accepted', async () => {
      await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return peer.headers.length > 0;
    });
    assert.equal((await connecting).state, 'open');
    await run(CommandId.Disconnect);
  });

  it('change the heartbeat of an open connection without a reconnect', async () => {
    await set('connections', [{ name: 'beating', url: peer.url }]);
    await connect('beating');
    await set('connections', [
      { name: 'beating', url: peer.url, heartbeat: { message: 'changed' } },
    ]);
    await until('the new message came', () => peer.received.includes('changed'));
    assert.equal(peer.headers.length, 1);
    await run(CommandId.Disconnect, 'beating');
  });

  it('with wrong types are replaced by defaults, and the extension goes on', async () => {
    await set('reconnect.initialDelay', 'soon');
    await set('connections', [
      7,
      { name: 'no url' },
      { name: 'twice', url: peer.url },
      { name: 'twice', url: `${peer.url}b`, heartbeat: { interval: -1 } },
      { name: 'bad', url: 'http://example.com' },
    ]);
    const [one, two] = [await connect('twice'), await connect('twice (2)')];
    assert.deepEqual([one.state, two.state], ['open', 'open']);
    await assert.rejects(Promise.resolve(connect('bad')), /No connection named "bad"/);
    await run(CommandId.Disconnect, 'twice');
    await run(CommandId.Disconnect, 'twice (2)');
  });
});
