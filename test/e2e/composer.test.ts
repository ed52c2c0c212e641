// The composer in the page alone, against a fake host.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import { lastRequest, usePages } from '../support/page/monitorPage.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { connectionView } from '../support/page/pageHarness.ts';

const { withPage } = usePages();
const twoConnections = [connectionView(), connectionView({ id: 'c2', name: 'Chat' })];
const waiting = { state: 'retry', severity: 'warning', label: 'retry 3/10' } as const;

/** The composer as a user meets it. */
class ComposerUser {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get region() {
    return this.page.getByRole('region', { name: 'Composer' });
  }

  get field() {
    return this.page.getByRole('textbox', { name: 'Message to send' });
  }

  get options() {
    return this.page.getByRole('listbox', { name: 'Variables' }).getByRole('option');
  }

  button(name: string) {
    return this.region.getByRole('button', { name, exact: true });
  }

  async open(kind = 'text'): Promise<void> {
    await this.button('Compose').click();
    await this.region.getByRole('combobox', { name: 'Kind of message' }).selectOption(kind);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.page.keyboard.press(key);
    }
  }

  async says(words: string | RegExp): Promise<void> {
    await this.region.getByText(words).first().waitFor();
  }

  selected(): Promise<string> {
    return this.field.evaluate(field => {
      const { value, selectionStart, selectionEnd } = field as HTMLTextAreaElement;
      return value.slice(selectionStart, selectionEnd);
    });
  }

  sends(): Promise<readonly unknown[]> {
    return this.page.evaluate(() =>
      window.fakeHost.requests
        .filter(({ request }) => request === 'compose.send')
        .map(({ params }) => (params as { body: unknown }).body),
    );
  }

  asks(name: string): Promise<number> {
    return this.page.evaluate(
      name => window.fakeHost.requests.filter(({ request }) => request === name).length,
      name,
    );
  }
}

function withComposer(
  scenario: Parameters<typeof withPage>[0],
  body: (user: ComposerUser, page: Page) => Promise<void>,
): Promise<void> {
  return withPage(scenario, (_, page) => body(new ComposerUser(page), page));
}

describe('sending from the composer', () => {
  it('works by keyboard alone, and selects the text afterwards', () =>
    withComposer({}, async (user, page) => {
      await user.button('Compose').focus();
      await user.press('Enter');
      await page.keyboard.type('hello');
      await user.press('ControlOrMeta+Enter');
      await user.says('Sent.');
      assert.deepEqual(await lastRequest(page, 'compose.send'), {
        connection: 'c1',
        body: { as: 'text', text: 'hello' },
      });
      assert.equal(await user.selected(), 'hello');
      await page.keyboard.type('next');
      assert.equal(await user.field.inputValue(), 'next');
      await user.press('Escape');
      assert.equal(await page.evaluate(() => document.activeElement?.role), 'grid');
    }));

  it('says why it failed, and nothing if the user cancelled', () =>
    withComposer({}, async (user, page) => {
      await user.open();
      await user.field.fill('hello');
      await page.evaluate(() => (window.fakeHost.composer.refusal = 'Too <b>long</b> for it.'));
      await user.button('Send').click();
      await user.says('Not sent: Too <b>long</b> for it.');
      assert.equal(await user.field.inputValue(), 'hello');
      await page.evaluate(() => {
        window.fakeHost.composer.refusal = undefined;
        window.fakeHost.composer.isCancelling = true;
      });
      await user.button('Send').click();
      await page.waitForFunction(() => !document.querySelector('.composer-outcome'));
      assert.equal((await user.sends()).length, 2);
    }));

  it('sends every kind of body', () =>
    withComposer({}, async (user, page) => {
      await user.open('hex');
      await user.field.fill('0x01 ff');
      await user.says('2 B');
      await user.press('ControlOrMeta+Enter');
      const kind = user.region.getByRole('combobox', { name: 'Kind of message' });
      await kind.selectOption('ping');
      await user.press('Tab');
      await user.field.fill('');
      await user.press('ControlOrMeta+Enter');
      await kind.selectOption('file');
      await user.button('Choose File…').click();
      await user.says('/folder/<b>orders</b>.json');
      await user.says('2.0 kB');
      await user.region.getByRole('checkbox', { name: 'Send it as text' }).uncheck();
      await user.button('Send').click();
      await kind.selectOption('close');
      await user.region.getByRole('textbox', { name: 'Close code' }).fill('4001');
      await user.region.getByRole('textbox', { name: 'Reason' }).fill('bye');
      await user.press('Enter');
      await user.says('Sent.');
      assert.deepEqual(await user.sends(), [
        { as: 'hex', text: '0x01 ff' },
        { as: 'ping', text: '' },
        { as: 'file', path: '/folder/<b>orders</b>.json', isText: false },
        { as: 'close', code: 4001, reason: 'bye' },
      ]);
      assert.deepEqual(await axeViolations(page), []);
    }));
});

