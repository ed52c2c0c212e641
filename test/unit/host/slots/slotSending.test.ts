import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import type { SocketControl, SocketOrigin } from '../../../../src/core/slot/observedSocket.ts';
import type { Slot } from '../../../../src/host/slots/slot.ts';
import { testSlots } from '../../../support/host/testSlots.ts';

const { maxSlots } = await import('../../../../src/host/slots/slots.ts');
const { destinationOfSlot } = await import('../../../../src/host/sending/destinationOfSlot.ts');

function origin(kind: 'tap' | 'watch', path = '/ws'): SocketOrigin {
  return { owner: { kind, id: 'api', label: 'api' }, path, name: `api ${path}`, url: 'ws://api' };
}

function controlOf(serverOrigin: string, done: string[] = []): SocketControl {
  return {
    serverOrigin,
    send: (message, to, shown) => {
      done.push(`${String(message)} to the ${to}, shown as ${String(shown)}`);
      return Promise.resolve();
    },
    close: (code, reason) => void done.push(`${code} ${reason}`),
  };
}

function only(slots: { readonly all: readonly Slot[] }): Slot {
  const [slot] = slots.all;
  assert.ok(slot);
  return slot;
}

describe('sending to a slot', () => {
  it('is sending into its open socket', async () => {
    const { slots } = testSlots();
    const done: string[] = [];
    slots.observe(origin('tap'), controlOf('ws://server', done));
    const slot = only(slots);
    await slot.submit({ kind: 'message', data: 'one', shown: '•••' }).done;
    await slot.submit({ kind: 'message', data: 'two' }, 'client').done;
    slot.submit({ kind: 'close', code: 4000, reason: 'enough' });
    assert.deepEqual(done, [
      'one to the server, shown as •••',
      'two to the client, shown as undefined',
      '4000 enough',
    ]);
    assert.deepEqual(
      [slot.takes, slot.accepts('message'), slot.accepts('close')],
      ['written', true, true],
    );
  });

  it('is refused in words that say what to do', () => {
    const { slots } = testSlots();
    const refusal = (slot: Slot, kind: 'message' | 'ping') => {
      assert.equal(slot.accepts(kind), false);
      const message = { kind, data: new Uint8Array() };
      assert.throws(() => slot.submit(message), UserError);
      return slot.refusalOf(kind);
    };
    slots.observe(origin('watch'));
    assert.match(refusal(only(slots), 'message'), /can only be watched\. Put a tap in front/);
    const socket = slots.observe(origin('tap'), controlOf('ws://server'));
    const tapped = slots.get('s2');
    assert.match(refusal(tapped, 'ping'), /sends no pings of its own/);
    socket.end();
    assert.match(refusal(tapped, 'message'), /No socket is open here/);
    assert.throws(() => destinationOfSlot(tapped), UserError);
  });

  it('is refused where it is not known which socket is meant', () => {
    const { slots } = testSlots();
    for (let index = 0; index < maxSlots + 2; index++) {
      slots.observe(origin('tap', `/${index}`), controlOf('ws://server'));
    }
    const shared = slots.all.at(-1);
    assert.equal(shared?.takes, undefined);
    assert.match(shared?.refusalOf('message') ?? '', /which of them is meant/);
  });

  it('goes to the origin that its socket has, and earlier messages came from another', () => {
    const { slots, clock } = testSlots();
    slots.observe(origin('tap'), controlOf('ws://one')).end();
    const slot = only(slots);
    assert.deepEqual([slot.serverOrigin, slot.originSince], ['ws://one', 0]);
    clock.advance(1000);
    slots.observe(origin('tap'), controlOf('ws://other'));
    assert.deepEqual([slot.serverOrigin, slot.originSince], ['ws://other', clock.now()]);
    assert.deepEqual(destinationOfSlot(slot), {
      to: 'ws://other',
      origin: 'ws://other',
      isForeign: true,
    });
  });

  it('by a sequence is told of the end of the socket', () => {
    const { slots } = testSlots();
    const socket = slots.observe(origin('tap'), controlOf('ws://server'));
    const lost: string[] = [];
    only(slots).watchLoss(what => lost.push(what));
    socket.report({ state: 'connected', severity: 'info', text: 'Connected.' });
    assert.deepEqual(lost, []);
    socket.end();
    assert.deepEqual(lost, ['was closed']);
  });
});
