import type { Browser, Page } from 'playwright-core';
import type { CaptureServiceOptions } from '../../../src/node/capture/captureService.ts';
import type { ToHost } from '../../../src/shared/monitorProtocol.ts';
import { startCaptures, type StartedCaptures } from '../capture/captureService.ts';
import { editor } from '../host/fakeVscode.ts';
import { MonitorHost, type HostScenario } from './monitorHost.ts';
import { launchBrowser, openPage, pageOrigin, type Look } from './pageBrowser.ts';

export interface Scenario extends HostScenario, Look {}

/** The monitor's page with its host behind it, in a browser instead of the editor. */
export class PageHarness {
  readonly #browser: Browser;
  readonly #captures: StartedCaptures;

  private constructor(browser: Browser, captures: StartedCaptures) {
    this.#browser = browser;
    this.#captures = captures;
  }

  static async start(captures: Partial<CaptureServiceOptions> = {}): Promise<PageHarness> {
    editor.webviewOrigin = pageOrigin;
    return new PageHarness(await launchBrowser(), startCaptures(captures));
  }

  /** Opens a page with a host of its own. The caller closes the page and disposes of the host. */
  async open(scenario: Scenario): Promise<{ readonly page: Page; readonly host: MonitorHost }> {
    const host = await MonitorHost.start(this.#captures.service, scenario);
    const { bridge, panel } = host;
    const prepare = async (page: Page) => {
      bridge.attach(message => {
        page
          .evaluate(told => window.postMessage(told, '*'), message)
          .catch((error: unknown) => {
            // A page that is closed or loaded again misses what was on its way.
            if (!page.isClosed() && !/navigat|context was destroyed/.test(String(error))) {
              throw error;
            }
          });
      });
      await page.exposeBinding('toHost', (_source, message: ToHost) => bridge.take(message));
    };
    const page = await openPage(this.#browser, { html: panel.webview.html, prepare }, scenario);
    return { page, host };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#captures.end();
  }
}
