// The page's charts in a browser, alone: no VS Code needed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { chartsPart } from '../support/page/pageParts.ts';
import { usePart } from '../support/page/partHarness.ts';
import { until } from '../support/until.ts';

const start = Date.UTC(2026, 10, 16, 10, 30);

const { withPage } = usePart(chartsPart);

const follow = (page: Page, connection: string | undefined, isLive = false) =>
  page.evaluate(([connection, isLive]) => window.chartsPage.charts.follow(connection, isLive), [
    connection,
    isLive,
  ] as const);
const asked = (page: Page) => page.evaluate(() => window.chartsPage.questions.length);
const slider = (page: Page) => page.getByRole('slider');
const strip = (page: Page) => page.getByRole('button', { name: /^Show charts/ });
const readout = (page: Page) => slider(page).getAttribute('aria-valuetext');

const untilSo = (isSo: () => Promise<boolean>) => until(String(isSo), isSo);

/** How many of a canvas' pixels are painted, and whether they are all of one colour. */
function paintOf(page: Page, index: number) {
  return page
    .locator('canvas')
    .nth(index)
    .evaluate(canvas => {
      const { width, height } = canvas as HTMLCanvasElement;
      const context = (canvas as HTMLCanvasElement).getContext('2d');
      const pixels = new Uint32Array(
        context?.getImageData(0, 0, width, height).data.buffer ?? new ArrayBuffer(0),
      );
      const painted = pixels.filter(pixel => pixel !== 0);
      return { painted: painted.length, colors: new Set(painted).size, width };
    });
}

const strips = 0;
const rate = 1;
const gaps = 4;

