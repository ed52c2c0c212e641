// The list of the page: columns, selection, menus, and its place while it becomes another.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import type { CaptureView } from '../../src/core/capture/view.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { dividedRow, rowMs, startedAt, type RowMaker } from '../support/page/marketRows.ts';
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

/** A regular feed, in which nothing came for eight seconds before row 1198. */
const stalledRow: RowMaker = seq => {
  const row = dividedRow(seq);
  return { ...row, at: row.at + (seq < 1198 ? 0 : 8000) };
};
const stalled = [{ rowAt: stalledRow }];

describe('a silence', () => {
  it('is a line in the list, read before the row that ended it', () =>
    withPage({ connections: stalled }, async (page, raw) => {
      await page.untilLast(1203);
      const name = /^[\d:.]+ Received text \d+ B 8\.0 s nothing ?\. /;
      await raw.getByRole('row', { name }).and(page.row(1198)).waitFor();
      assert.equal(await raw.getByText(/nothing\./).count(), 1);
      assert.deepEqual(await axeViolations(raw), []);
      // It is drawn within the row, as all have one height.
      const [ended, other] = await Promise.all(
        [1198, 1199].map(row => page.row(row).boundingBox()),
      );
      assert.equal(ended?.height, other?.height);
      assert.equal(
        await page.row(1198).evaluate(row => getComputedStyle(row, '::before').borderTopStyle),
        'dashed',
      );
    }));

  it('is where the longest gap of the charts leads, unless a filter hides the row', () =>
    withPage({ connections: stalled }, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.grid.press('Home');
      await page.untilShown(seqs => seqs[0] === 0);
      await page.button(/^Show charts/).click();
      await raw.getByRole('button', { name: 'All', exact: true }).click();
      const most = page.button(/^Longest gap, 8\.0 s/);
      await most.press('Enter');
      await page.row(1198).and(raw.locator('[aria-selected=true]')).waitFor();
      await until('the list has the keys', () =>
        page.grid.evaluate(grid => grid === document.activeElement),
      );
      host.setView({ filter: 'by5' });
      await raw.getByText('240 of 1,204').waitFor();
      // That is said of the row that was selected, too.
      await page.button('Close This Notice').click();
      await most.click();
      await raw.getByRole('status').filter({ hasText: 'hidden by the filter' }).waitFor();
      await raw.getByRole('button', { name: 'Clear Filter' }).last().click();
      await page.row(1198).and(raw.locator('[aria-selected=true]')).waitFor();
    }));

  it('is none where a filter leaves out what came meanwhile', () =>
    withPage({ connections: stalled }, async (page, raw, host) => {
      await page.untilLast(1203);
      await raw.getByText(/nothing\./).waitFor();
      host.setView({ filter: 'by2' });
      await page.untilLast(600);
      assert.equal(await raw.getByText(/nothing\./).count(), 0);
      host.setView({ filter: '' });
      await raw.getByText('8.0 s nothing.').waitFor();
    }));

  it('is one of all connections in a merged timeline', () =>
    withPage(
      {
        connections: [
          ...stalled,
          { rowAt: stalledRow, name: 'Orders' },
          { name: 'Goes on', rowCount: 1424 },
        ],
      },
      async (page, raw, host) => {
        const [one = '', other = '', third = ''] = host.connections.map(({ id }) => id);
        host.setView({ merged: [one, other] });
        await raw.getByText('8.0 s nothing.').waitFor();
        assert.equal(await raw.getByText(/nothing\./).count(), 1);
        host.setView({ merged: [one, third] });
        await page.untilShown(() => true);
        await raw.getByText(/^#1198 /).waitFor();
        assert.equal(
          await raw
            .getByText(/nothing\./)
            .filter({ visible: true })
            .count(),
          0,
        );
      },
    ));
});

const order = ['direction', 'preview', 'size', 'connection', 'time', 'kind'];
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

  it('counts nothing as new that came before a row was selected, also if the filter left it out', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      host.setView({ filter: '"#610 "' });
      await page.untilCount(1);
      await raw.getByText('#610 by2 by5').click();
      await page.button('Follow').waitFor();
      host.setView({ filter: '' });
      await isCentred(page, 610);
      await page.button('Jump to newest').waitFor();
      await host.grow(4);
      await page.button('4 new messages').waitFor();
      host.setView({ showHeartbeats: true });
      await page.button('4 new messages').waitFor();
    }));
});

