import assert from 'node:assert/strict';
import { build } from 'esbuild';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { jsonForScript } from '../../../src/core/text/markup.ts';
import { launchBrowser, iconFiles, servedFiles, themes, type PageFiles } from './pageBrowser.ts';

const origin = 'http://part.test';
const nonce = 'bm9uY2U';

/** A part of the extension's pages that is shown alone. */
export interface Part {
  readonly title: string;
  /** Its styles, if no script imports them, and what runs, in this order; the last fills `#app`. */
  readonly sources: readonly string[];
  /** How large the page is where a test does not say. */
  readonly size: { readonly width: number; readonly height: number };
  /** Texts that the host puts into the page. */
  readonly strings?: Readonly<Record<string, string>>;
}

export interface Look {
  readonly theme?: string;
  readonly width?: number;
  /** As with Windows' contrast themes. */
  readonly isForced?: boolean;
}

/** A browser with pages that hold nothing but one part, under the policy that the editor's have. */
export class PartHarness {
  readonly #part: Part;
  readonly #browser: Browser;
  readonly #files: PageFiles;

  private constructor(part: Part, browser: Browser, files: PageFiles) {
    this.#part = part;
    this.#browser = browser;
    this.#files = files;
  }

  static async start(part: Part): Promise<PartHarness> {
    const sources = ['test/support/page/pageSurroundings.ts', ...part.sources];
    const contents = sources.map(path => `import './${path}';`).join('\n');
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: '.' },
      bundle: true,
      write: false,
      outfile: 'out/part.js',
      format: 'esm',
      platform: 'browser',
      target: 'chrome134',
    });
    const files = { ...(await iconFiles()), ...servedFiles(outputFiles) };
    return new PartHarness(part, await launchBrowser(), files);
  }

  /**
   * Opens a page of its own; the caller closes it.
   * @param prepare runs before the page has any content
   */
  async open(look: Look = {}, prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
    const { size } = this.#part;
    const page = await this.#browser.newPage({
      viewport: { ...size, width: look.width ?? size.width },
      ...(look.isForced && { forcedColors: 'active' }),
    });
    await prepare?.(page);
    await page.route(`${origin}/**`, async route => {
      const { pathname } = new URL(route.request().url());
      const [contentType, content] = this.#files[pathname] ?? [
        'text/html',
        pageHtml(this.#part, look.theme ?? 'Dark Modern'),
      ];
      await route.fulfill({ contentType, body: Buffer.from(content) });
    });
    // The page has loaded when its scripts have run.
    await page.goto(origin);
    return page;
  }

  /** Opens a page for `body`, and afterwards makes sure that nothing broke its rules. */
  async withPage(
    body: (page: Page) => Promise<void>,
    ...how: Parameters<PartHarness['open']>
  ): Promise<void> {
    const page = await this.open(...how);
    const errors: string[] = [];
    page.on('pageerror', error => errors.push(error.message));
    page.on('console', message => {
      if (message.type() === 'error') {
        errors.push(message.text());
      }
    });
    try {
      await body(page);
      assert.deepEqual(errors, []);
      assert.deepEqual(await page.evaluate(() => window.violations), []);
    } finally {
      await page.close();
    }
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** Starts a harness before the tests of a file, and ends it after them. */
export function usePart(part: Part): Pick<PartHarness, 'withPage'> {
  let harness: PartHarness;
  before(async () => (harness = await PartHarness.start(part)));
  after(() => harness.close());
  return { withPage: (...how) => harness.withPage(...how) };
}

function pageHtml({ title, strings }: Part, theme: string): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    ...['style-src', 'font-src'].map(directive => `${directive} ${origin}`),
    `require-trusted-types-for 'script'`,
    'trusted-types lit-html',
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <link rel="stylesheet" href="/codicon.css">
  <link rel="stylesheet" href="/part.css">
  <title>${title}</title>
</head>
<body>
  <main id="app"><h1 class="spoken">${title}</h1></main>
  <script id="strings" type="application/json">${jsonForScript(strings ?? {})}</script>
  <script nonce="${nonce}">window.theme = ${jsonForScript(themes[theme])};</script>
  <script type="module" nonce="${nonce}" src="/part.js"></script>
</body>
</html>`;
}
