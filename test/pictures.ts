// `npm run pictures`: takes the pictures of README.md from a real workbench and the demo server.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { startDemoServer } from '../src/node/demo/demoServer.ts';
import { letTimePass } from './support/letTimePass.ts';
import { indexedPng } from './support/run/indexedPng.ts';
import { root } from './support/run/steps.mjs';
import { until } from './support/until.ts';
import { answerDialog, ComposerPage, TreePage } from './support/workbench/clientPages.ts';
import { WorkbenchPage } from './support/workbench/pages.ts';
import { openWorkbench, type Settings, type Workbench } from './support/workbench/workbench.ts';

const picturesFolder = join(root, 'docs/images');
const maxBytes = 150_000;
const size = { width: 1280, height: 760 };
/** The title bar names the folder of the run, so it is cut off. */
const titleBarHeight = 35;

const themes = { dark: 'Dark Modern', light: 'Light Modern' } as const;

const library = {
  version: 1,
  items: [
    {
      name: 'Subscribe',
      json: { op: 'subscribe', channel: 'orders', symbols: ['${symbol}'] },
    },
    {
      folder: 'Orders',
      items: [
        { name: 'Buy', json: { op: 'order', side: 'buy', symbol: '${symbol}', id: '${uuid}' } },
        { name: 'Sell', json: { op: 'order', side: 'sell', symbol: '${symbol}', id: '${uuid}' } },
      ],
    },
    {
      name: 'Morning check',
      steps: [
        'Subscribe',
        { message: 'Orders/Buy', delay: 0.2 },
        { message: 'Orders/Sell', delay: 60 },
      ],
    },
    { name: 'Keep alive', text: 'still here', repeat: { every: 30 } },
  ],
  environments: [
    { name: 'staging', variables: { symbol: 'ACME' } },
    { name: 'production', isProduction: true, variables: { symbol: 'ACME' } },
  ],
};

function settingsFor(demoUrl: string): Settings {
  const at = (path: string) => demoUrl.replace('/ticker', path);
  return {
    'websocketMonitor.connections': [
      { name: 'prices', url: demoUrl, autoConnect: true },
      { name: 'orders', url: at('/echo'), autoConnect: true },
      {
        name: 'unstable',
        url: at('/flaky?seconds=4'),
        autoConnect: true,
        reconnect: { initialDelay: 4, factor: 1.1, jitter: 0, maxAttempts: 20 },
      },
    ],
  };
}

class Photographer {
  readonly #workbench: Workbench;
  readonly #page: WorkbenchPage;
  readonly #theme: string;

  constructor(workbench: Workbench, theme: string) {
    this.#workbench = workbench;
    this.#page = new WorkbenchPage(workbench.page);
    this.#theme = theme;
  }

  async takeAll(): Promise<void> {
    // What is captured before the reload is listed as the captures of a closed window.
    await this.#openViews();
    await this.#open('prices');
    await this.#countOf(100);
    await this.#workbench.reload();
    await this.#openViews();
    await this.#takeMonitor();
    await this.#takeFilter();
    await this.#takeSend();
    await this.#takeReconnect();
    await this.#takeExport();
    await this.#takeInspect();
  }

