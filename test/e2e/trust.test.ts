import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Peer } from '../support/peer.ts';
import { openWorkbench, type Workbench, type WorkbenchOptions } from '../support/workbench.ts';
import { until } from '../support/until.ts';
import { answerDialog, TreePage } from './clientPages.ts';
import { WorkbenchPage } from './pages.ts';

const library = {
  version: 1,
  items: [{ name: 'Hello', text: 'hello from the workspace' }],
};
/** Gives a token, and leaves a file behind in the folder. */
const program = [
  process.execPath,
  '-e',
  "require('fs').appendFileSync('ran','x');console.log('t-1')",
];
const auth = { type: 'command', command: program };

describe('What a workspace brings along', () => {
  let peer: Peer;
  let workbench: Workbench | undefined;
  let screen: Page;
  let page: WorkbenchPage;
  let messages: TreePage;

  beforeEach(async () => {
    peer = await Peer.start();
  });

  afterEach(async () => {
    await workbench?.close();
    workbench = undefined;
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const open = async (options: WorkbenchOptions) => {
    workbench = await openWorkbench({
      ...options,
      files: { '.vscode/websocket-monitor.json': JSON.stringify(library), ...options.files },
    });
    screen = workbench.page;
    page = new WorkbenchPage(screen);
    messages = new TreePage(screen, 'Messages');
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
  };
  /** @param name which of several */
  const connect = async (name?: string) => {
    await page.runCommand('WebSocket Monitor: Connect');
    if (name !== undefined) {
      await page.pick(name);
    }
  };
  const dialog = () => screen.locator('.monaco-dialog-box');
  const runs = () =>
    readFile(join(workbench?.folder ?? '', 'ran'), 'utf8').then(
      text => text.length,
      () => 0,
    );

  it('is neither sent nor run in Restricted Mode, also where the user has named it', async () => {
    await open({
      trust: false,
      settings: {
        'websocketMonitor.connections': [
          { name: 'plain', url: peer.url },
          { name: 'signed', url: peer.url, auth },
        ],
      },
    });
    await connect('plain');
    await shows(page.statusBarItem('plain · connected'));
    await page.runCommand('WebSocket Monitor: Focus on Messages View');
    await shows(messages.item(/^Hello/));
    await messages.item(/^Hello/).hover();
    const run = messages.item(/^Hello/).getByRole('button', { name: /^Run Message/ });
    assert.equal(await run.count(), 0);
    await page.runCommand('WebSocket Monitor: Run Message or Sequence');
    await page.notified(/What this workspace has saved is not sent in Restricted Mode/);
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await connect('signed');
    await shows(
      page.monitor.frame.getByText(/The command of auth does not run in Restricted Mode/),
    );
    assert.deepEqual([await runs(), peer.received, peer.headers.length], [0, [], 1]);
  });

  it('sets nothing in Restricted Mode by keys below those that are withheld', async () => {
    await open({
      trust: false,
      settings: {
        'websocketMonitor.connections': [
          { name: 'plain', url: peer.url },
          { name: 'other', url: peer.url },
        ],
        'websocketMonitor.headers': { 'X-Mine': 'mine' },
      },
      files: {
        '.vscode/settings.json': JSON.stringify({
          'websocketMonitor.headers.X-Stolen': '${env:PATH}',
          'websocketMonitor.auth.type': 'bearer',
          'websocketMonitor.auth.token': '${env:PATH}',
          'websocketMonitor.connections.x': 1,
          'websocketMonitor.url.x': 1,
          'websocketMonitor.reconnect.rules.x': 1,
          'websocketMonitor.history.overflow': '[Fix this](command:workbench.action.showCommands)',
        }),
      },
    });
    await connect('plain');
    await shows(page.statusBarItem('plain · connected'));
    const [headers = {}] = peer.headers;
    assert.equal(headers['x-mine'], 'mine');
    assert.deepEqual([headers['x-stolen'], headers['authorization']], [undefined, undefined]);
    assert.deepEqual(
      (await page.notificationTexts()).filter(text => /websocketMonitor|Fix this/.test(text)),
      [],
    );
  });

  it('is all of its folders, each with the connections of its own', async () => {
    const settings = (name: string) =>
      JSON.stringify({ 'websocketMonitor.connections': [{ name, url: peer.url }] });
    await open({
      workspaceFile: 'all.code-workspace',
      settings: { 'websocketMonitor.connections': [{ name: 'mine', url: peer.url }] },
      files: {
        'all.code-workspace': JSON.stringify({ folders: [{ path: 'api' }, { path: 'web' }] }),
        'api/.vscode/settings.json': settings('prices'),
        'web/.vscode/settings.json': settings('prices'),
      },
    });
    await shows(page.treeItem('prices (api)'));
    await shows(page.treeItem('prices (web)'));
    await page.screenshot('folders');
    await connect('prices (web)');
    await shows(page.statusBarItem('prices (web) · connected'));
    assert.equal(peer.headers.length, 1);
  });

  it('may run a program to sign in only once the user has allowed it', async () => {
    const settings = (command: readonly string[]) => ({
      'websocketMonitor.connections': [
        { name: 'signed', url: peer.url, auth: { ...auth, command } },
      ],
    });
    await open({ files: { '.vscode/settings.json': JSON.stringify(settings(program)) } });
    await connect();
    await shows(dialog().getByText(/The settings of this workspace want to run a program/));
    await shows(dialog().getByText("console.log('t-1')"));
    await page.screenshot('auth-consent');
    await answerDialog(screen, 'Cancel');
    await shows(page.monitor.frame.getByText(/The command of auth was not allowed to run/));
    assert.deepEqual([await runs(), peer.headers.length], [0, 0]);

    await connect();
    await answerDialog(screen, 'Run It');
    await shows(page.statusBarItem('signed · connected'));
    assert.equal(peer.headers[0]?.['authorization'], 'Bearer t-1');
    assert.equal(await runs(), 1);

    await page.runCommand('WebSocket Monitor: Disconnect');
    await shows(page.statusBarItem('disconnected'));
    await connect();
    await until('it is connected again', () => peer.headers.length === 2);
    assert.equal(await dialog().count(), 0, 'It asks once');

    await workbench?.setWorkspaceSettings(settings([...program, 'changed']));
    await page.runCommand('WebSocket Monitor: Disconnect');
    await shows(page.statusBarItem('disconnected'));
    const before = await runs();
    await connect();
    await shows(dialog().getByText('"changed"'));
    await answerDialog(screen, 'Cancel');
    assert.deepEqual([await runs(), peer.headers.length], [before, 2]);
  });
});