describe('the charts', () => {
  it('open and close by keys, and keep the focus', () =>
    withPage(async page => {
      await follow(page, 'flood');
      await strip(page).press('Enter');
      assert.equal(await slider(page).evaluate(node => node === document.activeElement), true);
      assert.equal(await strip(page).isVisible(), false);
      await slider(page).press('Escape');
      assert.equal(await strip(page).evaluate(node => node === document.activeElement), true);
      assert.equal(await strip(page).getAttribute('aria-expanded'), 'false');
      assert.deepEqual(await page.evaluate(() => window.chartsPage.toggles), [true, false]);
      // It was answered already, and nothing can have changed.
      assert.equal(await asked(page), 1);
    }));

  it('show values by keys, and scroll the list to them', () =>
    withPage(async page => {
      await follow(page, 'flood');
      await strip(page).click();
      await untilSo(async () => (await readout(page))?.includes('Connection lost: 3') ?? false);
      await slider(page).press('Home');
      assert.match((await readout(page)) ?? '', /^10:32:00.000, \d+\/s in/);
      await slider(page).press('ArrowRight');
      await slider(page).press('Enter');
      await slider(page).press('End');
      await slider(page).press('ArrowLeft');
      await slider(page).press('Enter');
      assert.equal(await slider(page).getAttribute('aria-valuenow'), '598');
      assert.deepEqual(await page.evaluate(() => window.chartsPage.goneTo), [
        { at: start + 121_000 },
        { at: start + 718_000 },
      ]);
    }));

  it('scroll the list to a clicked moment, and show another span', () =>
    withPage(async page => {
      await follow(page, 'flood');
      await strip(page).click();
      await page.getByRole('button', { name: 'All' }).click();
      await untilSo(async () => (await slider(page).getAttribute('aria-valuemax')) === '359');
      const canvas = page.locator('canvas').nth(rate);
      const { width = 0 } = (await canvas.boundingBox()) ?? {};
      await canvas.hover({ position: { x: 1, y: 30 } });
      await untilSo(async () => (await readout(page))?.startsWith('10:30:') ?? false);
      await canvas.click({ position: { x: width * 0.5, y: 30 } });
      const [place] = await page.evaluate(() => window.chartsPage.goneTo);
      const at = place && 'at' in place ? place.at : 0;
      // The highest of the ten pixels around it.
      assert.ok(Math.abs(at - (start + 360_000)) <= (6 / width) * 720_000, String(at - start));
      await page.mouse.move(5, 400);
      await untilSo(async () => (await readout(page))?.startsWith('Point at') ?? false);
    }));

  it('lead from near a peak to its row, and say its value', () =>
    withPage(async page => {
      await follow(page, 'stall');
      await strip(page).click();
      const canvas = page.locator('canvas').nth(gaps);
      const { width = 0 } = (await canvas.boundingBox()) ?? {};
      // The message that ended the silence came in second 288 of 600.
      const x = (288.5 / 600) * width + 4;
      await canvas.hover({ position: { x, y: 50 } });
      await untilSo(async () => (await readout(page))?.includes('gap 8.0 s') ?? false);
      await canvas.click({ position: { x, y: 50 } });
      await canvas.click({ position: { x: x + 20, y: 50 } });
      const [peak, other] = await page.evaluate(() => window.chartsPage.goneTo);
      assert.deepEqual(peak, { connection: 'stall', seq: 1400 });
      assert.notDeepEqual(other, peak);
    }));

  it('have buttons for the greatest values, which go to their rows and stay in focus', () =>
    withPage(async page => {
      await follow(page, 'stall', true);
      await strip(page).click();
      const gap = page.getByRole('button', {
        name: 'Longest gap, 8.0 s: go to the row that ended',
      });
      await gap.waitFor();
      assert.equal(await gap.textContent(), '8.0 s');
      const before = await asked(page);
      await gap.focus();
      await untilSo(async () => (await asked(page)) > before + 1);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Largest message, 7.9 kB: go to its row' }).click();
      await page.getByRole('button', { name: 'Slowest round trip, 1.5 s: go to its row' }).click();
      const goneTo = await page.evaluate(() => window.chartsPage.goneTo);
      assert.deepEqual(
        goneTo.map(place => 'seq' in place && place.seq),
        [1400, 700, 402],
      );
      await follow(page, 'empty');
      await gap.waitFor({ state: 'detached' });
    }));

  it('say in a merged timeline whose they are, and let the user choose', () =>
    withPage(async page => {
      const owners = [
        { id: 'flood', name: 'prices' },
        { id: 'quiet', name: 'orders' },
      ];
      const followOne = (id: string) =>
        page.evaluate(([id, owners]) => window.chartsPage.charts.follow(id, false, owners), [
          id,
          owners,
        ] as const);
      await followOne('flood');
      await strip(page).getByText('prices only').waitFor();
      await strip(page).click();
      const choice = page.getByRole('combobox', { name: 'Charts of' });
      assert.equal(await choice.inputValue(), 'flood');
      await choice.selectOption('orders');
      assert.deepEqual(await page.evaluate(() => window.chartsPage.owners), ['quiet']);
      await followOne('quiet');
      await slider(page).press('Escape');
      await strip(page).getByText('orders only').waitFor();
      await follow(page, 'quiet');
      assert.equal(await page.getByText('orders only').count(), 0);
      assert.equal(await choice.count(), 0);
    }));

  it('are described for screen readers', () =>
    withPage(async page => {
      await follow(page, 'flood');
      await untilSo(async () => /highest 6\d\d\/s/.test((await strip(page).textContent()) ?? ''));
      await strip(page).click();
      const names = await page.getByRole('img').evaluateAll(all => all.map(one => one.ariaLabel));
      assert.equal(names.length, 5);
      assert.match(names[4] ?? '', /^Round trip\. highest 3\d ms at 10:\d\d/);
      const table = page.getByRole('table', { name: 'Percentiles' });
      assert.match((await table.getByRole('row').nth(1).textContent()) ?? '', /^Size2\d\d B/);
    }));
});

