// Tapped sockets in all places where a connection is shown, in a real workbench.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import {
  answerDialog,
  setSideBarWidth,
  storeSecret,
  TreePage,
} from '../support/workbench/clientPages.ts';
import { keptEditors } from '../support/workbench/keptEditors.ts';
import { pressInRow, WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const secret = 'Zq3/tap+secret=';
const rooms = ['a1b2c3d4e5', 'f6a7b8c9d0'].map(id => `/api/v1/rooms/${id}/messages/stream`);

describe('Tapped sockets in a real workbench', () => {
  let workbench: Workbench;
  let screen: Page;
  let page: WorkbenchPage;
  let tree: TreePage;
  let peer: Peer;
  let item: Locator;
  /** Of the tap `api`. */
  let url: string;
  const clients: WebSocket[] = [];

  before(async () => {
    peer = await Peer.start();
    const upstream = `ws://127.0.0.1:${peer.port}`;
    const settings = {
      'websocketMonitor.taps': [
        { name: 'api', upstream },
        { name: 'signed', upstream, headers: { Authorization: 'Bearer ${secret:known}' } },
      ],
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
      viewport: { width: 1400, height: 900 },
    });
    screen = workbench.page;
    await screen.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(screen);
    tree = new TreePage(screen, 'Connections');
    item = screen.locator('.statusbar-item[id*="websocketMonitor.status"]');
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await tree.press(/^api,.* stopped/, 'Start Tap');
    await tree.item(/^api,.* running/).waitFor();
    url = await addressOf('api');
  });

  after(async () => {
    clients.forEach(client => client.terminate());
    await workbench.close();
    await peer.stop();
  });

  /** The address of a tap that runs, from its row. */
  const addressOf = async (name: string) => {
    await screen.evaluate(() => navigator.clipboard.writeText(''));
    await tree.press(new RegExp(`^${name},.* running`), 'Copy Tap URL');
    const copied = () => screen.evaluate(() => navigator.clipboard.readText());
    await until('the URL was copied', async () => (await copied()).startsWith('ws:'));
    return copied();
  };
  const connect = async (path: string, to = url) => {
    const client = new WebSocket(`${to}${path}`);
    clients.push(client);
    await once(client, 'open');
    return client;
  };
  const quotes = (count: number) => {
    for (let n = 0; n < count; n++) {
      peer.send(JSON.stringify({ type: 'quote', n, price: 100 + (n % 7) }));
    }
  };

  it('are told apart in a narrow tree by what differs in their paths', async () => {
    for (const path of ['/cable', '/cable', ...rooms]) {
      await connect(path);
    }
    for (const width of [200, 250, 300]) {
      await setSideBarWidth(screen, width);
      await tree.item(/f6a7b8c9d0/).waitFor();
      const names = tree.pane.locator('.monaco-list-row', { hasText: /cable|…\// });
      const shown = await names.evaluateAll(rows =>
        rows.map(row => {
          const label = row.querySelector('.label-name');
          const { right = Infinity } = label?.getBoundingClientRect() ?? {};
          const container = row.querySelector('.monaco-icon-label')?.getBoundingClientRect();
          return { name: label?.textContent, fits: right <= (container?.right ?? 0) };
        }),
      );
      assert.deepEqual(
        shown.map(({ name }) => name),
        ['/cable', '/cable (2)', '…/a1b2c3d4e5/…', '…/f6a7b8c9d0/…'],
      );
      if (width >= 250) {
        assert.ok(
          shown.every(({ fits }) => fits),
          `${width} px: ${JSON.stringify(shown)}`,
        );
      }
      await page.screenshot(`tapped-tree-${width}`);
    }
  });

  it('are in the status bar, and in its menu with a button that closes them', async () => {
    // What is looked at comes first.
    await tree.show(/^\/cable \(2\), connected/, 'api /cable (2)');
    await page.statusBarItem('api /cable (2) · connected').waitFor();
    const button = item.getByRole('button');
    await until('others are counted', async () =>
      ((await button.getAttribute('aria-label')) ?? '').startsWith(
        'Observed WebSocket api /cable (2): connected. Others: 3 ok',
      ),
    );
    await item.click();
    const rows = screen.locator('.quick-input-list .monaco-list-row');
    const line = rows.filter({ hasText: 'api /cable (2)' });
    await line.getByText(/^tap · connected · ws:\/\/127\.0\.0\.1:\d+\/cable$/).waitFor();
    await page.screenshot('tapped-status-menu');
    const closed = once(clients[1] ?? new EventEmitter(), 'close');
    await pressInRow(line, 'Close Socket');
    assert.equal(Number((await closed)[0]), 1000);
    await line.getByText(/^tap · disconnected/).waitFor();
    assert.equal(await line.getByRole('button', { name: 'Close Socket' }).count(), 0);
    await screen.keyboard.press('Escape');
  });

  it('are filtered, have charts, and are exported as shown and as a whole', async () => {
    await tree.show(/^\/cable, connected/, 'api /cable');
    const { monitor } = page;
    quotes(40);
    await monitor.rows.filter({ hasText: '"n":39' }).waitFor();
    await monitor.filter.fill('in: $.n:>=35');
    await monitor.rows.filter({ hasText: '"n":20' }).waitFor({ state: 'detached' });
    await monitor.rows.filter({ hasText: '"n":37' }).waitFor();
    await monitor.frame
      .getByRole('button', { name: /^Show charts/ })
      .first()
      .click();
    await monitor.frame.locator('.chart-pane').waitFor();
    await page.screenshot('tapped-charts');
    const exported = async (choice: string, name: string) => {
      await page.runCommand('WebSocket Monitor: Export Messages');
      await page.pick(choice);
      await page.pick('NDJSON');
      const path = join(workbench.folder, name);
      await page.saveAs(path);
      await page.notified(new RegExp(`Exported .* to ${name.replace('.', '\\.')}\\.`));
      const lines = (await readFile(path, 'utf8')).trim().split('\n');
      await page.runCommand('Notifications: Clear All Notifications');
      return lines.map(each => JSON.parse(each) as Readonly<Record<string, unknown>>);
    };
    const shown = await exported('shown in the monitor', 'shown.ndjson');
    const quotesIn = (lines: typeof shown) =>
      lines.filter(({ data }) => typeof data === 'string' && data.includes('"quote"')).length;
    assert.equal(quotesIn(shown), 5);
    const whole = await exported('all of it', 'whole.ndjson');
    assert.equal(quotesIn(whole), 40);
    await monitor.filter.fill('');
  });

  it('ask before a secret of the user’s goes where the workspace says', async () => {
    await storeSecret(screen, 'known', secret);
    await screen.getByText('Secret known: Only for These Hosts').waitFor();
    await page.answer(''); // For any host.
    const dialog = screen.locator('.monaco-dialog-box');
    await tree.press(/^signed,.* stopped/, 'Start Tap');
    await dialog.getByText(/The workspace "folder" wants to connect "tap signed" to/).waitFor();
    await dialog.getByText(`ws://127.0.0.1:${peer.port}`).first().waitFor();
    await dialog.getByText(/known/).first().waitFor();
    assert.equal(await dialog.getByText(secret).count(), 0);
    await page.screenshot('tapped-consent');
    await answerDialog(screen, 'Cancel');
    await tree.item(/^signed,.* failed/).waitFor();
    await tree.press(/^signed,.* failed/, 'Start Tap');
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click();
    await tree.item(/^signed,.* running/).waitFor();
    await connect('/signed', await addressOf('signed'));
    assert.equal(peer.headers.at(-1)?.['authorization'], `Bearer ${secret}`);
  });

  it('go on in the monitor after a reload of the window', async () => {
    const { monitor } = page;
    await tree.show(/^\/cable, connected/, 'api /cable');
    peer.send('before the reload');
    await monitor.rows.filter({ hasText: 'before the reload' }).waitFor();
    await until('the editor has written down what the page shows', async () => {
      const kept = await keptEditors(screen);
      return kept.includes('"observed":["') && kept.includes('"filter":""');
    });
    await workbench.reload();
    await monitor.rows.filter({ hasText: 'before the reload' }).waitFor();
    const sentence = 'The next socket of this name is shown in their place.';
    await monitor.frame.locator('.notice').filter({ hasText: sentence }).waitFor();
    await page.screenshot('tapped-reloaded');
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await tree.press(/^api,.* stopped/, 'Start Tap');
    await tree.item(/^api,.* running/).waitFor();
    url = await addressOf('api');
    await connect('/cable');
    peer.send('after the reload');
    await monitor.rows.filter({ hasText: 'after the reload' }).waitFor();
    await monitor.frame.locator('.badge').filter({ hasText: 'connected' }).waitFor();
    assert.equal(await monitor.rows.filter({ hasText: 'before the reload' }).count(), 0);
    assert.deepEqual(await monitor.offeredSources(), ['api /cable']);
    await page.screenshot('tapped-gone-on');
  });
});
