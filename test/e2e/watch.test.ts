import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { rowsOfCaptures, type FileRow } from '../support/capture/captureFiles.ts';
import { refusedPort } from '../support/network/peers.ts';
import { end, spawnOwned } from '../support/run/processes.mjs';
import { ensureChromium } from '../support/run/setup.mjs';
import { until } from '../support/until.ts';
import { pageScript, serveDebuggedPage, type DebuggedPage } from '../support/watch/debuggedPage.ts';
import { TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

const floodCount = 100_000;
const startLimitMs = 60_000;
const browserArguments = ['--headless=new', '--no-sandbox', '--disable-gpu'];

/** A workbench whose folder has the page's script, and launch configurations for the page. */
class PageUser {
  readonly workbench: Workbench;
  readonly server: DebuggedPage;
  readonly page: WorkbenchPage;
  readonly tree: TreePage;

  private constructor(workbench: Workbench, server: DebuggedPage) {
    this.workbench = workbench;
    this.server = server;
    this.page = new WorkbenchPage(workbench.page);
    this.tree = new TreePage(workbench.page, 'Connections');
  }

  static async start(attachPort = 0, trust = true): Promise<PageUser> {
    const server = await serveDebuggedPage(floodCount);
    const launch = {
      type: 'chrome',
      request: 'launch',
      name: 'Shop',
      url: server.url,
      runtimeExecutable: await ensureChromium(),
      runtimeArgs: [...browserArguments, '--disable-popup-blocking'],
      browserLaunchLocation: 'workspace',
      webRoot: '${workspaceFolder}',
    };
    const attach = {
      type: 'chrome',
      request: 'attach',
      name: 'Running',
      address: '127.0.0.1',
      port: attachPort,
      browserAttachLocation: 'workspace',
    };
    const configurations = [launch, attach];
    const user = new PageUser(
      await openWorkbench({
        trust,
        files: {
          '.vscode/launch.json': JSON.stringify({ version: '0.2.0', configurations }),
          'app.js': pageScript,
        },
      }),
      server,
    );
    await user.page.runCommand('WebSocket Monitor: Focus on Connections View');
    for (const other of ['Messages', 'Captures']) {
      const title = new RegExp(`^${other} Section`);
      await user.workbench.page.getByRole('button', { name: title }).click();
    }
    return user;
  }

  async close(): Promise<void> {
    await this.server.close();
    await this.workbench.close();
  }

  async debug(configuration: string): Promise<void> {
    await this.page.runCommand('Debug: Select and Start Debugging');
    await this.page.pick(configuration);
  }

  /** Ends the debug session that is the only one. */
  async stop(): Promise<void> {
    await this.page.runCommand('Debug: Stop');
    await this.workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
  }

  /** What the slots of a path have recorded. */
  rows(path: string): readonly FileRow[] {
    return rowsOfCaptures(this.workbench.serverDataDir, ` ${path}`);
  }

  /** The messages of a path: `in text: hello`; bytes in hex are not told. */
  messages(path: string): readonly string[] {
    return this.rows(path).flatMap(({ direction, kind, head }) =>
      kind === 'state' ? [] : [`${direction} ${kind}: ${head}`],
    );
  }

  /** The sentences of the state rows of a path. */
  states(path: string): readonly string[] {
    return this.rows(path).flatMap(({ kind, head }) =>
      kind === 'state' ? [/"text":"((?:[^"\\]|\\.)*)/.exec(head)?.[1] ?? ''] : [],
    );
  }

  /** Waits until a row of a path has these words. */
  async recorded(path: string, words: string): Promise<void> {
    const found = () => this.rows(path).some(({ head }) => head.includes(words));
    await until(
      () => `${path} has "${words}": ${JSON.stringify(this.states(path))}`,
      found,
      60_000,
    );
  }

  /** Waits until all of the first sockets are stored to their last message. */
  async isFirstStored(count: number): Promise<void> {
    const ends = () => this.rows('/first').filter(({ head }) => head === '{"first":9}').length;
    await until(
      () => `${count} sockets are stored, not ${ends()}`,
      () => ends() >= count,
      startLimitMs,
    );
  }
}

/** Which rows of an opening script's sockets there are for each time that the page was loaded. */
const firstMessages = [
  'out text: hello',
  ...Array.from({ length: 10 }, (_, n) => `in text: {"first":${n}}`),
].toSorted();