describe('the requests of the charts', () => {
  it('stop while the charts are not visible', () =>
    withPage(async page => {
      await follow(page, 'flood', true);
      await untilSo(async () => (await asked(page)) >= 2);
      await page.clock.install();
      const show = (isVisible: boolean) =>
        page.locator('#app').evaluate(async (app, isVisible) => {
          app.toggleAttribute('hidden', !isVisible);
          // Observers are called in the order in which they were made.
          await new Promise(resolve => new IntersectionObserver(resolve).observe(app));
        }, isVisible);
      await show(false);
      await page.clock.runFor(2000);
      const before = await asked(page);
      await page.clock.runFor(60_000);
      assert.equal(await asked(page), before);
      await show(true);
      await untilSo(async () => (await asked(page)) > before);
    }));

  it('show why one failed, as text', () =>
    withPage(async page => {
      await page.evaluate(() => {
        window.chartsPage.answers['bad'] = () => Promise.reject(new Error('<b>No</b>'));
        window.chartsPage.charts.isOpen = true;
      });
      await follow(page, 'bad');
      await untilSo(async () => (await readout(page))?.endsWith('read: <b>No</b>') ?? false);
      await follow(page, undefined);
      await untilSo(async () => (await readout(page)) === 'Nothing has been counted yet.');
    }));
});

describe('the pictures', () => {
  it('are redrawn in the current size and colours', () =>
    withPage(async page => {
      await follow(page, 'flood');
      await untilSo(async () => (await paintOf(page, strips)).painted > 2000);
      const before = await paintOf(page, strips);
      await page.setViewportSize({ width: 700, height: 400 });
      await untilSo(async () => (await paintOf(page, strips)).width < before.width - 400);
      assert.ok((await paintOf(page, strips)).painted > 1000);
      await page.evaluate(() => {
        document.documentElement.style.setProperty('--vscode-charts-blue', '#ff00ff');
      });
      const hasPink = () =>
        page
          .locator('canvas')
          .first()
          .evaluate(canvas => {
            const { width, height } = canvas as HTMLCanvasElement;
            const image = (canvas as HTMLCanvasElement).getContext('2d');
            const { data } = image?.getImageData(0, 0, width, height) ?? { data: [] };
            return data.some((red, at) => {
              return at % 4 === 0 && red === 255 && data[at + 1] === 0 && data[at + 2] === 255;
            });
          });
      await untilSo(hasPink);
    }));

  it('do not depend on colours if the system forces its own', () =>
    withPage(
      async page => {
        await follow(page, 'flood');
        await untilSo(async () => (await paintOf(page, strips)).painted > 1000);
        const colors = await page.locator('.chart-strip').evaluate(strip => {
          const styles = getComputedStyle(strip);
          return ['in', 'out', 'lost', 'fill'].map(name =>
            styles.getPropertyValue(`--chart-${name}`).trim(),
          );
        });
        assert.deepEqual(colors, ['CanvasText', 'CanvasText', 'CanvasText', '0']);
      },
      { isForced: true },
    ));

  it('are drawn for no points, one point and a few', () =>
    withPage(async page => {
      await page.evaluate(() => (window.chartsPage.charts.isOpen = true));
      const painted: number[] = [];
      for (const stream of ['empty', 'one', 'quiet']) {
        await follow(page, stream);
        await untilSo(async () => (await paintOf(page, rate)).painted > (painted.at(-1) ?? 0));
        painted.push((await paintOf(page, rate)).painted);
      }
    }));

  for (const theme of Object.keys(themes)) {
    it(`have no accessibility violations in ${theme}`, () =>
      withPage(
        async page => {
          await follow(page, 'flood');
          for (const isOpen of [false, true]) {
            await page.evaluate(isOpen => {
              window.chartsPage.charts.isOpen = isOpen;
            }, isOpen);
            await untilSo(async () => (await paintOf(page, isOpen ? rate : strips)).painted > 0);
            assert.deepEqual(await axeViolations(page), []);
          }
        },
        { theme, width: 800 },
      ));
  }
});
