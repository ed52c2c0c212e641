// Takes pictures of the page in its states, sizes and themes, after a build:
// node test/support/page/pageScreens.ts [name]
import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { chat } from './chatRows.ts';
import { openedHandshake, refusedHandshake } from './marketRows.ts';
import { MonitorPage } from './monitorPage.ts';
import { themes } from './pageBrowser.ts';
import { PageHarness, type Scenario } from './pageHarness.ts';

type Prepare = (page: MonitorPage, raw: Page) => Promise<void>;

interface Screen extends Omit<Scenario, 'theme' | 'width' | 'height'> {
  readonly prepare?: Prepare;
}

const folder = 'out/screens';
const openRow =
  (row: number, tab?: string): Prepare =>
  async page => {
    await page.row(row).click();
    await page.details.getByRole('tab', { selected: true }).waitFor();
    if (tab !== undefined) {
      await page.details.getByRole('tab', { name: tab }).click();
      await page.details.getByRole('tab', { name: tab, selected: true }).waitFor();
    }
  };
/** Opens the last row with a text. */
const openText =
  (words: string, tab: string): Prepare =>
  async page => {
    await page.grid.getByRole('row').filter({ hasText: words }).last().click();
    await page.details.getByRole('tab', { name: tab }).click();
    await page.details.getByRole('tab', { name: tab, selected: true }).waitFor();
  };
const compose =
  (kind: string, words: string): Prepare =>
  async (page, raw) => {
    await page.button('Compose').click();
    await raw.getByRole('combobox', { name: 'Kind of message' }).selectOption(kind);
    await raw.getByRole('textbox', { name: 'Message to send' }).fill(words);
  };

const screens: Readonly<Record<string, Screen>> = {
  list: {},
  json: { prepare: openRow(1198) },
  text: { prepare: openRow(1192, 'Text') },
  frame: { prepare: openRow(1198, 'Frame') },
  hex: { connections: [{ rowCount: 1180 }], prepare: openRow(1172) },
  large: { prepare: openRow(1195) },
  close: { connections: [{ rowCount: 1216 }], prepare: openRow(1213) },
  handshake: { connections: [{ rowCount: 1216 }], prepare: openRow(1215, 'Handshake') },
  refusal: { connections: [{ rowCount: 1024 }], prepare: openRow(1023, 'Handshake') },
  filterHelp: { prepare: page => page.button('Filter Help').click() },
  find: {
    prepare: async (page, raw) => {
      await page.grid.press('Control+f');
      await raw.keyboard.type('stream');
      await raw.waitForFunction(() => (CSS.highlights.get('find')?.size ?? 0) > 0);
    },
  },
  decoded: { connections: [chat] },
  decodedMessage: {
    connections: [chat],
    prepare: openText('= "ok"', 'Decoded'),
  },
  decodedFailure: {
    connections: [chat],
    prepare: openText('! Not authorized', 'Decoded'),
  },
  decodedCharts: {
    connections: [chat],
    prepare: async (_page, raw) => {
      const charts = raw.getByRole('button', { name: /^Show charts/ });
      if (!(await charts.isVisible())) {
        return; // There is no room for them.
      }
      await charts.click();
      await raw.getByRole('table', { name: /^Latency/ }).waitFor();
    },
  },
  merged: { connections: [{}, { name: 'Chat' }], view: { merged: ['c1', 'c2'] } },
  cleared: {
    prepare: async (page, raw) => {
      await page.button('Clear Market data').click();
      await raw.getByRole('button', { name: 'Undo' }).focus();
    },
  },
  clearedSeveral: {
    connections: [{}, { name: 'Chat' }],
    view: { merged: ['c1', 'c2'] },
    prepare: async (page, raw) => {
      await page.button('Clear all 2').click();
      await raw.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  unverified: {
    connections: [
      {
        settings: { 'tls.rejectUnauthorized': false },
        attempt: transport => {
          transport.handshake(openedHandshake);
          transport.open();
        },
      },
    ],
  },
  retry: {
    connections: [
      { settings: { 'reconnect.initialDelay': 60 }, attempt: transport => transport.refuse() },
    ],
  },
  failed: {
    connections: [
      {
        attempt: transport => {
          transport.handshake(refusedHandshake);
          transport.status(401);
        },
      },
    ],
  },
  composer: { prepare: compose('json', '{\n  "op": "subscribe",\n  "key": "${secret:apiKey}"\n}') },
  composerProblem: { prepare: compose('hex', '48 65 6c 6z 6f') },
  none: { connections: [] },
  notConnected: {
    connections: [],
    configured: [
      { name: 'orders', url: 'wss://stream.example.com/v2/orders' },
      { name: 'prices', url: 'wss://stream.example.com/v2/prices' },
    ],
  },
};

await mkdir(folder, { recursive: true });
const harness = await PageHarness.start();
try {
  const [only] = process.argv.slice(2);
  for (const [name, screen] of Object.entries(screens)) {
    if (only !== undefined && name !== only) {
      continue;
    }
    for (const theme of Object.keys(themes)) {
      for (const width of [420, 800, 1600]) {
        const { page, host } = await harness.open({ ...screen, theme, width, height: 700 });
        const user = new MonitorPage(page, host);
        if (host.connections.length > 0) {
          await user.untilShown(() => true);
        }
        await screen.prepare?.(user, page);
        const file = `${folder}/${name}-${theme.replaceAll(' ', '')}-${width}.png`;
        await page.screenshot({ path: file });
        console.log(file, (await page.evaluate(() => window.violations)).join('; '));
        await page.close();
        host.dispose();
      }
    }
  }
} finally {
  await harness.close();
}
