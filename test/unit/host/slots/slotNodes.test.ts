import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import type { HeldMessages } from '../../../../src/core/slot/heldMessages.ts';
import { Formats } from '../../../../src/core/base/format.ts';
import type { SocketOrigin } from '../../../../src/core/slot/observedSocket.ts';
import type { SlotTreeNode } from '../../../../src/host/slots/slotNodes.ts';
import { testSlots } from '../../../support/host/testSlots.ts';

const { SlotNode, SlotNodes, TapNode } = await import('../../../../src/host/slots/slotNodes.ts');
const { treeRow } = await import('../../../../src/host/ui/trees.ts');

class NamedTap extends TapNode {
  item() {
    return treeRow({ label: this.name });
  }
}

function setUp(taps: readonly string[] = []) {
  const { clock, slots } = testSlots();
  const nodes = new SlotNodes({
    slots,
    taps: {
      all: taps.map(name => new NamedTap(name)),
      onDidChange: new Emitter<undefined>().event,
    },
    clock,
    formats: new Formats('en'),
  });
  const labelOf = (node: SlotTreeNode) => {
    if (node instanceof SlotNode) {
      return node.slot.name;
    }
    return node instanceof TapNode ? node.name : nodes.itemOf(node).id;
  };
  /** The labels, those of children below. */
  const tree = (of: readonly SlotTreeNode[] = nodes.roots): unknown[] =>
    of.map(node => {
      const label = labelOf(node);
      const children = nodes.childrenOf(node);
      return children.length > 0 ? [label, ...tree(children)] : label;
    });
  return { slots, nodes, tree, clock };
}

function origin(kind: 'tap' | 'watch', id: string, path = '/ws', label = id): SocketOrigin {
  return { owner: { kind, id, label }, path, name: `${label} ${path}`, url: 'ws://localhost/ws' };
}

