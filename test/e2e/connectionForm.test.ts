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
      await url.fill('ws://a/${secret:path}');
      await until('it is checked', () => JSON.stringify(asked).includes('${secret:path}'));
      await url.fill('ws://a');
      await page.getByText('in place of').waitFor({ state: 'hidden' });
    }));

  it('is filled in and saved by keys alone', () =>
    withForm(part, {}, async (page, asked) => {
      await page.keyboard.type('ws://localhost:9000');
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.type('mine');
      await page.keyboard.press('Tab');
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
      await button(page, 'Save').first().click();
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
      await button(page, 'Store as secret: Authorization').click();
      const { params } = await untilAsked(asked, 'form.secret');
      assert.deepEqual(params, { suggestion: 'a-Authorization', value: 'hush' });
      await page.getByText('readable in settings.json').waitFor({ state: 'hidden' });
      await button(page, 'Add Header').click();
      await page.keyboard.type('authorization');
      await button(page, 'Save').first().click();
      await page.getByText('The header authorization is set twice.').waitFor();
      assert.equal(saved(asked), undefined);
      await page.getByRole('button', { name: 'Remove header authorization', exact: true }).click();
      await button(page, 'Save').first().click();
      const { params: written } = await untilAsked(asked, 'form.save');
      assert.deepEqual(written.draft?.values, {
        headers: { Authorization: 'Bearer ${secret:a-Authorization}' },
      });
      const offered = await page
        .locator('datalist option')
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
      assert.equal(await button(page, /^Store as secret: Key/).isVisible(), false);
      await button(page, 'Save').first().click();
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
      await button(page, 'Save').first().click();
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
        await button(page, 'Save').first().click();
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