describe('The sockets of a page that is debugged, in a real workbench', () => {
  let user: PageUser;
  let attachPort: number;

  before(async () => {
    attachPort = await refusedPort();
    user = await PageUser.start(attachPort);
  });

  after(() => user.close());

  it('are listed from the first message on', async () => {
    await user.debug('Shop');
    await user.tree.item(/\/first.* connected/).waitFor({ timeout: startLimitMs });
    await user.page.screenshot('watch-tree');
    await user.isFirstStored(1);
    assert.deepEqual(user.messages('/first').toSorted(), firstMessages);
    assert.match(user.states('/first')[0] ?? '', /\/first\?token=•••, from app\.js:3\.$/);
    await user.recorded('/inline', 'welcome to /inline');
    assert.match(user.states('/inline')[0] ?? '', /, from line 3 of the page \/\.$/);
  });

  it('lead to the line of the editor that opened them', async () => {
    const { page, tree, workbench } = user;
    await tree.select(/\/first.* connected/);
    await page.monitor.open(page.monitor.rows.filter({ hasText: 'Opening' }));
    await page.monitor.details.getByRole('button', { name: /app\.js:3:15/ }).click();
    await page.tab('app.js').waitFor();
    await page.statusBarItem('Ln 3, Col 15').waitFor();
    await page.screenshot('watch-opener');
    const editor = workbench.page.locator('.editor-instance .view-line', {
      hasText: 'const first',
    });
    assert.match(await editor.first().innerText(), /const.first.=.new.WebSocket/);
  });

  it('are recorded without the credentials of their handshakes', async () => {
    await user.server.run('signedIn');
    await user.recorded('/guarded/socket', 'welcome');
    const { cookie, authorization } = user.server.requests.get('/guarded/socket') ?? {};
    assert.ok(cookie?.includes('hidden-cookie') && authorization?.startsWith('Basic '));
    const stored = user.rows('/guarded/socket').map(({ head }) => head);
    // The beginning of a state row ends in the midst of its headers.
    assert.ok(stored[1]?.includes('["Authorization","Basic •••"]'), stored[1]);
    const { monitor } = user.page;
    await user.tree.select(/\/guarded\/socket.* connected/);
    await monitor.rows.filter({ hasText: '/guarded/socket, from' }).first().waitFor();
    await monitor.open(monitor.rows.filter({ hasText: 'Connected' }));
    await monitor.details.getByRole('tab', { name: 'Handshake' }).click();
    await monitor.details.getByText('Set-Cookie').first().waitFor();
    const shown = await monitor.details.innerText();
    for (const header of ['Cookie\n', 'Authorization\nBasic ', 'Set-Cookie\n']) {
      assert.ok(shown.includes(`\n${header}•••`), shown);
    }
    assert.ok(!(shown + JSON.stringify(stored)).includes('hidden'));
  });

  it('may be those of a worker, of frames of this and another site, and of a second tab', async () => {
    await user.server.run('worker');
    await user.server.run('frames');
    await user.server.run('tab');
    for (const path of ['/frame', '/foreign']) {
      // The page says the one on its own, and the server the other.
      await user.recorded(path, 'still here');
      await user.recorded(path, `welcome to ${path}`);
      assert.match(user.states(path)[0] ?? '', new RegExp(`from ${path.slice(1)}\\.html:3\\.$`));
    }
    // A tab that a page opens is attached to once it runs, and a worker does not wait for the watch.
    for (const path of ['/of-tab', '/worker']) {
      const known = user.rows(path);
      const isWatched = () =>
        [...user.rows(path), ...user.rows('(opened before)')].some(
          ({ head }) => head === 'still here',
        );
      await until(`${path} is recorded: ${JSON.stringify(known)}`, isWatched);
    }
    await user.page.screenshot('watch-parts');
    await user.server.run('leave');
    const closed = 'Closed (the debugger does not tell the code';
    const session = 'The debug session has ended';
    const ends = { '/frame': closed, '/foreign': session, '(opened before)': session };
    for (const [path, sentence] of Object.entries(ends)) {
      await user.recorded(path, sentence);
    }
  });

  it('carry bytes, whose Blobs the debugger keeps to itself', async () => {
    await user.server.run('binary');
    await user.recorded('/binary', 'does not tell the bytes of a Blob');
    const binary = user.rows('/binary').filter(({ kind }) => kind === 'binary');
    assert.deepEqual(binary.map(({ direction, size }) => `${direction} ${size}`).toSorted(), [
      'in 3',
      'out 0',
      'out 3',
    ]);
  });

  it('say why a handshake failed', async () => {
    await user.server.run('open', '/refused');
    await user.recorded('/refused', 'No connection');
    assert.match(
      user.states('/refused')[1] ?? '',
      /^No connection to 127\.0\.0\.1:\d+: HTTP Authentication failed; .* \(HTTP 401\)\.$/,
    );
    await user.tree.item(/\/refused.* failed/).waitFor();
  });

  it('carry messages of 20 MB', async () => {
    await user.server.run('open', '/large');
    await user.recorded('/large', 'Closed');
    assert.equal(user.rows('/large').find(({ kind }) => kind === 'text')?.size, 20_000_000);
  });

  it('are stored to the last message of a flood, and name the setting that tells the close code', async () => {
    await user.server.run('open', '/flood');
    await user.tree.item(/\/flood.* disconnected/).waitFor({ timeout: 180_000 });
    await user.recorded('/flood', 'Closed');
    const numbers = user.messages('/flood').map(text => /^in text: \{"n":(\d+)\}$/.exec(text)?.[1]);
    assert.equal(numbers.length, floodCount);
    assert.ok(numbers.every((number, index) => Number(number) === index));
    assert.equal(
      user.states('/flood').at(-1),
      'Closed (the debugger does not tell the code; the setting websocketMonitor.debug.closeCodes shows it).',
    );
  });

  it('go on in one story when the page loads itself again, or is told to', async () => {
    await user.server.run('reload');
    await user.isFirstStored(2);
    await user.page.runCommand('WebSocket Monitor: Reload Watched Page');
    await user.isFirstStored(3);
    const left = 'The page was left or loaded again, which closed it.';
    const story = user.states('/first').map(text => text.replace(/ .*/, ''));
    const once = ['Opening', 'Connected'];
    assert.deepEqual(story, [...once, 'The', ...once, 'The', ...once]);
    assert.equal(user.states('/first').filter(text => text === left).length, 2);
    assert.deepEqual(
      user.messages('/first').toSorted(),
      [...firstMessages, ...firstMessages, ...firstMessages].toSorted(),
    );
  });

  it('tell their close code by a script in the page, if the setting allows it', async () => {
    await user.stop();
    await user.workbench.setMachineSettings({ 'websocketMonitor.debug.closeCodes': true });
    await user.debug('Shop');
    await user.isFirstStored(4);
    assert.match(JSON.stringify(user.states('/first')), /The debug session has ended/);
    await user.server.run('open', '/code');
    await user.recorded('/code', 'Closed');
    assert.equal(
      user.states('/code').at(-1),
      'Closed with 4001 Private Use, reason: “told by the page”.',
    );
  });

  it('are left alone by the setting, until the user wants to see them', async () => {
    await user.workbench.setMachineSettings({ 'websocketMonitor.debug.watch': 'off' });
    await user.recorded('/first', 'No longer watched.');
    await user.stop();
    const before = user.rows('/first').length;
    user.server.requests.delete('/first');
    await user.debug('Shop');
    await until('the page runs', () => user.server.requests.has('/first'), startLimitMs);
    await user.page.runCommand('WebSocket Monitor: Watch WebSockets of Debug Session');
    await user.page.notified(/^Watching .*: its sockets are listed with their first message/);
    await user.server.run('say');
    await user.recorded('(opened before)', 'said later');
    assert.equal(user.rows('/first').length, before);
    await user.stop();
    await user.workbench.setMachineSettings({});
  });

  it('of a browser that runs already are listed, and seen whole when the page is loaded again', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'monitor-browser-'));
    const browser = spawnOwned(
      await ensureChromium(),
      [
        ...browserArguments,
        `--remote-debugging-port=${attachPort}`,
        `--user-data-dir=${profile}`,
        user.server.url,
      ],
      { stdio: 'ignore' },
    );
    try {
      user.server.requests.delete('/first');
      await until('the page runs', () => user.server.requests.has('/first'), startLimitMs);
      const before = user.rows('/first').length;
      await user.debug('Running');
      await user.page.statusBarItem('Running').waitFor();
      const slot = /\(opened before\).* connected/;
      await until(
        'the running page is watched',
        async () => {
          await user.server.run('say');
          return user.tree.item(slot).isVisible();
        },
        startLimitMs,
      );
      await user.tree.select(slot);
      const { monitor } = user.page;
      const row = monitor.rows.filter({ hasText: 'Opened before it was watched' });
      // Each "say" was a row: on a slow machine the first rows are no longer in sight.
      await row
        .or(monitor.rows.filter({ hasText: 'said later' }))
        .first()
        .waitFor();
      await monitor.messages.press('Home');
      await row.first().click();
      assert.equal(user.rows('/first').length, before);
      await monitor.details.getByRole('button', { name: 'Reload Page' }).click();
      const isWhole = () => user.rows('/first').length === before + firstMessages.length + 2;
      await until('the socket is seen from its beginning', isWhole, startLimitMs);
      await user.page.screenshot('watch-attached');
    } finally {
      await end(browser);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

describe('The sockets of a page in a workspace that is not trusted', () => {
  let user: PageUser;

  before(async () => {
    user = await PageUser.start(0, false);
  });

  after(() => user.close());

  it('are watched once it is trusted, and not before', async () => {
    await user.debug('Shop');
    await user.page.dialogButton('Cancel').click();
    assert.deepEqual(
      await user.page.offered(['Watch WebSockets of Debug Session', 'Reload Watched Page']),
      [],
    );
    assert.equal(user.server.requests.size, 0);
    await user.debug('Shop');
    await user.page.screenshot('watch-untrusted');
    await user.page.dialogButton(/^Trust/).click();
    await user.isFirstStored(1);
    assert.deepEqual(user.messages('/first').toSorted(), firstMessages);
  });
});
