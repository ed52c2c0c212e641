// The filter's and the find's parts alone in a browser, against an owner that notes what they say.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import { filterPart } from '../support/page/pageParts.ts';
import type { Look } from '../support/page/pageBrowser.ts';
import { usePart } from '../support/page/partHarness.ts';

const { withPage } = usePart(filterPart);

/** A page, and what its user does and sees. */
class FilterUser {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get filter() {
    return this.page.getByRole('combobox', { name: 'Filter' });
  }

  get find() {
    return this.page.getByRole('textbox', { name: 'Find in messages' });
  }

  get options() {
    return this.page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  press(...keys: readonly string[]): Promise<void> {
    return keys.reduce(
      (before, key) => before.then(() => this.page.keyboard.press(key)),
      Promise.resolve(),
    );
  }

  /** Waits until the parts have said this, as the last of all. */
  async hears(expected: string): Promise<void> {
    try {
      await this.page.waitForFunction(last => window.filterPage.heard.at(-1) === last, expected);
    } catch {
      assert.fail(`${JSON.stringify(await this.heard())} does not end with ${expected}`);
    }
  }

  heard(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.filterPage.heard);
  }

  marked(name: 'filter' | 'find'): Promise<readonly string[]> {
    return this.page.evaluate(which => window.filterPage.marked(which), name);
  }
}

function withUser(body: (user: FilterUser) => Promise<void>, look?: Look): Promise<void> {
  return withPage(page => body(new FilterUser(page)), look);
}

