import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { letTimePass } from '../support/letTimePass.ts';
import { closeFrame, frame } from '../support/network/frames.ts';
import { hostileTexts } from '../support/hostileTexts.ts';
import { answer, raw, type Peer } from '../support/network/peers.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { lookThrough, strangeElements } from '../support/workbench/strangers.ts';

const texts = Object.values(hostileTexts);
const linkReason =
  'the editor looks for links a second after text came, and shows when only if it finds any';
/** What a close frame has room for, in bytes. */
const longestReason = 120;
const cut = (text: string) => Buffer.from(text).subarray(0, longestReason).toString();
/** A line of an answer can hold no control characters. */
const headerText = (text: string) =>
  Buffer.from(text.replaceAll(/\p{Cc}/gu, ' ')).toString('latin1');

/** The path names what the peer is to do, and the text that it does it with. */
function serve(socket: Parameters<NonNullable<Parameters<typeof raw>[0]>>[0], head: string): void {
  const [, kind, index = ''] = /^GET \/(close|talk)\/?(\d*)/.exec(head) ?? [];
  if (kind === 'close') {
    socket.end(closeFrame(1008, cut(texts[Number(index)] ?? '')));
  } else if (kind === 'talk') {
    for (const text of texts) {
      socket.write(frame(1, text));
    }
  }
}

function refuse(socket: Parameters<typeof serve>[0], head: string): boolean {
  const [, index] = /^GET \/refuse\/(\d+)/.exec(head) ?? [];
  if (index === undefined) {
    return false;
  }
  const text = texts[Number(index)] ?? '';
  const headers = { 'X-Reason': headerText(text), 'WWW-Authenticate': headerText(text) };
  socket.end(answer(`403 ${headerText(text)}`, headers, text));
  return true;
}

const library = {
  version: 1,
  environments: texts.slice(0, 12).map(name => ({ name, variables: { [name]: name } })),
  items: texts.map((name, index) =>
    index % 4 === 3
      ? { folder: name, items: [{ name, text: name }] }
      : { name, text: index % 4 === 2 ? `\`\`\`\n${name}` : name },
  ),
  ...Object.fromEntries(texts.map(text => [text, 1])),
};

