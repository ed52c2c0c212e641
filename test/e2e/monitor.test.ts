import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { letTimePass } from '../support/letTimePass.ts';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const settings = {
  'websocketMonitor.reconnect.maxDelay': 2,
  'websocketMonitor.reconnect.jitter': 0,
};

describe('The monitor in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let peer: Peer;
  const refused: string[] = [];

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({ settings });
    page = new WorkbenchPage(workbench.page);
    workbench.page.on('console', message => {
      if (/Content Security Policy|TrustedHTML/.test(message.text())) {
        refused.push(message.text());
      }
    });
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
    assert.deepEqual(refused, [], 'the page kept to its content security policy');
  });

  const urlField = () => workbench.page.getByPlaceholder(/^Type a URL/);
  const status = (text: string | RegExp) => page.statusBarItem(text);
  const row = (text: string) => page.monitor.rows.filter({ hasText: text });
  const shows = (locator: Locator) => locator.first().waitFor();

  it('offers in the palette what can do something, first without any connection', async () => {
    await page.runCommand('WebSocket Monitor: Show Log'); // The extension is there.
    const always = ['Connect…', 'New Connection…', 'Open Monitor', 'Store Secret…'];
    const never = [
      'Disconnect',
      'Reconnect Now',
      'Send Message…',
      'Clear Messages',
      'Export Messages…',
      'Edit Connection…',
      'Duplicate Connection',
      'Remove Connection…',
      'Move Connection Up',
      'Move Connection Down',
      'Copy Connection As…',
      'Delete Secret…',
      'Manage Permissions…',
      'Delete Capture…',
      'Save Capture As…',
      'Run Message or Sequence…',
      'Stop Message or Sequence',
      'Switch Environment…',
    ];
    assert.deepEqual(await page.offered([...always, ...never]), always);
  });

  it('connects to an address typed into the palette and shows what comes', async () => {
    await page.runCommand('WebSocket Monitor: Connect');
    await urlField().fill(`127.0.0.1:${peer.port}`);
    await shows(page.option(`Connect to ${peer.url}`));
    await page.accept();
    await shows(status(/127\.0\.0\.1:\d+ · connected/));
    await shows(row('Connected to 127.0.0.1'));
    for (let number = 1; number <= 30; number++) {
      peer.send(JSON.stringify({ number, of: 30 }));
    }
    await shows(row('{"number":30,"of":30}'));
    await page.screenshot('connected');
  });

  it('offers for the open connection what is about it', async () => {
    const about = ['Disconnect', 'Send Message…', 'Clear Messages', 'Copy Connection As…'];
    const others = ['Duplicate Connection', 'Move Connection Up', 'Run Message or Sequence…'];
    assert.deepEqual(await page.offered([...about, ...others]), about);
  });

  it('says why a URL will not do before anything is dialled', async () => {
    await page.runCommand('WebSocket Monitor: Connect');
    await urlField().fill('ws://127.0.0.1:99999/');
    await shows(page.option('has a port that is too high'));
    for (const text of ['javascript:alert(1)', 'localhost:abc', 'ann:secret@example.com']) {
      await urlField().fill(text);
      await shows(page.option('is no WebSocket URL: it must begin with ws:// or wss://'));
      assert.equal(await page.option('Connect to').count(), 0, text);
    }
    assert.equal(await page.option('secret').count(), 0);
    await workbench.page.keyboard.press('Escape');
  });

  it('offers what is meant by an address without ws://, and Enter takes it', async () => {
    const focused = workbench.page.locator('.quick-input-list .monaco-list-row.focused');
    await page.runCommand('WebSocket Monitor: Connect');
    for (const [text, first, second] of [
      ['localhost:8080', 'ws://localhost:8080/', 'wss://localhost:8080/'],
      ['[::1]:8080/x', 'ws://[::1]:8080/x', 'wss://[::1]:8080/x'],
      ['example.com', 'wss://example.com/', 'ws://example.com/'],
      ['//host', 'wss://host/', 'ws://host/'],
      ['https://example.com/feed', 'wss://example.com/feed', undefined],
    ] as const) {
      await urlField().fill(text);
      await focused.filter({ hasText: `Connect to ${first}` }).waitFor();
      if (second !== undefined) {
        await shows(page.option(`Connect to ${second}`));
      }
    }
    await page.screenshot('meant-url');
    await workbench.page.keyboard.press('Escape');
  });

  it('writes a line for each message into the output channel', async () => {
    await page.runCommand('WebSocket Monitor: Show Messages Output');
    peer.send('a line for the channel');
    peer.send(Uint8Array.of(1, 2, 255));
    await shows(page.output.getByText('a line for the channel'));
    await shows(page.output.getByText('[binary 3 bytes] 01 02 ff'));
    const lines = await page.outputLines();
    const own = lines.filter(line => /a line for|binary 3/.test(line));
    assert.match(own[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3} ← a line for the channel$/);
    assert.match(own[1] ?? '', /^\d\d:\d\d:\d\d\.\d{3} ← \[binary 3 bytes\] 01 02 ff$/);
    await page.screenshot('output');
  });

  it('sends what the user types, and shows it as a row', async () => {
    await page.runCommand('WebSocket Monitor: Send Message');
    await page.answer('typed by hand');
    await shows(row('typed by hand'));
    assert.ok(peer.received.includes('typed by hand'));
  });

  it('opens a message by keyboard, as JSON and as text', async () => {
    peer.send('{"price":12345678901234567890,"price":1.50,"who":"\\ud800"}');
    await shows(row('12345678901234567890'));
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.press('Enter');
    const details = page.monitor.frame.getByRole('region', { name: 'Details' });
    await shows(details.getByText('"price": 12345678901234567890', { exact: false }));
    await shows(details.getByText('\\ud800', { exact: false }));
    await page.screenshot('details');
    await workbench.page.keyboard.press('Escape');
    // The details have paused the list.
    await workbench.page.keyboard.press('End');
  });

  it('shows hostile payloads as the text that they are', async () => {
    const title = await workbench.page.title();
    const hostile = [
      '<img src=x onerror="document.title=\'taken\'"><script>alert(1)</script>',
      '\u202egnp.exe \u2066hidden\u2069 \0\x1b[31mred\x07 \u200b',
      '{"lone":"\\udfff \\ud83d"}',
      '[command](command:workbench.action.quit) $(zap) ${env:PATH}',
      'x'.repeat(5_000_000),
    ];
    for (const message of hostile) {
      peer.send(message);
    }
    await shows(row('<img src=x onerror='));
    await shows(row('⟨U+202E⟩gnp.exe'));
    await shows(row('\\udfff \\ud83d'));
    await shows(row('[command](command:workbench.action.quit)'));
    await shows(row('5.0 MB'));
    assert.equal(await page.monitor.frame.locator('img, iframe').count(), 0);
    assert.equal(await workbench.page.title(), title);
    await page.screenshot('hostile');
  });

  it('counts retries when the server is killed, and recovers when it is back', async () => {
    const { port } = peer;
    const [before] = peer.sockets;
    // What came on this connection so far was no regular feed.
    await page.runCommand('WebSocket Monitor: Reconnect Now');
    await until('it is open again', () => peer.sockets.some(socket => socket !== before));
    for (let tick = 0; tick < 35; tick++) {
      peer.send(`tick ${tick}`);
      await letTimePass(100, 'a feed of ten a second');
    }
    await peer.stop();
    await shows(status(/retry \d+(\/10)? in \d+s/));
    await shows(status(/retry [2-9]\d*(\/10)? in \d+s/));
    await shows(row('refused the connection'));
    await page.screenshot('retry');
    const banner = page.monitor.frame.locator('.notice');
    await until('the notice counts down', async () => {
      const words = (await banner.first().textContent()) ?? '';
      return /Retry \d+(\/10)? in 1s \(rule: network\)/.test(words);
    });
    peer = await Peer.start(port);
    await shows(status('connected'));
    peer.send('back again');
    await shows(row('back again'));
  });

  it('says in the list and above it how long it was lost, and what may be missing', async () => {
    const said =
      /Connected again after \d+(\.\d)? s, attempt (\d+)\. At \d+(\.\d)?\/s about \d+ messages may/;
    const back = page.monitor.rows.filter({ hasText: said });
    await shows(back);
    const words = (await back.textContent()) ?? '';
    // The line of the list is read as a part of its row.
    const [, outage] =
      /(\d+(?:\.\d)? s) not connected\. Connected again after \1/.exec(words) ?? [];
    assert.ok(outage, words);
    // One number: of the retry that was announced, the attempt that was made, and the success.
    const [, , attempt] = said.exec(words) ?? [];
    await shows(row(`Retry ${attempt}`));
    await shows(row(`, retry ${attempt}`));
    const banner = page.monitor.frame.locator('.notice').filter({ hasText: said });
    await page.screenshot('reopened');
    await banner.getByRole('button', { name: 'Show in List' }).click();
    await shows(back.and(page.monitor.active));
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
  });

  it('stops following on command, and follows again', async () => {
    await page.runCommand('WebSocket Monitor: Pause or Resume View');
    peer.send('unseen for now');
    await shows(page.monitor.frame.getByRole('button', { name: /new message/ }));
    await page.runCommand('WebSocket Monitor: Pause or Resume View');
    await shows(row('unseen for now'));
  });

  it('is right the moment it is shown again after a flood that it did not see', async () => {
    await page.runCommand('File: New Untitled Text File');
    for (let number = 0; number < 20_000; number++) {
      peer.send(`flood ${number}`);
    }
    peer.send('the last of the flood');
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await shows(row('the last of the flood'));
  });

  it('clears the messages on command, and brings them back before what came since', async () => {
    await page.runCommand('WebSocket Monitor: Clear Messages');
    await row('the last of the flood').first().waitFor({ state: 'detached' });
    peer.send('a new page');
    await shows(row('a new page'));
    const bar = page.monitor.frame.getByRole('status').filter({ hasText: /^Cleared 20,\d+ mess/ });
    await page.screenshot('cleared');
    await bar.getByRole('button', { name: 'Undo' }).click();
    await shows(row('the last of the flood'));
    await shows(row('a new page'));
    await bar.waitFor({ state: 'detached' });
  });

  it('disconnects for good', async () => {
    await page.runCommand('WebSocket Monitor: Disconnect');
    await shows(status('disconnected'));
    await shows(row('Disconnected by you'));
    const { port } = peer;
    await peer.stop();
    peer = await Peer.start(port);
    await letTimePass(3000, 'a retry, which must not come, would come within two seconds');
    assert.equal(peer.sockets.length, 0);
  });

  it('connects and disconnects again from the panel, by keyboard', async () => {
    await page.monitor.button('Connect').focus();
    await workbench.page.keyboard.press('Enter');
    await shows(status(' connected'));
    await page.monitor.button('Disconnect').focus();
    await workbench.page.keyboard.press('Enter');
    await shows(status('disconnected'));
  });
});

