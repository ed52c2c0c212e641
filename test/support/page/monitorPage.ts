// The monitor's page as a user meets it, and what every test of it asks for.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import type { CaptureServiceOptions } from '../../../src/node/capture/captureService.ts';
import { until } from '../until.ts';
import type { MonitorHost } from './monitorHost.ts';
import { PageHarness, type Scenario } from './pageHarness.ts';

type WithPage = (
  scenario: Scenario,
  body: (page: MonitorPage, raw: Page, host: MonitorHost) => Promise<void>,
) => Promise<void>;

/** Starts a harness before the tests of a file, and ends it after them. */
export function usePages(captures: Partial<CaptureServiceOptions> = {}): {
  readonly withPage: WithPage;
} {
  let harness: PageHarness;
  before(async () => (harness = await PageHarness.start(captures)));
  after(() => harness.close());
  return {
    /** Opens a page for `body`, and afterwards makes sure that nothing broke its rules. */
    withPage: async (scenario, body) => {
      const { page, host } = await harness.open(scenario);
      const errors: string[] = [];
      page.on('pageerror', error => errors.push(error.message));
      try {
        await body(new MonitorPage(page, host), page, host);
        assert.deepEqual(errors, []);
        assert.deepEqual(await page.evaluate(() => window.violations), []);
        assert.ok(host.bridge.maxOpenRows <= 1);
      } finally {
        await page.close();
        host.dispose();
      }
    },
  };
}

/** Of the first row in `aria-rowindex`: the heads are row 1, and a view keeps a place for what it dropped. */
const firstIndex = 3;

/** The row at a position of its view. */
export const rowAt = (position: number) => position + 2 - firstIndex;

/** The page as a user meets it. Its rows are counted from 0: unfiltered, as they are in the capture. */
export class MonitorPage {
  readonly #page: Page;
  readonly #host: MonitorHost;

  constructor(page: Page, host: MonitorHost) {
    this.#page = page;
    this.#host = host;
  }

  get grid() {
    return this.#page.getByRole('grid', { name: 'Messages' });
  }

  get details() {
    return this.#page.getByRole('region', { name: 'Details' });
  }

  button(name: string | RegExp) {
    return this.#page.getByRole('button', { name });
  }

  /** The rows on screen, the last of them once it is drawn. */
  async shown(): Promise<readonly number[]> {
    const rows = this.grid.locator('[role=row][aria-rowindex]');
    const indexes = await rows.evaluateAll(elements =>
      elements.map(element => Number(element.getAttribute('aria-rowindex'))),
    );
    return indexes.map(index => index - firstIndex).filter(row => row >= 0);
  }

  /** Waits until `isSo` holds for what is shown. */
  async untilShown(isSo: (rows: readonly number[]) => boolean): Promise<readonly number[]> {
    let rows: readonly number[] = [];
    await until(
      () => `other rows than ${rows[0]} to ${rows.at(-1)} are shown`,
      async () => {
        rows = await this.shown();
        return rows.length > 0 && isSo(rows);
      },
    );
    return rows;
  }

  untilLast(row: number) {
    return this.untilShown(rows => rows.at(-1) === row);
  }

  /** Waits until the list has so many rows. */
  untilCount(count: number): Promise<void> {
    return until(
      `the list has not ${count} rows`,
      async () => Number(await this.grid.getAttribute('aria-rowcount')) === count + firstIndex - 1,
    );
  }

  row(row: number) {
    return this.grid.locator(`[aria-rowindex="${row + firstIndex}"]`);
  }

  /** Waits for a request of this name, and gives the parameters of the last. */
  async asked(request: Parameters<MonitorHost['bridge']['paramsOf']>[0]): Promise<unknown> {
    const asked = () => this.#host.bridge.paramsOf(request);
    await until(`the page does not ask ${request}`, () => asked().length > 0);
    return asked().at(-1);
  }

  /** Waits for a state that the page keeps of itself, as JSON, and gives it. */
  async kept(isSo: (state: Readonly<Record<string, unknown>>) => boolean): Promise<string> {
    let json = '';
    await until(
      () => `the page keeps ${json}`,
      async () => {
        json = await this.#page.evaluate(() => sessionStorage.getItem('state') ?? '{}');
        return isSo(JSON.parse(json) as Readonly<Record<string, unknown>>);
      },
    );
    return json;
  }

  get isFollowing(): boolean {
    return this.#host.bridge.view?.following === true;
  }
}