describe('the filter box', () => {
  it('applies a filter when typing stops, or at once with Enter', () =>
    withUser(async user => {
      await user.filter.fill('price');
      await user.hears('filter:price');
      assert.equal((await user.heard()).length, 1);
      await user.filter.fill('price in:');
      await user.press('Enter');
      await user.hears('filter:price in:');
      assert.deepEqual(await user.marked('filter'), ['price', 'Price']);
      await user.button('Clear Filter').click();
      await user.hears('filter:');
      assert.deepEqual(await user.marked('filter'), []);
    }));

  it('marks and explains an error, and leaves the last filter applied', () =>
    withUser(async user => {
      await user.filter.fill('ok kind:tex');
      await user.press('Escape');
      const problem = user.page.getByRole('alert');
      await problem.waitFor();
      assert.match((await problem.textContent()) ?? '', /^“kind:” takes state, text/);
      assert.equal(
        await user.page.locator('.filter-text .mirror .wrong').textContent(),
        'kind:tex',
      );
      assert.equal(await user.filter.getAttribute('aria-invalid'), 'true');
      assert.equal(
        await user.filter.getAttribute('aria-describedby'),
        await problem.getAttribute('id'),
      );
      assert.deepEqual(await user.heard(), []);
      await user.press('t');
      await user.hears('filter:ok kind:text');
      assert.equal(await user.filter.getAttribute('aria-invalid'), null);
      assert.ok(await problem.isHidden());
    }));

  it('keeps the marks aligned with the text when it scrolls', () =>
    withUser(
      async user => {
        await user.filter.fill(`${'word '.repeat(40)}kind:x`);
        await user.press('End', 'Enter');
        await user.page.locator('.filter-text .mirror .wrong').waitFor();
        const [text, mirror] = await user.page.evaluate(() =>
          ['.filter-text input', '.filter-text .mirror'].map(
            selector => document.querySelector(selector)?.scrollLeft ?? -1,
          ),
        );
        assert.ok(text !== undefined && text > 100);
        assert.ok(Math.abs(text - (mirror ?? 0)) <= 2, `${text} and ${mirror}`);
      },
      { width: 500 },
    ));

  it('offers completions by keyboard', () =>
    withUser(async user => {
      await user.filter.pressSequentially('ki');
      await user.options.first().waitFor();
      assert.equal(await user.filter.getAttribute('aria-expanded'), 'true');
      await user.press('ArrowDown', 'Tab');
      assert.equal(await user.filter.inputValue(), 'kind:');
      assert.equal(await user.options.count(), 6);
      await user.press('ArrowUp');
      const active = await user.filter.getAttribute('aria-activedescendant');
      assert.equal(await user.options.last().getAttribute('id'), active);
      await user.press('Enter');
      await user.hears('filter:kind:state');
      await user.press('Space', '$', '.');
      await user.options.nth(1).click();
      await user.hears('filter:kind:state $.side');
      await user.press('Control+Space');
      assert.equal(await user.options.count(), 0);
    }));

  it('closes suggestions with Escape, then clears, then moves back to the list', () =>
    withUser(async user => {
      await user.filter.pressSequentially('i');
      await user.options.first().waitFor();
      await user.press('Escape');
      assert.equal(await user.options.count(), 0);
      assert.equal(await user.filter.inputValue(), 'i');
      await user.press('Escape');
      assert.equal(await user.filter.inputValue(), '');
      await user.press('Escape');
      await user.hears('leave');
    }));

  it('lets Tab leave while no suggestion is selected', () =>
    withUser(async user => {
      await user.filter.pressSequentially('i');
      await user.options.first().waitFor();
      await user.press('Tab');
      assert.equal(await user.filter.inputValue(), 'i');
      assert.equal(await user.options.count(), 0);
    }));

  it('brings back filters by the arrow keys, and goes on into the list', () =>
    withUser(async user => {
      await user.filter.fill('price');
      await user.hears('filter:price');
      await user.press('Escape');
      await user.hears('filter:');
      await user.filter.pressSequentially('"draft');
      await user.press('ArrowUp');
      await user.hears('filter:price');
      await user.press('ArrowUp', 'ArrowUp');
      await user.hears('filter:in: earlier');
      assert.equal(await user.filter.inputValue(), 'in: earlier');
      await user.press('ArrowDown');
      await user.hears('filter:price');
      await user.press('ArrowDown');
      assert.equal(await user.filter.inputValue(), '"draft');
      await user.press('ArrowDown');
      await user.hears('enter list');
      const recent = await user.page.evaluate(() => window.filterPage.recent);
      assert.deepEqual([...recent].sort(), ['in: earlier', 'price']);
    }));

  it('goes down into the suggestions while there are any', () =>
    withUser(async user => {
      await user.filter.pressSequentially('ki');
      await user.options.first().waitFor();
      await user.press('ArrowDown');
      assert.equal(await user.options.first().getAttribute('aria-selected'), 'true');
      await user.press('Escape', 'ArrowDown');
      await user.hears('enter list');
      // What was typed is in effect by then.
      assert.deepEqual((await user.heard()).slice(-2), ['filter:ki', 'enter list']);
    }));

  it('lists the filters before with the saved ones', () =>
    withUser(async user => {
      const saved = user.page.getByRole('dialog', { name: 'Saved Filters' });
      await user.button('Saved Filters').click();
      await saved.getByRole('heading', { name: 'Recent' }).waitFor();
      await user.button('Apply in: earlier').click();
      await user.hears('filter:in: earlier');
      assert.ok(await saved.isHidden());
    }));

  it('explains the language, and inserts an example', () =>
    withUser(async user => {
      await user.filter.fill('a');
      await user.button('Filter Help').click();
      const help = user.page.getByRole('dialog', { name: 'Filter Help' });
      assert.equal(await help.getByRole('button').count(), 33);
      await help.getByRole('button', { name: 'size:>1k' }).click();
      await user.hears('filter:a size:>1k');
      assert.ok(await help.isHidden());
      await user.button('Filter Help').click();
      await user.press('ArrowDown', 'ArrowDown');
      assert.equal(
        await user.page
          .locator(':focus')
          .textContent()
          .then(t => t?.trim()),
        '/id=\\d+/i',
      );
      await user.press('Escape');
      assert.ok(await help.isHidden());
      await user.button('Filter Help').click();
      await user.button('Filter Help').click();
      assert.ok(await help.isHidden());
    }));

  it('saves, applies and removes filters by name', () =>
    withUser(async user => {
      const saved = user.page.getByRole('dialog', { name: 'Saved Filters' });
      await user.button('Saved Filters').click();
      assert.match((await saved.textContent()) ?? '', /No filter has been saved/);
      assert.ok(await user.button('Save This Filter…').isDisabled());
      await user.press('Escape');
      await user.filter.fill('has:error');
      await user.hears('filter:has:error');
      await user.button('Saved Filters').click();
      await user.button('Save This Filter…').click();
      await user.hears('save:has:error');
      const hostile = { name: '<b>x</b>\u202e', text: 'kind:text' };
      await user.page.evaluate(filter => window.filterPage.update({}, {}, [filter]), hostile);
      await user.button('Saved Filters').click();
      await user.button('Apply <b>x</b>⟨U+202E⟩: kind:text').click();
      await user.hears('filter:kind:text');
      await user.button('Saved Filters').click();
      await user.button('Remove <b>x</b>⟨U+202E⟩').click();
      await user.hears('remove:<b>x</b>\u202e');
      await user.page.evaluate(() => window.filterPage.update({}, {}, []));
      assert.match((await saved.textContent()) ?? '', /No filter has been saved/);
    }));

  it('shows hidden, found and unread messages, and the progress', () =>
    withUser(async user => {
      const box = user.page.getByRole('search', { name: 'Filter' });
      assert.match((await box.textContent()) ?? '', /12 pings and control frames hidden/);
      await user.button('Heartbeats').click();
      await user.hears('show:{"showHeartbeats":true}');
      assert.equal(await user.button('Heartbeats').getAttribute('aria-pressed'), 'true');
      await user.button('Control Frames').click();
      await user.hears('show:{"showControl":true}');
      await user.filter.fill('price');
      await user.hears('filter:price');
      await user.page.evaluate(() =>
        window.filterPage.update({ isPending: true, next: 0, scanned: 0, total: 0 }),
      );
      assert.match((await box.textContent()) ?? '', /Searching…/);
      assert.doesNotMatch((await box.textContent()) ?? '', /0 of 0/);
      const known = { isPending: false, next: 1234, scanned: 1_000_000, total: 1_000_000 };
      await user.page.evaluate(change => window.filterPage.update(change), known);
      assert.match((await box.textContent()) ?? '', /1,234 of 1,000,000/);
      await user.page.getByText('1,234 of 1,000,000 rows match').waitFor({ state: 'attached' });
      await user.page.evaluate(() =>
        window.filterPage.update({ scanned: 340_000, slow: { count: 2, seq: 16 } }),
      );
      assert.match((await box.textContent()) ?? '', /1,234 so far, 34 % searched/);
      await user.page.evaluate(() => window.filterPage.update({ unread: 1500 }));
      assert.match((await box.textContent()) ?? '', /1,500 messages not searched: .* not JSON/);
      await user.page.evaluate(() => window.filterPage.update({ unread: 1 }));
      assert.match((await box.textContent()) ?? '', /1 message not searched: it is not JSON/);
      assert.match((await box.textContent()) ?? '', /2 rows left out: .* as in row 16/);
      await user.button('Stop: clear the filter').click();
      await user.hears('filter:');
      await user.page.evaluate(() =>
        window.filterPage.update({ filterProblem: 'Not <i>that</i>.' }),
      );
      assert.match((await box.textContent()) ?? '', /Not <i>that<\/i>\./);
    }));

  it('has no violation of accessibility rules, with or without popups', () =>
    withUser(
      async user => {
        await user.filter.fill('price kind:x');
        await user.press('Enter', 'Control+f');
        assert.deepEqual(await axeViolations(user.page), []);
        await user.filter.fill('kind:');
        await user.press('ArrowDown');
        assert.deepEqual(await axeViolations(user.page), []);
        await user.press('Escape');
        await user.button('Filter Help').click();
        assert.deepEqual(await axeViolations(user.page), []);
      },
      { theme: 'Dark High Contrast', width: 500 },
    ));
});

