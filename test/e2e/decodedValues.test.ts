// What is sent waits for decoded messages and uses their values, in a real workbench.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startDemoServer, type DemoServer } from '../../src/node/demo/demoServer.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';

describe('Values of decoded messages in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let demo: DemoServer;

  before(async () => {
    demo = await startDemoServer();
    const at = (path: string) => demo.url.replace('/ticker', path);
    const settings = {
      'websocketMonitor.output.decoded': true,
      'websocketMonitor.connections': [
        {
          name: 'chat',
          url: at('/socketio'),
          onOpen: [
            { text: '40', waitFor: { match: 'event:quote $[1].symbol' } },
            { text: '421["lookup",1]', waitFor: { match: 'event:lookup $[0]:ok' } },
            { text: '422["buy","${last:$[1].symbol}"]' },
          ],
        },
        {
          name: 'unread',
          url: at('/protobuf'),
          onOpen: [{ text: 'hello', waitFor: { match: '$.symbol', timeout: 3 } }],
        },
      ],
    };
    workbench = await openWorkbench({
      files: { '.vscode/settings.json': JSON.stringify(settings) },
      viewport: { width: 1600, height: 900 },
    });
    page = new WorkbenchPage(workbench.page);
  });

  after(async () => {
    await workbench.close();
    await demo.dispose();
  });

  const connect = async (name: string) => {
    await page.runCommand('WebSocket Monitor: Connect');
    await page.pick(name);
  };
  const row = (text: string | RegExp) => page.monitor.rows.filter({ hasText: text }).first();

  it('are waited for, and go into what is sent after them', async () => {
    await connect('chat');
    await page.monitor.filter.fill('event:lookup or event:buy');
    await row(/buy.*"[A-Z]{4}"$/s).waitFor();
    await row('= "ok"').waitFor();
    await page.screenshot('decoded-values');
  });

  it('are in the output channel, each in its turn', async () => {
    await page.runCommand('WebSocket Monitor: Show Messages Output');
    await page.output.getByText('attachment 1 of 1').first().waitFor();
    const lines = await page.outputLines();
    const numbers = lines.flatMap(line => /"seq":(\d+)/.exec(line)?.[1] ?? []).map(Number);
    assert.ok(numbers.length > 1, lines.join('\n'));
    assert.deepEqual(
      numbers,
      numbers.toSorted((one, other) => one - other),
    );
    assert.deepEqual(
      lines.filter(line => / 4[235]/.test(line)),
      [],
      'no packet is as it was sent',
    );
    await page.screenshot('decoded-output');
  });

  it('are missed where nobody decodes, and the row of the run says why', async () => {
    await connect('unread');
    await page.monitor.filter.fill('has:error');
    await row(/none came\. Messages of this connection are binary and not decoded/).waitFor();
    await page.screenshot('decoded-not');
  });
});