describe('The monitor where things are not as they should be', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let peer: Peer;

  afterEach(async () => {
    await workbench.close();
    await peer.stop();
  });

  const open = async (options: Parameters<typeof openWorkbench>[0]) => {
    peer = await Peer.start();
    workbench = await openWorkbench(options);
    page = new WorkbenchPage(workbench.page);
  };
  const urlField = () => workbench.page.getByPlaceholder(/^Type a URL/);
  const connectTo = async (url: string) => {
    await page.runCommand('WebSocket Monitor: Connect');
    await urlField().fill(url);
    await page.option(`Connect to ${url}`).waitFor();
    await page.accept();
  };

  it('dials what is typed in Restricted Mode, and nothing that the workspace names', async () => {
    const named = await Peer.start();
    await open({
      trust: false,
      files: {
        '.vscode/settings.json': JSON.stringify({
          'websocketMonitor.url': named.url,
          'websocketMonitor.autoConnect': true,
          'websocketMonitor.connections': [
            { name: 'of the workspace', url: named.url, autoConnect: true },
          ],
          'websocketMonitor.headers': { 'X-Stolen': '${env:PATH}' },
          'websocketMonitor.onOpen': ['from the workspace'],
        }),
      },
    });
    await page.runCommand('WebSocket Monitor: Connect');
    await urlField().waitFor();
    assert.equal(await page.option('of the workspace').count(), 0);
    await workbench.page.keyboard.press('Escape');
    await connectTo(peer.url);
    await page.statusBarItem('connected').waitFor();
    assert.deepEqual([named.sockets.length, named.headers.length], [0, 0]);
    assert.deepEqual([peer.headers[0]?.['x-stolen'], peer.received], [undefined, []]);
    await named.stop();
  });

  it('keeps messages in memory where the capture folder cannot be written, and says so', async () => {
    await open({});
    const storage = join(
      workbench.serverDataDir,
      'data/User/globalStorage/websocket-monitor.websocket-monitor/captures',
    );
    await mkdir(dirname(storage), { recursive: true });
    await writeFile(storage, 'a file where the folder should be');
    await connectTo(peer.url);
    await page.statusBarItem('connected').waitFor();
    await page.monitor.rows.filter({ hasText: 'kept in memory' }).first().waitFor();
    peer.send('still shown');
    await page.monitor.rows.filter({ hasText: 'still shown' }).first().waitFor();
    await page.screenshot('memory');
  });

  it('names a setting with a wrong value, and goes on with the default', async () => {
    await open({});
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await workbench.setWorkspaceSettings({
      'websocketMonitor.reconnect.factor': 'fast',
      'websocketMonitor.url': peer.url,
    });
    await page.notified('reconnect.factor must be a number from 1 to 100, but is "fast"');
    await page.screenshot('bad-setting');
    await page.connectFirst();
    await page.statusBarItem('connected').waitFor();
  });

  for (const theme of [
    'Dark Modern',
    'Light Modern',
    'Default High Contrast',
    'Default High Contrast Light',
  ]) {
    it(`is drawn in ${theme}`, async () => {
      await open({ colorTheme: theme });
      await connectTo(peer.url);
      await page.statusBarItem('connected').waitFor();
      for (let number = 1; number <= 40; number++) {
        peer.send(JSON.stringify({ number, symbol: 'ACME', price: 100 + number / 8 }));
      }
      await page.monitor.rows.filter({ hasText: '"number":40' }).first().waitFor();
      await page.monitor.messages.focus();
      await workbench.page.keyboard.press('ArrowUp');
      await workbench.page.keyboard.press('Enter');
      await page.runCommand('WebSocket Monitor: Show Messages Output');
      await page.output.getByText('"number":40').first().waitFor();
      const name = theme.replaceAll(' ', '');
      await page.screenshot(`panel-${name}`);
      await page.openSettings('@ext:websocket-monitor.websocket-monitor');
      await page.screenshot(`settings-${name}`);
    });
  }
});
