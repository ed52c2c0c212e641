import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { pressInRow, WorkbenchPage } from '../support/workbench/pages.ts';

describe('The status bar in a real workbench', () => {
  let peer: Peer;
  let workbench: Workbench;
  let screen: Page;
  let page: WorkbenchPage;
  let flood: NodeJS.Timeout;
  let item: Locator;
  let live: Locator;
  let card: Locator;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({
      settings: {
        'websocketMonitor.connections': [
          { name: 'feed', url: peer.url, reconnect: { initialDelay: 25, maxDelay: 30, jitter: 0 } },
          { name: 'other', url: 'ws://127.0.0.1:1/' },
        ],
      },
    });
    screen = workbench.page;
    page = new WorkbenchPage(screen);
    item = screen.locator('.statusbar-item[id*="websocketMonitor.status"]');
    live = screen.locator('.statusbar-item[id*="websocketMonitor.live"]');
    card = screen.locator('.monaco-hover:visible').filter({ hasText: 'State:' });
    let sent = 0;
    flood = setInterval(() => {
      const count = 20 + (sent++ % 7) * 40;
      for (let index = 0; index < count; index++) {
        peer.send(`{"n":${index}}`);
      }
    }, 100);
  });

  after(async () => {
    clearInterval(flood);
    await workbench.close();
    await peer.stop();
  });

  /** Hovers over the item, and counts how often the card is drawn anew while `live` changes. */
  const watchCard = async () => {
    await item.hover();
    await card.waitFor();
    const drawn = await card.elementHandle();
    const texts = new Set<string>();
    await until(
      () => `the rate beside it changes four times: ${[...texts].join(', ')}`,
      async () => texts.add(await live.innerText()).size >= 5,
    );
    assert.ok(await drawn.evaluate(node => node.isConnected), 'It is the same card');
    return card;
  };

  it('connects for what is typed into the palette and Enter', async () => {
    await page.runCommand('WebSocket Monitor: Show Log'); // The extension is there.
    await screen.keyboard.press('ControlOrMeta+Shift+P');
    await page.quickInput.fill('>WebSocket Monitor: Connect');
    const focused = screen.locator('.quick-input-list .monaco-list-row.focused');
    await focused.filter({ hasText: /^WebSocket Monitor: Connect…/ }).waitFor();
    await page.accept();
    await page.pick('feed');
    await page.statusBarItem('feed · connected').waitFor();
  });

  it('finds the main commands by their words first', async () => {
    for (const [typed, title] of [
      ['websocket disconnect', 'WebSocket Monitor: Disconnect'],
      ['websocket reconnect', 'WebSocket Monitor: Reconnect Now'],
      ['websocket send', 'WebSocket Monitor: Send Message…'],
      ['websocket export', 'WebSocket Monitor: Export Messages…'],
      ['websocket new conn', 'WebSocket Monitor: New Connection…'],
      ['websocket open monitor', 'WebSocket Monitor: Open Monitor'],
    ] as const) {
      await screen.keyboard.press('ControlOrMeta+Shift+P');
      await page.quickInput.fill(`>${typed}`);
      const focused = screen.locator('.quick-input-list .monaco-list-row.focused');
      await focused.filter({ hasText: title }).waitFor();
      await screen.keyboard.press('Escape');
    }
  });

  it('keeps the card of a connection still during a flood, and its links can be clicked', async () => {
    const still = await watchCard();
    await page.screenshot('status-card');
    await still.getByText('Disconnect', { exact: true }).click();
    await page.statusBarItem('feed · disconnected').waitFor();
    await until('it is closed', () => peer.sockets.length === 0);
  });

  it('keeps the card still while it counts down, and its links can be clicked', async () => {
    await screen.mouse.move(400, 300);
    await page.runCommand('WebSocket Monitor: Reconnect Now');
    await page.statusBarItem('feed · connected').waitFor();
    peer.sockets.forEach(socket => socket.terminate());
    await page.statusBarItem(/feed · retry \d+(\/\d+)? in \d+s/).waitFor();
    const still = await watchCard();
    await still.getByText('Reconnect Now', { exact: true }).click();
    await page.statusBarItem('feed · connected').waitFor();
  });

  it('has a menu with one line for each connection, whose buttons leave it open', async () => {
    const rows = screen.locator('.quick-input-list .monaco-list-row');
    const line = (name: string) => rows.filter({ hasText: name }).first();
    await item.click();
    await line('feed')
      .getByText(/connected/)
      .waitFor();
    await line('other').getByText('not connected').waitFor();
    const labels = await rows.locator('.label-name').allInnerTexts();
    assert.deepEqual(labels, [
      'feed',
      'other',
      'Connect…',
      'Open Monitor',
      'Show Messages Output',
      'Show Log',
    ]);
    await page.screenshot('status-menu');
    await pressInRow(line('feed'), 'Disconnect');
    await line('feed')
      .getByText(/disconnected/)
      .waitFor();
    await page.screenshot('status-menu-disconnected');
    await pressInRow(line('feed'), /^Connect$/);
    await line('feed').getByText(/· ws:/).waitFor();
    await until('it is connected again', () => peer.sockets.length === 1);
    await pressInRow(line('other'), /^Connect$/);
    await line('other').getByText(/retry/).waitFor();
    await page.quickInput.fill('feed');
    const focused = screen.locator('.quick-input-list .monaco-list-row.focused');
    await focused.filter({ hasText: 'feed' }).waitFor();
    await page.accept();
    const shown = page.monitor.frame.getByRole('combobox', { name: 'Connection' });
    await until('it is shown', async () => {
      return (await shown.locator('option:checked').innerText()).trim() === 'feed';
    });
  });

  it('says how the others are beside the one that needs attention', async () => {
    await page
      .statusBarItem(/other · (retry \d+\/\d+ in \d+s|connecting|failed) \(\+1 ok\)/)
      .waitFor();
    const name = await item.getByRole('button').getAttribute('aria-label');
    assert.match(
      name ?? '',
      /^WebSocket connection other: (retry|connecting|failed).*\. Others: 1 ok/,
    );
    await page.screenshot('status-others');
  });
});
