// Messages that rules of a tap touch, as a page in Chromium and a Python program get them, by ws: and by TLS on both
// legs. All are compressed, with one window for all of them.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { BrowserContext, Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { trustedServer } from '../support/network/certificates.ts';
import { until } from '../support/until.ts';
import { ComposerPage, TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const execute = promisify(execFile);
const fixture = (name: string) => join(import.meta.dirname, '../fixtures/certificates', name);

/** One that has `websockets`, as the system's has that the tests install. */
const python = ['/usr/bin/python3', 'python3'].find(
  each => spawnSync(each, ['-c', 'import websockets']).status === 0,
);

const tick = (seq: number, symbol = 'ACME CORPORATION') =>
  `{"type":"tick","seq":${seq},"symbol":"${symbol}"}`;
const ticks = [1, 2, 3, 4, 5, 6].map(seq => tick(seq));
const rules = [
  { match: 'in: $.seq:2', do: 'set', values: { '$.symbol': 'SET' } },
  { match: 'in: $.seq:3', do: 'drop' },
  { match: 'in: $.seq:4', do: 'duplicate' },
  { match: 'in: $.seq:5', do: 'replace', pattern: 'ACME', with: 'REPLACED' },
];
const touched = [
  tick(1),
  tick(2, 'SET'),
  tick(4),
  tick(4),
  tick(5, 'REPLACED CORPORATION'),
  tick(6),
];

/** Sends the ticks, and then back what it gets. */
async function startServer(isSecure: boolean): Promise<{ port: number; close(): Promise<void> }> {
  const server = isSecure ? createSecureServer(trustedServer) : createPlainServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } });
  sockets.on('connection', socket => {
    ticks.forEach(text => socket.send(text));
    socket.on('message', data => socket.send(`echo of ${(data as Buffer).toString()}`));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      sockets.clients.forEach(client => client.terminate());
      sockets.close();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('Messages that a tap touches, in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let tree: TreePage;
  let context: BrowserContext;
  let servers: Awaited<ReturnType<typeof startServer>>[];

  before(async () => {
    servers = await Promise.all([startServer(false), startServer(true)]);
    const [plain, secure] = servers.map(({ port }) => port);
    const taps = [
      { name: 'plain', upstream: `ws://127.0.0.1:${plain}`, rules },
      {
        'name': 'secure',
        'upstream': `wss://127.0.0.1:${secure}`,
        rules,
        'tls.cert': 'server.pem',
        'tls.key': 'server.key',
      },
    ];
    workbench = await openWorkbench({
      settings: { 'websocketMonitor.tls.ca': fixture('ca.pem') },
      files: {
        '.vscode/settings.json': JSON.stringify({ 'websocketMonitor.taps': taps }),
        'server.pem': trustedServer.cert.toString(),
        'server.key': trustedServer.key.toString(),
      },
      viewport: { width: 1400, height: 900 },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(workbench.page);
    tree = new TreePage(workbench.page, 'Connections');
    const browser = workbench.page.context().browser();
    assert.ok(browser);
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
  });

  after(async () => {
    await context.close();
    await Promise.all(servers.map(server => server.close()));
    await workbench.close();
  });

  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  /** Starts a tap by its row; returns its URL. */
  const started = async (name: string, scheme: string): Promise<string> => {
    await tree.press(new RegExp(`^${name},.* stopped`), 'Start Tap');
    await tree.item(new RegExp(`^${name},.* running`)).waitFor();
    await tree.press(new RegExp(`^${name},.* running`), 'Copy Tap URL');
    await until('the URL was copied', async () => (await clipboard()).startsWith(`${scheme}:`));
    return clipboard();
  };
  /** What the page has got, and how its socket closed. */
  const texts = (app: Page) => app.locator('li').allInnerTexts();
  const untilGot = async (app: Page, expected: readonly string[]) => {
    let got: readonly string[] = [];
    await until(
      () => `the page got ${got.join(', ')}`,
      async () => {
        got = await texts(app);
        return got.length >= expected.length;
      },
    );
    assert.deepEqual(got, expected);
  };

  const urls: Record<string, string> = {};
  for (const [name, scheme] of [
    ['plain', 'ws'],
    ['secure', 'wss'],
  ] as const) {
    it(`come right to a page in Chromium, which stays connected, by ${scheme}:`, async () => {
      const url = await started(name, scheme);
      urls[name] = url;
      const app = await context.newPage();
      await app.evaluate(to => {
        const socket = new WebSocket(to);
        const add = (text: string) =>
          document.body.appendChild(document.createElement('li')).append(text);
        socket.onmessage = ({ data }) => add(String(data));
        socket.onclose = ({ code }) => add(`closed ${code}`);
        Object.assign(window, { socket });
      }, `${url}/page`);
      await untilGot(app, touched);
      await tree.show(/^\/page, connected/, `${name} /page`);
      await page.monitor.rows.filter({ hasText: 'permessage-deflate' }).first().waitFor();
      const composer = new ComposerPage(workbench.page);
      if (!(await composer.field.isVisible())) {
        await page.monitor.button('Compose').click();
      }
      await composer.region
        .getByRole('combobox', { name: 'Where it goes' })
        .selectOption({ label: 'to the client' });
      await composer.field.fill('injected');
      await composer.button('Send').click();
      await untilGot(app, [...touched, 'injected']);
      await app.evaluate(() =>
        (window as unknown as { socket: WebSocket }).socket.send('from the page'),
      );
      await untilGot(app, [...touched, 'injected', 'echo of from the page']);
      await page.screenshot(`taps-touched-${name}`);
      await app.evaluate(() => (window as unknown as { socket: WebSocket }).socket.close(1000));
      await untilGot(app, [...touched, 'injected', 'echo of from the page', 'closed 1000']);
      await app.close();
    });
  }

  it('come right to a Python program', { skip: !python }, async () => {
    const program = `
import asyncio, json, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as ws:
        got = [await ws.recv() for _ in range(6)]
        await ws.send("from Python")
        got.append(await ws.recv())
    print(json.dumps([got, ws.close_code]))
asyncio.run(main())`;
    const { stdout } = await execute(python ?? '', ['-c', program, `${urls['plain']}/python`], {
      timeout: 30_000,
    });
    assert.deepEqual(JSON.parse(stdout), [[...touched, 'echo of from Python'], 1000]);
    await tree.item(/^\/python, disconnected/).waitFor();
  });
});