  async #openViews(): Promise<void> {
    await this.#page.runCommand('View: Show WebSocket Monitor');
    await this.#page.treeItem('prices, connected').waitFor();
  }

  async #takeMonitor(): Promise<void> {
    await this.#open('prices');
    await this.#countOf(60);
    await this.#openRow(6);
    await this.#take('monitor');
  }

  async #takeFilter(): Promise<void> {
    await this.#monitor.filter.fill('in: $.symbol:ACME $.change:>0');
    await this.#monitor.frame
      .locator('.filter-count')
      .getByText(/^[1-9]\d* of /)
      .waitFor();
    await this.#openRow(2);
    await this.#take('filter');
    await this.#monitor.filter.fill('');
  }

  async #takeSend(): Promise<void> {
    const { page } = this.#workbench;
    const composer = new ComposerPage(page);
    const tree = new TreePage(page, 'Messages');
    await this.#open('orders');
    await page.keyboard.press('Escape');
    await this.#monitor.messages.focus();
    await page.keyboard.press('End');
    await this.#page.statusBarItem('No Environment').click();
    await this.#page.pick('staging');
    await tree.item(/^Orders/).click();
    await composer.button('Compose').click();
    await composer.choose('json');
    await composer.field.fill(
      '{ "op": "order", "symbol": "${symbol}", "id": "${uuid}", "at": ${timestamp} }',
    );
    await tree.press(/^Morning check/, 'Run');
    await this.#page.pick('orders');
    await answerDialog(page, 'Allow All 5 Messages as They Are');
    await tree.item(/^Morning check, 2\/3/).waitFor();
    await composer.button('Send').click();
    await composer.says('Sent.');
    await this.#take('send');
    await composer.button('Close the Composer').click();
  }

  async #takeReconnect(): Promise<void> {
    await this.#open('unstable');
    await this.#monitor.filter.fill('kind:state');
    await this.#page.treeItem('unstable, connected').waitFor();
    await this.#page.treeItem('unstable, retry').waitFor();
    await this.#openRow(0);
    await this.#take('reconnect');
    await this.#monitor.filter.fill('');
  }

  async #takeInspect(): Promise<void> {
    await this.#open('unstable');
    await this.#monitor.frame.getByRole('button', { name: /^Show charts/ }).click();
    await this.#monitor.button('All').click();
    await this.#page.treeItem('unstable, retry').waitFor();
    await this.#page.treeItem('unstable, connected').waitFor();
    // The rows of messages would move on between finding and clicking.
    await this.#monitor.filter.fill('kind:state');
    await this.#monitor.frame.locator('.filter-count').getByText(/ of /).waitFor();
    await this.#monitor.messages.press('End');
    await this.#monitor.rows
      .filter({ hasText: /Connected (to|again)/ })
      .last()
      .click();
    await this.#workbench.page.keyboard.press('Enter');
    await this.#monitor.details.getByRole('tab', { name: 'Handshake' }).click();
    await this.#monitor.details.getByText('Timing').waitFor();
    await this.#monitor.filter.fill('');
    await this.#row(0).waitFor();
    await this.#take('inspect');
  }

  async #takeExport(): Promise<void> {
    await this.#open('prices');
    await this.#openRow(4);
    await this.#page.runCommand('WebSocket Monitor: Export Messages');
    await this.#page.pick('messages of prices');
    await this.#page.option('NDJSON').waitFor();
    // The formats are offered above the title bar, and cover it.
    await this.#take('export', 0);
    await this.#workbench.page.keyboard.press('Escape');
    await this.#page.quickInput.waitFor({ state: 'hidden' });
  }

  get #monitor() {
    return this.#page.monitor;
  }

  /** Shows a connection in the monitor. */
  async #open(connection: string): Promise<void> {
    const { frame } = this.#monitor;
    const chosen = frame.getByRole('combobox', { name: 'Connection' }).locator('option:checked');
    const capture = frame.getByText('capture', { exact: true });
    // A key is lost if the tree or the panel is just being made.
    await until(`the monitor shows ${connection}`, async () => {
      await this.#page.focusInTree('Connections', connection);
      await this.#workbench.page.keyboard.press('Enter');
      await letTimePass(1000, 'a panel that is just being made needs a while to show it');
      const isChosen = (await chosen.getByText(connection).count()) > 0;
      return isChosen && !(await capture.isVisible());
    });
    await this.#row(0).waitFor();
  }

  async #countOf(rows: number): Promise<void> {
    const { messages } = this.#monitor;
    const deadline = Date.now() + 60_000;
    while (Number(await messages.getAttribute('aria-rowcount')) <= rows) {
      if (Date.now() > deadline) {
        throw new Error(`There are no ${rows} rows`);
      }
      await letTimePass(200, 'the pause of a polling loop');
    }
  }

  #row(index: number): Locator {
    return this.#monitor.rows.nth(index + 1);
  }

  /** Opens the details of the row that is so many above the newest. */
  async #openRow(above: number): Promise<void> {
    const { keyboard } = this.#workbench.page;
    await this.#monitor.messages.focus();
    await keyboard.press('End');
    for (let step = 0; step < above; step++) {
      await keyboard.press('ArrowUp');
    }
    await keyboard.press('Enter');
    const shown = this.#monitor.active.filter({ visible: true }).locator('.time');
    await until('the details are those of the row', async () => {
      const [time = '', ...others] = await shown.allInnerTexts();
      const { details } = this.#monitor;
      return (
        others.length === 0 &&
        (await details.isVisible()) &&
        (await details.innerText()).includes(time)
      );
    });
  }

  /** @param top the pixels that are left out above */
  async #take(name: string, top = titleBarHeight): Promise<void> {
    const { page } = this.#workbench;
    await page.mouse.move(size.width - 5, size.height / 2);
    await letTimePass(500, 'tooltips and the like fade');
    const picture = indexedPng(
      await page.screenshot({
        animations: 'disabled',
        caret: 'hide',
        clip: { x: 0, y: top, ...size, height: size.height - top },
      }),
    );
    const file = `${name}-${this.#theme}.png`;
    if (picture.length > maxBytes) {
      throw new Error(`${file} has ${picture.length} bytes, which are more than ${maxBytes}`);
    }
    await writeFile(join(picturesFolder, file), picture);
    console.log(`${file} (${Math.round(picture.length / 1024)} KiB)`);
  }
}

const demo = await startDemoServer();
const parent = await mkdtemp(join(tmpdir(), 'websocket-monitor-'));
await mkdir(picturesFolder, { recursive: true });
try {
  for (const [theme, colorTheme] of Object.entries(themes)) {
    const workbench = await openWorkbench({
      files: {
        '.vscode/settings.json': JSON.stringify(settingsFor(demo.url)),
        '.vscode/websocket-monitor.json': JSON.stringify(library, undefined, 2),
      },
      folder: join(parent, theme, 'trading'),
      colorTheme,
      viewport: size,
    });
    try {
      await new Photographer(workbench, theme).takeAll();
    } catch (error) {
      await workbench.page.screenshot({ path: join(root, 'out/pictures-failed.png') });
      throw error;
    } finally {
      await workbench.close();
    }
  }
} finally {
  await demo.dispose();
  await rm(parent, { recursive: true, force: true });
}