/** The row with this index in the list is selected, whole and below the headings. */
async function seen(page: MonitorPage, raw: Page, row: number, text: string): Promise<void> {
  const selected = page.row(row).and(raw.locator('[aria-selected=true]'));
  await selected.getByText(text, { exact: true }).waitFor();
  const [box, grid] = [await selected.boundingBox(), await page.grid.boundingBox()];
  assert.ok(box && grid && box.y >= grid.y + 24, JSON.stringify({ box, grid }));
  assert.ok(box.y + box.height <= grid.y + grid.height, JSON.stringify({ box, grid }));
}

/** The index is that of a row in the middle of those on screen. */
async function isCentred(page: MonitorPage, index: number): Promise<void> {
  await page.untilShown(rows => {
    const middle = ((rows[0] ?? 0) + (rows.at(-1) ?? 0)) / 2;
    return rows.length > 5 && Math.abs(index - middle) <= 1.5;
  });
}

describe('the selected row', () => {
  const scrolledOff = async (page: MonitorPage, raw: Page, row: number) => {
    await page.grid.press('Home');
    await page.untilShown(rows => rows[0] === 0);
    await page.row(row).click();
    await page.grid.hover();
    await raw.mouse.wheel(0, 22 * 300);
    await page.untilShown(rows => (rows[0] ?? 0) > 200);
  };
  const hidden = (raw: Page, row: string) =>
    raw.getByRole('status').getByText(`Row ${row} is hidden by the filter.`);

  it('comes into the middle where it was off screen, by any change of what is listed', () =>
    withPage({ connections: [...divided, { name: 'Chat' }] }, async (page, raw, host) => {
      await page.untilLast(1203);
      await scrolledOff(page, raw, 10);
      host.setView({ filter: 'by2' });
      await seen(page, raw, 4, '#10 by2 by5');
      await scrolledOff(page, raw, 22);
      host.setView({ filter: '' });
      await isCentred(page, 46);
      await seen(page, raw, 46, '#46 by2');
      await raw.mouse.wheel(0, 22 * 300);
      await page.untilShown(rows => (rows[0] ?? 0) > 300);
      host.setView({ showControl: false });
      await seen(page, raw, 46, '#46 by2');
      await raw.mouse.wheel(0, -22 * 150);
      await page.untilShown(rows => rows[0] === 0);
      host.setView({ merged: ['c1', 'c2'] });
      await raw.locator('.active').getByText('#46 by2', { exact: true }).waitFor();
      await raw.mouse.wheel(0, 22 * 300);
      await page.untilShown(rows => (rows[0] ?? 0) > 300);
      host.setView({ merged: [] });
      await seen(page, raw, 46, '#46 by2');
    }));

  it('is found in the whole list from the end of a filter, also by Escape while rows stream in', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      const filter = raw.getByRole('combobox', { name: 'Filter' });
      await filter.fill('"#610 "');
      await page.untilCount(1);
      await raw.getByText('#610 by2 by5').click();
      await host.grow(3);
      await filter.focus();
      await filter.press('Escape');
      await host.grow(50);
      await isCentred(page, 610);
      await seen(page, raw, 610, '#610 by2 by5');
      assert.equal(page.isFollowing, false);
      await host.grow(500);
      await page.button(/new messages/).waitFor();
      await seen(page, raw, 610, '#610 by2 by5');
      // What was searched for is near: the arrow brings it back.
      await filter.focus();
      await filter.press('ArrowUp');
      assert.equal(await filter.inputValue(), '"#610 "');
      await page.untilCount(1);
      await filter.press('ArrowDown');
      assert.equal(await filter.inputValue(), '');
      await isCentred(page, 610);
    }));

  it('is shown although the tail was followed, which ends then', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      await scrolledOff(page, raw, 10);
      await page.button('Jump to newest').click();
      await page.untilLast(1203);
      assert.equal(page.isFollowing, true);
      host.setView({ filter: 'by5' });
      await seen(page, raw, 1, '#10 by2 by5');
      await until('it does not follow', () => !page.isFollowing);
      await page.button('Follow').click();
      await page.untilLast(239);
      // A row that the list leaves out does not end it.
      host.setView({ filter: 'by7' });
      await page.untilLast(170);
      await hidden(raw, '10').waitFor();
      assert.equal(page.isFollowing, true);
      host.setView({ filter: '' });
      await seen(page, raw, 10, '#10 by2 by5');
      await until('it does not follow', () => !page.isFollowing);
      await hidden(raw, '10').waitFor({ state: 'detached' });
    }));

  it('follows on from where End selected it', () =>
    withPage({ connections: divided }, async (page, _raw, host) => {
      await page.untilLast(1203);
      await page.grid.press('End');
      await host.grow(500);
      await page.untilLast(1703);
      host.setView({ filter: 'by5' });
      await page.untilLast(339);
      assert.equal(page.isFollowing, true);
    }));

  it('is said to be hidden, and comes back from several filters in turn', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      await scrolledOff(page, raw, 11);
      await page.details.getByText('#11', { exact: true }).first().waitFor();
      for (const filter of ['by2', 'by5', 'by7', 'nowhere']) {
        host.setView({ filter });
        await hidden(raw, '11').waitFor();
      }
      await page.details.getByText('#11', { exact: true }).first().waitFor();
      await page.details.getByRole('button', { name: 'Copy', exact: true }).click();
      assert.deepEqual(await page.asked('copy'), {
        row: { connection: 'c1', seq: 11 },
        format: 'text',
      });
      await raw.getByRole('status').getByText('Copied').waitFor();
      host.setView({ filter: '' });
      await seen(page, raw, 11, '#11');
      await hidden(raw, '11').waitFor({ state: 'detached' });
    }));

  it('is waited for while the list is scanned, unless the user goes elsewhere', () => {
    const scans = new HeldScans();
    const scenario = { connections: divided, wrapView: scans.wrap };
    return withPage(scenario, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.row(1200).click();
      scans.share = 0.1;
      host.setView({ filter: 'by2' });
      await page.untilShown(rows => (rows.at(-1) ?? 0) < 70);
      assert.equal(await hidden(raw, '1,200').count(), 0);
      scans.share = 1;
      await seen(page, raw, 599, '#1200 by2 by4 by5');
      scans.share = 0.1;
      host.setView({ filter: 'by4' });
      await page.untilShown(rows => (rows.at(-1) ?? 0) < 40);
      await page.grid.hover();
      await raw.mouse.wheel(0, -22);
      const before = await page.untilShown(rows => rows.at(-1) === 28);
      scans.share = 1;
      await page.untilCount(300);
      await raw.locator('.row[aria-selected=true]').waitFor({ state: 'detached' });
      assert.deepEqual(await page.shown(), before);
    });
  });

  it('is found again with the others that are selected, after a filter and after a reload', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      await scrolledOff(page, raw, 10);
      await page.untilShown(rows => rows.includes(310));
      await page.row(310).click({ modifiers: ['Control'] });
      await selectedCount(raw).getByText('2 selected').waitFor();
      host.setView({ filter: 'by5' });
      await seen(page, raw, 61, '#310 by2 by5');
      await selectedCount(raw).getByText('2 selected').waitFor();
      await page.kept(({ selected }) => Array.isArray(selected) && selected.length === 2);
      await raw.reload();
      await seen(page, raw, 61, '#310 by2 by5');
      await selectedCount(raw).getByText('2 selected').waitFor();
      await page.grid.press('Shift+F10');
      await raw.getByRole('menuitem', { name: 'Compare the Two' }).click();
      assert.deepEqual(await chosen(page, 'editor.compare'), { positions: [1, 61] });
    }));
});

