// The composer in the page, with its own host behind it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../support/until.ts';
import { axeViolations } from '../support/page/accessibility.ts';
import { editor } from '../support/host/fakeVscode.ts';
import type { ConnectionScenario, MonitorHost } from '../support/page/monitorHost.ts';
import { usePages, type MonitorPage } from '../support/page/monitorPage.ts';
import { holdBackChunk } from '../support/page/heldBackChunk.ts';
import { themes } from '../support/page/pageBrowser.ts';

const { withPage } = usePages();
const twoConnections = [{}, { name: 'Chat' }];
/** Nothing answers, and the connection waits for its next attempt. */
const waiting: ConnectionScenario = {
  settings: { 'reconnect.initialDelay': 3600, 'reconnect.maxDelay': 3600 },
  attempt: transport => transport.refuse(),
};
/** What is sent waits until the connection is open. */
const queueing: ConnectionScenario = {
  ...waiting,
  settings: { ...waiting.settings, 'queue.maxMessages': 10_000 },
};
const library = {
  items: [
    {
      folder: 'Orders',
      items: [
        { name: 'New order', json: { op: 'new', id: '${uuid}' } },
        {
          name: 'Buy and sell',
          steps: [
            { name: 'Buy', text: 'buy', waitFor: { match: 'bought', timeout: 3600 } },
            { name: 'Hold', text: 'hold', waitFor: { match: 'held', timeout: 3600 } },
            { name: 'Sell', text: 'sell' },
          ],
        },
      ],
    },
    { name: 'Hello', hex: '01 02' },
  ],
  environments: [
    { name: 'live', isProduction: true, variables: { baseUrl: 'wss://a.example', token: 't' } },
  ],
};

/** The composer as a user meets it. */
class ComposerUser {
  readonly page: Page;
  readonly host: MonitorHost;
  readonly monitor: MonitorPage;

