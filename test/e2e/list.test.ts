// The list of the page: columns, selection, menus, and its place while it becomes another.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import { dividedRow } from '../support/page/marketRows.ts';
import { rowAt, usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { until } from '../support/until.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { HeldScans, repeated } from '../support/page/views.ts';

const { withPage } = usePages();

const paused = { following: false };
const divided = [{ rowAt: dividedRow }];
const two = [{}, { name: 'Chat <b>' }];

const cell = (page: MonitorPage, row: number, name: string) => page.row(row).locator(`.${name}`);
const selectedCount = (page: Page) => page.locator('.selection-count');
/** What was asked of which rows, counted as the page's are. */
async function chosen(page: MonitorPage, request: 'copy' | 'export' | 'editor.compare') {
  const { generation, ranges, positions, ...rest } = (await page.asked(request)) as {
    readonly generation: number;
    readonly ranges?: readonly (readonly [number, number])[];
    readonly positions?: readonly number[];
  };
  assert.ok(generation > 0);
  return {
    ...rest,
    ...(ranges && { ranges: ranges.map(range => range.map(rowAt)) }),
    ...(positions && { positions: positions.map(rowAt) }),
  };
}

const headings = (page: Page) => page.getByRole('columnheader').allTextContents();

describe('another list', () => {
  it('keeps the row at the top in its place', () =>
    withPage({ connections: divided, view: paused }, async (page, raw, host) => {
      await page.untilShown(() => true);
      await page.grid.hover();
      await raw.mouse.wheel(0, -22 * 600);
      await page.untilShown(seqs => (seqs[0] ?? 0) < 900);
      const [top = 0] = await page.shown();
      host.setView({ filter: 'by5' });
      await page.untilShown(([first]) => first === Math.ceil(top / 5) - 1);
      host.setView({ filter: '' });
      await page.untilShown(([first]) => first === Math.ceil(top / 5) * 5);
    }));

  it('keeps the active row where it is on screen, and selected', () =>
    withPage({ connections: divided, view: paused }, async (page, raw, host) => {
      await page.untilShown(() => true);
      await page.grid.press('Home');
      await page.untilShown(seqs => seqs[0] === 0);
      await page.grid.hover();
      await raw.mouse.wheel(0, 22 * 300);
      await page.untilShown(seqs => seqs.includes(310));
      await page.row(310).click();
      const before = await page.row(310).boundingBox();
      host.setView({ filter: 'by5' });
      await page.row(61).and(raw.locator('[aria-selected=true]')).waitFor();
      assert.equal((await page.row(61).boundingBox())?.y, before?.y);
      host.setView({ filter: '' });
      await page.row(310).and(raw.locator('[aria-selected=true]')).waitFor();
      assert.equal((await page.row(310).boundingBox())?.y, before?.y);
    }));

  it('waits for the scan to come to the place, unless the user goes on', () => {
    const scans = new HeldScans();
    const scenario = { connections: divided, view: paused, wrapView: scans.wrap };
    return withPage(scenario, async (page, _raw, host) => {
      await page.untilLast(1203);
      scans.share = 0.1;
      host.setView({ filter: 'by2' });
      await page.untilShown(rows => (rows.at(-1) ?? 0) < 70);
      scans.share = 1;
      await page.untilLast(600);
      scans.share = 0.1;
      host.setView({ filter: 'by4' });
      await page.untilShown(rows => (rows.at(-1) ?? 0) < 40);
      await page.grid.press('Home');
      scans.share = 1;
      // Whatever the page makes of the end of the scan, it has made of it when it knows of more rows.
      await page.untilCount(300);
      await host.grow(4);
      await page.untilCount(301);
      assert.equal((await page.shown())[0], 0);
    });
  });

  it('is followed from the key on that goes to its end before it has a row', () => {
    const scans = new HeldScans();
    const scenario = { connections: divided, view: paused, wrapView: scans.wrap };
    return withPage(scenario, async (page, _raw, host) => {
      await page.untilShown(() => true);
      scans.share = 0;
      host.setView({ filter: 'by2' });
      await page.untilCount(0);
      await page.grid.press('End');
      scans.share = 1;
      await page.untilLast(600);
      assert.equal(page.isFollowing, true);
    });
  });

  it('follows on where the tail is followed, and says where nothing matches', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      host.setView({ filter: 'by7' });
      await page.untilLast(170);
      assert.equal(page.isFollowing, true);
      host.setView({ filter: 'nowhere' });
      await raw.getByText('No row matches the filter.').waitFor();
      await raw.locator('.empty').getByRole('button', { name: 'Clear Filter' }).click();
      await page.untilLast(1203);
    }));

  it('is found again after a reload, also when connections have other ids', () =>
    withPage({ connections: divided, view: paused }, async (page, raw, host) => {
      await page.untilShown(() => true);
      await page.grid.press('Home');
      await page.grid.press('PageDown');
      await page.grid.press('PageDown');
      const before = await page.untilShown(([top = 0]) => top > 0 && top < 1000);
      const state = await page.kept(({ place }) =>
        before.includes((place as { readonly seq: number } | undefined)?.seq ?? -1),
      );
      const kept = JSON.parse(state) as Record<string, unknown>;
      const path = host.connections[0]?.capture.storage.path ?? '';
      assert.deepEqual(kept['captureKeys'], { selected: basename(path), merged: [] });
      assert.deepEqual([kept['filter'], kept['following']], ['', false]);
      assert.ok(!state.includes('"c1"'), state);
      await raw.reload();
      assert.deepEqual(await page.untilShown(seqs => seqs[0] === before[0]), before);
    }));

  it('counts what is new on, over a filter and a reload', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.button('Pause').click();
      await host.grow(10);
      await page.button('10 new messages').waitFor();
      host.setView({ filter: 'by2' });
      await page.button('5 new messages').waitFor();
      host.setView({ filter: '' });
      await page.button('10 new messages').waitFor();
      await page.kept(({ pausedAfter }) => pausedAfter !== undefined);
      await raw.reload();
      await page.button('10 new messages').waitFor();
      await host.grow(3);
      await page.button('13 new messages').waitFor();
    }));
});

