// The monitor's page as a user meets it, and what every test of it asks for.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { connectionView, PageHarness, type Scenario } from './pageHarness.ts';
import { until } from '../until.ts';

type WithPage = (
  scenario: Partial<Scenario>,
  body: (page: MonitorPage, raw: Page) => Promise<void>,
) => Promise<void>;

/** Starts a harness before the tests of a file, and ends it after them. */
export function usePages(): { readonly withPage: WithPage } {
  let harness: PageHarness;
  before(async () => (harness = await PageHarness.start()));
  after(() => harness.close());
  return {
    /** Opens a page for `body`, and afterwards makes sure that nothing broke its rules. */
    withPage: async (scenario, body) => {
      const view = { selected: 'c1' };
      const raw = await harness.open({ connections: [connectionView()], view, ...scenario });
      const errors: string[] = [];
      raw.on('pageerror', error => errors.push(error.message));
      try {
        await body(new MonitorPage(raw), raw);
        assert.deepEqual(errors, []);
        assert.deepEqual(await raw.evaluate(() => window.violations), []);
        assert.ok((await raw.evaluate(() => window.fakeHost.mostRowsAsked)) <= 1);
      } finally {
        await raw.close();
      }
    },
  };
}

/** The last request of a kind that the page made. */
export function lastRequest(page: Page, name: string): Promise<unknown> {
  return page.evaluate(
    name => window.fakeHost.requests.findLast(({ request }) => request === name)?.params,
    name,
  );
}

/** The page as a user meets it. */
export class MonitorPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
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

  /** The sequence numbers of the rows on screen, the last of them once it is drawn. */
  async shown(): Promise<readonly number[]> {
    const rows = this.grid.locator('[role=row][aria-rowindex]');
    const indexes = await rows.evaluateAll(elements =>
      elements.map(element => Number(element.getAttribute('aria-rowindex')) - 2),
    );
    return indexes.filter(seq => seq >= 0);
  }

  /** Waits until `isSo` holds for what is shown. */
  async untilShown(isSo: (seqs: readonly number[]) => boolean): Promise<readonly number[]> {
    let seqs: readonly number[] = [];
    await until(
      () => `other rows than ${seqs[0]} to ${seqs.at(-1)} are shown`,
      async () => {
        seqs = await this.shown();
        return seqs.length > 0 && isSo(seqs);
      },
    );
    return seqs;
  }

  untilLast(seq: number) {
    return this.untilShown(seqs => seqs.at(-1) === seq);
  }

  row(seq: number) {
    return this.grid.locator(`[aria-rowindex="${seq + 2}"]`);
  }

  async isFollowing(): Promise<boolean> {
    return this.#page.evaluate(() => window.fakeHost.view.following);
  }

  /** Lets the capture grow by so many rows, and lose some of the oldest. */
  grow(count: number, dropped = 0): Promise<void> {
    return this.#page.evaluate(
      ([count, dropped]) => {
        const [{ extent, received }] = window.fakeHost.connections as [
          (typeof window.fakeHost.connections)[0],
        ];
        window.fakeHost.change(0, {
          extent: { ...extent, first: extent.first + dropped, next: extent.next + count },
          received: received + count,
        });
      },
      [count, dropped] as const,
    );
  }
}
