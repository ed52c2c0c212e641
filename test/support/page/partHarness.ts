import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { editor, uriOf } from '../host/fakeVscode.ts';
import { FakeWebviewPanel } from '../host/fakeWebview.ts';
import { bundleOf, launchBrowser, openPage, pageOrigin, type Look } from './pageBrowser.ts';

// It imports the editor, which is replaced when `fakeVscode` has run.
const { pageHtml } = await import('../../../src/host/ui/html.ts');

/** A part of the extension's pages that is shown alone. */
export interface Part {
  readonly title: string;
  /** What runs and what styles the page, in this order; the last puts the part into `#app`. */
  readonly sources: readonly string[];
  /** How large the page is where a test does not say. */
  readonly size: { readonly width: number; readonly height: number };
  /** Texts that the host puts into the page. */
  readonly strings?: Readonly<Record<string, string>>;
}

/** A browser with pages that hold nothing but one part, in the document that the host makes. */
export class PartHarness {
  readonly #part: Part;
  readonly #browser: Browser;
  readonly #files: Readonly<Record<string, string>>;

  private constructor(part: Part, browser: Browser, files: Readonly<Record<string, string>>) {
    this.#part = part;
    this.#browser = browser;
    this.#files = files;
  }

  static async start(part: Part): Promise<PartHarness> {
    editor.webviewOrigin = pageOrigin;
    const sources = ['test/support/page/partHeading.ts', ...part.sources];
    return new PartHarness(part, await launchBrowser(), await bundleOf('part', sources));
  }

  /**
   * Opens a page of its own; the caller closes it.
   * @param prepare runs before the page has any content
   */
  open(look: Look = {}, prepare?: (page: Page) => Promise<unknown>): Promise<Page> {
    const { title, size, strings = {} } = this.#part;
    const { webview } = new FakeWebviewPanel(pageOrigin);
    const html = pageHtml(webview as unknown as Parameters<typeof pageHtml>[0], uriOf('/'), {
      title,
      bundle: 'part',
      strings,
    });
    const content = { html, files: this.#files, prepare };
    return openPage(this.#browser, content, { ...size, ...look });
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