describe('the find widget', () => {
  const query = (text: string, more = {}) =>
    JSON.stringify({ text, isPattern: false, isCaseSensitive: false, ...more });

  it('searches for the typed text, and marks it', () =>
    withUser(async user => {
      await user.press('Control+f');
      await user.find.fill('price');
      await user.hears('found:7');
      assert.deepEqual(await user.heard(), [`find:${query('price')} next first`, 'found:7']);
      assert.deepEqual(await user.marked('find'), ['price', 'Price']);
      await user.press('Alt+c');
      await user.hears('found:7');
      assert.deepEqual(await user.marked('find'), ['price']);
      await user.press('Escape');
      await user.hears('close');
      assert.deepEqual(await user.marked('find'), []);
      assert.ok(await user.find.isHidden());
    }));

  it('goes to the next and the previous match', () =>
    withUser(async user => {
      await user.press('Control+f');
      await user.find.fill('a');
      await user.hears('found:7');
      const keys = {
        'Enter': 'next',
        'Shift+Enter': 'previous',
        'F3': 'next',
        'Shift+F3': 'previous',
      };
      for (const [key, direction] of Object.entries(keys)) {
        const count = (await user.heard()).length + 2;
        await user.press(key);
        await user.page.waitForFunction(said => window.filterPage.heard.length === said, count);
        assert.equal((await user.heard()).at(-2), `find:${query('a')} ${direction}`);
      }
    }));

  it('says that there are no results, that it continued at the other end, or why it failed', () =>
    withUser(async user => {
      const status = user.page.locator('.find-state');
      await user.press('Control+f');
      await user.page.evaluate(() => (window.filterPage.answer = { isWrapped: true }));
      await user.find.fill('a');
      await status.getByText('No results').waitFor();
      await user.page.evaluate(() => (window.filterPage.answer = { position: 1, isWrapped: true }));
      await user.press('Enter');
      await status.getByText('Continued from the top').waitFor();
      await user.press('Shift+Enter');
      await status.getByText('Continued from the bottom').waitFor();
      await user.page.evaluate(() => (window.filterPage.answer = new Error('It broke.')));
      await user.press('Enter');
      await status.getByText('It broke.').waitFor();
    }));

  it('accepts regular expressions, and explains an invalid one', () =>
    withUser(async user => {
      await user.press('Control+f', 'Alt+r');
      await user.find.fill('p.i');
      await user.hears('found:7');
      assert.deepEqual(await user.marked('find'), ['pri', 'Pri']);
      const before = (await user.heard()).length;
      await user.find.fill('p(');
      const sentence = 'Not a regular expression: Unterminated group';
      await user.page.locator('.find-state').getByText(sentence).waitFor();
      assert.equal((await user.heard()).length, before);
      assert.equal(await user.find.getAttribute('aria-invalid'), 'true');
    }));

  it('drops the answer to an earlier search', () =>
    withUser(async user => {
      await user.press('Control+f');
      await user.page.evaluate(() => window.filterPage.gate.hold());
      await user.find.fill('slow');
      await user.hears(`find:${query('slow')} next first`);
      await user.page.locator('.find-state').getByText('Searching…').waitFor();
      await user.page.evaluate(() => {
        window.filterPage.answer = { position: 9, isWrapped: false };
      });
      await user.page.evaluate(() => window.filterPage.gate.pass());
      await user.find.fill('fast');
      await user.hears('found:9');
      await user.page.evaluate(() => window.filterPage.gate.release());
      assert.equal((await user.heard()).filter(said => said.startsWith('found:')).length, 1);
    }));

  it('stops marking if it takes too long', () =>
    withUser(async user => {
      await user.press('Control+f', 'Alt+r');
      await user.find.fill('(p+)+$');
      await user.hears('found:7');
      assert.deepEqual(await user.marked('find'), []);
    }));
});