  constructor(page: Page, host: MonitorHost, monitor: MonitorPage) {
    this.page = page;
    this.host = host;
    this.monitor = monitor;
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

  /** The bodies that the page wanted to send. */
  get sends(): readonly unknown[] {
    const params = this.host.bridge.paramsOf('compose.send');
    return params.map(each => (each as { readonly body: unknown }).body);
  }
}

function withComposer(
  scenario: Parameters<typeof withPage>[0],
  body: (user: ComposerUser, page: Page) => Promise<void>,
): Promise<void> {
  return withPage({ library, ...scenario }, (monitor, page, host) =>
    body(new ComposerUser(page, host, monitor), page),
  );
}

describe('sending from the composer', () => {
  it('works by keyboard alone, and selects the text afterwards', () =>
    withComposer({}, async (user, page) => {
      await user.button('Compose').focus();
      await user.press('Enter');
      await user.field.waitFor();
      await page.keyboard.type('hello');
      await user.press('ControlOrMeta+Enter');
      await user.says('Sent.');
      assert.deepEqual(await user.monitor.asked('compose.send'), {
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
      user.host.bridge.failNext('compose.send', 'Too <b>long</b> for it.');
      await user.button('Send').click();
      await user.says('Not sent: Too <b>long</b> for it.');
      assert.equal(await user.field.inputValue(), 'hello');
      // The user is asked for the value and answers with Escape.
      await user.field.fill('${prompt:name}');
      await user.button('Send').click();
      await page.waitForFunction(() => !document.querySelector('.composer-outcome'));
      assert.equal(user.sends.length, 2);
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
      editor.answer = () => '/elsewhere/<b>orders</b>.json';
      await user.button('Choose File…').click();
      await user.says('/elsewhere/<b>orders</b>.json');
      await user.says('2.0 kB');
      await user.region.getByRole('checkbox', { name: 'Send it as text' }).uncheck();
      await user.button('Send').click();
      await kind.selectOption('close');
      await user.region.getByRole('textbox', { name: 'Close code' }).fill('4001');
      await user.region.getByRole('textbox', { name: 'Reason' }).fill('bye');
      await user.press('Enter');
      await user.says('Sent.');
      assert.deepEqual(user.sends, [
        { as: 'hex', text: '0x01 ff' },
        { as: 'ping', text: '' },
        { as: 'file', path: '/elsewhere/<b>orders</b>.json', isText: false },
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
      await user.says('“n” is not valid here in JSON. To send it as it is, choose Text.');
      assert.equal(await page.locator('.composer-text .mirror .wrong').textContent(), 'n');
      assert.equal(await user.field.getAttribute('aria-invalid'), 'true');
      const described = await user.field.getAttribute('aria-describedby');
      assert.match(await page.locator(`#${described ?? ''}`).innerText(), /^“n” is not valid/);
      assert.deepEqual(await axeViolations(page), []);
      await user.press('ControlOrMeta+Enter');
      await user.region.getByRole('button', { name: /^“n” is not valid/ }).click();
      assert.equal(await user.selected(), 'n');
      await page.keyboard.type('"x"');
      await user.press('Delete', 'Delete');
      await page.waitForFunction(() => !document.querySelector('.composer [aria-invalid]'));
      assert.deepEqual(user.sends, []);
      await user.press('ControlOrMeta+Enter');
      await user.says('Sent.');
    }));

  it('stays in the composer without a connection, and the button says why', () =>
    withComposer({ connections: [waiting] }, async (user, page) => {
      await user.open();
      await user.field.fill('later');
      const why = user.host.connections[0]?.connection.refusalOf('message') ?? '';
      assert.notEqual(why, '');
      await user.says(why);
      const button = user.button('Send');
      assert.equal(await button.getAttribute('aria-disabled'), 'true');
      assert.equal(await button.getAttribute('title'), why);
      await button.click({ force: true });
      await page.getByRole('status').getByText(why).waitFor();
      assert.deepEqual(user.sends, []);
      assert.equal(await user.field.inputValue(), 'later');
      user.host.connections[0]?.connection.reconnect();
      await user.host.untilAttempts(2);
      user.host.network.last.open();
      await page.waitForFunction(() => !document.querySelector('.composer-why'));
      await button.click();
      await user.says('Sent.');
    }));

  it('waits in the queue if that is enabled, except a ping or a close', () =>
    withComposer({ connections: [queueing] }, async (user, page) => {
      await user.open();
      await user.field.fill('later');
      await user.button('Queue').click();
      await user.says('Queued until the connection is open.');
      await user.says('1 waiting');
      await user.region.getByRole('combobox', { name: 'Kind of message' }).selectOption('ping');
      await user.says(/^A ping or a close is not queued/);
      await user.button('Queue').click({ force: true });
      await page
        .getByRole('status')
        .getByText(/is not queued/)
        .waitFor();
      assert.equal(user.sends.length, 1);
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
      assert.equal(user.host.bridge.paramsOf('compose.check').length, 0);
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
      assert.equal(user.host.bridge.paramsOf('compose.check').length, 1);
      await page.keyboard.type(' ${uuid}');
      await user.says(/^key=••• [0-9a-f-]{36}$/);
      assert.deepEqual(await axeViolations(page), []);
    }));

  it('that do not exist are named, with existing ones', () =>
    withComposer({ environment: 'live' }, async user => {
      await user.open();
      await user.field.fill('${tokn}');
      await user.says(/^There is no variable "tokn"\. Defined are \$\{baseUrl\}, \$\{token\}\./);
      await user.press('ControlOrMeta+Enter');
      assert.deepEqual(user.sends, []);
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
      await until('the page knows no history', () => user.host.bridge.historyLength === 2);
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
      user.host.setView({ selected: 'c2' });
      await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
      await user.field.fill('chat');
      await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('chat'));
      await page.reload();
      await page.waitForFunction(() => document.querySelector('textarea')?.value === 'chat');
      user.host.setView({ selected: 'c1' });
      await page.waitForFunction(() => document.querySelector('textarea')?.value === '{"a": 1}');
      await user.button('Close the Composer').click();
      assert.equal(await user.field.count(), 0);
      assert.match(await page.evaluate(() => document.activeElement?.ariaLabel ?? ''), /^Compose/);
    });
  });

  it('is hidden for a capture', () =>
    withComposer({}, async user => {
      await user.host.showCapture('Old');
      await user.monitor.untilLast(2);
      assert.equal(await user.region.count(), 0);
    }));

  it('grows with its text up to a limit, can be resized, and the list keeps following', () =>
    withComposer({}, async user => {
      const height = async () => (await user.field.boundingBox())?.height ?? 0;
      const last = () => user.monitor.row(1203).waitFor();
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
      await until('it is no smaller', async () => (await height()) < large);
      await bar.press('Home');
      assert.ok((await height()) > large);
      await bar.press('End');
      assert.equal(await height(), large);
      await user.button('Close the Composer').click();
      await last();
      await user.host.grow(1);
      await user.monitor.untilLast(1204);
      assert.equal(user.monitor.isFollowing, true);
    }));

  it('accepts a million characters without freezing, and keeps them only with the page', () =>
    withComposer({ connections: twoConnections }, async (user, page) => {
      await user.open();
      const ms = await user.field.evaluate(async field => {
        const area = field as HTMLTextAreaElement;
        area.value = 'some words '.repeat(100_000);
        let least = Infinity;
        // Other work of the machine may disturb one of them.
        for (let round = 0; round < 5; round++) {
          const start = performance.now();
          area.dispatchEvent(new Event('input', { bubbles: true }));
          await new Promise(resolve => requestAnimationFrame(resolve));
          least = Math.min(least, performance.now() - start);
        }
        return least;
      });
      assert.ok(ms < 1000, `${ms} ms`);
      await user.says('1.1 MB');
      await user.button('Send').click();
      await user.says('Sent.');
      const { length } = await user.monitor.kept(({ composer }) => composer !== undefined);
      assert.ok(length < 10_000, String(length));
      user.host.setView({ selected: 'c2' });
      await page.waitForFunction(() => document.querySelector('textarea')?.value === '');
      user.host.setView({ selected: 'c1' });
      await page.waitForFunction(() => document.querySelector('textarea')?.value.length === 1.1e6);
    }));

  it('has no accessibility violations in any theme, open and closed', async () => {
    for (const theme of Object.keys(themes)) {
      await withComposer({ theme, width: 800, environment: 'live' }, async (user, page) => {
        assert.deepEqual(await axeViolations(page), [], theme);
        await user.open('json');
        await user.field.fill('{"key": "${secret:apiKey}"');
        await user.says(/^The JSON ends/);
        assert.deepEqual(await axeViolations(page), [], theme);
      });
    }
  });
});

describe('the composer, while it is being loaded', () => {
  const chunk = '**/monitor-composer.js';

  it('opens as it was asked to, with the focus in the text', () =>
    withComposer({}, async (user, page) => {
      const load = await holdBackChunk(page, 'composer');
      await page.reload();
      await user.button('Compose').focus();
      await user.press('Enter');
      assert.equal(await user.field.count(), 0);
      load();
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.keyboard.type('hello');
      await user.press('ControlOrMeta+Enter');
      await user.says('Sent.');
      assert.deepEqual(user.sends, [{ as: 'text', text: 'hello' }]);
    }));

  it('leaves the focus on its button, and opens then if it was open before', () =>
    withComposer({}, async (user, page) => {
      const load = await holdBackChunk(page, 'composer');
      await page.reload();
      await user.button('Compose').focus();
      const isLoaded = page.waitForResponse(chunk);
      load();
      await (await isLoaded).finished();
      await user.press('Enter');
      await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
      await page.unroute(chunk);
      await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('"isOpen":true'));
      await page.reload();
      await user.field.waitFor();
    }));

  it('says why that failed, and is tried again', () =>
    withComposer({}, async (user, page) => {
      await page.route(chunk, route => route.abort());
      await page.reload();
      await user.button('Compose').click();
      await page.getByText(/^The composer could not be loaded: /).waitFor();
      await page.unroute(chunk);
      await user.button('Compose').click();
      await user.field.waitFor();
    }));
});

describe('saved messages', () => {
  /** What the workspace sends is asked for first; the first choice allows it. */
  const allow = () => (editor.answer = ({ choices }) => choices[0]);

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
      allow();
      await user.press('End', 'ArrowRight', 'ArrowDown', 'Enter');
      await user.says('Hello');
      assert.deepEqual(await user.monitor.asked('library.run'), {
        connection: 'c1',
        origin: 'workspace',
        path: 'Hello',
      });
    }));