it('shows what was dropped as a warning, and the newest count of it', () =>
  withPage(
    { connections: [{ settings: { 'history.maxMessages': 204 } }], view: paused },
    async (page, raw, host) => {
      await page.grid.press('Home');
      const dropped = () => {
        const count = host.connections[0]?.capture.extent.dropped ?? 0;
        return raw.getByText(`${count.toLocaleString('en')} older rows were dropped`);
      };
      await dropped().waitFor();
      await host.grow(100);
      await dropped().waitFor();
      assert.equal(await raw.locator('.row.state.warning:not([hidden])').count(), 1);
    },
  ));

describe('the selection', () => {
  it('takes ten million rows at once', () =>
    withPage({ wrapView: view => repeated(view, 10_000_000) }, async (page, raw) => {
      await page.untilLast(9_999_999);
      await page.grid.press('Control+a');
      await selectedCount(raw).getByText('10,000,000 selected').waitFor();
      await raw.getByRole('status').getByText('10,000,000 selected').waitFor();
      await page.grid.press('Control+c');
      assert.deepEqual(await chosen(page, 'copy'), { ranges: [[0, 10_000_000]], format: 'text' });
      await raw.getByText('These messages are too many for the clipboard').first().waitFor();
    }));

  it('grows with Shift and changes with Control, by pointer and by keys', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      await page.row(1190).click();
      await page.row(1195).click({ modifiers: ['Shift'] });
      await selectedCount(raw).getByText('6 selected').waitFor();
      await page.row(1192).click({ modifiers: ['Control'] });
      await selectedCount(raw).getByText('5 selected').waitFor();
      assert.equal(await page.row(1192).getAttribute('aria-selected'), 'false');
      await page.row(1180).click();
      await selectedCount(raw).waitFor({ state: 'hidden' });
      await page.grid.press('Shift+ArrowDown');
      await page.grid.press('Shift+ArrowDown');
      await selectedCount(raw).getByText('3 selected').waitFor();
      await page.grid.press('Control+ArrowDown');
      await page.grid.press('Control+ArrowDown');
      await page.grid.press('Control+Space');
      await selectedCount(raw).getByText('4 selected').waitFor();
      await page.grid.press('Control+c');
      await raw.getByRole('status').getByText('Copied').waitFor();
      assert.deepEqual(await chosen(page, 'copy'), {
        ranges: [
          [1180, 1183],
          [1184, 1185],
        ],
        format: 'text',
      });
    }));

  it('has a menu, opened by keys, spelled, and left with the focus where it was', () =>
    withPage({ width: 800 }, async (page, raw) => {
      await page.untilLast(1203);
      await page.grid.press('ArrowUp');
      await page.grid.press('Shift+ArrowUp');
      await page.grid.press('Shift+F10');
      const { keyboard } = raw;
      const focused = raw.locator(':focus');
      await focused.getByText('Copy', { exact: true }).waitFor();
      await keyboard.type('com');
      await focused.getByText('Compare the Two').waitFor();
      await keyboard.press('Enter');
      assert.deepEqual(await chosen(page, 'editor.compare'), {
        positions: [1202, 1203],
      });
      assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
      await page.grid.press('ContextMenu');
      await keyboard.press('ArrowDown');
      await keyboard.press('ArrowRight');
      await focused.getByText('JSON').waitFor();
      await keyboard.press('ArrowLeft');
      await keyboard.press('ArrowRight');
      await keyboard.press('End');
      await keyboard.press('Enter');
      assert.deepEqual(await chosen(page, 'copy'), {
        ranges: [[1202, 1204]],
        format: 'websocat',
      });
      await page.grid.press('Shift+F10');
      await keyboard.press('Escape');
      await raw.getByRole('menu').waitFor({ state: 'detached' });
      assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
    }));

  it('has a menu under the pointer, within the window, that filters by the row', () =>
    withPage({ width: 500, height: 420 }, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.row(1203).click({ button: 'right', position: { x: 460, y: 10 } });
      const menu = raw.getByRole('menu', { name: 'Selected messages' });
      const box = await menu.boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= 500, JSON.stringify(box));
      assert.ok(box.y >= 0 && box.y + box.height <= 420, JSON.stringify(box));
      await menu.getByText('Filter By').click();
      await raw.getByRole('menuitem', { name: 'This Kind: kind:text' }).click();
      await until('the filter is not set', () => host.bridge.view?.filter === 'kind:text');
    }));
});

