import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { listeningSockets } from '../support/network/listening.ts';
import { Peer } from '../support/network/peer.ts';
import { refusedPort } from '../support/network/peers.ts';
import { startVite, type ViteServer } from '../support/network/viteServer.ts';
import { until } from '../support/until.ts';
import { TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { descendants } from '../support/workbench/processTree.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const execute = promisify(execFile);

/** One that has `websockets`, as the system's has that the tests install. */
const python = ['/usr/bin/python3', 'python3'].find(
  each => spawnSync(each, ['-c', 'import websockets']).status === 0,
);

describe('Taps in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let tree: TreePage;
  let vite: ViteServer;
  let peer: Peer;
  let app: Page;
  let tapped = '';
  let down = 0;

  before(async () => {
    [vite, peer, down] = await Promise.all([startVite(), Peer.start(), refusedPort()]);
    peer.greeting = 'welcome';
    const settings = {
      'websocketMonitor.taps': [
        { name: 'api', upstream: `ws://127.0.0.1:${peer.port}`, token: true },
        { name: 'taken', upstream: 'http://127.0.0.1:1', port: peer.port },
        { name: 'down', upstream: `http://127.0.0.1:${down}` },
      ],
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
      viewport: { width: 1400, height: 900 },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(workbench.page);
    tree = new TreePage(workbench.page, 'Connections');
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
  });

  after(async () => {
    await Promise.all([vite.close(), peer.stop()]);
    await workbench.close();
  });

  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  /** Copies the URL of a tap by its row. */
  const copied = async (name: RegExp, url: RegExp) => {
    await workbench.page.evaluate(() => navigator.clipboard.writeText(''));
    await tree.press(name, 'Copy Tap URL');
    await until('the URL was copied', async () => url.test(await clipboard()));
    return clipboard();
  };

  it('list those of the settings, before any runs', async () => {
    await tree.item(/^taken, :\d+ · stopped → http:\/\/127\.0\.0\.1:1/).waitFor();
    await tree.item(/^api,.* stopped → ws:\/\/127\.0\.0\.1/).waitFor();
    assert.deepEqual(await page.offered(['Start Tap', 'Stop Tap', 'Copy Tap URL']), ['Start Tap']);
    await page.screenshot('taps-listed');
  });

  it('start from the palette for a typed address', async () => {
    await page.runCommand('WebSocket Monitor: Start Tap');
    await page.quickInput.fill(`127.0.0.1:${vite.port}`);
    await page.option(`Start a tap in front of http://127.0.0.1:${vite.port}`).waitFor();
    await page.screenshot('taps-picker');
    await workbench.page.keyboard.press('Enter');
    await tree.item(/^127\.0\.0\.1:\d+,.* running/).waitFor();
    const said = await page.notified(/passes http:\/\/127\.0\.0\.1:\d+ on to http:/);
    await said.getByRole('button', { name: 'Copy URL' }).click();
    await until('the URL was copied', async () => (await clipboard()).startsWith('http:'));
    tapped = await clipboard();
  });

  it('show the socket of a dev server, whose page updates itself through the tap', async () => {
    const browser = workbench.page.context().browser();
    assert.ok(browser);
    app = await browser.newPage();
    await app.goto(`${tapped}/`);
    await app.locator('#greeting', { hasText: 'Hello' }).waitFor();
    await tree.item(/^\/, connected/).waitFor();
    await app.locator('#count').click();
    await vite.setGreeting('Good morning');
    await app.locator('#greeting', { hasText: 'Good morning' }).waitFor();
    assert.equal(await app.locator('#count').innerText(), '1', 'the page was not reloaded');
    await tree.select(/^\/, connected/);
    await page.monitor.rows.filter({ hasText: '"type":"update"' }).first().waitFor();
    await page.screenshot('taps-vite');
    await page.monitor.open(page.monitor.rows.filter({ hasText: 'Connected' }));
    await page.monitor.frame.getByText('vite-hmr').first().waitFor();
  });

  it('start by a button of the tree, for a program in any language', async () => {
    await tree.press(/^api,.* stopped/, 'Start Tap');
    await tree.item(/^api,.* running/).waitFor();
    const url = await copied(/^api,.* running/, /^ws:\/\/127\.0\.0\.1:\d+\/~/);
    const client = join(import.meta.dirname, '../fixtures/tapClient.py');
    const env = { ...process.env, API_WS: `${url}/python` };
    const { stdout } = await execute(python ?? 'python3', [client, 'hello'], {
      env,
      timeout: 30_000,
    });
    assert.equal(stdout.trim(), 'welcome');
    assert.deepEqual([peer.received, peer.paths], [['hello'], ['/python']]);
    await tree.item(/^\/python, disconnected/).waitFor();
    await page.screenshot('taps-python');
  });

  it('say what to do where the port is taken', async () => {
    await tree.press(/^taken,.* stopped/, 'Start Tap');
    const said = await page.notified(
      /The port \d+ of the tap "taken" is in use by another program/,
    );
    await page.screenshot('taps-port');
    await said.getByRole('button', { name: 'Use Another Port' }).click();
    await tree.item(/^taken,.* running/).waitFor();
    await tree.press(/^taken,.* running/, 'Stop Tap');
    await tree.item(/^taken,.* stopped/).waitFor();
  });

  it('say why where the server is down', async () => {
    await tree.press(/^down,.* stopped/, 'Start Tap');
    const url = await copied(/^down,.* running/, /^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(url);
    assert.equal(answer.status, 502);
    assert.match(await answer.text(), /refused/i);
    assert.equal(answer.headers.get('retry-after'), '1');
  });

  it('are shown in all themes', async () => {
    for (const [theme, name] of [
      ['Default Light Modern', 'light'],
      ['Default High Contrast', 'hc'],
      ['Default High Contrast Light', 'hc-light'],
      ['Default Dark Modern', 'dark'],
    ] as const) {
      await workbench.setMachineSettings({ 'workbench.colorTheme': theme });
      await page.runCommand('WebSocket Monitor: Focus on Connections View');
      await page.screenshot(`taps-theme-${name}`);
    }
  });

  it('make the network worse, which the tree and the story of the socket say', async () => {
    await page.runCommand('WebSocket Monitor: Network of Tap');
    await page.pick(`127.0.0.1:${vite.port}`);
    await page.option('Slow 3G').waitFor();
    await page.screenshot('taps-network');
    await page.pick('Slow 3G');
    await tree.item(/^127\.0\.0\.1:\d+,.* Slow 3G.* running/).waitFor();
    await tree.select(/^\/, (connected|disconnected)/);
    await page.monitor.rows.filter({ hasText: 'Network from here on: Slow 3G' }).first().waitFor();
    await page.runCommand('WebSocket Monitor: Network of Tap');
    await page.pick(`127.0.0.1:${vite.port}`);
    await page.pick('Custom…');
    await page.quickInput.fill('fast');
    await workbench.page.getByText('Enter a number from 0 to 60000.').waitFor();
    await page.answer('5');
    await workbench.page.getByText('Custom Network (2/4)').waitFor();
    await page.answer('0');
    await workbench.page.getByText('Custom Network (3/4)').waitFor();
    await page.answer('0');
    await workbench.page.getByText('Custom Network (4/4)').waitFor();
    await page.answer('0');
    await tree.item(/^127\.0\.0\.1:\d+,.* Custom.* running/).waitFor();
  });

  it('end with a close frame on both sides when they are stopped', async () => {
    const url = await copied(/^api,.* running/, /^ws:\/\/127\.0\.0\.1:\d+\/~/);
    await app.evaluate(to => {
      const socket = new WebSocket(to);
      socket.onclose = ({ code }) => (document.title = `closed ${code}`);
      return new Promise(resolve => (socket.onopen = resolve));
    }, url);
    await until('the server has it', () => peer.sockets.length > 0);
    const [socket] = peer.sockets;
    assert.ok(socket);
    const ended = once(socket, 'close');
    await tree.press(/^api,.* running/, 'Stop Tap');
    // If the tree is read again at that moment, the editor runs the command without the row, and it asks.
    await until('it is stopped', async () => {
      if (await page.quickInput.isVisible()) {
        await page.pick('api');
      }
      return (await tree.item(/^api,.* stopped/).count()) > 0;
    });
    await until('the page was told', async () => (await app.title()) === 'closed 1001');
    assert.equal(Number((await ended)[0]), 1001);
    await app.close();
    await tree.press(/^api,.* stopped/, 'Start Tap');
    await tree.item(/^api,.* running/).waitFor();
  });

  it('are started by keyboard, end with the window, and keep their port', async () => {
    await page.focusInTree('Connections', 'taken,');
    await workbench.page.keyboard.press('Shift+F10');
    await page.chooseInMenu('Start Tap…');
    const said = await page.notified(
      /The port \d+ of the tap "taken" is in use by another program/,
    );
    await said.getByRole('button', { name: 'Use Another Port' }).click();
    await tree.item(/^taken,.* running/).waitFor();
    const url = await copied(/^api,.* running/, /^ws:\/\/127\.0\.0\.1:\d+\/~/);
    const [client, other] = [new WebSocket(url), peer.sockets];
    const closed = once(client, 'close');
    await once(client, 'open');
    await until('the server has it', () => peer.sockets.length === other.length + 1);
    const ended = once(peer.sockets.at(-1) ?? client, 'close');
    await workbench.reload();
    const codes = [await closed, await ended].map(([code]) => Number(code));
    assert.deepEqual(codes, [1001, 1001]);
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await tree.item(/^api,.* stopped/).waitFor();
    await tree.press(/^api,.* stopped/, 'Start Tap');
    const again = await copied(/^api,.* running/, /^ws:\/\/127\.0\.0\.1:\d+\/~/);
    assert.equal(new URL(again).port, new URL(url).port);
    assert.notEqual(again, url, 'the token is another one');
  });
});

describe('Taps in Restricted Mode', () => {
  let workbench: Workbench;

  before(async () => {
    const taps = [{ name: 'theirs', upstream: 'http://127.0.0.1:1' }];
    workbench = await openWorkbench({
      trust: false,
      files: { '.vscode/settings.json': JSON.stringify({ 'websocketMonitor.taps': taps }) },
    });
  });

  after(() => workbench.close());

  it('are those of the user; what the workspace has is ignored with a sentence', async () => {
    const page = new WorkbenchPage(workbench.page);
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await page.runCommand('WebSocket Monitor: Show Log'); // The extension is there.
    const [host, ...others] = descendants(process.pid).filter(({ command }) =>
      command.includes('--type=extensionHost'),
    );
    assert.ok(host && others.length === 0);
    assert.deepEqual(listeningSockets(host.pid), []);
    assert.deepEqual(await page.offered(['Watch WebSockets of Debug Session', 'Stop Tap']), []);
    await page.runCommand('WebSocket Monitor: Start Tap');
    await page.option('of this workspace are ignored in Restricted Mode').waitFor();
    assert.equal(await page.option('theirs').count(), 0);
    await page.screenshot('taps-restricted');
    await page.answer('127.0.0.1:1');
    await page.notified(/The tap "127\.0\.0\.1:1" passes/);
    const listening = listeningSockets(host.pid);
    assert.ok(listening.length > 0 && listening.every(({ isLoopback }) => isLoopback));
    assert.equal(new Set(listening.map(({ port }) => port)).size, 1);
  });
});
