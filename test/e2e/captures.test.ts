import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { capturesFolder, numbersIn } from '../support/capture/captureFiles.ts';
import { logRowsIn } from '../support/capture/logReader.ts';
import { FloodPeer } from '../support/network/floodPeer.ts';
import { descendants } from '../support/workbench/processTree.ts';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { keptEditors } from '../support/workbench/keptEditors.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { pressInRow, WorkbenchPage } from '../support/workbench/pages.ts';

describe('Connections and captures in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let peer: Peer;
  let flood: FloodPeer;

  before(async () => {
    peer = await Peer.start();
    flood = await FloodPeer.start();
    const settings = {
      'websocketMonitor.connections': [
        { name: 'prices', url: peer.url },
        { name: 'flood', url: flood.url },
        { name: 'idle one', url: 'ws://127.0.0.1:9/' },
      ],
      'websocketMonitor.heartbeat.ping': false,
      'websocketMonitor.reconnect.initialDelay': 60,
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
    });
    page = new WorkbenchPage(workbench.page);
    await page.runCommand('View: Show WebSocket Monitor');
  });

  after(async () => {
    await workbench.close();
    await Promise.all([peer.stop(), flood.stop()]);
  });

  const row = (text: string) => page.monitor.rows.filter({ hasText: text }).first();
  const folder = () => capturesFolder(workbench.serverDataDir);
  const databases = async () =>
    (await readdir(folder())).filter(name => name.endsWith('.sqlite')).sort();

  it('lists the connections that are configured, and connects one by mouse', async () => {
    await page.treeItem('idle one').waitFor();
    await page.pressInTree('prices', 'Connect…');
    await page.treeItem('prices, connected').waitFor();
    assert.equal(peer.sockets.length, 1);
  });

  it('opens the monitor for a connection by keyboard', async () => {
    await page.focusInTree('Connections', 'prices');
    await workbench.page.keyboard.press('Enter');
    await row('Connected to 127.0.0.1').waitFor();
  });

  it('shows the rate while messages come', async () => {
    const sending = setInterval(() => peer.send('{"symbol":"ACME"}'), 20);
    const busy = page.treeItem('prices').filter({ hasText: /connected · \d\d+\/s/ });
    await busy.waitFor();
    await page.screenshot('trees');
    clearInterval(sending);
    await page.treeItem('prices, connected · 0/s').waitFor();
  });

  it('disconnects and connects again from the row, by mouse and by its menu', async () => {
    await page.pressInTree('prices', 'Disconnect');
    await page.treeItem('prices, disconnected').waitFor();
    await page.focusInTree('Connections', 'prices');
    await workbench.page.keyboard.press('Shift+F10');
    await page.chooseInMenu('Connect…');
    await page.treeItem('prices, connected').waitFor();
  });

  it('keeps nothing of the page while it is hidden, and is right when it is back', async () => {
    const mark = () => page.monitor.frame.locator('body');
    await page.monitor.filter.fill('"flood"');
    await page.monitor.frame.locator('.filter-count').getByText(/^0 of/).waitFor();
    await mark().evaluate(() => Object.assign(window, { isTheFirst: true }));
    // Running a command begins with Escape, which clears a filter that has the focus.
    await page.monitor.messages.focus();
    await page.runCommand('File: New Untitled Text File');
    await workbench.page.locator('iframe.webview.ready').waitFor({ state: 'detached' });
    for (let number = 0; number < 20_000; number++) {
      peer.send(`flood ${number}`);
    }
    peer.send('not part of it');
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await row('flood 19999').waitFor();
    await page.monitor.frame
      .locator('.filter-count')
      .getByText(/^20,000 of/)
      .waitFor();
    assert.equal(await row('not part of it').count(), 0);
    assert.equal(await page.monitor.filter.inputValue(), '"flood"');
    assert.equal(await mark().evaluate(() => 'isTheFirst' in window), false);
  });

  it('brings the monitor back after the window was loaded anew', async () => {
    await page.monitor.filter.fill('"flood 1"');
    const frame = page.monitor.frame;
    await frame
      .locator('.filter-count')
      .getByText(/^11,111 of/)
      .waitFor();
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('Home');
    for (let times = 0; times < 4; times++) {
      await workbench.page.keyboard.press('PageDown');
    }
    await workbench.page.keyboard.press('Enter');
    await page.monitor.details.waitFor();
    await workbench.page.keyboard.press('ArrowUp');
    await until('the rows are loaded', async () => !(await shownRows()).includes('…'));
    const before = await shownRows();
    const active = await page.monitor.active.innerText();
    assert.ok(before.length > 5 && !before.includes('flood 1'));
    await untilKept(active);
    const loaded = workbench.page.waitForEvent('load', { timeout: 60_000 });
    // As a user does it: the editor writes down what its pages keep before it goes.
    await workbench.page.keyboard.press('ControlOrMeta+Shift+P');
    await page.quickInput.fill('>Developer: Reload Window');
    await page.pick('Developer: Reload Window');
    await loaded;
    await page.monitor.active.waitFor({ timeout: 60_000 });
    assert.equal(await page.monitor.filter.inputValue(), '"flood 1"');
    assert.equal(await page.monitor.active.innerText(), active);
    // A capture has no composer below the list, so there is room for more rows.
    assert.deepEqual((await shownRows()).slice(0, before.length), before);
    await frame.getByText('capture', { exact: true }).waitFor();
    const named = /^prices · [A-Z]\w+ \d+, \d\d:\d\d$/;
    const picker = frame.getByRole('combobox', { name: 'Connection' });
    assert.match((await picker.locator('option:checked').innerText()).trim(), named);
    await workbench.page.getByRole('tab', { name: /^prices · [A-Z]\w+ \d+, / }).waitFor();
    await page.monitor.details.waitFor();
    await page.screenshot('restored');
  });

  it('lists the captures of closed windows, saves one and deletes one', async () => {
    await page.runCommand('View: Show WebSocket Monitor');
    const item = page.treeItem('prices').filter({ hasText: /20,\d\d\d rows/ });
    await page.screenshot('captures');
    await item.waitFor();
    await page.screenshot('captures');
    const copy = join(workbench.folder, 'saved.sqlite');
    await pressInRow(item, 'Save Capture As…');
    await page.saveAs(copy);
    await until('the copy is saved', () => existsSync(copy));
    const numbers = numbersIn(copy, 'flood ');
    assert.deepEqual([numbers.length, numbers[0], numbers.at(-1)], [20_000, 0, 19_999]);
    const before = await databases();
    await pressInRow(item, 'Delete Capture…');
    await page.dialogButton('Delete').click();
    await item.waitFor({ state: 'detached' });
    assert.equal((await databases()).length, before.length - 1);
  });

  it('opens an export, exports the capture from its menu, and opens that as well', async () => {
    const [sent, again] = ['sent.ndjson', 'again.ndjson'].map(name => join(workbench.folder, name));
    const lines = Array.from({ length: 12 }, (_, seq) => {
      const row = { seq, time: 1_700_000_000_000 + seq, connection: 'audit', direction: 'in' };
      return JSON.stringify({ ...row, kind: 'text', data: `entry ${seq}` });
    });
    await writeFile(sent ?? '', `${lines.join('\n')}\n{"seq":`);
    await page.runCommand('WebSocket Monitor: Open File');
    await page.saveAs(sent ?? '');
    await page.notified(
      /Opened 12 messages of sent\.ndjson\. 1 of 13 lines could not be read: first at line 13,/,
    );
    await page.monitor.filter.fill('');
    await row('entry 11').waitFor();
    await page.runCommand('View: Show WebSocket Monitor');
    const item = page.treeItem('audit · Nov 1').filter({ hasText: '12 rows' });
    await page.openMenuOf(item);
    const menu = workbench.page.locator('.monaco-menu');
    const isEnabled = async (name: string) =>
      (await menu.getByRole('menuitem', { name }).getAttribute('aria-disabled')) !== 'true';
    await menu.getByRole('menuitem', { name: 'Open Capture', exact: true }).waitFor();
    for (const name of ['Export Messages…', 'Save Capture As…', 'Delete Capture…']) {
      assert.ok(await isEnabled(name), name);
    }
    await page.screenshot('capture-menu');
    await page.chooseInMenu('Export Messages…');
    await page.option('NDJSON, JSON parsed').waitFor();
    await page.screenshot('export-choices');
    await page.pick('NDJSON');
    await page.saveAs(again ?? '');
    await page.notified(/Exported 12 messages of audit · Nov 1.* to again\.ndjson\./);
    await page.screenshot('exported');
    await page.runCommand('Notifications: Clear All Notifications');
    await page.runCommand('WebSocket Monitor: Open Capture');
    await page.pick('Open File…');
    await page.saveAs(again ?? '');
    await page.screenshot('opening');
    await page.notified(/Opened 12 messages of again\.ndjson\./);
    await until('there are two captures', async () => (await item.count()) === 2);
    await page.screenshot('opened');
    await page.runCommand('Notifications: Clear All Notifications');
    const listed = (await page.monitor.offeredSources()).filter(name => name.startsWith('audit'));
    const files = listed.map(name => name.replace(/^.* · /, ''));
    assert.deepEqual(files.toSorted(), ['again.ndjson', 'sent.ndjson']);
    // Nothing was connected since the window was loaded. What is on screen comes first.
    await page.runCommand('WebSocket Monitor: Export Messages');
    await page.option('shown in the monitor').waitFor();
    const choices = workbench.page.locator('.quick-input-widget').getByRole('option');
    const whole = choices.filter({ hasText: 'all of it' }).first();
    assert.match((await whole.getAttribute('aria-label')) ?? '', /again\.ndjson · all of it/);
    await workbench.page.keyboard.press('Escape');
  });

  it('offers what was stored when the extension host is killed in a flood', async () => {
    await page.runCommand('WebSocket Monitor: Connect');
    await page.pick('flood');
    await page.statusBarItem('flood · connected').waitFor();
    const hosts = descendants(process.pid).filter(({ command }) =>
      command.includes('--type=extensionHost'),
    );
    assert.equal(hosts.length, 1, 'the workbench that this test started has one extension host');
    const sending = flood.send(1_000_000_000, 100);
    await until('messages come', () => flood.sent >= 300_000);
    process.kill(hosts[0]?.pid ?? NaN, 'SIGKILL');
    const { sent } = flood;
    await sending; // The connection has ended.
    await workbench.reload();
    const center = await page.notified(/A window crashed while it monitored flood\./);
    await page.screenshot('offered');
    await center.getByRole('button', { name: 'Open Capture' }).click();
    await page.monitor.filter.fill('');
    await row('{"n":').waitFor();
    const [latest = ''] = (await databases()).reverse();
    const numbers = numbersIn(join(folder(), latest), '{"n":');
    assert.ok(numbers.length > 100_000, `${numbers.length} of ${sent} were stored`);
    assert.equal(
      numbers.findIndex((number, index) => number !== index),
      -1,
      'there is a gap',
    );
    console.log(`stored when it was killed: ${numbers.length} of ${sent} written to the socket`);
    await page.screenshot('abandoned');
  });

  /** Waits until the editor has written down what the page shows last: its details and active row. */
  async function untilKept(active: string): Promise<void> {
    const [latest = ''] = (await databases()).reverse();
    const seq = seqOf(join(folder(), latest), /flood \d+/.exec(active)?.[0] ?? '');
    let last = '';
    await until(
      () => `the editor keeps row ${seq}: ${last}`,
      async () => {
        last = await keptEditors(workbench.page);
        const isActive = new RegExp(`"active":\\{[^}]*"seq":${seq}[,}]`);
        return last.includes('"isDetailOpen":true') && isActive.test(last);
      },
    );
  }

  /** What stands in the rows on screen, from the top, whole rows only. */
  async function shownRows(): Promise<readonly string[]> {
    const rows = page.monitor.messages.locator('.row:not([hidden])');
    const placed = await rows.evaluateAll(elements =>
      elements.map(element => ({
        top: Math.round(element.getBoundingClientRect().top),
        text: element.querySelector('.preview')?.textContent ?? '',
      })),
    );
    return placed.sort((a, b) => a.top - b.top).map(({ text }) => text);
  }
});

/** The number of the row with a text in a capture's log. */
function seqOf(path: string, text: string): number {
  for (const { seq, payload } of logRowsIn(path)) {
    if (payload.toString() === text) {
      return seq;
    }
  }
  return NaN;
}