describe('columns', () => {
  it('tell time in four ways', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      const time = raw.getByRole('columnheader').first();
      await time.press('Space');
      await time.getByText('Since start').waitFor();
      await cell(page, 1203, 'time').getByText('+45.242').waitFor();
      await time.press('Space');
      await cell(page, 1203, 'time').getByText('+0.037').waitFor();
      const [first = 0] = await page.shown();
      await cell(page, first, 'time').getByText('+0.037').waitFor();
      await time.press('Space');
      await page.row(1201).click();
      await cell(page, 1200, 'time').getByText('−0.037').waitFor();
      await cell(page, 1203, 'time').getByText('+0.075').waitFor();
      await page.row(1203).click();
      await cell(page, 1203, 'time').getByText('0.000').waitFor();
    }));

  it('are made wider, moved and hidden by keys, kept over a reload, and reset', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      const size = raw.getByRole('columnheader', { name: 'Size' });
      const width = async () => (await size.boundingBox())?.width ?? 0;
      const before = await width();
      await size.focus();
      await raw.getByRole('columnheader', { name: 'Kind' }).press('ArrowRight');
      await raw.keyboard.press('Tab');
      const handle = raw.getByRole('separator', { name: 'Width of the column Size' });
      assert.equal(await handle.evaluate(handle => handle === document.activeElement), true);
      await raw.keyboard.press('ArrowRight');
      await raw.keyboard.press('ArrowRight');
      assert.ok((await width()) > before + 8, `${before} ${await width()}`);
      await size.press('Alt+Shift+ArrowLeft');
      assert.deepEqual(await headings(raw), ['Time', 'Direction', 'Size', 'Kind', 'Content']);
      assert.equal(await size.evaluate(size => size === document.activeElement), true);
      await raw.getByRole('columnheader', { name: 'Kind' }).click({ button: 'right' });
      await raw.getByRole('menuitemcheckbox', { name: 'Kind' }).click();
      await raw.keyboard.press('Escape');
      assert.deepEqual(await headings(raw), ['Time', 'Direction', 'Size', 'Content']);
      await raw.waitForFunction(() =>
        sessionStorage.getItem('state')?.includes('"hidden":["kind"'),
      );
      await raw.reload();
      await page.untilLast(1203);
      assert.deepEqual(await headings(raw), ['Time', 'Direction', 'Size', 'Content']);
      await raw.getByRole('columnheader', { name: 'Size' }).press('Enter');
      await raw.getByRole('menuitem', { name: 'Reset Columns' }).click();
      assert.deepEqual(await headings(raw), ['Time', 'Direction', 'Kind', 'Size', 'Content']);
      assert.equal(await width(), before);
    }));

  it('are dragged by their heads, and by their edges', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      const box = async (name: string) => {
        const found = await raw.getByRole('columnheader', { name }).boundingBox();
        assert.ok(found);
        return found;
      };
      const [time, kind] = [await box('Time'), await box('Kind')];
      await raw.mouse.move(time.x + 10, time.y + 10);
      await raw.mouse.down();
      await raw.mouse.move(kind.x + kind.width - 2, time.y + 10, { steps: 8 });
      await raw.mouse.up();
      assert.deepEqual((await headings(raw)).slice(0, 3), ['Direction', 'Kind', 'Time']);
      assert.equal(await raw.getByRole('menu').count(), 0);
      const size = await box('Size');
      await raw.mouse.move(size.x + size.width + 4, size.y + 10);
      await raw.mouse.down();
      await raw.mouse.move(size.x + size.width + 64, size.y + 10, { steps: 4 });
      await raw.mouse.up();
      assert.ok(Math.abs((await box('Size')).width - size.width - 60) < 2);
      await raw.getByRole('separator', { name: 'Width of the column Size' }).dblclick();
      assert.equal((await box('Size')).width, size.width);
    }));
});