describe('a message that cannot be sent', () => {
  it('is marked and explained while it is written, and is not sent', () =>
    withComposer({}, async (user, page) => {
      await user.open('json');
      await user.field.pressSequentially('{"a": nan}');
      await user.says('“n” cannot stand here in JSON. To send it as it stands, choose Text.');
      assert.equal(await page.locator('.composer-text .mirror .wrong').textContent(), 'n');
      assert.equal(await user.field.getAttribute('aria-invalid'), 'true');
      const described = await user.field.getAttribute('aria-describedby');
      assert.match(await page.locator(`#${described ?? ''}`).innerText(), /^“n” cannot/);
      assert.deepEqual(await axeViolations(page), []);
      await user.press('ControlOrMeta+Enter');
      await user.region.getByRole('button', { name: /^“n” cannot/ }).click();
      assert.equal(await user.selected(), 'n');
      await page.keyboard.type('"x"');
      await user.press('Delete', 'Delete');
      await page.waitForFunction(() => !document.querySelector('.composer [aria-invalid]'));
      assert.deepEqual(await user.sends(), []);
      await user.press('ControlOrMeta+Enter');
      await user.says('Sent.');
    }));

  it('stays in the composer without a connection, and the button says why', () =>
    withComposer({ connections: [connectionView(waiting)] }, async (user, page) => {
      await user.open();
      await user.field.fill('later');
      await user.says('Not connected: the text stays here.');
      const button = user.button('Send');
      assert.equal(await button.getAttribute('aria-disabled'), 'true');
      assert.equal(await button.getAttribute('title'), 'Not connected: the text stays here.');
      await button.click({ force: true });
      await page.getByRole('status').getByText('Not connected: the text stays here.').waitFor();
      assert.deepEqual(await user.sends(), []);
      assert.equal(await user.field.inputValue(), 'later');
      await page.evaluate(() =>
        window.fakeHost.change(0, { state: 'connected', severity: 'info', label: 'connected' }),
      );
      await page.waitForFunction(() => !document.querySelector('.composer-why'));
      await button.click();
      await user.says('Sent.');
    }));

  it('waits in the queue if that is enabled, except a ping or a close', () =>
    withComposer({}, async (user, page) => {
      await page.evaluate(() =>
        window.fakeHost.composer.set({ sends: 'queue', why: 'Not open yet.', queued: 1234 }),
      );
      await user.open();
      await user.field.fill('later');
      await user.button('Queue').click();
      await user.says('It waits until the connection is open.');
      await user.says('1,234 waiting');
      await user.region.getByRole('combobox', { name: 'Kind of message' }).selectOption('ping');
      await user.says(/^A ping or a close is not queued/);
      await user.button('Queue').click({ force: true });
      await page
        .getByRole('status')
        .getByText(/is not queued/)
        .waitFor();
      assert.equal((await user.sends()).length, 1);
      await user.button('Cancel All').click();
      await page.waitForFunction(() => !document.querySelector('.composer-queue'));
    }));
});