describe('the groups of the tree of connections', () => {
  it('are only there if something is in them', () => {
    const { tree } = setUp();
    assert.deepEqual(tree(), []);
  });

  it('have taps with and without sockets, and what is watched by its label', () => {
    const { slots, tree } = setUp(['api', 'shop']);
    slots.observe(origin('tap', 'api'));
    slots.observe(origin('tap', 'gone'));
    slots.observe(origin('watch', '1', '/a', 'Chrome'));
    slots.observe(origin('watch', '2', '/b', 'Chrome'));
    slots.observe(origin('watch', '3', '/c', 'Node'));
    assert.deepEqual(tree(), [
      ['taps Taps (open)', ['api', 'api /ws'], 'shop', ['owner gone (open)', 'gone /ws']],
      ['watched Chrome (open)', 'Chrome /a', 'Chrome /b'],
      ['watched Node (open)', 'Node /c'],
    ]);
  });

  it('keep their nodes, so that the selection stays', () => {
    const { slots, nodes } = setUp();
    slots.observe(origin('tap', 'api'));
    slots.observe(origin('watch', '1'));
    assert.deepEqual(nodes.within(nodes.roots), nodes.within(nodes.roots));
    const [one, other] = [nodes.within(nodes.roots), nodes.within(nodes.roots)];
    assert.ok(one.every((node, index) => node === other[index]));
  });

  it('say of a slot how it is, how much came and went, and what can be done', () => {
    const { slots, nodes } = setUp();
    const socket = slots.observe(origin('watch', '1'));
    const item = () => {
      const slot = nodes.within(nodes.roots).at(-1);
      assert.ok(slot);
      const { description, contextValue } = nodes.itemOf(slot);
      return [description, contextValue];
    };
    socket.report({ state: 'connected', severity: 'info', text: 'Connected.' });
    assert.deepEqual(item(), ['connected · 0/s · 0 in, 0 out', 'slot.open.watch']);
    socket.report({ state: 'failed', severity: 'error', text: 'Refused with 401.' });
    socket.end();
    assert.deepEqual(item(), ['failed · 0 in, 0 out · Refused with 401.', 'slot.closed.watch']);
  });

  it('name a slot by its path, which tells it from the others of its row', () => {
    const { slots, nodes } = setUp(['api']);
    slots.observe({ ...origin('tap', 'api', '/'), name: 'api' });
    slots.observe(origin('tap', 'api', '/cable'));
    slots.observe(origin('tap', 'api', '/cable'));
    slots.observe(origin('tap', 'api', '/v1/markets/europe/stocks/trades'));
    slots.observe(origin('tap', 'other', '/v1/markets/europe/stocks/trades'));
    slots.observe({ ...origin('watch', '1', '/ws', 'Chrome'), name: 'Shop /ws' });
    slots.observe({ ...origin('watch', '2', '', 'Chrome'), name: 'Shop (opened before)' });
    const shown = nodes
      .within(nodes.roots)
      .filter(node => node instanceof SlotNode)
      .map(node => nodes.itemOf(node).accessibilityInformation?.label.split(' · ')[0]);
    assert.deepEqual(shown, [
      '/, connecting',
      '/cable, connecting',
      '/cable (2), connecting',
      '…/europe/stocks/trades, connecting',
      '…/europe/stocks/trades, connecting',
      '/ws, connecting',
      'Shop (opened before), connecting',
    ]);
  });

  it('say once, in the row above, of which host or page all lines are', () => {
    const { slots, nodes } = setUp();
    const observe = (path: string, title: string) =>
      slots.observe({ ...origin('watch', '1', path, 'Chrome'), name: `${title} ${path}`.trim() });
    const shown = () =>
      nodes.within(nodes.roots).map(node => nodes.itemOf(node).accessibilityInformation?.label);
    const told = ' · 0 in, 0 out';
    observe('/prices', 'localhost:3000');
    observe('/chat', 'localhost:3000');
    observe('', 'Shop (opened before)');
    const line = (label: string) => `${label}, connecting${told}`;
    const common = [line('/prices'), line('/chat'), line('Shop (opened before)')];
    assert.deepEqual(shown(), ['Watched: Chrome, localhost:3000', ...common]);
    observe('/other', 'localhost:4000');
    assert.deepEqual(shown(), [
      undefined,
      `/prices, localhost:3000 · connecting${told}`,
      `/chat, localhost:3000 · connecting${told}`,
      common[2],
      `/other, localhost:4000 · connecting${told}`,
    ]);
  });

  it('say how many messages a tap holds, as long as its socket is open', () => {
    const { slots, nodes, clock } = setUp();
    const onDidChange = new Emitter<void>();
    const queue = (count: number) => ({
      messages: Array.from({ length: count }, (_, number) => ({
        number,
        direction: 'in' as const,
        at: 0,
        kind: 'text' as const,
        payload: new Uint8Array(),
      })),
      byteLength: 0,
      isFull: false,
    });
    let count = 0;
    let isConnected = false;
    const held: HeldMessages = {
      onDidChange: onDidChange.event,
      queue: direction => queue(direction === 'in' ? count : 1),
      release: () => true,
      drop: () => true,
      releaseAll: () => undefined,
    };
    const socket = slots.observe(origin('tap', 'api'), {
      serverOrigin: 'ws://localhost',
      send: () => Promise.resolve(),
      close: () => undefined,
      // As in a tap: before the handshake has ended there is no queue.
      get held() {
        return isConnected ? held : undefined;
      },
    });
    socket.report({ state: 'connecting', severity: 'info', text: 'Connecting.' });
    isConnected = true;
    socket.report({ state: 'connected', severity: 'info', text: 'Connected.' });
    const [slot] = slots.all;
    assert.ok(slot);
    let changes = 0;
    slot.onDidChange(() => changes++);
    count = 2;
    onDidChange.fire();
    onDidChange.fire();
    assert.equal(changes, 0);
    clock.advance(100);
    assert.deepEqual([changes, slot.heldCount], [1, 3]);
    const description = () => {
      const node = nodes.within(nodes.roots).at(-1);
      return node && nodes.itemOf(node).description;
    };
    assert.equal(description(), 'connected · 3 held · 0/s · 0 in, 0 out');
    socket.end();
    assert.equal(slot.heldCount, 0);
    changes = 0;
    onDidChange.fire();
    clock.advance(100);
    assert.equal(changes, 0);
  });
});