describe('following', () => {
  const acts: Readonly<Record<string, (page: MonitorPage, raw: Page) => Promise<void>>> = {
    'a click on the newest row': page => page.row(1203).click(),
    'a click that adds a row': page => page.row(1203).click({ modifiers: ['Control'] }),
    'the menu of a row': async (page, raw) => {
      await page.row(1200).click({ button: 'right' });
      await raw.keyboard.press('Escape');
    },
    'opening the details by a key': page => page.grid.press('Enter'),
    'an arrow to the newest row': page => page.grid.press('ArrowDown'),
  };
  for (const [name, act] of Object.entries(acts)) {
    it(`stops at ${name}, and goes on by the button or by End`, () =>
      withPage({}, async (page, raw, host) => {
        await page.untilLast(1203);
        await act(page, raw);
        await page.button('Follow').waitFor();
        await host.grow(7);
        await page.button('7 new messages').waitFor();
        assert.equal((await page.shown()).at(-1), 1203);
        await page.button('7 new messages').click();
        await page.untilLast(1210);
        await page.row(1210).click();
        await page.button('Follow').waitFor();
        await host.grow(2);
        await page.button('2 new messages').waitFor();
        await page.grid.press('End');
        await page.untilLast(1212);
        await host.grow(1);
        await page.untilLast(1213);
        assert.equal(page.isFollowing, true);
      }));
  }
});