describe('variables in the composer', () => {
  it('are completed, and previewed with secrets masked when typing stops', () =>
    withComposer({}, async (user, page) => {
      await user.open();
      await user.field.fill('no reference');
      await user.says('12 B');
      assert.equal(await user.asks('compose.check'), 0);
      await user.field.fill('');
      await user.field.pressSequentially('key=${sec');
      assert.equal(await user.options.count(), 1);
      const active = await user.field.getAttribute('aria-activedescendant');
      assert.match(await page.locator(`#${active ?? ''}`).innerText(), /^secret:/);
      await user.press('Tab');
      assert.equal(await user.field.inputValue(), 'key=${secret:}');
      await user.options.getByText('secret:apiKey').click();
      assert.equal(await user.field.inputValue(), 'key=${secret:apiKey}');
      assert.equal(await user.options.count(), 0);
      await user.says('key=•••');
      assert.equal(await user.asks('compose.check'), 1);
      await page.keyboard.type(' ${uuid}');
      await user.says('key=••• <uuid >');
      assert.deepEqual(await axeViolations(page), []);
    }));

  it('that do not exist are named, with existing ones', () =>
    withComposer({}, async user => {
      await user.open();
      await user.field.fill('${tokn}');
      await user.says(/^There is no variable "tokn"\. Defined are \$\{baseUrl\}, \$\{token\}\./);
      await user.press('ControlOrMeta+Enter');
      assert.deepEqual(await user.sends(), []);
    }));
});

describe('the history', () => {
  it('is reached with the arrow keys at the first and the last line', () =>
    withComposer({}, async user => {
      await user.open();
      for (const words of ['first', 'second\nlonger']) {
        await user.field.fill(words);
        await user.press('ControlOrMeta+Enter');
        await user.says('Sent.');
      }
      await user.field.fill('new\nlines');
      await user.press('ArrowUp');
      assert.equal(await user.field.inputValue(), 'new\nlines');
      await user.press('ArrowUp');
      assert.equal(await user.field.inputValue(), 'second\nlonger');
      await user.press('ArrowUp', 'ArrowUp');
      assert.equal(await user.field.inputValue(), 'first');
      await user.press('ArrowDown', 'ArrowDown', 'ArrowDown');
      assert.equal(await user.field.inputValue(), 'new\nlines');
      await user.press('ControlOrMeta+Home', 'Alt+ArrowUp');
      assert.equal(await user.field.inputValue(), 'second\nlonger');
      const wrapped = 'word '.repeat(200);
      await user.field.fill(wrapped);
      await user.press('ArrowUp');
      assert.equal(await user.field.inputValue(), wrapped);
    }));
});

