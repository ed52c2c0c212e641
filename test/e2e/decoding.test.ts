// Messages of the demo server's protocols, decoded in a real workbench.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { startDemoServer, type DemoServer } from '../../src/node/demo/demoServer.ts';
import { until } from '../support/until.ts';
import { keptEditors } from '../support/workbench/keptEditors.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Settings, type Workbench } from '../support/workbench/workbench.ts';

const record = (value: object) => `${JSON.stringify(value)}\u001e`;

describe('Decoded messages in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let demo: DemoServer;
  let settings: Settings;

  before(async () => {
    demo = await startDemoServer();
    const at = (path: string) => demo.url.replace('/ticker', path);
    settings = {
      'websocketMonitor.connections': [
        { name: 'chat', url: at('/socketio'), onOpen: ['40', '421["lookup",{"symbol":"ACME"}]'] },
        {
          name: 'graph',
          url: at('/graphql'),
          subprotocols: ['graphql-transport-ws'],
          onOpen: [
            { json: { type: 'connection_init' } },
            { json: { id: 'q', type: 'subscribe', payload: { query: 'query Now { now }' } } },
            { json: { id: 'm', type: 'subscribe', payload: { query: 'mutation Buy { buy }' } } },
            {
              json: { id: 's', type: 'subscribe', payload: { query: 'subscription Ticks { t }' } },
            },
          ],
        },
        {
          name: 'hub',
          url: at('/signalr'),
          onOpen: [
            record({ protocol: 'json', version: 1 }),
            record({ type: 1, invocationId: '1', target: 'Add', arguments: [1, 2] }),
          ],
        },
      ],
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
      viewport: { width: 1600, height: 900 },
    });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(workbench.page);
    await connect('chat');
    await heading('Latency').waitFor();
  });

  after(async () => {
    await workbench.close();
    await demo.dispose();
  });

  beforeEach(async () => {
    await page.monitor.filter.fill('');
  });

  const connect = async (name: string) => {
    await page.runCommand('WebSocket Monitor: Connect');
    await page.pick(name);
  };
  const heading = (name: string) => page.monitor.frame.getByRole('columnheader', { name });
  const row = (text: string | RegExp) => page.monitor.rows.filter({ hasText: text }).first();
  const status = (text: string | RegExp) =>
    page.monitor.frame.locator('.filter-status').getByText(text).waitFor();
  const chip = (words: string) =>
    page.monitor.frame.getByRole('button', { name: new RegExp(`^${words}\\.`) });
  const untilFiltered = (filter: RegExp) => {
    let found = '';
    return until(
      () => `the filter is ${found}`,
      async () => filter.test((found = await page.monitor.filter.inputValue())),
    );
  };
  const latency = /\d m?s$/;

  it('are told by a chip that says what they are, and why', async () => {
    await chip('Decoded as Socket.IO').waitFor();
    assert.match(
      (await chip('Decoded as Socket.IO').getAttribute('title')) ?? '',
      /^The messages look like it\. /,
    );
    await heading('Event').waitFor();
    await page.screenshot('decoded');
  });

  it('have the name of the request on its answer, and the time between the two', async () => {
    await page.monitor.filter.fill('event:lookup');
    await status(/^2 of/);
    const answer = row('= "ok"');
    assert.equal(await answer.locator('.event').innerText(), 'lookup');
    assert.match(await answer.locator('.latency').innerText(), latency);
    assert.match(await row('{"symbol":"ACME"}').locator('.latency').innerText(), latency);
    await answer.locator('.latency').click();
    await untilFiltered(/^call:#\d+$/);
    await status(/^2 of/);
  });

  it('lead from one end of a call to the other, and to all of it', async () => {
    await page.monitor.filter.fill('event:lookup');
    await status(/^2 of/);
    await page.monitor.chooseForRow(row('= "ok"'), 'Go to Request');
    await page.monitor.active.filter({ hasText: '{"symbol":"ACME"}' }).waitFor();
    await page.monitor.chooseForRow(row('{"symbol":"ACME"}'), 'Go to Response');
    await page.monitor.active.filter({ hasText: '= "ok"' }).waitFor();
    await page.monitor.chooseForRow(row('= "ok"'), 'Show Conversation');
    await untilFiltered(/^call:#\d+$/);
    await status(/^2 of/);
  });

  it('are found by what decoders know of them', async () => {
    const finds = async (filter: string, text: string | RegExp) => {
      await page.monitor.filter.fill(filter);
      await row(text).waitFor();
    };
    await finds('event:welcome', '{"message":"Emit an event with');
    await finds('event:lookup latency:>0ms', '= "ok"');
    await finds('$[0]:lookup', '{"symbol":"ACME"}');
    await finds('as:socketio event:quote', '"symbol"');
    await finds('call:pending', 'confirm');
    await page.monitor.filter.fill('event:lookup latency:>60s');
    await status(/^0 of/);
    await page.monitor.filter.fill('as:graphql');
    await status(/^0 of/);
  });

  it('are shown decoded in the details, with a tree of their value', async () => {
    await page.monitor.filter.fill('event:lookup');
    await page.monitor.open(row('= "ok"'));
    const { details } = page.monitor;
    await details.getByRole('tab', { name: 'Decoded', selected: true }).waitFor();
    assert.equal(await details.getByRole('tab').first().innerText(), 'Decoded');
    await details.getByText(/^done, after \d/).waitFor();
    await details.getByRole('treeitem').getByText('"ok"').click();
    await page.screenshot('decoded-details');
    await details.getByRole('button', { name: 'Copy Path' }).click();
    await until(
      'the path was copied',
      async () => (await workbench.page.evaluate(() => navigator.clipboard.readText())) === '$[0]',
    );
    await details.getByRole('button', { name: 'Filter by This Value' }).click();
    await untilFiltered(/^event:lookup \$\[0\]:"ok"$/);
    await status(/^1 of/);
    await details.getByRole('button', { name: 'Show Conversation' }).click();
    await untilFiltered(/^call:#\d+$/);
    await status(/^2 of/);
  });

  it('are timed event by event in the charts', async () => {
    await page.monitor.frame.getByRole('button', { name: /^Show charts/ }).click();
    const table = page.monitor.frame.getByRole('table', { name: /^Latency by event/ });
    await table.getByRole('row').filter({ hasText: 'lookup' }).waitFor();
    await table.getByRole('row').filter({ hasText: 'confirm' }).waitFor();
    await page.screenshot('decoded-charts');
    await table.getByRole('button', { name: 'lookup' }).click();
    await untilFiltered(/^event:lookup$/);
    await page.monitor.frame.getByRole('button', { name: 'Close Charts' }).click();
  });

  it('have no flaw that axe-core finds', async () => {
    await page.monitor.filter.fill('event:lookup');
    await page.monitor.open(row('= "ok"'));
    await page.monitor.details.getByText(/^done, after \d/).waitFor();
    assert.deepEqual(await axeViolations(), []);
  });

  it('become raw, and decoded again, as the user wants', async () => {
    await page.monitor.filter.fill('lookup');
    await row('421["lookup"').or(row('{"symbol":"ACME"}')).waitFor();
    await page.monitor.chooseForRow(row('ACME'), 'Decode As…');
    await page.option('Raw').waitFor();
    await page.screenshot('decode-as');
    await page.pick('Raw');
    await page.option('Always for this connection').waitFor();
    await page.screenshot('decode-as-always');
    await page.pick('For now');
    await heading('Latency').waitFor({ state: 'detached' });
    await chip('Raw').waitFor();
    await row('421["lookup",{"symbol":"ACME"}]').waitFor();
    await chip('Raw').click();
    await page.pick('Automatic');
    await heading('Latency').waitFor();
    await chip('Decoded as Socket.IO').waitFor();
    await row('{"symbol":"ACME"}').waitFor();
  });

  it('stay as they are always, where the user says so', async () => {
    await page.runCommand('WebSocket Monitor: Decode As…');
    await page.pick('Socket.IO');
    await page.pick('Always for this connection');
    await chip('Decoded as Socket.IO')
      .and(page.monitor.frame.getByTitle(/^It was chosen/))
      .waitFor();
    // In a remote window, which this is, the user's settings of ours are those of the machine.
    const path = join(workbench.serverDataDir, 'data/Machine/settings.json');
    await until('the setting was written', async () => {
      const text = await readFile(path, 'utf8').catch(() => '');
      const rules = '"websocketMonitor.decoders":[{"connection":"chat","use":["socketio"]}]';
      return text.replaceAll(/\s/g, '').includes(rules);
    });
  });

  it('are told of a mistake in the setting', async () => {
    await workbench.setWorkspaceSettings({
      ...settings,
      'websocketMonitor.decoders': [{ connection: 'chat', use: 'soketio' }],
    });
    await page.notified(/soketio/);
    await page.screenshot('decoders-mistake');
    await workbench.setWorkspaceSettings(settings);
  });

  it('are decoded again after a reload', async () => {
    await page.monitor.filter.fill('event:lookup');
    await status(/^2 of/);
    await until('the editor keeps the filter', async () =>
      (await keptEditors(workbench.page)).includes('"filter":"event:lookup"'),
    );
    await workbench.reload();
    await chip('Decoded as Socket.IO').waitFor();
    await heading('Event').waitFor();
    assert.equal(await page.monitor.filter.inputValue(), 'event:lookup');
    await row('= "ok"').waitFor();
  });

  it('are those of GraphQL by the subprotocol', async () => {
    await connect('graph');
    await chip('Decoded as GraphQL').waitFor();
    assert.match(
      (await chip('Decoded as GraphQL').getAttribute('title')) ?? '',
      /^The subprotocol says so\. /,
    );
    await row('Nothing can be changed here').waitFor();
    await page.screenshot('decoded-graphql');
    await page.monitor.filter.fill('call:failed');
    await row('Nothing can be changed here').waitFor();
    assert.equal(await row('Nothing can be').locator('.event').innerText(), 'Buy');
    await page.monitor.filter.fill('event:Now');
    await row('"now":').waitFor();
  });

  it('say of a subscription when it began to answer, also when the connection has ended', async () => {
    await page.monitor.filter.fill('event:Ticks');
    await row('{"quote":').waitFor();
    const asked = row(/subscription/).locator('.latency');
    assert.equal(await asked.innerText(), 'goes on');
    await page.monitor.button('Disconnect').click();
    await until('the latency is that of the first answer', async () =>
      latency.test(await asked.innerText()),
    );
    await page.monitor.open(row(/subscription/));
    await page.monitor.details
      .getByText(/^went on until the connection ended, first answer after \d/)
      .waitFor();
  });

  it('are those of SignalR by the first of them', async () => {
    await connect('hub');
    await chip('Decoded as SignalR').waitFor();
    await page.monitor.filter.fill('event:Add');
    await status(/^2 of/);
    const answer = row('= 3');
    assert.match(await answer.locator('.latency').innerText(), latency);
    await page.monitor.filter.fill('event:Quote');
    await page.monitor.open(row('| ping'));
    const records = page.monitor.details.getByRole('listbox', {
      name: '2 records of this message',
    });
    const ping = records.getByRole('option', { name: 'ping' });
    await ping.waitFor();
    assert.deepEqual(await axeViolations(), []);
    await page.screenshot('decoded-signalr');
    await ping.click();
    await page.monitor.details.locator('.facts').getByText('Ping', { exact: true }).waitFor();
  });

  async function axeViolations(): Promise<readonly string[]> {
    const body = await page.monitor.frame.locator('body').elementHandle();
    const frame = await body.ownerFrame();
    assert.ok(frame);
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    await frame.evaluate(await readFile(axe, 'utf8'));
    return frame.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = await axe.run();
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
  }
});
