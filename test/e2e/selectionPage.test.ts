// What a user selects in the details and has decoded, and what is marked in its bytes.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { axeViolations } from '../support/page/accessibility.ts';
import { usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { order, packed, sensors } from '../support/page/packedRows.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { editor, type Shown } from '../support/host/fakeVscode.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { until } from '../support/until.ts';

const { withPage } = usePages();

const row = (page: MonitorPage, words: string) =>
  page.grid.getByRole('row').filter({ hasText: words, visible: true }).last();
const showTab = async (page: MonitorPage, name: string) => {
  await page.details.getByRole('tab', { name }).click();
  await page.details.getByRole('tab', { name, selected: true }).waitFor();
};
const value = (page: MonitorPage, words: string) =>
  page.details.getByRole('treeitem').filter({ hasText: words, visible: true });
const result = (page: MonitorPage) => page.details.locator('.selection-viewer:not([hidden])');
const decode = (page: MonitorPage) =>
  page.details.getByRole('button', { name: 'Decode Selection', exact: false });

/** Chooses these decoders, one after the other, and keeps what they were chosen from. */
function choose(...names: readonly string[]): readonly Shown[] {
  const left = [...names];
  const shown: Shown[] = [];
  editor.answer = each => {
    shown.push(each);
    return left.shift();
  };
  return shown;
}

/** What the caret of the hex view is on, in words. */
const field = (page: MonitorPage) => page.details.locator('.field-line:has(.path)');
const chosenBytes = (page: MonitorPage) =>
  page.details
    .locator('.hex-line:not([hidden]) .byte.chosen')
    .evaluateAll(cells => cells.map(cell => cell.textContent).join(' '));

/** Has all bytes of a message decoded, and selects the order in what that gives. */
async function selectInDecoded(page: MonitorPage): Promise<void> {
  await row(page, 'lamp').click();
  await showTab(page, 'Hex');
  await page.details.getByRole('grid', { name: 'Bytes' }).press('Control+a');
  await decode(page).click();
  await value(page, 'order').first().click();
}

describe('a selection that is decoded', () => {
  it('is read on to its end from a value of JSON, with a way back', () =>
    withPage({ connections: [packed] }, async (page, raw) => {
      const shown = choose('base64');
      await row(page, '"kind"').click();
      await showTab(page, 'JSON');
      await value(page, 'body').click();
      await decode(page).click();
      await result(page).getByText('base64, gzip, JSON').waitFor();
      assert.deepEqual(shown[0]?.choices.slice(0, 2), ['Can read them to the end', 'base64']);
      await value(page, 'lamp').waitFor();
      await value(page, 'paid').click();
      await raw.keyboard.press('Control+c');
      await until('the value is not copied', () => editor.clipboard === 'true');
      await raw.keyboard.press('Escape');
      await value(page, 'body').waitFor();
      assert.equal(await result(page).count(), 0);
      assert.ok(await page.details.isVisible());
    }));

  it('is offered by the menu of a value, which copies it in several forms', () =>
    withPage({ connections: [packed] }, async (page, raw) => {
      choose('base64');
      await row(page, '"kind"').click();
      await showTab(page, 'JSON');
      const menu = async (name: string) => {
        await value(page, 'kind').click({ button: 'right' });
        await raw.getByRole('menuitem', { name, exact: true }).click();
      };
      for (const [name, copied] of [
        ['Copy Value', 'order'],
        ['Copy Path', '$.kind'],
        ['Copy Filter', '$.kind:"order"'],
      ] as const) {
        await menu(name);
        await until(`${name} copies ${editor.clipboard}`, () => editor.clipboard === copied);
      }
      await value(page, 'body').click();
      await raw.keyboard.press('Shift+F10');
      await raw.keyboard.press('End');
      await raw.keyboard.press('Enter');
      await result(page).getByText('base64, gzip, JSON').waitFor();
    }));

  it('is what is selected of a text, to the byte, or else all of it', () =>
    withPage({ connections: [packed] }, async (page, raw) => {
      choose('base64', 'base64');
      await row(page, 'id=5').click();
      await showTab(page, 'Text');
      await raw.evaluate(() => {
        const text = document.querySelector('.text .block')?.firstChild;
        const words = text?.textContent ?? '';
        if (text) {
          getSelection()?.setBaseAndExtent(text, words.indexOf('H4sI'), text, words.length);
        }
      });
      await page.details.locator('.text .block').click({ button: 'right' });
      await raw.getByRole('menuitem', { name: 'Decode Selection as…' }).click();
      await value(page, 'paid').waitFor();
      await page.details.getByRole('button', { name: 'Back' }).click();
      await raw.evaluate(() => getSelection()?.removeAllRanges());
      await decode(page).click();
      await result(page)
        .getByText(/^base64: .*, at byte \d\.$/)
        .waitFor();
    }));

  it('can be selected again in what was decoded of it', () =>
    withPage({ connections: [packed] }, async (page, raw) => {
      choose('gzip', 'JSON');
      await selectInDecoded(page);
      await decode(page).click();
      await until('nothing more is decoded', async () => (await value(page, 'paid').count()) === 0);
      await value(page, '17').waitFor();
      await raw.keyboard.press('Escape');
      await value(page, 'paid').waitFor();
      await raw.keyboard.press('Escape');
      await page.details.getByRole('grid', { name: 'Bytes' }).waitFor();
      assert.equal((await chosenBytes(page)).split(' ').length, 70);
    }));

  it('is let be if the user has gone back before it was decoded', () =>
    withPage({ connections: [packed] }, async (page, raw) => {
      choose('gzip', 'JSON');
      await selectInDecoded(page);
      const { promise, resolve } = Promise.withResolvers<string>();
      editor.answer = () => promise;
      await decode(page).click();
      await raw.keyboard.press('Escape');
      await page.details.getByRole('grid', { name: 'Bytes' }).waitFor();
      resolve('JSON');
      await letTimePass(200, 'what must not open could open in it');
      assert.equal(await result(page).count(), 0);
    }));

  it('says what a decoder could not read, and leaves all as it was if none is chosen', () =>
    withPage({ connections: [packed] }, async page => {
      choose('gzip', '');
      await row(page, '"kind"').click();
      await showTab(page, 'JSON');
      await value(page, 'kind').click();
      await decode(page).click();
      await result(page)
        .getByText(/^gzip: .*, at byte 0\.$/)
        .waitFor();
      await page.details.getByRole('button', { name: 'Back' }).click();
      await decode(page).click();
      await page.asked('selection.decode');
      assert.equal(await result(page).count(), 0);
    }));
});

describe('the records of a message', () => {
  it('are gone through by keys', () =>
    withPage({ connections: [sensors], height: 900 }, async (page, raw) => {
      await row(page, 'plant/boiler').click();
      const option = (selected: boolean) => page.details.getByRole('option', { selected });
      await option(true).filter({ hasText: 'boiler' }).focus();
      for (const [key, words] of [
        ['ArrowDown', 'pump'],
        ['End', 'pong'],
        ['Home', 'boiler'],
        ['ArrowUp', 'boiler'],
        ['PageDown', 'pong'],
        ['ArrowUp', 'note'],
      ] as const) {
        await raw.keyboard.press(key);
        await option(true).filter({ hasText: words }).waitFor();
        assert.equal(await option(true).evaluate(each => each === document.activeElement), true);
      }
      await raw.keyboard.press('Home');
      await raw.keyboard.press('Enter');
      await raw.keyboard.press('End');
      await page.details.locator('.json-line.active').filter({ hasText: '"open"' }).waitFor();
    }));
});

describe('the fields of a message', () => {
  it('are marked in its bytes where they are chosen in its value, and the other way round', () =>
    withPage({ connections: [sensors], width: 1600, height: 900 }, async (page, raw) => {
      await row(page, 'plant/boiler').click();
      await page.details.getByRole('option').filter({ hasText: 'pump' }).click();
      await value(page, '1450').click();
      await page.details.getByText('payload · bytes 61–72').waitFor();
      await value(page, '1450').click({ button: 'right' });
      await raw.getByRole('menuitem', { name: 'Copy as Hex' }).click();
      const bytes = '7b 22 72 70 6d 22 3a 31 34 35 30 7d';
      await until('the bytes are not copied', () => editor.clipboard === bytes);
      await showTab(page, 'Hex');
      await field(page).getByText('payload · bytes 61–72').waitFor();
      assert.equal(await chosenBytes(page), bytes);
      const lines = page.details.locator('.hex-line:not([hidden])');
      const places = await lines
        .locator('.characters')
        .evaluateAll(all => all.map(each => each.getBoundingClientRect().left));
      assert.equal(new Set(places).size, 1, `the characters begin at ${places.join()}`);
      const grid = page.details.getByRole('grid', { name: 'Bytes' });
      await grid.press('Control+a');
      const colours = await lines
        .locator('.byte.chosen')
        .evaluateAll(all => all.map(each => getComputedStyle(each).backgroundColor));
      assert.equal(new Set(colours).size, 1, 'what is selected has several colours');
      await showTab(page, 'Decoded');
      await value(page, '1450').click();
      await showTab(page, 'Hex');
      await field(page).getByText('payload · bytes 61–72').waitFor();
      await grid.press('ArrowLeft');
      await field(page).getByText('@.topic', { exact: true }).waitFor();
      await field(page).getByText('"plant/pump"', { exact: true }).waitFor();
      await grid.press('Control+Home');
      await until('a field is named', async () => (await field(page).count()) === 0);
    }));

  it('of what was unpacked are in its bytes, which can be shown in place of the message', () =>
    withPage({ connections: [packed], width: 1600, height: 900 }, async page => {
      await row(page, 'lamp').click();
      await showTab(page, 'Hex');
      const choice = (name: RegExp) => page.details.getByRole('button', { name });
      assert.equal(await choice(/^Message/).getAttribute('aria-pressed'), 'true');
      await choice(/^After gzip/).click();
      const grid = page.details.getByRole('grid', { name: 'Bytes' });
      await grid.press('Control+End');
      await grid.press('ArrowLeft');
      await field(page).getByText('$.paid', { exact: true }).waitFor();
      const [from, to] = [order.indexOf('true'), order.indexOf('true') + 3];
      await field(page).getByText(`word · bytes ${from}–${to}`).waitFor();
      await showTab(page, 'Decoded');
      await page.details.locator('.json-line.active').filter({ hasText: 'paid' }).waitFor();
      await value(page, '17').click();
      await showTab(page, 'Hex');
      await field(page).getByText('$.order', { exact: true }).waitFor();
      const inner = Buffer.from(order.slice(9, order.indexOf(',"paid')));
      assert.equal((await chosenBytes(page)).replaceAll(' ', ''), inner.toString('hex'));
    }));
});

describe('accessibility of selections and fields', () => {
  for (const theme of Object.keys(themes)) {
    it(`has no violations in ${theme}`, () =>
      withPage({ connections: [sensors], theme, width: 1400 }, async (page, raw) => {
        choose('MQTT');
        await row(page, 'plant/boiler').click();
        await page.details.getByRole('option').nth(1).click();
        await value(page, '{').click();
        await page.details.getByText('payload · bytes 61–72').waitFor();
        assert.deepEqual(await axeViolations(raw), []);
        await showTab(page, 'Hex');
        await field(page).waitFor();
        assert.deepEqual(await axeViolations(raw), []);
        await page.details.getByRole('grid', { name: 'Bytes' }).press('Control+a');
        await decode(page).click();
        await result(page).getByRole('option').first().waitFor();
        // A line below the pointer has a background that belongs to no text.
        await raw.mouse.move(0, 0);
        assert.deepEqual(await axeViolations(raw), []);
      }));
  }
});