describe('the composer', () => {
  it('formats JSON without changing references and numbers', () =>
    withComposer({}, async user => {
      await user.open('json');
      await user.field.fill('{"id":12345678901234567890,"n":${counter}}');
      await user.press('Shift+Alt+F');
      const formatted = '{\n  "id": 12345678901234567890,\n  "n": ${counter}\n}';
      assert.equal(await user.field.inputValue(), formatted);
      await user.field.fill('{"id":');
      await user.button('Format JSON').click();
      await user.says(/^The JSON ends too early/);
    }));

  it('keeps a draft per connection, also for a new page, and closes', () => {
    return withComposer({ connections: twoConnections }, async (user, page) => {
      await user.open('json');
      await user.field.fill('{"a": 1}');
      await page.evaluate(() => window.fakeHost.setView({ selected: 'c2' }));
      await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
      await user.field.fill('chat');
      await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('chat'));
      await page.reload();
      await user.field.waitFor();
      assert.equal(await user.field.inputValue(), '{"a": 1}');
      await page.evaluate(() => window.fakeHost.setView({ selected: 'c2' }));
      await page.waitForFunction(() => document.querySelector('textarea')?.value === 'chat');
      await user.button('Close the Composer').click();
      assert.equal(await user.field.count(), 0);
      assert.match(await page.evaluate(() => document.activeElement?.ariaLabel ?? ''), /^Compose/);
    });
  });

  it('is hidden for a capture', () =>
    withComposer({ connections: [connectionView({ source: 'capture' })] }, async user => {
      await user.page.getByRole('grid', { name: 'Messages' }).waitFor();
      assert.equal(await user.region.count(), 0);
    }));

  it('grows with its text up to a limit, can be resized, and the list keeps following', () =>
    withComposer({}, async (user, page) => {
      const height = async () => (await user.field.boundingBox())?.height ?? 0;
      const last = () => page.locator('.grid [aria-rowindex="1205"]').waitFor();
      await last();
      await user.open();
      const small = await height();
      await user.field.fill('x\n'.repeat(8));
      const middle = await height();
      await user.field.fill('x\n'.repeat(500));
      const large = await height();
      assert.ok(small < middle && middle < large && large < 300, `${small} ${middle} ${large}`);
      const bar = user.region.getByRole('separator', { name: 'Height of the composer' });
      await bar.press('ArrowDown');
      await page.waitForTimeout(50);
      assert.ok((await height()) < large);
      await bar.press('Home');
      assert.ok((await height()) > large);
      await bar.press('End');
      assert.equal(await height(), large);
      await user.button('Close the Composer').click();
      await last();
      await page.waitForTimeout(100);
      assert.equal(await page.evaluate(() => window.fakeHost.view.following), true);
    }));

  it('accepts a million characters without freezing, and keeps them only with the page', () =>
    withComposer({ connections: twoConnections }, async (user, page) => {
      await user.open();
      const ms = await user.field.evaluate(async field => {
        const area = field as HTMLTextAreaElement;
        area.value = 'some words '.repeat(100_000);
        const start = performance.now();
        area.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(resolve => requestAnimationFrame(resolve));
        return performance.now() - start;
      });
      assert.ok(ms < 1000, `${ms} ms`);
      await user.says('1.1 MB');
      await user.button('Send').click();
      await user.says('Sent.');
      await page.waitForTimeout(600);
      const saved = await page.evaluate(() => JSON.stringify(window.fakeHost.savedState).length);
      assert.ok(saved < 10_000, String(saved));
      await page.evaluate(() => window.fakeHost.setView({ selected: 'c2' }));
      await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
      await page.evaluate(() => window.fakeHost.setView({ selected: 'c1' }));
      await page.waitForFunction(() => document.querySelector('textarea')?.value.length === 1.1e6);
    }));

  it('has no accessibility violations in any theme, open and closed', async () => {
    for (const theme of Object.keys(themes)) {
      await withComposer({ theme, width: 800 }, async (user, page) => {
        await page.evaluate(() =>
          window.fakeHost.composer.set({
            environment: { name: 'live', isProduction: true },
            queued: 2,
          }),
        );
        assert.deepEqual(await axeViolations(page), [], theme);
        await user.open('json');
        await user.field.fill('{"key": "${secret:apiKey}"');
        await user.says(/^The JSON ends/);
        assert.deepEqual(await axeViolations(page), [], theme);
      });
    }
  });
});

describe('saved messages', () => {
  it('are inserted, sent and run from a menu, and saved', () =>
    withComposer({}, async (user, page) => {
      await user.open();
      const item = (name: string) => page.getByRole('menuitem', { name, exact: true });
      await user.button('Saved Messages').click();
      await item('Orders').click();
      await item('New order').click();
      await item('Insert into the Composer').click();
      await page.waitForFunction(() => document.querySelector('textarea')?.value.includes('op'));
      assert.equal(await user.field.inputValue(), '{\n  "op": "new",\n  "id": "${uuid}"\n}');
      await user.button('Saved Messages').click();
      await user.press('End', 'ArrowRight', 'ArrowDown', 'Enter');
      await user.says('Hello');
      assert.deepEqual(await lastRequest(page, 'library.run'), {
        connection: 'c1',
        origin: 'workspace',
        path: 'Hello',
      });
      await user.button('Save…').click();
      await page.waitForFunction(() =>
        window.fakeHost.requests.some(({ request }) => request === 'compose.save'),
      );
    }));

  it('show their progress and can be stopped, also while the composer is closed', () =>
    withComposer({}, async (user, page) => {
      await user.open();
      await user.button('Saved Messages').click();
      await user.press('ArrowRight', 'ArrowDown', 'Enter');
      await user.says('waiting · 1 of 3 · Buy · 1 sent');
      await user.button('Close the Composer').click();
      await page.evaluate(() => window.fakeHost.composer.progress({ step: 2, state: 'sending' }));
      await user.says(/^sending · 2 of 3/);
      assert.deepEqual(await axeViolations(page), []);
      await user.button('Stop Orders/Buy and sell').click();
      await user.says(/^stopped · 2 of 3 · 1 sent/);
      await page.getByRole('status').getByText('Orders/Buy and sell: stopped.').waitFor();
    }));
});