  it('are saved under a path, and a question that is cancelled says nothing', () =>
    withComposer({}, async (user, page) => {
      await user.open();
      await user.field.fill('hello');
      user.host.bridge.failNext('compose.save', 'The disk is full.');
      await user.button('Save…').click();
      await user.says('Not saved: The disk is full.');
      await user.field.fill('hello again');
      await page.waitForFunction(() => !document.querySelector('.composer-outcome'));
      await user.button('Save…').click();
      await user.monitor.asked('compose.save');
      user.host.bridge.failNext('compose.send', 'No way.');
      await user.button('Send').click();
      await user.says('Not sent: No way.');
      editor.answer = ({ as }) => (as === 'input' ? 'Orders/login' : 'User');
      await user.button('Save…').click();
      await user.says('Saved as Orders/login');
      assert.equal(await user.region.getByText(/Not sent|Cancel/).count(), 0);
    }));

  it('show their progress and can be stopped, also while the composer is closed', () =>
    withComposer({}, async (user, page) => {
      await user.open();
      await user.button('Saved Messages').click();
      allow();
      await user.press('ArrowRight', 'ArrowDown', 'Enter');
      await user.says(/^waiting · 0 of 3 · Buy · 1 sent/);
      await user.button('Close the Composer').click();
      user.host.network.last.receive('bought');
      await user.says(/^waiting · 1 of 3 · Hold/);
      assert.deepEqual(await axeViolations(page), []);
      await user.button('Stop Orders/Buy and sell').click();
      await user.says(/^stopped · 1 of 3 · 2 sent/);
      await page.getByRole('status').getByText('Orders/Buy and sell: stopped.').waitFor();
    }));
});
