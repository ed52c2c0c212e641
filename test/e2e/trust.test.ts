import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import {
  openWorkbench,
  type Workbench,
  type WorkbenchOptions,
} from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import { answerDialog, TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

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
    if (name === undefined) {
      await page.connectFirst();
    } else {
      await page.runCommand('WebSocket Monitor: Connect');
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
    const run = messages.item(/^Hello/).getByRole('button', { name: /^(Send|Run)/ });
    assert.equal(await run.count(), 0);
    await page.runCommand('WebSocket Monitor: Run Message or Sequence');
    await page.notified(/The saved messages of this workspace are not sent in Restricted Mode/);
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await connect('signed');
    await shows(page.monitor.frame.getByText(/The command of auth is not run in Restricted Mode/));
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

  it('has its connections beside the user’s once it is trusted, and none before', async () => {
    const named = (name: string, path: string) => ({ name, url: `${peer.url}${path}` });
    await open({
      trust: false,
      settings: {
        'websocketMonitor.connections': [named('prices', 'mine'), named('mine', 'only')],
      },
      files: {
        '.vscode/settings.json': JSON.stringify({
          'websocketMonitor.connections': [named('prices', 'theirs'), named('theirs', 'only')],
        }),
      },
    });
    const tree = new TreePage(screen, 'Connections');
    await shows(tree.item(/^prices, ws:/));
    assert.deepEqual(await tree.labels(), ['prices', 'mine']);
    await page.screenshot('lists-restricted');
    await connect('prices');
    await shows(page.statusBarItem('prices · connected'));

    await page.runCommand('Workspaces: Manage Workspace Trust');
    await screen.getByRole('button', { name: 'Trust', exact: true }).first().click();
    await shows(tree.item(/^prices, Workspace · ws:/));
    await until('the user’s one has another name', async () => {
      const labels = await tree.labels();
      return labels.join() === 'prices,theirs,prices (User),mine';
    });
    await shows(tree.item(/^prices \(User\), connected/));
    await shows(tree.item(/^theirs, Workspace · ws:/));
    await shows(tree.item(/^mine, User · ws:/));
    assert.deepEqual(peer.paths, ['/mine'], 'Nothing is dialled for being trusted');

    await page.runCommand('WebSocket Monitor: Connect');
    const option = (name: RegExp) => screen.locator('.quick-input-list').getByText(name);
    await shows(option(/^Workspace · ws:/));
    await shows(option(/^User · ws:/));
    await page.screenshot('lists-merged-picker');
    await page.pick('prices');
    await shows(tree.item(/^prices, Workspace · connected/));
    assert.deepEqual(peer.paths, ['/mine', '/theirs']);
    await until('the monitor names the places too', async () => {
      const options = await page.monitor.offeredSources();
      return options.includes('prices · Workspace') && options.includes('prices (User)');
    });
    await page.screenshot('lists-merged');
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
    await shows(page.treeItem('mine, User'));
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
    await shows(dialog().getByText(/The workspace "folder" wants to connect "signed" to/));
    await shows(dialog().getByText("console.log('t-1')"));
    await page.screenshot('auth-consent');
    await answerDialog(screen, 'Cancel');
    await shows(
      page.monitor.frame.getByText(/You have not allowed what this workspace wants to use/),
    );
    assert.deepEqual([await runs(), peer.headers.length], [0, 0]);

    await connect();
    await answerDialog(screen, 'Allow');
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

  it('gets nothing of the user’s when the window opens, and asks for all of it once', async () => {
    await open({
      settings: {
        'websocketMonitor.headers': { 'X-Api-Key': 'literal-key' },
        'websocketMonitor.auth': auth,
      },
      files: {
        '.vscode/settings.json': JSON.stringify({
          'websocketMonitor.connections': [
            {
              name: 'theirs',
              url: peer.url,
              autoConnect: true,
              onOpen: ['home is ${env:HOME}'],
            },
          ],
        }),
      },
    });
    const center = await page.notified(
      /theirs: This workspace wants to use something that needs your permission/,
    );
    assert.equal(await dialog().count(), 0);
    assert.deepEqual([peer.headers.length, await runs()], [0, 0]);
    await center.getByRole('button', { name: 'Try Again' }).first().click();
    for (const text of [
      new RegExp(
        `The workspace "folder" wants to connect "theirs" to ws://127.0.0.1:${portOf(peer)}`,
      ),
      /Your own header: X-Api-Key/,
      /Environment variable: HOME/,
      /Program that runs on this machine: .*-e/,
    ]) {
      await shows(dialog().getByText(text));
    }
    assert.equal(await dialog().getByText('literal-key').count(), 0);
    await page.screenshot('permission');
    await answerDialog(screen, 'Allow');
    await shows(page.statusBarItem('theirs · connected'));
    const [headers = {}] = peer.headers;
    assert.deepEqual(
      [headers['x-api-key'], headers['authorization']],
      ['literal-key', 'Bearer t-1'],
    );
    await until('the opening message is there', () => peer.received.length === 1);
    assert.match(String(peer.received[0]), /^home is \//);

    await page.runCommand('WebSocket Monitor: Manage Permissions');
    const header = screen.locator('.quick-input-list').getByText('Your own header: X-Api-Key');
    await shows(header);
    await page.screenshot('manage-permissions');
    await header.first().click();
    await page.accept();
    await page.notified(/The permission was revoked/);
    await page.runCommand('WebSocket Monitor: Reconnect Now');
    await shows(dialog().getByText(/Your own header: X-Api-Key/));
    await answerDialog(screen, 'Cancel');
    assert.equal(peer.headers.length, 1);
  });

  it('asks again for a message that has changed, and sends all as they are once they are allowed', async () => {
    const items = (text: string) => ({
      version: 1,
      items: [
        { name: 'Hello', text },
        { name: 'Bye', text: 'bye' },
      ],
    });
    const file = '.vscode/websocket-monitor.json';
    await open({
      settings: { 'websocketMonitor.url': peer.url },
      files: { [file]: JSON.stringify(items('first')) },
    });
    await connect();
    await shows(page.statusBarItem('connected'));
    const send = async (name: string) => {
      await page.runCommand('WebSocket Monitor: Run Message or Sequence');
      await page.pick(name);
    };
    await send('Hello');
    await shows(
      dialog().getByText(/The workspace "folder" wants to send "Hello" to "127.0.0.1:\d+" at ws:/),
    );
    await shows(dialog().getByText(/first/));
    await page.screenshot('message-permission');
    await answerDialog(screen, 'Allow');
    await until('it is sent', () => peer.received.length === 1);
    await writeFile(join(workbench?.folder ?? '', file), JSON.stringify(items('second')));
    await page.runCommand('WebSocket Monitor: Focus on Messages View');
    await shows(messages.item(/^Hello/));
    await until('the change is noticed', async () => {
      await send('Hello');
      const isAsked = await dialog()
        .getByText(/second/)
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => false,
        );
      return isAsked;
    });
    await answerDialog(screen, 'Allow All 2 Messages as They Are');
    await send('Bye');
    await until('it is sent', () => peer.received.at(-1) === 'bye');
    assert.equal(await dialog().count(), 0);
  });
});

function portOf({ url }: Peer): string {
  return new URL(url).port;
}
