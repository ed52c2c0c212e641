import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { scratchFolder } from '../support/capture/captures.ts';
import { Peer } from '../support/network/peer.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { storeSecret } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const libraryPath = '.vscode/websocket-monitor.json';

describe('What others wrote', () => {
  let peer: Peer;
  let workbench: Workbench | undefined;
  let screen: Page;
  let page: WorkbenchPage;

  beforeEach(async () => {
    peer = await Peer.start();
  });

  afterEach(async () => {
    await workbench?.close();
    workbench = undefined;
    await peer.stop();
  });

  const open = async (library: object, connection: object) => {
    workbench = await openWorkbench({
      settings: {
        'websocketMonitor.connections': [{ name: 'peer', url: peer.url, ...connection }],
        'websocketMonitor.heartbeat.ping': false,
      },
      files: { [libraryPath]: JSON.stringify({ version: 1, ...library }) },
    });
    screen = workbench.page;
    page = new WorkbenchPage(screen);
    return workbench;
  };
  const allow = (name: string | RegExp = 'Allow') =>
    screen.locator('.monaco-dialog-box').getByRole('button', { name, exact: true }).click();
  const runSaved = async (name: string) => {
    await page.runCommand('WebSocket Monitor: Run Message or Sequence');
    await page.pick(name);
  };

  it('goes back as it came where a peer wrote it, from the first message of a window on', async () => {
    const session =
      '${env:HOME}|${secret:prod}|${workspaceFolder}|${prompt:Your password}|${other}|$${x}';
    peer.greeting = JSON.stringify({ op: 'login', session });
    await open(
      {
        items: [{ name: 'Watch', text: 'watch ${session}' }],
        environments: [{ name: 'dev', variables: { other: 'OTHER' } }],
        extractors: [{ name: 'session', path: '$.session', when: '$.op:login' }],
      },
      { autoConnect: true },
    );
    await page.statusBarItem('peer · connected').first().waitFor();
    await storeSecret(screen, 'prod', 'FAKE-SECRET-0815');
    await runSaved('Watch');
    await allow();
    await until('it is sent', () => peer.received.length > 0);
    assert.deepEqual(peer.received, [`watch ${session}`]);
    assert.equal(await screen.getByText('Your password').count(), 0);
  });

  it('reads no file outside of the workspace where the workspace wrote it', async t => {
    const scratch = scratchFolder();
    t.after(() => scratch[Symbol.dispose]());
    const outside = join(scratch.path, 'key.txt');
    await writeFile(outside, 'PRIVATE-KEY');
    const { folder } = await open(
      {
        items: [
          { name: 'Steal', steps: [{ file: outside }, { text: 'and more' }] },
          { name: 'By link', file: 'link.txt' },
          { name: 'Own', file: libraryPath },
        ],
      },
      { onOpen: [{ sequence: 'Steal' }] },
    );
    await symlink(outside, join(folder, 'link.txt'));
    await page.connectFirst();
    await allow();
    await page.monitor.frame
      .getByText(
        /Sequence Steal of onOpen failed .*The file .* is not sent: a workspace may only send/,
      )
      .first()
      .waitFor();
    await page.screenshot('file-outside');
    await runSaved('By link');
    await allow(/^Allow All 3/);
    const refused = /"link.txt" is not sent: a workspace may only send files/;
    await page.monitor.frame.getByText(refused).first().waitFor();
    await runSaved('Own');
    await until('its own is sent', () => peer.received.length > 0);
    assert.equal(peer.received.length, 1);
    assert.match(peer.received[0] ?? '', /^\{"version":1/);
  });
});
