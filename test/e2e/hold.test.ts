// Holding messages of a tap as a user does it: real taps, servers and clients, and the editor's own keys.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { WebSocket } from 'ws';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { ComposerPage, TreePage } from '../support/workbench/clientPages.ts';
import { pressInRow, WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const execute = promisify(execFile);

const rules = [
  { match: 'in: $.type:trade', do: 'hold' },
  { match: 'out: $.op:cancel', do: 'hold' },
];
const trade = (price: number) => `{"type":"trade","price":${price}}`;
const quote = (price: number) => `{"type":"quote","price":${price}}`;

/** A program behind the tap, and all that it received. */
class Client {
  readonly received: string[] = [];
  readonly socket: WebSocket;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data: Buffer) => {
      this.received.push(data.length > 1000 ? `${data.length} bytes` : data.toString());
    });
  }

  static async open(url: string): Promise<Client> {
    const client = new Client(url);
    await once(client.socket, 'open');
    return client;
  }

  async untilReceived(...messages: readonly string[]): Promise<void> {
    await until(
      () => `the client received ${this.received.slice(0, 20).join(', ')}`,
      () => this.received.length >= messages.length,
    );
    assert.deepEqual(this.received, messages);
  }

  async close(): Promise<void> {
    const closed = once(this.socket, 'close');
    this.socket.close(1000);
    await closed;
  }
}