describe("Strangers' texts in a real workbench", () => {
  let peer: Peer;
  let workbench: Workbench;
  let screen: Page;
  let page: WorkbenchPage;

  before(async () => {
    peer = await raw(serve, { before: refuse });
    const url = (path: string) => peer.url.replace(/\/$/, path);
    const closed = texts.map((text, index) => ({
      name: `${text} closed`,
      url: url(`/close/${index}`),
      autoConnect: true,
    }));
    const refused = texts.slice(0, 8).map((text, index) => ({
      name: `${text} refused`,
      url: url(`/refuse/${index}`),
      autoConnect: true,
    }));
    workbench = await openWorkbench({
      viewport: { width: 1400, height: 1000 },
      settings: {
        'websocketMonitor.connections': [
          { name: '[talk', url: url('/talk'), autoConnect: true },
          {
            name: 'asks',
            url: url('/talk?a=${prompt:[Sign in](command:workbench.action.showCommands) $(zap)}'),
          },
          ...closed,
          ...refused,
        ],
        // One of them for each message that the editor shows.
        'websocketMonitor.history.overflow': texts[0],
      },
      files: { '.vscode/websocket-monitor.json': JSON.stringify(library) },
    });
    screen = workbench.page;
    page = new WorkbenchPage(screen);
    await until(
      'all have been tried',
      () => peer.requests.length >= closed.length + refused.length,
      90_000,
    );
    await page.statusBarItem('failed').first().waitFor();
  });

  after(async () => {
    await workbench.close();
    await peer.dispose();
  });

  /** What the editor tells of a row; a pointer that only jumps may not be noticed. */
  const hoverOver = async (row: Locator) => {
    const hover = screen.locator('.monaco-hover:visible');
    await screen.mouse.move(700, 500, { steps: 4 });
    await hover.first().waitFor({ state: 'hidden' });
    for (let tries = 0; tries < 10 && (await hover.count()) === 0; tries++) {
      await screen.mouse.move(700, 500, { steps: 4 });
      await row.hover();
      await hover
        .first()
        .waitFor({ timeout: 2000 })
        .catch(() => undefined);
    }
    await hover.first().waitFor();
    return hover;
  };

  it('are text in notifications', async () => {
    await page.runCommand('Notifications: Show Notifications');
    const list = screen.locator('.notifications-center .notification-list-item-message');
    await list.first().waitFor();
    await screen.locator('.notifications-center .monaco-list').focus();
    await screen.keyboard.press('Home');
    const { texts: seen, strange } = await lookThrough(screen, list);
    assert.deepEqual(strange, []);
    assert.ok(
      [...seen].filter(text => text.includes('Closed with 1008')).length > 20,
      [...seen].join('\n'),
    );
    assert.ok([...seen].some(text => text.includes('[Sign in again] (command:')));
    await page.screenshot('hostile-notifications');
    await page.runCommand('Notifications: Clear All Notifications');
  });

  it('are text in the status bar and in its card, which links to our commands only', async () => {
    const item = screen.locator('.statusbar-item[id*="websocketMonitor.status"]');
    const icons = item.locator('.codicon');
    assert.deepEqual(await icons.evaluateAll(all => all.map(icon => icon.getAttribute('class'))), [
      'codicon codicon-error',
    ]);
    assert.deepEqual(await strangeElements(item, '.codicon-error, .statusbar-item-label'), []);
    await item.hover();
    const card = screen.locator('.monaco-hover:visible').filter({ hasText: 'State:' });
    await card.first().waitFor();
    const links = await card
      .locator('a')
      .evaluateAll(all =>
        all.map(link => link.getAttribute('data-href') ?? link.getAttribute('href') ?? ''),
      );
    assert.ok(links.length > texts.length);
    for (const link of links) {
      assert.match(link, /^command:websocketMonitor\.(openMonitor|reconnect|disconnect)\?/);
    }
    assert.deepEqual(await strangeElements(card, 'a'), []);
    await page.screenshot('hostile-card');
    await screen.mouse.move(10, 10);
  });

  it('are text in quick picks', async () => {
    const rows = screen.locator('.quick-input-list .monaco-list-row .monaco-icon-label-container');
    for (const [command, least] of [
      ['WebSocket Monitor: Connect', texts.length],
      ['WebSocket Monitor: Copy Connection As', texts.length],
      ['WebSocket Monitor: Run Message or Sequence', 1],
      ['WebSocket Monitor: Switch Environment', 10],
      ['WebSocket Monitor: Export Messages', texts.length],
    ] as const) {
      await page.runCommand(command);
      await rows.first().waitFor();
      const { texts: seen, strange } = await lookThrough(screen, rows);
      assert.deepEqual(strange, [], command);
      assert.ok(seen.size >= least, `${command} has ${seen.size}`);
      await screen.keyboard.press('Escape');
    }
    await page.screenshot('hostile-picks');
  });

  it('are text in input boxes', async () => {
    await page.runCommand('WebSocket Monitor: Connect');
    await page.quickInput.fill('asks');
    await page.pick('asks');
    const message = screen.locator('.quick-input-widget .quick-input-message');
    await message.getByText('[Sign in] (command:').waitFor();
    assert.deepEqual(await strangeElements(message), []);
    await page.screenshot('hostile-input');
    await screen.keyboard.press('Escape');
  });

  const lookAtTree = async (view: string) => {
    await page.runCommand(`WebSocket Monitor: Focus on ${view} View`);
    const tree = new TreePage(screen, view);
    const rows = tree.pane.locator('.monaco-list-row .monaco-icon-label-container');
    await rows.first().waitFor();
    const list = tree.pane.locator('.monaco-list').first();
    await list.hover();
    const { texts: seen, strange } = await lookThrough(screen, rows, () =>
      screen.mouse.wheel(0, 100),
    );
    assert.deepEqual(strange, [], view);
    let told = 0;
    for (const row of (await rows.all()).slice(0, 14)) {
      // One may lie half below a heading.
      if (
        await row.hover({ trial: true, timeout: 500 }).then(
          () => true,
          () => false,
        )
      ) {
        assert.deepEqual(await strangeElements(await hoverOver(row), 'code'), [], view);
        told++;
      }
    }
    assert.ok(told > 3, `${told} rows of ${view} were told of`);
    return seen;
  };

  it('are text in trees and in what is told of their rows', async () => {
    const connections = await lookAtTree('Connections');
    assert.ok(connections.size > texts.length, `${connections.size} rows`);
    const messages = await lookAtTree('Messages');
    assert.ok(messages.size > texts.length / 2, `${messages.size} rows`);
  });

  it('are text in the output channel and in the log', async () => {
    await page.runCommand('WebSocket Monitor: Show Messages Output');
    await page.output.getByText('evil.example').first().waitFor();
    assert.deepEqual(await strangeElements(page.output), []);
    await page.runCommand('WebSocket Monitor: Show Log');
    await page.output.locator('.view-line').nth(5).waitFor();
    await letTimePass(1500, linkReason);
    assert.deepEqual(await strangeElements(page.output), []);
    await page.runCommand('WebSocket Monitor: Show Messages Output');
    await letTimePass(1500, linkReason);
    assert.deepEqual(await strangeElements(page.output), []);
    await page.screenshot('hostile-output');
  });

  it('are text in dialogs and titles of tabs', async () => {
    await page.runCommand('WebSocket Monitor: Remove Connection');
    const command = 'command:workbench.action.showCommands';
    await page.quickInput.fill('Sign in');
    await screen.keyboard.press('Enter');
    const dialog = screen.locator('.monaco-dialog-box');
    await dialog.getByText(`[Sign in again] (${command}`).waitFor();
    assert.deepEqual(
      await strangeElements(dialog.locator('.dialog-message-text, .dialog-message-detail')),
      [],
    );
    await screen.keyboard.press('Escape');
    await page.runCommand('WebSocket Monitor: Edit Connection');
    await page.quickInput.fill('zap');
    await screen.keyboard.press('Enter');
    const tab = page.tab(/^Connection: /);
    await tab.first().waitFor();
    assert.deepEqual(
      await strangeElements(tab.locator('.tab-label .monaco-icon-name-container')),
      [],
    );
  });

  it('are text in the tree of captures', async () => {
    await workbench.reload();
    assert.ok((await lookAtTree('Captures')).size > 0);
  });

  it('have run no command', async () => {
    assert.equal(await page.quickInput.isVisible(), false);
  });
});
