import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../../src/core/base/event.ts';
import { Formats } from '../../../../../src/core/base/format.ts';
import { testSlots } from '../../../../support/host/testSlots.ts';
import type { StatusBarParts } from '../../../../../src/host/connections/views/statusBar.ts';

const { window } = await import('vscode');
const { StatusBar } = await import('../../../../../src/host/connections/views/statusBar.ts');

/** The status bar without connections, and what its first item says. */
function setUp() {
  const items: { readonly text: string }[] = [];
  Object.assign(window, {
    createStatusBarItem: () => {
      const nothing = () => undefined;
      const item = { text: '', show: nothing, hide: nothing, dispose: nothing };
      items.push(item);
      return item;
    },
  });
  const { clock, slots } = testSlots();
  const onDidChange = new Emitter<undefined>();
  const running: { name: string; port: number }[] = [];
  const order: { shown: string | undefined } = { shown: undefined };
  const bar = new StatusBar({
    connections: { all: [], live: [], order, onDidChange: onDidChange.event },
    slots,
    taps: { running, onDidChange: onDidChange.event },
    settings: { current: { profiles: [], values: {} }, onDidChange: onDidChange.event },
    clock,
    formats: new Formats('en'),
  } as unknown as StatusBarParts);
  return {
    bar,
    slots,
    running,
    order,
    text: () => {
      onDidChange.fire(undefined);
      clock.advance(1000);
      return items[0]?.text;
    },
  };
}

describe('The status bar', () => {
  it('says of a port that a tap listens on it', () => {
    const { running, text, bar } = setUp();
    running.push({ name: 'api', port: 44_721 });
    assert.equal(text(), '$(radio-tower) Tap :44721');
    bar.dispose();
  });

  it('shows of sockets that have ended the one in the monitor, or the last', () => {
    const { slots, order, text, bar } = setUp();
    for (const path of ['/prices', '/chat']) {
      const owner = { kind: 'watch' as const, id: '1', label: 'Chrome' };
      slots.observe({ owner, path, name: `Chrome ${path}`, url: `ws://localhost${path}` }).end();
      text();
    }
    assert.match(text() ?? '', /Chrome \/chat · disconnected/);
    order.shown = slots.all[0]?.id;
    assert.match(text() ?? '', /Chrome \/prices · disconnected/);
    bar.dispose();
  });
});