describe('Show in Context', () => {
  const ways: Readonly<Record<string, (page: MonitorPage, raw: Page) => Promise<void>>> = {
    'the menu': async (page, raw) => {
      await page.grid.press('Shift+F10');
      await raw.getByRole('menuitem', { name: 'Show in Context' }).click();
    },
    'a key in the list': page => page.grid.press('Control+Enter'),
    'the details': page => page.details.getByRole('button', { name: 'Show in Context' }).click(),
    'a key in the details': page =>
      page.details.getByRole('tab', { selected: true }).press('Control+Enter'),
  };
  for (const [way, use] of Object.entries(ways)) {
    it(`clears the filter and points the row out, by ${way}, and leads back`, () =>
      withPage({ connections: divided }, async (page, raw, host) => {
        await page.untilLast(1203);
        host.setView({ filter: '"#610 "' });
        await page.untilCount(1);
        await raw.getByText('#610 by2 by5').click();
        await page.details.getByRole('tab', { selected: true }).waitFor();
        await use(page, raw);
        await page.row(610).and(raw.locator('.flash')).waitFor();
        await isCentred(page, 610);
        await seen(page, raw, 610, '#610 by2 by5');
        assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
        assert.equal(await raw.getByRole('combobox', { name: 'Filter' }).inputValue(), '');
        await raw.locator('.flash').waitFor({ state: 'detached' });
        await raw.getByRole('status').getByText('The filter was cleared: "#610 "').waitFor();
        await page.button('Back to Filter').click();
        await page.untilCount(1);
        await page.row(0).and(raw.locator('[aria-selected=true]')).waitFor();
        assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
      }));
  }

  it('shows what else hides the row, without motion where the user wants none', () =>
    withPage({ view: { showControl: false } }, async (page, raw, host) => {
      await raw.emulateMedia({ reducedMotion: 'reduce' });
      await host.growTo(1216);
      host.setView({ showControl: true, filter: 'kind:close' });
      // Of the rows that the filter leaves, all have low positions.
      await page.untilShown(shown => shown.every(position => position < 100));
      const [first = 0] = await page.shown();
      await page.row(first).click();
      host.setView({ showControl: false, filter: 'market' });
      await raw
        .getByRole('status')
        .getByText(/control frames are not shown/)
        .waitFor();
      await raw.locator('.list-notice').getByRole('button', { name: 'Show in Context' }).click();
      await raw.locator('.row.flash[aria-selected=true]').waitFor();
      const animations = await raw.evaluate(
        () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
      );
      assert.equal(animations, 0);
      await until('control frames are shown', () => host.bridge.view?.showControl === true);
    }));
});

describe('Go to Row', () => {
  const goTo = async (page: MonitorPage, raw: Page, goal: string) => {
    await page.grid.press('Control+g');
    const field = raw.getByRole('textbox', { name: 'Go to Row' });
    await field.fill(goal);
    await field.press('Enter');
  };
  const says = (raw: Page, sentence: string) =>
    raw.getByRole('status').getByText(sentence, { exact: true }).waitFor();

  it('says nothing of a row whose connection is not shown any more', () =>
    withPage({ connections: [...divided, { name: 'Chat' }] }, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.row(1203).click();
      host.setView({ filter: 'by5' });
      await raw.getByRole('status').getByText('Row 1,203 is hidden by the filter.').waitFor();
      host.setView({ selected: 'c2', filter: '' });
      await raw.locator('.list-notice').waitFor({ state: 'hidden' });
    }));

  it('says that the filter hides the row, and goes there when it is cleared', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      host.setView({ filter: 'by5' });
      await page.untilLast(239);
      await goTo(page, raw, '1,003');
      await says(raw, 'Row 1,003 is hidden by the filter.');
      assert.equal((await page.shown()).at(-1), 239);
      assert.equal(page.isFollowing, true);
      await goTo(page, raw, '1000');
      await seen(page, raw, 199, '#1000 by2 by4 by5');
      await goTo(page, raw, '1003');
      await raw.locator('.list-notice').getByRole('button', { name: 'Clear Filter' }).click();
      await isCentred(page, 1003);
      await seen(page, raw, 1003, '#1003');
      assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
      await page.button('Close This Notice').click();
      await raw.locator('.list-notice').waitFor({ state: 'hidden' });
    }));

  it('says that a row is not there yet, or no longer', () =>
    withPage(
      { connections: [{ settings: { 'history.maxMessages': 204 } }] },
      async (page, raw, host) => {
        await host.grow(100);
        const { first = 0, next = 0 } = host.connections[0]?.capture.extent ?? {};
        assert.ok(first > 0);
        const count = (value: number) => value.toLocaleString('en');
        await goTo(page, raw, '5');
        await says(raw, `Row 5 is no longer kept. The oldest row is ${count(first)}.`);
        await goTo(page, raw, String(next));
        await says(raw, `There is no row ${count(next)} yet. The newest is ${count(next - 1)}.`);
      },
    ));

  it('says that a moment is hidden, or out of the time that there is', () =>
    withPage({ connections: divided }, async (page, raw, host) => {
      await page.untilLast(1203);
      const time = (seq: number) =>
        new Date(startedAt + 250 + seq * rowMs).toLocaleTimeString('en-GB');
      host.setView({ filter: '"#7 "' });
      await page.untilCount(1);
      await goTo(page, raw, time(600));
      await raw
        .getByRole('status')
        .getByText(/^What came at .* is hidden by the filter\.$/)
        .waitFor();
      await raw.locator('.list-notice').getByRole('button', { name: 'Clear Filter' }).click();
      await page.untilShown(rows => rows.some(row => row > 560 && row <= 600));
      await goTo(page, raw, '20:00');
      await raw
        .getByRole('status')
        .getByText(/^Nothing came at .* or later\. The newest row is from /)
        .waitFor();
      await page.untilLast(1203);
      await goTo(page, raw, '00:30');
      await raw
        .getByRole('status')
        .getByText(/^Nothing from .* is kept\. The oldest row is from /)
        .waitFor();
      await page.untilShown(rows => rows[0] === 0);
      await goTo(page, raw, time(600));
      await page.untilShown(rows => rows.some(row => row > 560 && row <= 600));
      await raw.locator('.list-notice').waitFor({ state: 'hidden' });
    }));
});

