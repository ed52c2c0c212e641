import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const quotes = Array.from({ length: 300 }, (_, number) => ({
  type: number % 3 === 0 ? 'trade' : 'tick',
  price: 100 + number,
  symbol: number % 2 === 0 ? 'ETH' : 'BTC',
  seq: number,
}));
const quote = (seq: number) => JSON.stringify(quotes[seq]);

describe('What the list shows, in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let prices: Peer;
  let orders: Peer;

  before(async () => {
    [prices, orders] = await Promise.all([Peer.start(), Peer.start()]);
    const settings = {
      'websocketMonitor.connections': [
        { name: 'prices', url: prices.url },
        { name: 'orders', url: orders.url },
      ],
      'websocketMonitor.heartbeat.ping': false,
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
      viewport: { width: 1600, height: 900 },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(workbench.page);
    await page.runCommand('WebSocket Monitor: Connect');
    await page.pick('prices');
    await row('Connected to 127.0.0.1').waitFor();
    quotes.forEach((_, seq) => prices.send(quote(seq)));
    await row('"seq":299').waitFor();
  });

  after(async () => {
    await workbench.close();
    await Promise.all([prices.stop(), orders.stop()]);
  });

  beforeEach(async () => {
    await page.monitor.filter.fill('');
  });

  const row = (text: string) => page.monitor.rows.filter({ hasText: text }).first();
  const status = (text: string | RegExp) =>
    page.monitor.frame.locator('.filter-status').getByText(text).waitFor();
  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  const untilCopied = (text: string) =>
    until(`"${text}" was copied`, async () => (await clipboard()) === text);
  const goTo = async (goal: string) => {
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('ControlOrMeta+G');
    const field = page.monitor.frame.getByRole('textbox', { name: 'Go to Row' });
    await field.fill(goal);
    await field.press('Enter');
  };

  it('is narrowed down while a filter is typed, with a count', async () => {
    await page.monitor.filter.pressSequentially('$.symbol:BTC $.price:>=300');
    await status(/^50 of 30\d$/);
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('Home');
    await row('"seq":201').waitFor();
    assert.equal(await page.monitor.rows.filter({ hasText: 'ETH' }).count(), 0);
    prices.send(JSON.stringify({ symbol: 'BTC', price: 1000, note: 'comes in later' }));
    await status(/^51 of 30\d$/);
    await page.screenshot('filter');
  });

  it('stays as it is while the filter is wrong, and the mistake is marked', async () => {
    await page.monitor.filter.fill('kind:text');
    await status(/^301 of/);
    await page.monitor.filter.fill('kind:text size:>many');
    await page.monitor.frame.getByRole('alert').getByText(/size/i).first().waitFor();
    assert.equal(await page.monitor.filter.getAttribute('aria-invalid'), 'true');
    await page.screenshot('filter-mistake');
    await status(/^301 of/);
  });

  it('takes a filter that was saved under a name', async () => {
    await page.monitor.filter.fill('$.type:trade');
    await status(/^100 of/);
    await page.monitor.button('Saved Filters').click();
    await page.monitor.frame.getByRole('button', { name: 'Save This Filter…' }).click();
    await page.answer('only trades');
    await page.monitor.filter.fill('');
    await page.monitor.button('Saved Filters').click();
    await page.monitor.button('Apply only trades: $.type:trade').click();
    await status(/^100 of/);
    await page.monitor.button('Saved Filters').click();
    await page.monitor.button('Remove only trades').click();
    await page.monitor.frame.getByText('No filter has been saved yet.').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('is searched from row to row', async () => {
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('Home');
    await workbench.page.keyboard.press('ControlOrMeta+F');
    const field = page.monitor.frame.getByRole('textbox', { name: 'Find in messages' });
    await field.fill('"seq":15');
    const isAt = (seq: number) =>
      page.monitor.active.filter({ hasText: `"seq":${seq}}` }).waitFor();
    await isAt(15);
    await field.press('Enter');
    await isAt(150);
    await field.press('Enter');
    await isAt(151);
    await page.screenshot('find');
    await field.press('Shift+Enter');
    await isAt(150);
    await field.fill('nowhere at all');
    await page.monitor.frame.getByText('No results').waitFor();
    await field.press('Escape');
  });

  it('goes to a row by its number', async () => {
    await goTo('42');
    await page.monitor.active.filter({ hasText: quote(40) }).waitFor();
    await goTo('no number');
    await page.monitor.frame.getByText('Type a row number, or a time such as').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  it('hides the heartbeat and counts it, and shows it on demand', async () => {
    prices.sockets.forEach(socket => socket.ping('are you there'));
    await status('2 pings hidden');
    await page.monitor.button('2 pings hidden: show them').click();
    // The list is another one now, and its end is elsewhere.
    await page.monitor.frame.getByText('2 pings hidden').waitFor({ state: 'detached' });
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
    await row('pong').waitFor();
    await page.monitor.button('Heartbeats').click();
    await row('pong').waitFor({ state: 'detached' });
    await status('2 pings hidden');
  });

  it('hides control frames on demand, and counts them', async () => {
    await page.monitor.button('Reconnect Now').click();
    const close = page.monitor.rows.filter({ hasText: /close\d+ B1000/ }).first();
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
    await close.waitFor();
    await page.monitor.button('Control Frames').click();
    await close.waitFor({ state: 'detached' });
    await status(/^[34] pings and control frames hidden$/); // The peer's own close frame may come too late to be heard.
    await page.monitor.button('Control Frames').click();
    await status('2 pings hidden');
  });

  it('copies the selected rows in every form', async () => {
    await goTo('20');
    const first = row('"seq":18}');
    await first.click();
    await row('"seq":19}').click({ modifiers: ['Shift'] });
    await page.monitor.frame.getByText('2 selected').waitFor();
    const two = [quote(18), quote(19)];
    await page.monitor.chooseForRow(first, 'Copy');
    await untilCopied(two.join('\n'));
    const url = `'${prices.url}'`;
    const hex = (text: string) => Buffer.from(text).toString('hex');
    for (const [form, text] of [
      ['JSON', JSON.stringify(quotes.slice(18, 20), undefined, 2)],
      ['Hex', two.map(hex).join('\n')],
      ['Base64', two.map(each => Buffer.from(each).toString('base64')).join('\n')],
      ['wscat Command', `printf '%s\\n' '${two.join("' '")}' | wscat -w 1 -c ${url}`],
      ['websocat Command', `printf '%s\\n' '${two.join("' '")}' | websocat ${url}`],
    ] as const) {
      await page.monitor.chooseForRow(first, 'Copy As', form);
      await untilCopied(text);
    }
    await page.monitor.messages.press('ControlOrMeta+C');
    await untilCopied(two.join('\n'));
  });

  it('opens a message in an editor of its language', async () => {
    await goTo('20');
    await page.monitor.active.filter({ hasText: '"seq":18}' }).waitFor();
    // It was active before, among several that were selected.
    await row('"seq":18}').click();
    await page.monitor.chooseForRow(row('"seq":18}'), 'Open in Editor');
    await page.tab('prices #20.json').waitFor();
    await workbench.page.locator('.view-lines').getByText('"symbol"').waitFor();
    await page.statusBarItem(/^JSON$/).waitFor();
    await page.runCommand('WebSocket Monitor: Open Monitor');
  });

  it('compares two messages in the diff editor', async () => {
    await goTo('20');
    await page.monitor.active.filter({ hasText: '"seq":18}' }).waitFor();
    await page.monitor.open(row('"seq":18}'));
    await row('"seq":21}').click({ modifiers: ['ControlOrMeta'] });
    await page.monitor.chooseForRow(row('"seq":21}'), 'Compare the Two');
    await page.tab('Message #20 ↔ #23').waitFor();
    await workbench.page.locator('.monaco-diff-editor .view-lines').first().waitFor();
    await page.screenshot('compare');
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await page.monitor.frame.getByText('2 selected').waitFor();
    await page.monitor.messages.and(page.monitor.frame.locator(':focus')).waitFor();
  });

  it('compares two messages that are far apart, one after the other', async () => {
    await goTo('20');
    await page.monitor.active.filter({ hasText: '"seq":18}' }).waitFor();
    await page.monitor.chooseForRow(row('"seq":18}'), 'Select for Compare');
    await page.monitor.filter.fill('$.seq:250');
    await page.monitor.chooseForRow(row('"seq":250}'), 'Compare with Selected');
    await page.tab('Message #20 ↔ #252').waitFor();
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await page.monitor.active.filter({ hasText: '"seq":250}' }).waitFor();
    await page.monitor.chooseForRow(row('"seq":250}'), 'Show in Context');
    await row('"seq":251}').waitFor();
    await page.monitor.chooseForRow(row('"seq":250}'), 'Compare with Previous Match');
    await page.tab('Message #251 ↔ #252').waitFor();
    await page.runCommand('WebSocket Monitor: Open Monitor');
  });

  it('keeps the row that was found when the filter goes', async () => {
    await page.monitor.messages.press('End');
    await page.monitor.messages.press('/');
    await page.monitor.frame.locator('input:focus').fill('$.seq:77');
    await page.monitor.open(row('"seq":77}'));
    await page.monitor.filter.press('Escape');
    await row('"seq":76}').waitFor();
    await page.monitor.active.filter({ hasText: '"seq":77}' }).waitFor();
    await page.monitor.filter.fill('$.symbol:ETH');
    const hidden = page.monitor.frame.getByText('Row 79 is hidden by the filter.');
    await hidden.waitFor();
    await page.screenshot('hidden-row');
    await goTo('81');
    await page.monitor.frame.getByText('Row 81 is hidden by the filter.').waitFor();
    await page.monitor.frame
      .locator('.list-notice')
      .getByRole('button', { name: 'Clear Filter' })
      .click();
    await page.monitor.active.filter({ hasText: '"seq":79}' }).waitFor();
  });

  it('goes to the moment that is clicked in a chart', async () => {
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
    await page.monitor.frame.getByRole('button', { name: /^Show charts/ }).click();
    const slider = page.monitor.frame.getByRole('slider', { name: /^Moment/ });
    await slider.press('Home');
    await page.screenshot('charts');
    const charts = page.monitor.frame.getByRole('region', { name: 'Charts' });
    const canvas = charts.getByRole('img').first();
    const { width = 0, height = 0 } = (await canvas.boundingBox()) ?? {};
    assert.ok(height > 50, `the chart is ${height} pixels high`);
    await canvas.click({ position: { x: width * 0.01, y: height / 2 } });
    await row('Connected to 127.0.0.1').waitFor();
    await page.monitor.frame.getByRole('button', { name: 'Close Charts' }).click();
    await page.monitor.frame.getByRole('button', { name: /^Show charts/ }).waitFor();
  });

  it('opens the keys beside itself, and rows as a text to be read', async () => {
    const lines = workbench.page.locator('.editor-instance .view-lines');
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('F1');
    await page.tab('Keyboard Help').waitFor();
    await lines.getByText('go back to the list').waitFor();
    assert.equal(await page.monitor.messages.isVisible(), true);
    await page.screenshot('keyboard-help');
    await page.runCommand('View: Close Editor');
    await page.tab('Keyboard Help').waitFor({ state: 'detached' });
    await goTo('20');
    await row('"seq":18}').and(page.monitor.active).waitFor();
    await workbench.page.keyboard.press('Shift+ArrowDown');
    await page.runCommand('WebSocket Monitor: Open Messages as Text');
    await page.tab('Messages.txt').waitFor();
    await lines.getByText(/^#20,/).waitFor();
    const text = (await lines.innerText()).replaceAll('\u00a0', ' ');
    assert.match(text, /#20, \S+, prices, received, text, \d+ B/);
    assert.ok(text.includes(quote(18)) && text.includes(quote(19)), text);
    assert.ok(!text.includes(quote(20)));
    await page.screenshot('messages-as-text');
    await page.runCommand('View: Close Editor');
    await page.monitor.messages.waitFor();
  });

  it('merges the timelines of two connections, each by its name', async () => {
    const { frame } = page.monitor;
    const picker = frame.getByRole('combobox', { name: 'Connection' });
    assert.deepEqual(await picker.locator('optgroup').evaluateAll(groupNames), [
      'In this window',
      'Not connected',
    ]);
    await picker.selectOption('orders');
    await frame.getByRole('button', { name: 'Connect to orders' }).click();
    await until('the other is connected', () => orders.sockets.length > 0);
    for (const word of ['one', 'two', 'three']) {
      orders.send(`order ${word}`);
      prices.send(`price ${word}`);
    }
    await page.monitor.button('Merged Timeline').click();
    await page.monitor.choose('All of Them');
    await page.monitor.frame.getByText('2 merged').waitFor();
    await page.monitor.filter.fill('"order " or "price "');
    await status(/^6 of/);
    await page.monitor.messages.focus();
    await workbench.page.keyboard.press('End');
    await row('price three').filter({ hasText: 'prices' }).waitFor();
    await row('order one').filter({ hasText: 'orders' }).waitFor();
    // The list and the tree mark a connection alike.
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    for (const name of ['prices', 'orders']) {
      const mark = page.monitor.rows.filter({ hasText: name }).first().locator('.connection-mark');
      const drawn = await mark.evaluate(element => {
        const [, shape = ''] = /shape-(\d)/.exec(element.getAttribute('class') ?? '') ?? [];
        return ['●■▲◆★'[Number(shape)], getComputedStyle(element, '::before').color];
      });
      const label = page.treeItem(name).locator('.monaco-icon-label').last();
      await until(`the tree marks ${name}`, async () => {
        const shown = await label.evaluate(element => {
          const { content, color } = getComputedStyle(element, '::after');
          return [content.replaceAll('"', ''), color];
        });
        return JSON.stringify(shown) === JSON.stringify(drawn);
      });
    }
    await page.screenshot('merged');
    await page.monitor.button('Merged Timeline').click();
    await page.monitor.choose('Only prices');
    await row('order three').waitFor({ state: 'detached' });
  });

  it('names connections without names by what tells their URLs apart', async () => {
    const { host } = new URL(orders.url);
    const typed = ['feeds/left', 'feeds/right?token=hush', 'feeds/right?token=hush2'];
    const names = [`${host}/…/left`, `${host}/…/right`, `${host}/…/right (2)`];
    const shown = (path: string) => `${orders.url}${path.replace(/\?.*/, '?…')}`;
    const picker = page.monitor.frame.getByRole('combobox', { name: 'Connection' });
    for (const [at, path] of typed.entries()) {
      await page.runCommand('WebSocket Monitor: Connect');
      await page.quickInput.fill(`${orders.url}${path}`);
      await page.pick(`Connect to ${shown(path)}`);
      const option = picker.locator('option').filter({ hasText: names[at] ?? '' });
      await option.first().waitFor({ state: 'attached' });
    }
    const options = await picker
      .locator('option')
      .evaluateAll(all =>
        all.map(option => [option.textContent.trim(), option.getAttribute('title')]),
      );
    assert.deepEqual(
      options.slice(-3),
      typed.map((path, at) => [names[at], shown(path)]),
    );
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    for (const name of names) {
      await page.treeItem(`${name}, connected`).waitFor();
    }
    await page.monitor.button('Merged Timeline').click();
    await page.monitor.choose('All of Them');
    const cell = page.monitor.rows.locator('.connection').filter({ hasText: '/…/left' }).first();
    assert.equal(await cell.getAttribute('title'), `${names[0]}: ${shown('feeds/left')}`);
    await page.screenshot('names');
    await picker.selectOption('prices');
    await row('"seq":299').waitFor();
  });

  it('has no flaw that axe-core finds, in the frame that the workbench gives it', async () => {
    await page.monitor.open(row('comes in later'));
    await page.monitor.details.waitFor();
    const body = await page.monitor.frame.locator('body').elementHandle();
    const frame = await body.ownerFrame();
    assert.ok(frame);
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    await frame.evaluate(await readFile(axe, 'utf8'));
    const violations = await frame.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = await axe.run();
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
    assert.deepEqual(violations, []);
  });

  it('follows a connection that is shown anew, also where a row of another was selected', async () => {
    await page.monitor.messages.press('Home');
    await page.monitor.button('Follow').waitFor();
    await page.runCommand('WebSocket Monitor: Connect');
    await page.quickInput.fill(`${orders.url}later`);
    await page.pick(`Connect to ${orders.url}later`);
    await page.monitor.button('Pause').waitFor();
    await row('Connected to 127.0.0.1').waitFor();
  });
});

function groupNames(groups: readonly Element[]): readonly (string | null)[] {
  return groups.map(group => group.getAttribute('label'));
}