it('goes to a row and to a moment', () =>
  withPage({}, async (page, raw) => {
    await page.untilLast(1203);
    const field = raw.getByRole('textbox', { name: 'Go to Row…' });
    await page.grid.press('Control+g');
    await field.fill('nowhere');
    await field.press('Enter');
    await raw.getByText('Type a row number').waitFor();
    await field.fill('300');
    await field.press('Enter');
    await page.untilShown(seqs => seqs.includes(300));
    assert.equal(await page.row(300).getAttribute('aria-selected'), 'true');
    assert.equal(page.isFollowing, false);
    const clock = await cell(page, 300, 'time').textContent();
    await page.grid.press('Control+g');
    await field.fill('700');
    await field.press('Enter');
    await page.untilShown(seqs => seqs.includes(700));
    await page.grid.press('Control+g');
    await field.fill(clock ?? '');
    await field.press('Enter');
    await page.untilShown(seqs => seqs.includes(300));
    await page.grid.press('Control+g');
    await field.press('Escape');
    assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
  }));

it('finds through the list, and marks what it finds', () =>
  withPage({}, async (page, raw) => {
    await page.untilLast(1203);
    await page.grid.press('Control+f');
    await raw.getByRole('textbox', { name: 'Find in messages' }).fill('hello');
    await raw.keyboard.press('Enter');
    await raw.waitForFunction(() => (CSS.highlights.get('find')?.size ?? 0) > 0);
    await raw.keyboard.press('Escape');
    assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
  }));

describe('several connections', () => {
  it('are merged by a menu that stays open, with a name and a colour each', () =>
    withPage({ connections: two }, async (page, raw) => {
      await page.untilLast(1203);
      await page.button('Merged Timeline').click();
      await raw.getByRole('menuitemcheckbox', { name: 'Chat <b>' }).click();
      await page.untilLast(2407);
      assert.equal(
        await raw.getByRole('menuitemcheckbox', { name: 'Chat <b>' }).getAttribute('aria-checked'),
        'true',
      );
      await raw.keyboard.press('Escape');
      await raw.getByText('2 merged').waitFor();
      await cell(page, 2407, 'connection').getByText('Chat <b>').waitFor();
      assert.equal(await cell(page, 2407, 'connection').locator('.dot.colour-1').count(), 1);
      await page.button('Merged Timeline').click();
      await raw.getByRole('menuitem', { name: 'Only Market data' }).click();
      await page.untilLast(1203);
      assert.equal(await raw.getByRole('columnheader', { name: 'Connection' }).count(), 0);
    }));

  it('include captures, which can only be read', () =>
    withPage({}, async (page, raw, host) => {
      await host.showCapture('Old');
      await page.untilLast(2);
      await raw.locator('.badge').getByText('capture').waitFor();
      for (const name of ['Disconnect', 'Connect', 'Reconnect Now', 'Clear', 'Pause']) {
        assert.equal(await raw.getByRole('button', { name, exact: true }).count(), 0, name);
      }
      await page.button('Export…').click();
      assert.deepEqual(await chosen(page, 'export'), {});
    }));
});

describe('accessibility of the list', () => {
  for (const theme of Object.keys(themes)) {
    it(`has no violations in ${theme}`, () =>
      withPage({ theme, connections: two, view: { merged: ['c1', 'c2'] } }, async (page, raw) => {
        await page.untilLast(2407);
        await page.row(2400).click();
        await page.row(2403).click({ modifiers: ['Shift'] });
        assert.deepEqual(await axeViolations(raw), []);
        await page.grid.press('Shift+F10');
        await raw.keyboard.type('co');
        assert.deepEqual(await axeViolations(raw), []);
        await raw.keyboard.press('Escape');
        await page.grid.press('Control+g');
        await raw.keyboard.type('x');
        await raw.keyboard.press('Enter');
        assert.deepEqual(await axeViolations(raw), []);
        await raw.keyboard.press('Escape');
        await page.button('Merged Timeline').click();
        assert.deepEqual(await axeViolations(raw), []);
      }));
  }
});
