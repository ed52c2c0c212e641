// Sockets that this window has not dialled, in the page with its own host behind it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { flagsOf } from '../../src/core/record/record.ts';
import type {
  ObservedSocket,
  SocketControl,
  SocketOrigin,
} from '../../src/core/slot/observedSocket.ts';
import { axeViolations } from '../support/page/accessibility.ts';
import { openedHandshake, startedAt } from '../support/page/marketRows.ts';
import type { MonitorHost } from '../support/page/monitorHost.ts';
import { usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { themes } from '../support/page/pageBrowser.ts';

const { withPage } = usePages();

const tapped: SocketOrigin = {
  owner: { kind: 'tap', id: 'api', label: 'api' },
  path: '/cable',
  name: 'api /cable',
  url: 'ws://localhost:3000/cable',
};
const watched: SocketOrigin = {
  owner: { kind: 'watch', id: 'session', label: 'Chrome' },
  path: '/ws',
  name: 'Shop <b>/ws',
  url: 'wss://shop.example/ws',
  messagesOnly: true,
};
/** As the hook in a Node program tells of one. */
const hooked: SocketOrigin = {
  owner: { kind: 'watch', id: 'program', label: 'Node' },
  path: '/feed',
  name: 'server.js /feed',
  url: 'ws://localhost:3000/feed',
};

/** A tapped or watched socket that is open and has messages both ways. */
function observe(host: MonitorHost, origin: SocketOrigin) {
  const done: string[] = [];
  const control: SocketControl = {
    serverOrigin: 'ws://localhost:3000',
    send: (message, to) => {
      done.push(`${String(message)} to the ${to}`);
      append(socket, 'out', String(message));
      return Promise.resolve();
    },
    close: code => void done.push(`closed with ${code}`),
  };
  const socket: ObservedSocket =
    origin.owner.kind === 'tap' ? host.slots.observe(origin, control) : host.slots.observe(origin);
  socket.report({
    state: 'connected',
    severity: 'info',
    text: `Connected to ${origin.url}.`,
    handshake: openedHandshake,
  });
  append(socket, 'out', '{"subscribe":"trades"}');
  append(socket, 'in', '{"type":"trade","price":7}');
  return { socket, done };
}

function append(socket: ObservedSocket, direction: 'in' | 'out', text: string): void {
  socket.append(startedAt, flagsOf('text', direction), new TextEncoder().encode(text));
}

function end(socket: ObservedSocket): void {
  socket.report({ state: 'disconnected', severity: 'info', text: 'The server closed it (1001).' });
  socket.end();
}

const none = { connections: [] };

class SlotUser {
  readonly page: Page;
  readonly monitor: MonitorPage;

  constructor(monitor: MonitorPage, page: Page) {
    this.monitor = monitor;
    this.page = page;
  }

  get picker() {
    return this.page.getByRole('combobox', { name: 'Connection', exact: true });
  }

  row(words: string) {
    return this.monitor.grid.getByRole('row').filter({ hasText: words }).first();
  }

  async saysOfItsState(word: string): Promise<void> {
    await this.page.locator('.badge').filter({ hasText: word }).waitFor();
  }

  async choose(name: string): Promise<void> {
    await this.picker.selectOption({ label: name });
  }

  async openComposer(): Promise<void> {
    await this.monitor.button('Compose').click();
  }
}

const withSlots = (
  scenario: Parameters<typeof withPage>[0],
  body: (user: SlotUser, host: MonitorHost) => Promise<void>,
) => withPage(scenario, (monitor, page, host) => body(new SlotUser(monitor, page), host));

describe('a tapped socket', () => {
  it('is shown as a connection is, and goes on with the next socket', () =>
    withSlots(none, async (user, host) => {
      const { socket } = observe(host, tapped);
      await user.saysOfItsState('connected');
      await user.row('"price":7').waitFor();
      end(socket);
      await user.saysOfItsState('disconnected');
      const next = observe(host, tapped);
      append(next.socket, 'in', 'of the second socket');
      await user.row('of the second socket').waitFor();
      await user.row('The server closed it (1001).').waitFor();
      await user.saysOfItsState('connected');
    }));

  it('is closed to both sides by a button', () =>
    withSlots(none, async (user, host) => {
      const { socket, done } = observe(host, tapped);
      const close = user.monitor.button('Close Socket');
      await close.click();
      await user.monitor.asked('socket.close');
      assert.deepEqual(done, ['closed with 1000']);
      end(socket);
      await user.page.getByRole('button', { name: 'Close Socket', disabled: true }).waitFor();
    }));

  it('gets what is sent from the composer', () =>
    withSlots(none, async (user, host) => {
      const { done } = observe(host, tapped);
      await user.openComposer();
      await user.page.getByRole('textbox', { name: 'Message to send' }).fill('from me');
      await user.page.keyboard.press('ControlOrMeta+Enter');
      await user.page.getByRole('region', { name: 'Composer' }).getByText('Sent.').waitFor();
      assert.deepEqual(done, ['from me to the server']);
      await user.row('from me').waitFor();
    }));

  it('is cleared, and comes back', () =>
    withSlots(none, async (user, host) => {
      observe(host, tapped);
      await user.row('"price":7').waitFor();
      await user.monitor.button('Clear api /cable').click();
      await user.row('"price":7').waitFor({ state: 'detached' });
      await user.monitor.button('Undo').click();
      await user.row('"price":7').waitFor();
    }));
});

describe('a watched socket', () => {
  it('can be read, and says why nothing can be sent', () =>
    withSlots(none, async (user, host) => {
      observe(host, watched);
      await user.row('"price":7').waitFor();
      for (const name of ['Disconnect', 'Connect', 'Close Socket', 'Reconnect Now']) {
        assert.equal(await user.page.getByRole('button', { name, exact: true }).count(), 0, name);
      }
      await user.openComposer();
      await user.page
        .getByText('The sockets of a debug session can only be watched.')
        .first()
        .waitFor();
    }));
});

describe('the toggle for control frames', () => {
  it('says that there are none where only messages are told', () =>
    withSlots({ connections: [{ rowCount: 8 }] }, async (user, host) => {
      for (const origin of [tapped, watched, hooked]) {
        observe(host, origin);
      }
      const toggle = (disabled: boolean) =>
        user.page.getByRole('button', { name: 'Control Frames', exact: true, disabled });
      await user.choose(watched.name);
      await toggle(true).waitFor();
      assert.equal(await toggle(true).getAttribute('aria-pressed'), 'false');
      assert.equal(
        await toggle(true).getAttribute('title'),
        'The debugger tells of no control frames: no pings, pongs or close frames',
      );
      await user.page.screenshot({ path: 'out/screens/slot-no-control-frames.png' });
      for (const { name } of [tapped, hooked]) {
        await user.choose(name);
        await toggle(false).waitFor();
        await user.choose(watched.name);
        await toggle(true).waitFor();
      }
      // One of those that are shown together may have some.
      host.setView({ merged: ['c1', 's2'] });
      await toggle(false).waitFor();
    }));
});

describe('observed sockets and own connections', () => {
  it('are offered in groups, and merged in one list', () =>
    withSlots({ connections: [{ rowCount: 8 }] }, async (user, host) => {
      observe(host, tapped);
      observe(host, watched);
      await user.page.locator('optgroup[label="Watched"]').waitFor({ state: 'attached' });
      const groups = await user.picker
        .locator('optgroup')
        .evaluateAll(found =>
          found.map(group => [
            (group as HTMLOptGroupElement).label,
            ...Array.from(group.children, option => option.textContent.trim()),
          ]),
        );
      assert.deepEqual(groups, [
        ['In this window', 'Market data'],
        ['Taps', 'api /cable'],
        ['Watched', 'Shop <b>/ws'],
      ]);
      host.setView({ merged: ['c1', 's1', 's2'] });
      await user.row('"price":7').waitFor();
      await user.page.getByText('All 3').first().waitFor();
    }));

  it('that come do not replace the connection on screen', () =>
    withSlots({ connections: [{ rowCount: 8 }], view: {} }, async (user, host) => {
      await user.saysOfItsState('connected');
      observe(host, tapped);
      await user.page.locator('optgroup[label="Taps"]').waitFor({ state: 'attached' });
      assert.equal(await user.picker.inputValue(), 'c1');
    }));
});

describe('the page with observed sockets', () => {
  for (const theme of Object.keys(themes)) {
    it(`has no accessibility violations in ${theme}`, () =>
      withSlots({ ...none, theme }, async (user, host) => {
        observe(host, tapped);
        observe(host, watched);
        for (const [name, label] of [
          ['tap', 'api /cable'],
          ['watch', 'Shop <b>/ws'],
        ] as const) {
          await user.choose(label);
          await user.row('"price":7').waitFor();
          await user.openComposer();
          assert.deepEqual(await axeViolations(user.page), []);
          await user.page.screenshot({ path: `out/screens/slot-${name}-${theme}.png` });
          await user.monitor.button('Close the Composer').click();
        }
      }));
  }
});
