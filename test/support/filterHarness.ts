import { build } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { jsonForScript } from '../../src/core/base/markup.ts';

const origin = 'http://page.example';
const themes = JSON.parse(await readFile('test/fixtures/themes.json', 'utf8')) as Readonly<
  Record<string, unknown>
>;

/** Opens the parts for filter and find in a browser, under the page's own security policy. */
export class FilterHarness {
  readonly #browser: Browser;
  readonly #files: ReadonlyMap<string, readonly [type: string, body: string | Buffer]>;

  private constructor(
    browser: Browser,
    files: ReadonlyMap<string, readonly [type: string, body: string | Buffer]>,
  ) {
    this.#browser = browser;
    this.#files = files;
  }

  static async start(): Promise<FilterHarness> {
    const { outputFiles } = await build({
      ...{ entryPoints: ['test/support/filterPage.ts'], bundle: true, write: false },
      ...{ format: 'esm', platform: 'browser', target: 'chrome134' },
    });
    const icons = 'node_modules/@vscode/codicons/dist';
    const files = new Map<string, readonly [string, string | Buffer]>([
      ['/page.js', ['text/javascript', outputFiles[0]?.text ?? '']],
      ['/monitor.css', ['text/css', await readFile('media/monitor.css')]],
      ['/codicon.css', ['text/css', await readFile(`${icons}/codicon.css`)]],
      ['/codicon.ttf', ['font/ttf', await readFile(`${icons}/codicon.ttf`)]],
    ]);
    const browser = await chromium.launch({
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    });
    return new FilterHarness(browser, files);
  }

  /** The caller closes the page. */
  async open({ theme = 'Dark Modern', width = 1000 } = {}): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: { width, height: 620 } });
    page.setDefaultTimeout(5000);
    await page.route(`${origin}/**`, async route => {
      const [contentType, body] = this.#files.get(new URL(route.request().url()).pathname) ?? [
        'text/html',
        documentOf(theme),
      ];
      await route.fulfill({ contentType, body });
    });
    await page.goto(origin);
    await page.waitForFunction('window.filterPage !== undefined');
    return page;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

function documentOf(theme: string): string {
  const policy = [
    `default-src 'none'; script-src ${origin} 'nonce-theme'; style-src ${origin}`,
    `font-src ${origin}; require-trusted-types-for 'script'; trusted-types lit-html`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="/monitor.css">
  <link rel="stylesheet" href="/codicon.css">
  <title>Filter</title>
</head>
<body>
  <main id="app"></main>
  <script nonce="theme">window.pageTheme = ${jsonForScript(themes[theme])};</script>
  <script type="module" src="/page.js"></script>
</body>
</html>`;
}