describe('comparing', () => {
  const choose = async (page: MonitorPage, raw: Page, name: string) => {
    await page.grid.press('Shift+F10');
    await raw.getByRole('menuitem', { name, exact: true }).click();
  };

  it('takes one row after the other, over filters, connections and a reload', () =>
    withPage({ connections: [...divided, { name: 'Chat' }] }, async (page, raw, host) => {
      await page.untilLast(1203);
      await page.row(1200).click();
      await page.grid.press('Shift+F10');
      await raw.getByRole('menuitem', { name: 'Select for Compare' }).waitFor();
      assert.equal(await raw.getByRole('menuitem', { name: 'Compare with Selected' }).count(), 0);
      await raw.keyboard.press('Escape');
      await choose(page, raw, 'Select for Compare');
      await raw.getByRole('status').getByText('Selected for compare').waitFor();
      await page.kept(({ compared }) => compared !== undefined);
      await page.grid.press('Shift+F10');
      const same = raw.getByRole('menuitem', { name: 'Compare with Selected' });
      assert.equal(await same.getAttribute('aria-disabled'), 'true');
      await raw.keyboard.press('Escape');
      host.setView({ selected: 'c2', filter: 'stream' });
      await raw.getByText('btcusdt').first().waitFor();
      await raw.reload();
      await raw.getByText('btcusdt').last().click();
      await choose(page, raw, 'Compare with Selected');
      const { left, right } = (await page.asked('editor.compare')) as {
        readonly left: object;
        readonly right: { readonly connection: string };
      };
      assert.deepEqual([left, right.connection], [{ connection: 'c1', seq: 1200 }, 'c2']);
    }));

  it('goes back to the row before of the same feed', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      await page.row(1198).click();
      await choose(page, raw, 'Compare with Previous Match');
      const { left, right } = (await page.asked('editor.compare')) as {
        readonly left: { readonly seq: number };
        readonly right: object;
      };
      assert.deepEqual(right, { connection: 'c1', seq: 1198 });
      assert.ok(left.seq < 1198 && left.seq > 1180, String(left.seq));
      await page.grid.press('Home');
      await page.untilShown(rows => rows[0] === 0);
      await choose(page, raw, 'Compare with Previous Match');
      await raw.getByText('No earlier row in the list has the same direction and kind.').waitFor();
    }));
});

it('keeps the rows at the tail drawn until the texts of those that follow are there', () => {
  let hold: Promise<undefined> | undefined;
  const wrapView = (view: CaptureView): CaptureView => ({
    id: view.id,
    get state() {
      return view.state;
    },
    // Without its tail.
    onDidChange: listener => view.onDidChange(() => listener(view.state)),
    setTail: count => view.setTail(count),
    rows: async (from, count) => {
      await hold;
      return view.rows(from, count);
    },
    locate: place => view.locate(place),
    find: (...given) => view.find(...given),
    dispose: () => view.dispose(),
  });
  return withPage({ wrapView }, async (page, raw, host) => {
    await page.untilLast(1203);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    hold = promise;
    await host.grow(200);
    await letTimePass(600, 'rows that are waited for would be drawn as missing before that');
    assert.equal(await raw.locator('.row.pending:not([hidden])').count(), 0);
    assert.equal((await page.shown()).at(-1), 1203);
    hold = undefined;
    resolve(undefined);
    await page.untilLast(1403);
  });
});

