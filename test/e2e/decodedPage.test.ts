// What the page shows of messages that are decoded, with its own host behind it: no VS Code needed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { StepProblem } from '../../src/core/decode/rowDecoding.ts';
import { flagsOf } from '../../src/core/record/record.ts';
import { axeViolations } from '../support/page/accessibility.ts';
import { chat } from '../support/page/chatRows.ts';
import { startedAt } from '../support/page/marketRows.ts';
import { usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { packed, quotes } from '../support/page/packedRows.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { until } from '../support/until.ts';

const { withPage } = usePages();
const decoded = { connections: [chat] };

const row = (page: MonitorPage, words: string) =>
  page.grid.getByRole('row').filter({ hasText: words, visible: true }).last();
const chip = (raw: Page) => raw.locator('.decoder-chip');

/** Waits until the list is decoded. */
const untilDecoded = async (page: MonitorPage) => row(page, '! Not authorized').waitFor();

/** Waits for the filter that the page asks for. */
const untilFilter = (raw: Page, filter: string) => {
  let shown = '';
  return until(
    () => `the filter is ${shown}, not ${filter}`,
    async () =>
      (shown = await raw.getByRole('combobox', { name: 'Filter' }).inputValue()) === filter,
  );
};

describe('the list of decoded messages', () => {
  it('has columns of its own that stand under their headings, where there is room', () =>
    withPage(decoded, async (page, raw) => {
      await untilDecoded(page);
      const shown: string[] = [];
      for (const width of [1400, 900, 500, 320]) {
        await raw.setViewportSize({ width, height: 700 });
        await raw.evaluate(() => new Promise(requestAnimationFrame));
        const placesIn = (selector: string) =>
          page.grid
            .locator(selector)
            .last()
            .locator('> *')
            .evaluateAll(cells =>
              cells.map(cell => {
                const { left, width, top, height } = cell.getBoundingClientRect();
                return {
                  name: (cell.getAttribute('class') ?? '').replace(/ .*/, ''),
                  left: Math.round(left),
                  width: Math.round(width),
                  middle: Math.round(top + height / 2),
                };
              }),
            );
        const cells = await placesIn('.box .row:not([hidden])');
        const heads = await placesIn('.head .row');
        const inX = (places: typeof cells) =>
          places.map(({ name, left, width }) => ({ name, left, width }));
        assert.deepEqual(inX(heads), inX(cells), `at ${width}`);
        const middles = cells.map(({ middle }) => middle);
        assert.ok(
          Math.max(...middles) - Math.min(...middles) <= 1,
          `${middles.join()} at ${width}`,
        );
        shown.push(cells.map(({ name }) => name).join(' '));
        assert.equal(await raw.evaluate(() => document.body.scrollWidth), width);
        assert.ok(await chip(raw).isVisible());
      }
      assert.deepEqual(shown, [
        'time direction kind size event latency preview',
        'time direction size event latency preview',
        'time direction preview',
        'time direction preview',
      ]);
    }));

  it('has no columns for what its decoders do not know', () =>
    withPage({ connections: [packed] }, async (page, raw) => {
      await row(page, 'lamp').waitFor();
      const heads = await raw.getByRole('columnheader').allInnerTexts();
      assert.deepEqual(
        heads.map(head => head.trim()).filter(head => head !== ''),
        ['Time', 'Direction', 'Kind', 'Size', 'Content'],
      );
    }));

  it('keeps its columns and its chip in a merged timeline, whichever message is the newest', () =>
    withPage(
      { connections: [chat, { rowCount: 970 }], view: { merged: ['c1', 'c2'] }, width: 1600 },
      async (page, raw, host) => {
        await untilDecoded(page);
        const isShown = async () => {
          const heads = await raw.getByRole('columnheader').allInnerTexts();
          const all = heads.join();
          return all.includes('Event') && all.includes('Latency') && (await chip(raw).count()) > 0;
        };
        await until('its columns or its chip are missing', isShown);
        await host.grow(40, 1);
        await row(page, '"hello"').waitFor({ state: 'detached' });
        assert.ok(await isShown());
      },
    ));

  it('says by a sign with a name that a message failed, or that it cannot be read', () =>
    withPage(decoded, async page => {
      await untilDecoded(page);
      for (const words of ['! Not authorized', '42["cut off']) {
        await row(page, words).getByRole('img', { name: 'error' }).waitFor();
      }
      const other = row(page, '= "ok"');
      assert.equal(await other.getByRole('img').count(), 0);
    }));

  it('says the event in the content where its column has no room', () =>
    withPage({ ...decoded, width: 320 }, async page => {
      await row(page, 'join = "ok", {"members":63}').waitFor();
    }));

  it('leaves its columns to the sentence of a state', () =>
    withPage(decoded, async page => {
      await untilDecoded(page);
      await page.grid.press('Home');
      const state = row(page, 'Connected');
      await state.waitFor();
      assert.deepEqual(
        await state
          .locator('> *')
          .evaluateAll(cells =>
            cells
              .filter(cell => getComputedStyle(cell).display !== 'none')
              .map(cell => (cell.getAttribute('class') ?? '').replace(/ .*/, '')),
          ),
        ['time', 'direction', 'preview'],
      );
    }));

  it('says in the column of latencies how a call stands, where it is narrow too, and more by its tooltip', () => {
    // The connection is opened before.
    const firstRow = 2;
    const texts = ['0{"sid":"k"}', '431["ok"]', '422["join"]'];
    const rowAt = (seq: number) => ({
      at: startedAt + seq,
      flags: flagsOf('text', seq === firstRow + 2 ? 'out' : 'in'),
      payload: new TextEncoder().encode(texts[seq - firstRow]),
    });
    const few = { ...chat, rowAt, rowCount: firstRow + texts.length };
    return withPage({ connections: [few] }, async (page, raw) => {
      const orphan = row(page, '= "ok"').locator('.latency');
      await orphan.getByText('orphan').waitFor();
      assert.equal(await orphan.getAttribute('title'), 'its request is not in this capture');
      const open = row(page, 'join').locator('.latency');
      assert.equal(await open.innerText(), 'pending');
      assert.equal(await open.getAttribute('title'), 'pending');
      for (let width = 1000; await orphan.isVisible(); width -= 20) {
        for (const cell of [orphan, open]) {
          const isCut = await cell.evaluate(
            ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth,
          );
          assert.ok(!isCut, `at ${width}`);
        }
        await raw.setViewportSize({ width, height: 700 });
        await raw.evaluate(() => new Promise(requestAnimationFrame));
      }
    });
  });

  it('filters the rows of a call when its latency is pressed', () =>
    withPage(decoded, async (page, raw) => {
      await row(page, '= "ok", {"members":63}').locator('.latency').getByText('75 ms').click();
      await untilFilter(raw, 'call:#965');
      await page.untilCount(2);
      await row(page, '{"room":"lobby","as":"guest 60"}').waitFor();
    }));

  it('leads by the menu of a row to the other end of its call', () =>
    withPage(decoded, async (page, raw) => {
      const choose = async (words: string, name: string) => {
        const item = raw.getByRole('menuitem', { name });
        await until('the row has its menu', async () => {
          // While the list goes elsewhere, the element of a row becomes that of another.
          await row(page, words)
            .click({ button: 'right', timeout: 2000 })
            .catch(() => undefined);
          return item.isVisible();
        });
        await item.click();
      };
      const active = page.grid.locator('.row.active:not([hidden])');
      await choose('= "ok", {"members":63}', 'Go to Request');
      await active.filter({ hasText: '"guest 60"' }).waitFor();
      await choose('"guest 60"', 'Go to Response');
      await active.filter({ hasText: '"members":63' }).waitFor();
      await choose('"members":63', 'Show Conversation');
      await untilFilter(raw, 'call:#965');
      await choose('"members":63', 'Decode As');
      assert.deepEqual(await page.asked('decoder.choose'), { connection: 'c1', seq: 967 });
    }));
});

describe('the chip', () => {
  it('says what the messages are and why, and asks for others', () =>
    withPage(decoded, async (page, raw) => {
      const button = page.button(/^Decoded as Socket.IO\./);
      await button.waitFor();
      assert.match((await button.getAttribute('title')) ?? '', /^The URL says so\./);
      await button.click();
      assert.deepEqual(await page.asked('decoder.choose'), { connection: 'c1' });
      for (const [width, words] of [
        [1400, 'Decoded as Socket.IO'],
        [800, 'Socket.IO'],
        [420, 'Decoded as Socket.IO'],
      ] as const) {
        await raw.setViewportSize({ width, height: 700 });
        assert.equal((await chip(raw).innerText()).trim(), words);
      }
    }));

  it('says for which file the messages wait, and decodes them once it is there', () =>
    withPage({ connections: [packed] }, async (page, raw, host) => {
      await row(page, 'lamp').waitFor();
      const decodeBy = (protobuf: object) =>
        host.connections[0]?.capture.setDecoders([{ kind: 'binary', use: [{ protobuf }] }]);
      const problemOf = (is: StepProblem['is'], problem: string) => ({
        problem: { is, name: 'feed.proto', problem },
      });
      decodeBy(problemOf('awaited', 'The schema "proto/feed.proto" is being read.'));
      const button = page.button(/^Waiting for feed\.proto …\. The schema .* is being read\./);
      await button.waitFor();
      assert.equal((await chip(raw).innerText()).trim(), 'Waiting for feed.proto …');
      assert.equal(await row(page, 'lamp').count(), 0);
      decodeBy(problemOf('lacksSchema', 'The schema "proto/feed.proto" was not found.'));
      await page.button(/^Decoded as Protobuf without schema\. .*was not found\./).waitFor();
      decodeBy({ table: { M: {} }, message: 'M' });
      await page.button(/^Decoded as Protobuf\. It was chosen\./).waitFor();
    }));

  it('is not there where nothing is decoded', () =>
    withPage({}, async (page, raw) => {
      await page.untilLast(1203);
      assert.equal(await chip(raw).count(), 0);
      const heads = await raw.getByRole('columnheader').allInnerTexts();
      assert.ok(!heads.some(head => head.includes('Event')), heads.join());
    }));
});

describe('the details of a decoded message', () => {
  it('begin with what was decoded, its facts and its value', () =>
    withPage(decoded, async (page, raw) => {
      await row(page, '= "ok", {"members":63}').click();
      const { details } = page;
      await details.getByRole('tab', { name: 'Decoded', selected: true }).waitFor();
      assert.equal(await details.getByRole('tab').first().innerText(), 'Decoded');
      await details.getByText('done, after 75 ms').waitFor();
      await details.getByRole('treeitem').getByText('"ok"').click();
      await details.getByRole('button', { name: 'Filter by This Value' }).click();
      await untilFilter(raw, '$[0]:"ok"');
      await row(page, '"members":63').waitFor();
      await details.getByRole('button', { name: 'Go to Request #965' }).click();
      await raw.getByText('Row 965 is hidden by the filter.').waitFor();
    }));

  it('have the type of a Protobuf message with its package', () =>
    withPage({ connections: [quotes] }, async (page, raw, host) => {
      const table = { 'feed.Quote': { '1': { name: 'price', type: 'int32' } } };
      const use = [{ protobuf: { table, message: 'feed.Quote' } }];
      await page.untilLast(2);
      host.connections[0]?.capture.setDecoders([{ use }]);
      await row(page, '{"price":5}').click();
      await page.details.getByRole('definition').getByText('feed.Quote').waitFor();
      assert.equal(await row(page, '{"price":5}').locator('.event').innerText(), 'Quote');
      await raw.getByRole('combobox', { name: 'Filter' }).fill('type:Quote');
      await page.untilCount(1);
    }));

  it('have the ways to the rest of a call on one line, also below the list', () =>
    withPage({ ...decoded, width: 560 }, async page => {
      await row(page, '= "ok", {"members":63}').click();
      const { details } = page;
      const placeOf = async (name: RegExp) => {
        const box = await details.getByRole('button', { name }).boundingBox();
        return box && Math.round(box.y);
      };
      await details.getByText('done, after 75 ms').waitFor();
      assert.equal(await placeOf(/^Show Conversation/), await placeOf(/^Go to Request/));
      const call = await details.locator('.facts dd:has(button)').boundingBox();
      const id = await details.locator('.facts dd', { hasText: /^61$/ }).boundingBox();
      assert.ok(call && id && call.height <= id.height + 2, `${call?.height} and ${id?.height}`);
    }));

  it('say what is wrong with a message', () =>
    withPage(decoded, async page => {
      await row(page, '42["cut off').click();
      await page.details.getByText(/^Socket\.IO: .*, at byte \d+\.$/).waitFor();
    }));
});

describe('the charts of calls', () => {
  it('say how long each event took, and lead to its rows', () =>
    withPage({ ...decoded, width: 1400 }, async (page, raw) => {
      await untilDecoded(page);
      await page.button(/^Show charts/).click();
      const table = raw.getByRole('table', { name: /^Latency by event/ });
      await table.waitFor();
      const words = await table
        .getByRole('row')
        .evaluateAll(rows =>
          rows.map(each => [...each.children].map(cell => cell.textContent.trim()).join('|')),
        );
      assert.equal(words[1], 'join|61|–|–|–|75 ms|75 ms|75 ms|');
      assert.ok(words.includes('/admin|61|61|–|–|37 ms|37 ms|37 ms|'), words.join('\n'));
      const colourOf = async (name: string) =>
        table
          .getByRole('row', { name })
          .getByRole('cell')
          .nth(1)
          .evaluate(cell => getComputedStyle(cell).color);
      assert.notEqual(await colourOf('/admin'), await colourOf('join'));
      const bars = await table
        .locator('.bin:not(.none)')
        .evaluateAll(all => all.map(bar => bar.getBoundingClientRect().height));
      assert.deepEqual([...new Set(bars)], [16]);
      await table.getByRole('button', { name: 'order.place' }).click();
      await untilFilter(raw, 'event:order.place');
      await page.untilCount(122);
    }));
});

describe('accessibility of what is decoded', () => {
  for (const theme of Object.keys(themes)) {
    it(`has no violations in ${theme}`, () =>
      withPage({ ...decoded, theme, width: 1400 }, async (page, raw) => {
        await row(page, '! Not authorized').click();
        await page.details.getByText('failed, after 37 ms').waitFor();
        assert.deepEqual(await axeViolations(raw), []);
        await page.grid.focus();
        await page.button(/^Show charts/).click();
        await raw.getByRole('table', { name: /^Latency by event/ }).waitFor();
        assert.deepEqual(await axeViolations(raw), []);
        await raw.setViewportSize({ width: 420, height: 700 });
        await raw.evaluate(() => new Promise(requestAnimationFrame));
        assert.deepEqual(await axeViolations(raw), []);
      }));
  }
});
