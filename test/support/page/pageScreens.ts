// Takes pictures of the page in its states, sizes and themes: node test/support/page/pageScreens.ts [name]
import { mkdir } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import type { BodyKind } from '../../../src/core/message/messageBody.ts';
import type { ComposerView } from '../../../src/shared/composerProtocol.ts';
import { themes } from './pageBrowser.ts';
import { connectionView, PageHarness, type Scenario } from './pageHarness.ts';

interface Screen extends Omit<Scenario, 'theme' | 'width'> {
  readonly sizes?: readonly number[];
  readonly themes?: readonly string[];
  readonly prepare?: (page: Page) => Promise<void>;
}

const folder = 'out/screens';
const view = { selected: 'c1', following: true };
const select = (place: number) => async (page: Page) => {
  await page.locator('.box .row:not([hidden])').first().waitFor();
  const target = page.locator(`.box [aria-rowindex="${place + 2}"]`);
  await target.click();
  await page.waitForTimeout(300);
};
const openHandshake = (place: number, scrollTop: number) => async (page: Page) => {
  await select(place)(page);
  await page.getByRole('tab', { name: 'Handshake' }).click();
  await page.getByRole('tabpanel').evaluate((panel, scrollTop) => {
    panel.scrollTop = scrollTop;
  }, scrollTop);
  await page.waitForTimeout(200);
};
const openTab = (place: number, name: string) => async (page: Page) => {
  await select(place)(page);
  await page.getByRole('tab', { name }).click();
  await page.waitForTimeout(200);
};
const compose =
  (kind: BodyKind, words: string, change: Partial<ComposerView>) => async (page: Page) => {
    await page.evaluate(change => window.fakeHost.composer.set(change), change);
    await page.getByRole('button', { name: 'Compose' }).click();
    await page.getByRole('combobox', { name: 'Kind of message' }).selectOption(kind);
    if (words !== '') {
      await page.getByRole('textbox', { name: 'Message to send' }).fill(words);
    }
    await page.waitForTimeout(400);
  };
const opened = connectionView({
  extent: { first: 0, next: 1216, byteLength: 1, dropped: 0 },
  proxy: 'http://proxy.corp.example:3128',
});
const refused = connectionView({ extent: { first: 0, next: 1024, byteLength: 1, dropped: 0 } });
const retry = connectionView({
  state: 'retry',
  severity: 'warning',
  label: 'retry 3/10',
  retryInMs: 4000,
  cause:
    'stream.example.com closed the connection with 1006 (Abnormal Closure: the connection was lost without a close frame) after 74 s. Retry 3/10 in 4 s (rule: abnormal).',
});