it('asks for none of the rows that come while it follows, and for those that it missed', () =>
  withPage({}, async (page, _raw, host) => {
    await page.untilLast(1203);
    const asked = () => host.bridge.paramsOf('rows').length;
    const before = asked();
    await host.grow(1);
    await page.untilLast(1204);
    await host.grow(500);
    await page.untilLast(1704);
    assert.equal(asked(), before);
    host.setView({ following: false });
    await until('the page still follows', () => host.bridge.view?.following === false);
    await host.grow(500);
    await page.button('500 new messages').waitFor();
    const paused = asked();
    host.setView({ following: true });
    await page.untilLast(2204);
    assert.ok(asked() > paused);
  }));

describe('the focus', () => {
  it('is in the list from the start, goes to the filter by two keys, and back by an arrow', () =>
    withPage({ connections: divided }, async (page, raw) => {
      await page.untilLast(1203);
      const isIn = (name: string) =>
        until(`the focus is not in ${name}`, async () => {
          const label = await raw.locator(':focus').getAttribute('aria-label');
          return label === name;
        });
      await isIn('Messages');
      await raw.keyboard.press('/');
      await isIn('Filter');
      assert.equal(await raw.getByRole('combobox', { name: 'Filter' }).inputValue(), '');
      await raw.keyboard.press('ArrowDown');
      await isIn('Messages');
      await page.row(1203).and(raw.locator('.active[aria-selected=true]')).waitFor();
      await page.row(1200).click();
      await page.details.getByRole('tab', { selected: true }).focus();
      await raw.keyboard.press('Control+Alt+f');
      await isIn('Filter');
      await raw.keyboard.type('by7');
      await page.untilCount(171);
      await raw.keyboard.press('Escape');
      await raw.keyboard.press('ArrowDown');
      await isIn('Messages');
      await page.row(1200).and(raw.locator('.active[aria-selected=true]')).waitFor();
      // Where the filter leaves that row out, another one is taken.
      await raw.keyboard.press('/');
      await raw.keyboard.type('by7');
      await page.untilCount(171);
      await raw.getByText('Row 1,200 is hidden by the filter.').waitFor();
      await raw.keyboard.press('ArrowDown');
      await raw.locator('.row.active[aria-selected=true]').waitFor();
      await isIn('Messages');
    }));

  it('is given to the list by the command that opens the monitor', () =>
    withPage({}, async (page, raw, host) => {
      await page.untilLast(1203);
      await raw.getByRole('combobox', { name: 'Filter' }).focus();
      host.monitor.panel.show();
      await until('the list has it', () =>
        page.grid.evaluate(grid => grid === document.activeElement),
      );
    }));
});

