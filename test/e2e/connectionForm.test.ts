// The connection form in a browser, alone: no VS Code needed.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { axeViolations } from '../support/page/accessibility.ts';
import { fullEntry, withForm, type AskedOfHost } from '../support/page/formHost.ts';
import { themes } from '../support/page/pageBrowser.ts';
import { formPart } from '../support/page/pageParts.ts';
import { usePart } from '../support/page/partHarness.ts';
import { until } from '../support/until.ts';

const part = usePart(formPart);

const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const open = (page: Page, group: string) => page.locator('summary', { hasText: group }).click();
const row = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click();
const isSaving = ({ request }: AskedOfHost) => request === 'form.save';
const saved = (asked: AskedOfHost[]) => asked.findLast(isSaving);

/** Waits until something of that kind has been asked. */
async function untilAsked(asked: AskedOfHost[], request: string): Promise<AskedOfHost> {
  let found: AskedOfHost | undefined;
  await until(`something asks ${request}`, () => {
    found = asked.findLast(each => each.request === request);
    return found !== undefined;
  });
  assert.ok(found);
  return found;
}

describe('the connection form', () => {
  it('starts with the URL, and shows its error while it is typed', () =>
    withForm(part, {}, async (page, asked) => {
      const url = field(page, 'URL');
      assert.ok(await url.evaluate(node => node === document.activeElement));
      assert.equal(await page.locator('.form-problem:visible').count(), 0);
      await page.keyboard.type('http://a');
      await page.getByText('Use ws:// in place of http://').waitFor();
      assert.equal(await url.getAttribute('aria-invalid'), 'true');
      const described = (await url.getAttribute('aria-describedby')) ?? '';
      assert.match(await page.locator(`#${described}`).innerText(), /in place of/);
      await url.fill('localhost:9000/x');
      await page
        .getByText('it must begin with ws:// or wss://, as in ws://localhost:9000/x.')
        .waitFor();
      await page.getByRole('button', { name: 'Use ws://localhost:9000/x' }).click();
      assert.equal(await url.inputValue(), 'ws://localhost:9000/x');
      assert.ok(await url.evaluate(node => node === document.activeElement));
      await page.getByRole('button', { name: /^Use / }).waitFor({ state: 'hidden' });
      await page.getByText('it must begin with').waitFor({ state: 'hidden' });
      await url.fill('ws://a/${secret:path}');
      await until('it is checked', () => JSON.stringify(asked).includes('${secret:path}'));
      await url.fill('ws://a');
      await page.getByText('in place of').waitFor({ state: 'hidden' });
    }));

  it('is filled in and saved by keys alone', () =>
    withForm(part, {}, async (page, asked) => {
      await page.keyboard.type('ws://localhost:9000');
      await page.keyboard.press('Tab');
      await page.keyboard.type('mine');
      await page.keyboard.press('Tab');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Control+s');
      const { params } = await untilAsked(asked, 'form.save');
      assert.deepEqual(params, {
        draft: { name: 'mine', url: 'ws://localhost:9000', values: {} },
        scope: 'workspace',
        connect: false,
      });
    }));

  it('needs no name, shows the one that the URL gives, and connects with Ctrl+Enter', () =>
    withForm(part, {}, async (page, asked) => {
      await page.keyboard.type('ws://localhost:9000');
      const name = field(page, 'Name');
      await until('the field shows the name', async () =>
        ((await name.getAttribute('placeholder')) ?? '').startsWith('localhost:9000'),
      );
      assert.equal(await name.getAttribute('aria-required'), null);
      assert.equal(
        await field(page, 'Preset').locator('option').first().innerText(),
        'Default (standard)',
      );
      const primary = page.locator('.form-bar .primary');
      assert.deepEqual(await primary.allInnerTexts(), ['Save and Connect']);
      await page.keyboard.press('Control+Enter');
      const { params } = await untilAsked(asked, 'form.save');
      assert.equal(params.draft?.name, '');
      assert.equal(params.connect, true);
    }));

  it('writes the messages for each open, in an order, by keys alone', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' } }, async (page, asked) => {
      const titles = await page.locator('.form-group > summary').allInnerTexts();
      assert.equal(titles[2], 'When it opens');
      await button(page, 'Add Message').focus();
      await page.keyboard.press('Enter');
      await page.keyboard.type('start');
      await button(page, 'Add Message').click();
      await field(page, 'Kind, Message 2').selectOption('JSON');
      await field(page, 'What to send, Message 2').fill('{ "op": "subscribe" }');
      await field(page, 'When, Message 2').selectOption('Only after Connect');
      await row(page, 'Message 2').getByText('Delay and answer').click();
      await row(page, 'Message 2').getByLabel('Wait before, seconds').fill('0,5');
      const waited = 'Then wait for a message that matches this filter';
      await row(page, 'Message 2').getByLabel(waited).fill('$.ok:true');
      await row(page, 'Message 2').getByLabel('At most, seconds').fill('5');
      await page.getByText('after 0,5 s · waits for $.ok:true').waitFor();
      await button(page, 'Add Message').click();
      await field(page, 'Kind, Message 3').selectOption('Saved message or sequence');
      await field(page, 'Saved message or sequence, Message 3').fill('Orders/nothing');
      await page.getByText('Nothing is saved under this name yet.').waitFor();
      await field(page, 'Saved message or sequence, Message 3').fill('Orders/login');
      await page.getByText('Nothing is saved under this name yet.').waitFor({ state: 'hidden' });
      await page.keyboard.press('Alt+ArrowUp');
      await page.keyboard.press('Alt+ArrowUp');
      await button(page, 'Move Message 1 Down').click();
      await button(page, 'Move Message 2 Up').press('Enter');
      await button(page, 'Add Message').click();
      await save(page);
      const { params } = await untilAsked(asked, 'form.save');
      assert.deepEqual(params.draft?.values, {
        onOpen: [
          { sequence: 'Orders/login' },
          'start',
          {
            json: { op: 'subscribe' },
            when: 'first',
            delay: 0.5,
            waitFor: { match: '$.ok:true', timeout: 5 },
          },
        ],
      });
    }));

  it('says what is wrong with a message where it is, in sight', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' }, width: 500 }, async (page, asked) => {
      await page.setViewportSize({ width: 500, height: 420 });
      await button(page, 'Add Message').click();
      await field(page, 'Kind, Message 1').selectOption('JSON');
      await field(page, 'What to send, Message 1').fill('{ "id": 12345678901234567890 }');
      await page.getByText('Settings cannot hold the number 12345678901234567890').waitFor();
      await field(page, 'What to send, Message 1').fill('{ op: 1 }');
      await page.getByText('This is not valid JSON').waitFor();
      await page.locator('.form-body').evaluate(node => node.scrollTo(0, 0));
      await save(page);
      await page.getByRole('alert').getByText('One field has an error.').waitFor();
      assert.equal(saved(asked)?.params.connect, false);
      const content = field(page, 'What to send, Message 1');
      assert.ok(await content.evaluate(node => node === document.activeElement));
      assert.equal(await content.getAttribute('aria-invalid'), 'true');
      for (const part of [row(page, 'Message 1'), page.getByText('This is not valid JSON')]) {
        const box = await part.boundingBox();
        const bar = await page.locator('.form-bar').boundingBox();
        assert.ok(box && bar && box.y >= 0 && box.y + box.height <= bar.y, 'it is in sight');
      }
      await content.fill('{ "op": 1 }');
      await row(page, 'Message 1').getByText('Delay and answer').click();
      await row(page, 'Message 1').getByLabel('At most, seconds').fill('soon');
      await row(page, 'Message 1')
        .getByLabel(/^Then wait/)
        .fill('size:>many');
      await row(page, 'Message 1').getByText('Delay and answer').click();
      await save(page);
      await page.getByText('This is not a filter').waitFor();
      await page.getByText('Type a number of seconds from 0 to 86400.').waitFor();
    }));

  it('keeps what it cannot show, and removes only what is removed', () =>
    withForm(part, { entry: fullEntry }, async (page, asked) => {
      await page.getByText('{"pigeon":true}').waitFor();
      await page.getByText('Kept as it is: color.').waitFor();
      await field(page, 'Ping interval, seconds').fill('5');
      await button(page, 'Remove Message 1').click();
      assert.ok(
        await field(page, 'What to send, Message 1').evaluate(
          node => node === document.activeElement,
        ),
      );
      await save(page);
      const { params } = await untilAsked(asked, 'form.save');
      assert.deepEqual(params.draft?.values['onOpen'], fullEntry.onOpen.slice(1));
      assert.deepEqual(params.draft.values['reconnect.rules'], fullEntry.reconnect.rules);
    }));

  it('tells what all connections send, and can send nothing instead', () => {
    const inherited = { onOpen: ['•'] };
    const state = {
      draft: { name: 'a', url: 'ws://a', values: {} },
      check: { problems: {}, inherited, rows: {}, suggestedName: 'a' },
    };
    return withForm(part, { entry: {}, state }, async (page, asked) => {
      await page.getByText('Sent by default: 1 of all connections.').waitFor();
      await button(page, 'Send Nothing').click();
      const { params } = await untilAsked(asked, 'form.change');
      assert.deepEqual(params.draft?.values, { onOpen: [] });
      await button(page, 'Use the Default').click();
      await until('it is inherited again', () => {
        const values = asked.findLast(each => each.request === 'form.change')?.params.draft?.values;
        return values !== undefined && Object.keys(values).length === 0;
      });
    });
  });

  it('edits the rules for reconnecting, and refuses codes that do not exist', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' } }, async (page, asked) => {
      await open(page, 'Reconnecting');
      await button(page, 'Add Rule').click();
      await page.keyboard.type('503');
      await page.getByText('Type a close code from 1000 to 4999').waitFor();
      await field(page, 'After, Rule 1').selectOption('HTTP status');
      await page.getByText('Type a close code').waitFor({ state: 'hidden' });
      await field(page, 'Delay in seconds, Rule 1').fill('2,5');
      await button(page, 'Add Rule').click();
      await page.keyboard.type('4000-4099');
      await field(page, 'Action, Rule 2').selectOption('Stop');
      await field(page, 'Delay in seconds, Rule 2').waitFor({ state: 'hidden' });
      await button(page, 'Add Rule').click();
      await field(page, 'After, Rule 3').selectOption('Error');
      await field(page, 'Code, Rule 3').fill('ECONNREFUSED');
      await button(page, 'Move Rule 3 Up').click();
      await save(page);
      const { params } = await untilAsked(asked, 'form.save');
      assert.deepEqual(params.draft?.values, {
        'reconnect.rules': [
          { status: 503, action: 'retry', delay: 2.5 },
          { error: 'ECONNREFUSED', action: 'retry' },
          { close: '4000-4099', action: 'stop' },
        ],
      });
    }));

  it('leads to settings.json: to the connection, and to the setting', () =>
    withForm(part, { entry: fullEntry }, async (page, asked) => {
      await page.getByText('Written to .vscode/settings.json.').waitFor();
      await field(page, 'Workspace settings').check();
      await button(page, 'Edit in settings.json: Messages to send').click();
      assert.deepEqual((await untilAsked(asked, 'form.settings')).params, {
        scope: 'workspace',
        key: 'onOpen',
      });
      await page.getByRole('button', { name: 'Edit in settings.json', exact: true }).click();
      await until('it is asked without a key', () => {
        const last = asked.findLast(each => each.request === 'form.settings');
        return last?.params.key === undefined;
      });
    }));

  it('shows inherited values, and writes only values that are set', () =>
    withForm(
      part,
      { entry: { name: 'a', url: 'ws://a', compression: false } },
      async (page, asked) => {
        await open(page, 'Heartbeat');
        const interval = field(page, 'Ping interval, seconds');
        assert.equal(await interval.getAttribute('placeholder'), '20');
        await interval.fill('2,5');
        await field(page, 'Send pings').selectOption('off');
        await page.getByText('2 set here').waitFor();
        await field(page, 'Compression').selectOption({ index: 0 });
        await page.getByText('1 set here').waitFor({ state: 'hidden' });
        await button(page, 'Save and Connect').click();
        const { params } = await untilAsked(asked, 'form.save');
        assert.deepEqual(params.draft?.values, {
          'heartbeat.interval': 2.5,
          'heartbeat.ping': false,
        });
        assert.equal(params.connect, true);
      },
    ));

  it('opens the group with an invalid field, and moves the focus there', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' } }, async page => {
      await open(page, 'Reconnecting');
      const factor = field(page, 'Factor for each further delay');
      await factor.fill('twice');
      await open(page, 'Reconnecting');
      await save(page);
      await page.getByRole('alert').getByText('One field has an error.').waitFor();
      assert.ok(await factor.evaluate(node => node === document.activeElement));
      await page.getByText('It must be a number from 1 to 100, but is "twice".').waitFor();
    }));

  it('edits headers, and offers to store their values as secrets', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' } }, async (page, asked) => {
      await open(page, 'Handshake');
      await button(page, 'Add Header').click();
      await page.keyboard.type('Authorization');
      await field(page, 'Value of header 1').fill('Bearer hush');
      await page.getByText('readable in settings.json').waitFor();
      await button(page, 'Store as Secret…')
        .and(page.getByTitle('Store the value of Authorization as a secret'))
        .click();
      const { params } = await untilAsked(asked, 'form.secret');
      assert.deepEqual(params, { suggestion: 'a-Authorization', value: 'hush' });
      await page.getByText('readable in settings.json').waitFor({ state: 'hidden' });
      await button(page, 'Add Header').click();
      await page.keyboard.type('authorization');
      await save(page);
      await page.getByText('The header authorization is set twice.').waitFor();
      assert.equal(saved(asked), undefined);
      await page.getByRole('button', { name: 'Remove header authorization', exact: true }).click();
      await save(page);
      const { params: written } = await untilAsked(asked, 'form.save');
      assert.deepEqual(written.draft?.values, {
        headers: { Authorization: 'Bearer ${secret:a-Authorization}' },
      });
      const offered = await page
        .locator('#secrets option')
        .evaluateAll(all => all.map(each => each.getAttribute('value')));
      assert.deepEqual(offered, ['${secret:api-token}', '${secret:a-Authorization}']);
    }));

  it('has the fields of each kind of authentication', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' } }, async (page, asked) => {
      await open(page, 'Authentication');
      await field(page, 'Kind').selectOption('API key');
      await field(page, 'Sent in').selectOption('the query of the URL');
      await page.locator('details[open]').getByLabel('Name', { exact: true }).fill('key');
      await field(page, 'Key').fill('${secret:api-token}');
      assert.equal(await button(page, 'Store as Secret…').count(), 0);
      await save(page);
      const { params } = await untilAsked(asked, 'form.save');
      assert.deepEqual(params.draft?.values, {
        auth: { type: 'apiKey', in: 'query', name: 'key', value: '${secret:api-token}' },
      });
      const warning = page.getByText('readable in settings.json');
      assert.equal(await warning.isVisible(), false);
      await field(page, 'Key').fill('abc');
      await warning.waitFor();
      const described = (await field(page, 'Key').getAttribute('aria-describedby')) ?? '';
      assert.match(await page.locator(`#${described}`).innerText(), /readable/);
      await field(page, 'Kind').selectOption('output of a command');
      await field(page, 'Program and arguments, one per line').fill('get-token\n--for\nme');
      await save(page);
      await until('it is saved again', () => asked.filter(isSaving).length === 2);
      assert.deepEqual(saved(asked)?.params.draft?.values, {
        auth: { type: 'command', command: ['get-token', '--for', 'me'] },
      });
    }));

  it('warns about a plain passphrase, but not about a proxy', () =>
    withForm(part, { entry: { name: 'a', url: 'ws://a' } }, async page => {
      await open(page, 'Proxy');
      await field(page, 'Proxy; if empty, that of the editor').fill('http://proxy:3128');
      await open(page, 'TLS');
      await field(page, 'Passphrase of the key').fill('abc');
      await page.getByText('readable in settings.json').waitFor();
      assert.equal(await page.locator('.form-warning:visible').count(), 1);
    }));

  it('gives notes and fields the same width', () =>
    withForm(part, { state: { notes: ['A note.'] }, width: 1000 }, async page => {
      const widthOf = (selector: string) =>
        page
          .locator(selector)
          .first()
          .evaluate(node => node.getBoundingClientRect().width);
      assert.equal(await widthOf('.form-note'), await widthOf('.form-field'));
    }));

  it('says why it could not be saved, and stays unchanged', () =>
    withForm(
      part,
      { entry: fullEntry, failure: 'settings.json is not valid JSON.' },
      async page => {
        await field(page, 'Ping interval, seconds').fill('5');
        await save(page);
        await page.getByRole('alert').getByText('settings.json is not valid JSON.').waitFor();
        assert.equal(await field(page, 'Ping interval, seconds').inputValue(), '5');
      },
    ));

  it('shows hostile texts as text', () =>
    withForm(
      part,
      {
        entry: { name: '<img src=x onerror=alert(1)>', url: 'ws://a', headers: { '<b>': '<i>' } },
        state: { notes: ['<script>alert(1)</script>'] },
      },
      async page => {
        await page.getByText('<script>alert(1)</script>').waitFor();
        assert.equal(await page.locator('main :is(img, script, b, i)').count(), 0);
      },
    ));

  it('has no accessibility violations in any theme', async () => {
    for (const theme of Object.keys(themes)) {
      for (const entry of [undefined, fullEntry]) {
        await withForm(part, { theme, ...(entry && { entry }) }, async page => {
          await page.evaluate(
            'document.querySelectorAll("details").forEach(each => (each.open = true))',
          );
          assert.deepEqual(await axeViolations(page), [], theme);
        });
      }
    }
  });
});
