// The page's charts alone in a browser: the page's styles and policy, and streams that are made up.
// Takes pictures of them: node test/support/chartsHarness.ts
import { build } from 'esbuild';
import { mkdir, readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { jsonForScript } from '../../src/core/base/markup.ts';
import { themes } from './pageHarness.ts';

const origin = 'http://charts.test';

export interface ChartsScenario {
  readonly theme?: string;
  readonly width?: number;
  /** As with Windows' contrast themes. */
  readonly isForced?: boolean;
}

/** A browser that serves pages with nothing but the charts. */
export class ChartsHarness {
  readonly #browser: Browser;
  readonly #files: ReadonlyMap<string, readonly [type: string, body: string | Buffer]>;

  private constructor(
    browser: Browser,
    files: ReadonlyMap<string, readonly [type: string, body: string | Buffer]>,
  ) {
    this.#browser = browser;
    this.#files = files;
  }

  static async start(): Promise<ChartsHarness> {
    const { outputFiles } = await build({
      ...{ entryPoints: ['test/support/chartsPage.ts'], bundle: true, write: false },
      ...{ format: 'esm', platform: 'browser', target: 'chrome134' },
    });
    const codicons = 'node_modules/@vscode/codicons/dist';
    const files = new Map<string, readonly [string, string | Buffer]>([
      ['/charts.js', ['text/javascript', outputFiles[0]?.text ?? '']],
      ['/monitor.css', ['text/css', await readFile('media/monitor.css')]],
      ['/codicon.css', ['text/css', await readFile(`${codicons}/codicon.css`)]],
      ['/codicon.ttf', ['font/ttf', await readFile(`${codicons}/codicon.ttf`)]],
    ]);
    const browser = await chromium.launch({
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
    return new ChartsHarness(browser, files);
  }

  /** Opens a page of its own, without a connection to follow. The caller closes it. */
  async open({ theme = 'Dark Modern', width = 1280, isForced }: ChartsScenario): Promise<Page> {
    const page = await this.#browser.newPage({
      viewport: { width, height: 420 },
      ...(isForced && { forcedColors: 'active' }),
    });
    page.setDefaultTimeout(5000);
    await page.route(`${origin}/**`, async route => {
      const { pathname } = new URL(route.request().url());
      const [contentType, body] = this.#files.get(pathname) ?? ['text/html', markup(theme)];
      await route.fulfill({ contentType, body });
    });
    await page.goto(`${origin}/`);
    await page.waitForFunction(() => 'chartsPage' in window);
    return page;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

function markup(theme: string): string {
  const policy = `default-src 'none'; script-src 'nonce-a'; style-src ${origin}; font-src ${origin}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="/monitor.css">
  <link rel="stylesheet" href="/codicon.css">
  <title>Charts</title>
</head>
<body>
  <main id="app"><h1 class="spoken">Charts</h1></main>
  <script nonce="a">window.chartsTheme = ${jsonForScript(themes[theme])};</script>
  <script type="module" nonce="a" src="/charts.js"></script>
</body>
</html>`;
}

async function takePictures(): Promise<void> {
  await mkdir('out/screens', { recursive: true });
  const harness = await ChartsHarness.start();
  try {
    for (const theme of [...Object.keys(themes), 'forced']) {
      for (const width of [800, 1600]) {
        const isForced = theme === 'forced';
        const page = await harness.open({ width, isForced, ...(!isForced && { theme }) });
        for (const stream of ['empty', 'one', 'quiet', 'flood']) {
          for (const isOpen of [false, true]) {
            await page.evaluate(
              ([stream, isOpen]) => {
                window.chartsPage.charts.isOpen = isOpen;
                window.chartsPage.charts.follow(stream, false);
              },
              [stream, isOpen] as const,
            );
            await page.waitForTimeout(200);
            if (isOpen && stream === 'flood') {
              await page.locator('canvas.chart').nth(1).hover();
              await page.waitForTimeout(100);
            }
            const name = `${stream}-${isOpen ? 'pane' : 'strip'}`;
            const file = `out/screens/charts-${name}-${theme.replaceAll(' ', '')}-${width}.png`;
            await page.screenshot({ path: file });
          }
        }
        await page.close();
      }
    }
  } finally {
    await harness.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  await takePictures();
}
