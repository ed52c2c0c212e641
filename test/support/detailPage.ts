import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { jsonForScript } from '../../src/core/base/markup.ts';
import type { StandRow } from './detailStand.ts';
import { themes } from './pageHarness.ts';

const origin = 'http://details.test';
const nonce = 'bm9uY2U';

/** The details alone in a browser, under the policy that the page has in the editor. */
export class DetailPages {
  readonly #browser: Browser;
  readonly #files: Readonly<Record<string, readonly [type: string, body: string | Buffer]>>;

  private constructor(
    browser: Browser,
    files: Readonly<Record<string, readonly [type: string, body: string | Buffer]>>,
  ) {
    this.#browser = browser;
    this.#files = files;
  }

  static async start(): Promise<DetailPages> {
    const { outputFiles } = await build({
      ...{ entryPoints: ['test/support/detailStand.ts'], bundle: true, write: false },
      ...{ format: 'esm', platform: 'browser', target: 'chrome134' },
    });
    const icons = 'node_modules/@vscode/codicons/dist/codicon';
    const browser = await chromium.launch({
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      ignoreDefaultArgs: ['--hide-scrollbars'],
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
    return new DetailPages(browser, {
      '/stand.js': ['text/javascript', outputFiles[0]?.text ?? ''],
      '/monitor.css': ['text/css', await readFile('media/monitor.css')],
      '/codicon.css': ['text/css', await readFile(`${icons}.css`)],
      '/codicon.ttf': ['font/ttf', await readFile(`${icons}.ttf`)],
    });
  }

  /** Opens a page of its own. The caller closes it. */
  async open(theme = 'Dark Modern', width = 560, height = 700): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(10_000);
    await page.route(`${origin}/**`, route => {
      const [contentType, body] = this.#files[new URL(route.request().url()).pathname] ?? [
        'text/html',
        pageHtml(theme),
      ];
      return route.fulfill({ contentType, body });
    });
    await page.goto(origin);
    await page.waitForFunction(() => 'stand' in window);
    return page;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** Shows a row in the details of a page. */
export async function showRow(page: Page, row: StandRow): Promise<void> {
  const { bytes, ...rest } = row;
  const base64 = typeof bytes === 'string' ? undefined : Buffer.from(bytes).toString('base64');
  await page.evaluate(
    ([rest, bytes, base64]) => {
      const decoded =
        base64 === undefined ? bytes : Uint8Array.from(atob(base64), c => c.charCodeAt(0));
      window.stand.show({ ...rest, bytes: decoded });
    },
    [rest, typeof bytes === 'string' ? bytes : '', base64] as const,
  );
}

function pageHtml(theme: string): string {
  const policy = [
    ...[`default-src 'none'`, `script-src 'nonce-${nonce}'`],
    ...['style-src', 'font-src'].map(directive => `${directive} ${origin}`),
    ...[`require-trusted-types-for 'script'`, 'trusted-types lit-html'],
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="/monitor.css">
  <link rel="stylesheet" href="/codicon.css">
  <title>Details</title>
</head>
<body>
  <main id="app"><h1 class="spoken">Details</h1></main>
  <script nonce="${nonce}">window.theme = ${jsonForScript(themes[theme])};</script>
  <script type="module" nonce="${nonce}" src="/stand.js"></script>
</body>
</html>`;
}