describe('Messages that a tap holds, in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let tree: TreePage;
  let composer: ComposerPage;
  let peer: Peer;
  let url = '';

  before(async () => {
    peer = await Peer.start();
    const settings = {
      'websocketMonitor.taps': [{ name: 'api', upstream: `ws://127.0.0.1:${peer.port}`, rules }],
    };
    workbench = await openWorkbench({
      files: {
        '.vscode/settings.json': JSON.stringify(settings),
        'broken.json': '{\n  "one": ,\n  "two": ,\n  "three": 3\n}\n',
      },
      viewport: { width: 1400, height: 900 },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(workbench.page);
    tree = new TreePage(workbench.page, 'Connections');
    composer = new ComposerPage(workbench.page);
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await startTap();
  });

  after(async () => {
    await peer.stop();
    await workbench.close();
  });

  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  const startTap = async () => {
    await tree.press(/^api,.* stopped/, 'Start Tap');
    await tree.item(/^api,.* running/).waitFor();
    await workbench.page.evaluate(() => navigator.clipboard.writeText(''));
    await tree.press(/^api,.* running/, 'Copy Tap URL');
    await until('the URL was copied', async () => (await clipboard()).startsWith('ws:'));
    url = await clipboard();
  };
  const strip = () => page.monitor.frame.getByRole('region', { name: 'Held messages' });
  const holds = (title: string) =>
    strip().getByRole('heading', { name: title, exact: true }).waitFor();
  const holdsNothing = () => strip().waitFor({ state: 'hidden' });
  const press = (name: string) => page.monitor.button(name).click();
  const row = (words: string, tag: string) =>
    page.monitor.rows
      .filter({ hasText: words })
      .filter({ has: page.monitor.frame.locator('.tap-action', { hasText: tag }) })
      .first();
  /** Has the monitor show a slot. */
  const show = (path: string) => tree.show(new RegExp(`^${path}, connected`), `api ${path}`);
  /** A client whose slot the monitor shows. */
  const open = async (path: string) => {
    const client = await Client.open(`${url}${path}`);
    await show(path);
    return client;
  };
  const serverSide = () => peer.sockets.at(-1) ?? assert.fail('no socket is open');

  it('are held by their rule with all that follows, and go on by keys in their order', async () => {
    assert.deepEqual(
      await page.offered(['Release Next Held Message', 'Release All Held Messages']),
      [],
    );
    const client = await open('/keys');
    for (const message of [quote(1), trade(1), quote(2), trade(2), trade(3)]) {
      peer.send(message);
    }
    await holds('Held: 4 from the server');
    await client.untilReceived(quote(1));
    await tree.item(/^\/keys, connected · 4 held/).waitFor();
    await page.screenshot('hold-strip');
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('F8');
    await holds('Held: 2 from the server');
    await client.untilReceived(quote(1), trade(1), quote(2));
    await workbench.page.keyboard.press('Shift+F8');
    await holdsNothing();
    await client.untilReceived(quote(1), trade(1), quote(2), trade(2), trade(3));
    await client.close();
  });

  it('leave F8 to the editor while it has the focus, and take it in the tree', async () => {
    const client = await open('/f8');
    peer.send(trade(1));
    peer.send(trade(2));
    await holds('Held: 2 from the server');
    await page.runCommand('View: Split Editor Right');
    await page.runCommand('Go to File');
    await page.quickInput.fill('broken.json');
    await page.option('broken.json').click();
    const text = workbench.page.locator('.part.editor .monaco-editor').last();
    await text.locator('.squiggly-error').first().waitFor();
    await text.locator('.view-line').first().click();
    await workbench.page.keyboard.press('F8');
    await workbench.page.locator('.marker-widget').first().waitFor();
    await page.screenshot('hold-f8');
    assert.deepEqual(client.received, []);
    await workbench.page.keyboard.press('Escape');
    assert.deepEqual(await page.offered(['Release Next Held Message']), [
      'Release Next Held Message',
    ]);
    await page.focusInTree('Connections', '/f8');
    await workbench.page.keyboard.press('F8');
    await client.untilReceived(trade(1));
    await page.runCommand('WebSocket Monitor: Release All Held Messages');
    await client.untilReceived(trade(1), trade(2));
    await client.close();
    await page.runCommand('View: Close All Editors');
  });

  it('are edited, dropped and released by their buttons, which rows, filter and export tell', async () => {
    const client = await open('/edit');
    for (const price of [1, 2, 3, 4]) {
      peer.send(trade(price));
    }
    await holds('Held: 4 from the server');
    await press('Edit message 1');
    await composer.says('Editing held message 1');
    await composer.field.fill('{"type":"trade","price":100}');
    await page.screenshot('hold-edit');
    await press('Release Edited');
    await row('"price":100', 'edited').waitFor();
    await press('Drop message 2');
    await row('"price":2', 'dropped').waitFor();
    await press('Release message 4');
    await client.untilReceived('{"type":"trade","price":100}', trade(4));
    await press('Release All');
    await client.untilReceived('{"type":"trade","price":100}', trade(4), trade(3));
    await page.screenshot('hold-rows');
    await page.monitor.filter.fill('is:edited');
    await workbench.page.keyboard.press('Enter');
    await page.monitor.rows.filter({ hasText: '"price":3}' }).waitFor({ state: 'detached' });
    await row('"price":1', 'original').waitFor();
    await page.monitor.filter.fill('');
    await workbench.page.keyboard.press('Enter');
    const path = join(workbench.folder, 'edited.ndjson');
    await page.runCommand('WebSocket Monitor: Export Messages');
    await page.pick('shown in the monitor');
    await page.pick('NDJSON');
    await page.saveAs(path);
    let lines: readonly { readonly data?: string; readonly tap?: string }[] = [];
    await until('the export is there', async () => {
      const text = await readFile(path, 'utf8').catch(() => '');
      lines = text
        .split('\n')
        .filter(Boolean)
        .map(line => JSON.parse(line) as (typeof lines)[number]);
      return lines.length > 0;
    });
    assert.deepEqual(
      lines.flatMap(({ data, tap }) => (data?.includes('trade') === true ? [[tap, data]] : [])),
      [
        ['original held', trade(1)],
        ['edited held', '{"type":"trade","price":100}'],
        ['dropped held', trade(2)],
        ['held', trade(4)],
        ['held', trade(3)],
      ],
    );
    await client.close();
  });

  it('are overtaken by pings and pongs of both sides, so that none hangs up', async () => {
    const client = await open('/pings');
    peer.send(trade(1));
    client.socket.send('{"op":"cancel"}');
    await holds('Held: 1 from the server');
    await holds('Held: 1 from the client');
    const server = serverSide();
    for (let beat = 1; beat <= 20; beat++) {
      const answers = [once(client.socket, 'pong'), once(server, 'pong')];
      client.socket.ping(`c${beat}`);
      server.ping(`s${beat}`);
      const payloads = (await Promise.all(answers)).map(([payload]) => String(payload));
      assert.deepEqual(payloads, [`c${beat}`, `s${beat}`]);
    }
    assert.deepEqual([client.received, peer.received.includes('{"op":"cancel"}')], [[], false]);
    await page.monitor.button('Release All').first().click();
    await strip()
      .getByRole('heading', { name: 'Held: 1 from the server' })
      .waitFor({ state: 'detached' });
    await press('Release All');
    await client.untilReceived(trade(1));
    await until('the server got it', () => peer.received.includes('{"op":"cancel"}'));
    const closed = once(client.socket, 'close');
    server.close(1000, 'done');
    assert.equal(Number((await closed)[0]), 1000);
  });

  it('are limited, and a sentence says so', async () => {
    const client = await open('/limits');
    const all = Array.from({ length: 1100 }, (_, index) => trade(index));
    all.forEach(message => peer.send(message));
    await holds('Held: 1,000 from the server');
    await strip().getByText('The queue is full: the server is not read any more').waitFor();
    await strip().getByText('and 950 more').waitFor();
    await page.screenshot('hold-full');
    await press('Release All');
    await holds('Held: 100 from the server');
    await press('Release All');
    await client.untilReceived(...all);
    client.received.length = 0;
    const large = `{"type":"trade","text":"${'x'.repeat(5 * 1024 * 1024)}"}`;
    peer.send(large);
    await client.untilReceived(`${large.length} bytes`);
    await page.monitor.rows
      .filter({ hasText: /is larger than 4 MiB: it is not held/ })
      .first()
      .waitFor();
    await client.close();
  });

  it('are sent from the composer to either side', async () => {
    const client = await open('/inject');
    await press('Compose');
    await composer.field.fill('for the server');
    await composer.button('Send').click();
    await row('for the server', 'injected').waitFor();
    await composer.region
      .getByRole('combobox', { name: 'Where it goes' })
      .selectOption({ label: 'to the client' });
    await composer.field.fill('for the client');
    await composer.button('Send').click();
    await row('for the client', 'injected').waitFor();
    await client.untilReceived('for the client');
    assert.equal(peer.received.at(-1), 'for the server');
    await client.close();
  });

  it('reach a Python client as they were edited', async () => {
    const python = ['/usr/bin/python3', 'python3'].find(
      each => spawnSync(each, ['-c', 'import websockets']).status === 0,
    );
    const script = join(import.meta.dirname, '../fixtures/tapClient.py');
    const env = { ...process.env, API_WS: `${url}/python` };
    const running = execute(python ?? 'python3', [script, 'hello'], { env, timeout: 60_000 });
    await until('it has connected', () => peer.received.at(-1) === 'hello');
    await show('/python');
    peer.send(trade(1));
    await holds('Held: 1 from the server');
    await press('Edit message 1');
    await composer.says('Editing held message 1');
    await composer.field.fill('{"type":"trade","price":"für dich"}');
    await press('Release Edited');
    assert.equal((await running).stdout.trim(), '{"type":"trade","price":"für dich"}');
  });

  it('are held like a row, with one question on a tap that is in no settings', async () => {
    await page.runCommand('WebSocket Monitor: Start Tap');
    await page.answer(`localhost:${peer.port}`);
    await tree.item(/^localhost:\d+,.* running/).waitFor();
    await workbench.page.evaluate(() => navigator.clipboard.writeText(''));
    await tree.press(/^localhost:\d+,.* running/, 'Copy Tap URL');
    await until('the URL was copied', async () => (await clipboard()) !== '');
    const client = await Client.open(`${(await clipboard()).replace(/^http/, 'ws')}/like`);
    await tree.show(/^\/like, connected/, `localhost:${peer.port} /like`);
    // One that no slot has which was shown before: their rows stay until those of this one come.
    peer.send(quote(11));
    const like = page.monitor.rows.filter({ hasText: quote(11) }).first();
    await like.waitFor();
    await page.monitor.chooseForRow(like, 'Hold Messages like This…');
    let proposed = '';
    await until(
      () => `the filter that is proposed is ${proposed}`,
      async () => {
        proposed = await page.quickInput.inputValue();
        return proposed === 'in: $.type:quote';
      },
    );
    await page.screenshot('hold-like');
    await workbench.page.keyboard.press('Enter');
    await page.notified(/Held from now on in the tap "localhost:\d+": in: \$\.type:quote/);
    await page.quickInput.waitFor({ state: 'hidden' });
    peer.send(quote(12));
    await holds('Held: 1 from the server');
    await client.untilReceived(quote(11));
    await page.runCommand('WebSocket Monitor: Rules of Tap');
    await page.pick('localhost:');
    const rule = page.option('hold in: $.type:quote');
    const says = (facts: string) =>
      until(
        () => `the rule does not say ${facts}`,
        async () => (await rule.innerText()).includes(facts),
      );
    await says('took effect once · for this session');
    await page.screenshot('hold-rules');
    await rule.click();
    await says('off · took effect once · for this session');
    await client.untilReceived(quote(11), quote(12));
    await rule.click();
    await says('took effect 0 times · for this session');
    await pressInRow(rule, 'Remove');
    await rule.waitFor({ state: 'detached' });
    await workbench.page.keyboard.press('Escape');
    peer.send(quote(13));
    await client.untilReceived(quote(11), quote(12), quote(13));
    await client.close();
  });

  it('go on when the window is loaded anew', async () => {
    const client = await open('/reload');
    peer.send(trade(1));
    peer.send(trade(2));
    await holds('Held: 2 from the server');
    const closed = once(client.socket, 'close');
    await workbench.reload();
    const code = Number((await closed)[0]);
    assert.deepEqual([client.received, code], [[trade(1), trade(2)], 1001]);
  });
});