it('suggests what a filter that finds nothing may have been meant as', () =>
  withPage({}, async (page, raw, host) => {
    await page.untilLast(1203);
    await raw.getByRole('combobox', { name: 'Filter' }).fill('stream=btcusdt@depth');
    const empty = raw.locator('.empty');
    const meant = empty.getByRole('button', { name: 'Did you mean $.stream:btcusdt@depth?' });
    await meant.waitFor();
    await empty.getByRole('button', { name: 'Clear Filter' }).waitFor();
    assert.equal(host.bridge.view?.filter, 'stream=btcusdt@depth');
    await meant.click();
    await until('it is the filter', () => host.bridge.view?.filter === '$.stream:btcusdt@depth');
    await page.untilShown(rows => rows.length > 5);
    assert.equal(await page.grid.evaluate(grid => grid === document.activeElement), true);
    host.setView({ filter: 'nothing like it' });
    await empty.getByRole('button', { name: 'Clear Filter' }).waitFor();
    assert.equal(await empty.getByRole('button').count(), 1);
  }));

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

  it('says that it had too many rows to be the same in another list', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      await page.row(1190).click();
      await page.grid.press('Control+a');
      await selectedCount(raw).getByText('1,204 selected').waitFor();
      await raw.getByRole('combobox', { name: 'Filter' }).fill('-"nothing has this"');
      const notice = raw.locator('.list-notice');
      await notice.getByText('of 1,204 selected rows only one is still selected').waitFor();
      await selectedCount(raw).waitFor({ state: 'hidden' });
      assert.equal(await page.row(1190).getAttribute('aria-selected'), 'true');
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

describe('the headings', () => {
  /** Names, left edges and widths of the cells of a row, in whole pixels. */
  const placesOf = (row: Locator) =>
    row.locator('> *').evaluateAll(cells =>
      cells
        .filter(cell => getComputedStyle(cell).display !== 'none')
        .map(cell => {
          const { left, width } = cell.getBoundingClientRect();
          const name = (cell.getAttribute('class') ?? '').replace(' spanned', '');
          return [name, Math.round(left), Math.round(width)] as const;
        }),
    );
  const widths = { time: 20, size: 14 };
  for (const [what, isMerged, columns] of [
    ['of one connection', false, {}],
    ['of several', true, {}],
    ['of one, with columns that the user made wider and hid', false, { widths, hidden: ['kind'] }],
    ['of several, with columns that the user made wider and moved', true, { widths, order }],
  ] as const) {
    it(`stand over their cells at every width, and the content has half: ${what}`, () =>
      withPage(
        { connections: two, ...(isMerged && { view: { merged: ['c1', 'c2'] } }) },
        async (page, raw) => {
          const last = isMerged ? 2407 : 1203;
          await raw.addInitScript(columns => {
            sessionStorage.setItem('state', JSON.stringify({ columns }));
          }, columns);
          await raw.reload();
          for (const width of [320, 400, 500, 502, 520, 542, 700, 900, 1400]) {
            await raw.setViewportSize({ width, height: 700 });
            await page.untilLast(last);
            await raw.evaluate(() => new Promise(requestAnimationFrame));
            const head = await placesOf(page.grid.locator('.head .row'));
            const cells = await placesOf(page.row(last));
            assert.deepEqual(head, cells, `at ${width}`);
            const [, , content = 0] = cells.find(([name]) => name === 'preview') ?? [];
            const list = (await page.grid.boundingBox())?.width ?? 0;
            assert.ok(content >= Math.floor(list / 2), `${content} of ${list}`);
            assert.equal(cells.filter(([name]) => name === 'connection').length, isMerged ? 1 : 0);
            await raw.screenshot({ path: `out/screens/headings-${what.length}-${width}.png` });
          }
          // There is no room for the name now and then, but always for who it is.
          await raw.setViewportSize({ width: 320, height: 700 });
          await page.untilLast(last);
          const connection = cell(page, last, 'connection');
          if (isMerged) {
            assert.match((await connection.getAttribute('title')) ?? '', /^Chat <b>: wss:/);
            assert.equal(await connection.textContent(), 'Chat <b>');
            assert.equal(await connection.locator('.connection-mark').isVisible(), true);
          }
        },
      ));
  }
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
        sessionStorage.getItem('state')?.includes('"hidden":["topic","type","id","kind"]'),
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

it('finds in the list that has just taken the place of another', () =>
  withPage({}, async (page, raw, host) => {
    await page.untilLast(1203);
    await page.grid.press('Control+f');
    const field = raw.getByRole('textbox', { name: 'Find in messages' });
    for (const filter of ['kind:text', '', 'kind:text']) {
      host.bridge.beforeNext('find', () => host.setView({ filter }));
      await field.fill('nowhere at all');
      await field.press('Enter');
      await raw.locator('.find-state').getByText('No results').waitFor();
      await field.fill('');
      await raw.locator('.find-state').getByText(/^$/).waitFor({ state: 'attached' });
    }
  }));

describe('clearing', () => {
  const bar = (raw: Page) => raw.getByRole('status').filter({ hasText: 'Cleared' });
  const rows = (raw: Page) =>
    raw.locator('.row[aria-rowindex]:not([aria-rowindex="1"]):not([hidden])');
  /** From the top. */
  const texts = (raw: Page) =>
    rows(raw).evaluateAll(elements =>
      elements
        .sort((a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex))
        .map(element => element.querySelector('.preview')?.textContent ?? ''),
    );

  it('says whose messages went, and has the list as it was when they are brought back', () =>
    withPage({ view: paused }, async (page, raw, host) => {
      await page.untilShown(() => true);
      await page.grid.press('Home');
      await page.untilShown(seqs => seqs[0] === 0);
      await page.row(4).click();
      await page.details.waitFor();
      const before = await texts(raw);
      const clear = async () => {
        await page.button('Clear Market data').click();
        await bar(raw).getByText('Cleared 1,204 messages of Market data.').waitFor();
        await rows(raw).first().waitFor({ state: 'detached' });
      };
      const undo = async () => {
        await bar(raw).getByRole('button', { name: 'Undo' }).press('Enter');
        await raw.getByRole('status').getByText('The messages are back.').waitFor();
        await bar(raw).waitFor({ state: 'detached' });
      };
      await clear();
      await undo();
      await until('all is as it was', async () => {
        const active = page.grid.locator('[aria-selected=true]:not([hidden]) .preview');
        const [text] = await active.allTextContents();
        return text === before[4] && (await texts(raw)).join() === before.join();
      });
      await clear();
      await host.grow(3);
      await until('the new rows are shown', async () => (await rows(raw).count()) >= 3);
      const news = await texts(raw);
      await undo();
      await page.grid.press('End');
      await until('the new rows are the last', async () => {
        const all = await texts(raw);
        return all.length > 3 && all.slice(-news.length).join() === news.join();
      });
      await page.grid.press('Home');
      await until('the first rows are the old ones', async () => {
        const all = await texts(raw);
        return all.slice(0, 9).join() === before.slice(0, 9).join();
      });
    }));

  it('is undone by a key, but not that of a text field', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      await page.button('Clear Market data').click();
      await bar(raw).waitFor();
      const filter = raw.getByRole('combobox', { name: 'Filter' });
      await filter.press('Control+z');
      assert.equal(await bar(raw).count(), 1);
      await page.grid.focus();
      await raw.keyboard.press('Control+z');
      await bar(raw).waitFor({ state: 'detached' });
      await rows(raw).first().waitFor();
    }));

  it('clears all of a merged timeline or one of it, and leaves no stale row', () =>
    withPage({ connections: two, view: { merged: ['c1', 'c2'] } }, async (page, raw) => {
      await page.grid.getByText('Chat').first().waitFor();
      await page.button('Clear One of Them').click();
      await raw.getByRole('menuitem', { name: 'Clear Chat <b>' }).click();
      await bar(raw).getByText('Cleared 1,204 messages of Chat <b>.').waitFor();
      await until('no row of it is left', async () => {
        const all = await rows(raw).allTextContents();
        return all.length > 3 && all.every(row => !/Chat|no longer in the history/.test(row));
      });
      await page.button('Clear all 2').click();
      await bar(raw).getByText('Cleared 1,204 messages of Market data.').waitFor();
      await rows(raw).first().waitFor({ state: 'detached' });
      await raw.getByText('Messages appear here as they arrive.').waitFor();
      await bar(raw).getByRole('button', { name: 'Undo' }).click();
      await bar(raw).getByText('Cleared 1,204 messages of Chat <b>.').waitFor();
      await bar(raw).getByRole('button', { name: 'Undo' }).click();
      await page.grid.getByText('Chat').first().waitFor();
      assert.deepEqual(await axeViolations(raw), []);
    }));
});

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
      assert.equal(await cell(page, 2407, 'connection').locator('.shape-1.colour-1').count(), 1);
      await page.button('Merged Timeline').click();
      await raw.getByRole('menuitem', { name: 'Only Market data' }).click();
      await page.untilLast(1203);
      assert.equal(await raw.getByRole('columnheader', { name: 'Connection' }).count(), 0);
    }));

  it('have figures that are added up, and charts of one that the user chooses', () =>
    withPage({ connections: two, view: { merged: ['c1', 'c2'] } }, async (page, raw, host) => {
      await page.untilLast(2407);
      const [one, other] = host.network.attempts;
      ['a'].forEach(words => one?.receive(words));
      ['b', 'c'].forEach(words => other?.receive(words));
      const received = raw.getByTitle('Messages received: 3\nMarket data: 1\nChat <b>: 2');
      assert.match((await received.textContent()) ?? '', /Received\s+3/);
      await raw.locator('.figures').getByText('All 2:').waitFor();
      assert.equal(await raw.getByTitle(/^Latency/).count(), 0);
      const strip = page.button(/^Show charts/);
      await strip.getByText('Market data only').waitFor();
      await strip.click();
      await raw.getByRole('combobox', { name: 'Charts of' }).selectOption('Chat <b>');
      await until('its numbers are asked for', async () =>
        isDeepStrictEqual(await page.asked('series'), { connection: 'c2', span: 'recent' }),
      );
      await page.button('Close Charts').click();
      await strip.getByText('Chat <b> only').waitFor();
      host.setView({ merged: [] });
      await raw.getByTitle('Messages received: 1', { exact: true }).waitFor();
      await raw.getByText('Chat <b> only').waitFor({ state: 'detached' });
    }));

  it('include captures, which can only be read', () =>
    withPage({}, async (page, raw, host) => {
      await host.showCapture('Old');
      await page.untilLast(2);
      await raw.locator('.badge').getByText('capture').waitFor();
      for (const name of ['Disconnect', 'Connect', 'Reconnect Now', 'Clear Market data', 'Pause']) {
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