const screens: Readonly<Record<string, Screen>> = {
  list: { connections: [connectionView()], view, themes: Object.keys(themes) },
  json: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: select(1198),
  },
  text: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: openTab(1192, 'Text'),
  },
  frame: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: openTab(1198, 'Frame'),
  },
  filterHelp: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: async page => page.getByRole('button', { name: 'Filter Help' }).click(),
  },
  find: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: async page => {
      await select(1198)(page);
      await page.locator('.grid').press('Control+f');
      await page.keyboard.type('stream');
      await page.waitForTimeout(500);
    },
  },
  hostile: { connections: [connectionView()], view, prepare: select(1192) },
  hex: {
    connections: [connectionView({ extent: { first: 0, next: 1180, byteLength: 1, dropped: 0 } })],
    view,
    prepare: select(1172),
  },
  close: {
    connections: [connectionView({ extent: { first: 0, next: 1216, byteLength: 1, dropped: 0 } })],
    view,
    prepare: select(1213),
  },
  event: {
    connections: [connectionView({ extent: { first: 0, next: 1216, byteLength: 1, dropped: 0 } })],
    view,
    prepare: select(1214),
  },
  handshake: {
    connections: [opened],
    view,
    themes: Object.keys(themes),
    prepare: openHandshake(1215, 0),
  },
  handshakeHeaders: { connections: [opened], view, prepare: openHandshake(1215, 500) },
  handshakeEnd: { connections: [opened], view, prepare: openHandshake(1215, 10_000) },
  refusal: { connections: [refused], view, prepare: openHandshake(1023, 0) },
  refusalEnd: { connections: [refused], view, prepare: openHandshake(1023, 10_000) },
  unverified: {
    connections: [
      connectionView({ security: 'unverified', proxy: 'socks5://127.0.0.1:1080' }),
      connectionView({ id: 'c2', name: 'Chat' }),
    ],
    view,
    themes: Object.keys(themes),
  },
  invalid: {
    connections: [connectionView()],
    view,
    prepare: select(1194),
  },
  large: { connections: [connectionView()], view, prepare: select(1195) },
  paused: {
    connections: [connectionView()],
    view,
    prepare: async page => {
      await page.locator('.grid').press('ArrowUp');
      await page.locator('.grid').press('PageUp');
      await page.evaluate(() => {
        window.fakeHost.change(0, {
          extent: { first: 0, next: 2408, byteLength: 600_000, dropped: 0 },
        });
      });
      await page.waitForTimeout(300);
    },
  },
  merged: {
    connections: [connectionView(), connectionView({ id: 'c2', name: 'Chat' })],
    view: { merged: ['c1', 'c2'] },
    themes: Object.keys(themes),
    prepare: async page => {
      await page.locator('.box .row:not([hidden])').first().waitFor();
      await page.locator('.box [aria-rowindex="2400"]').click();
      await page.locator('.box [aria-rowindex="2404"]').click({ modifiers: ['Shift'] });
      await page.locator('.grid').press('Shift+F10');
      await page.keyboard.type('co');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
    },
  },
  retry: {
    connections: [
      {
        ...retry,
        storage: {
          kind: 'memory',
          problem:
            'The disk is full, so messages are kept in memory. Free some space and reload the window.',
        },
      },
      connectionView({ id: 'c2', name: 'Chat' }),
    ],
    view,
    themes: Object.keys(themes),
  },
  failed: {
    connections: [
      connectionView({
        state: 'failed',
        severity: 'error',
        label: 'failed',
        receivedRate: 0,
        canConnect: true,
        canDisconnect: false,
        setting: 'headers',
        cause:
          'stream.example.com refused the opening handshake with status 401 (Unauthorized). Trying again would not help (rule: unauthorized). Check the header Authorization.',
      }),
    ],
    view,
    sizes: [420, 800, 1600],
    themes: Object.keys(themes),
  },
  composer: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: compose('json', '{\n  "op": "subscribe",\n  "key": "${secret:apiKey}"\n}', {
      environment: { name: 'production', isProduction: true },
    }),
  },
  composerProblem: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: compose('hex', '48 65 6c 6z 6f', {
      environment: { name: 'dev', isProduction: false },
    }),
  },
  composerCompletion: {
    connections: [connectionView()],
    view,
    themes: Object.keys(themes),
    prepare: compose('text', 'Hello ${', { sends: 'queue', why: 'Not connected.', queued: 3 }),
  },
  composerClosed: {
    connections: [retry],
    view,
    prepare: async page => {
      await page.evaluate(() => {
        const progress = { state: 'waiting', step: 1, of: 5, name: 'Buy', sent: 3 } as const;
        const failed = { ...progress, state: 'failed', problem: '"Buy" waited 30 s.' } as const;
        window.fakeHost.composer.set({
          queued: 3,
          runs: [
            { id: '1', name: 'Orders/Buy and sell', progress },
            { id: '2', name: 'Orders/Sell', progress: failed },
          ],
        });
      });
      await page.waitForTimeout(200);
    },
  },
  composerNotConnected: {
    connections: [retry],
    view,
    themes: Object.keys(themes),
    prepare: compose('close', '', {}),
  },
  waiting: {
    connections: [
      connectionView({ extent: { first: 0, next: 0, byteLength: 0, dropped: 0 }, received: 0 }),
    ],
    view,
  },
  none: { connections: [], view: { following: true }, themes: Object.keys(themes) },
};

await mkdir(folder, { recursive: true });
const harness = await PageHarness.start();
try {
  const [only] = process.argv.slice(2);
  for (const [name, screen] of Object.entries(screens)) {
    if (only !== undefined && name !== only) {
      continue;
    }
    for (const theme of screen.themes ?? ['Dark Modern', 'Light Modern']) {
      for (const width of screen.sizes ?? [800, 1600]) {
        const page = await harness.open({ ...screen, theme, width, height: 700 });
        await page.waitForTimeout(250);
        await screen.prepare?.(page);
        const file = `${folder}/${name}-${theme.replaceAll(' ', '')}-${width}.png`;
        await page.screenshot({ path: file });
        console.log(file, (await page.evaluate(() => window.violations)).join('; '));
        await page.close();
      }
    }
  }
} finally {
  await harness.close();
}
