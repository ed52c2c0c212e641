// Not timed: what counts is that nothing is lost, doubled or out of order.
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, beforeEach, describe, it } from 'node:test';
import { capturesFolder, rowsIn } from '../support/capture/captureFiles.ts';
import { FloodPeer } from '../support/network/floodPeer.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const prefix = '{"n":';
const limitMs = 120_000;

/** What a capture's file says became of the numbers. */
interface Account {
  readonly stored: number;
  readonly dropped: number;
  /** The number that is due next. */
  readonly next: number;
}

/** Goes through a capture from its beginning and stops at the first number that is not accounted for. */
function account(path: string): Account {
  let [stored, dropped, next] = [0, 0, 0];
  for (const { direction, kind, head } of rowsIn(path)) {
    if (kind === 'state') {
      const count = /([\d,]+) messages? .* dropped: /.exec(head)?.[1]?.replaceAll(',', '') ?? '0';
      dropped += Number(count);
      next += Number(count);
    } else if (direction === 'in' && head.startsWith(prefix)) {
      const number = Number.parseInt(head.slice(prefix.length), 10);
      assert.equal(number, next, `after ${stored} stored and ${dropped} dropped`);
      stored++;
      next++;
    }
  }
  return { stored, dropped, next };
}

describe('A flood in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let flood: FloodPeer;

  before(async () => {
    flood = await FloodPeer.start();
    workbench = await openWorkbench();
    page = new WorkbenchPage(workbench.page);
    await page.runCommand('WebSocket Monitor: Open Monitor');
  });

  after(async () => {
    await workbench.close();
    await flood.stop();
  });

  /** A new connection, so a new capture, for each test. */
  beforeEach(async () => {
    await flood.stop();
    flood = await FloodPeer.start();
  });

  const use = async (overflow: 'pause' | 'drop') => {
    await workbench.setMachineSettings({
      'websocketMonitor.history.overflow': overflow,
      'websocketMonitor.heartbeat.ping': false,
      'websocketMonitor.reconnect.initialDelay': 0.2,
    });
    await page.runCommand('WebSocket Monitor: Connect');
    await workbench.page.getByPlaceholder(/^Type a URL/).fill(flood.url);
    await page.option(`Connect to ${flood.url}`).waitFor();
    await page.accept();
    const connected = `Connected to ${new URL(flood.url).host}`;
    await page.monitor.rows.filter({ hasText: connected }).first().waitFor();
  };

  const latest = async () => {
    const folder = capturesFolder(workbench.serverDataDir);
    const names = (await readdir(folder)).filter(name => name.endsWith('.sqlite'));
    return join(folder, names.sort().at(-1) ?? '');
  };

  /** Waits until each number that was sent is accounted for, and gives the account. */
  const settled = async (): Promise<Account> => {
    const path = await latest();
    let found = account(path);
    const isComplete = () => {
      found = account(path);
      return found.next >= flood.sent;
    };
    await until(() => `all is accounted for: ${JSON.stringify(found)}`, isComplete, limitMs);
    return found;
  };

  it('is stored to the last message, in order', async () => {
    await use('pause');
    await flood.send(300_000, 500);
    assert.deepEqual(await settled(), { stored: 300_000, dropped: 0, next: 300_000 });
    await page.screenshot('flood');
  });

  it('is exported to the last message, in order', async () => {
    const path = join(workbench.folder, 'flood.ndjson');
    await page.runCommand('WebSocket Monitor: Export Messages');
    await page.pick('shown in the monitor');
    await page.pick('NDJSON');
    await page.saveAs(path);
    await workbench.page
      .getByText(/Exported 300,\d\d\d messages of .* to flood\.ndjson\./)
      .first()
      .waitFor({ state: 'attached' });
    let next = 0;
    for await (const line of createInterface(createReadStream(path))) {
      const row = JSON.parse(line) as { readonly kind: string; readonly data?: string };
      if (row.kind === 'text') {
        assert.equal((JSON.parse(row.data ?? '') as { n: number }).n, next++);
      }
    }
    assert.equal(next, 300_000);
  });

  it('is stored or counted as dropped, each message at its place, where it must not wait', async () => {
    await use('drop');
    await flood.send(300_000, 500);
    await flood.send(1, 100);
    const { stored, dropped, next } = await settled();
    assert.equal(next, 300_001);
    assert.equal(stored + dropped, 300_001);
    console.log(`dropped where it must not wait: ${dropped} of ${next}`);
  });

  it('is complete across reconnects in its middle', async () => {
    await use('pause');
    for (let round = 1; round <= 4; round++) {
      await flood.send(50_000, 100);
      assert.equal(flood.sent, round * 50_000);
      flood.close(1012);
      await until('it comes back', () => flood.isOpen);
    }
    assert.deepEqual(await settled(), { stored: 200_000, dropped: 0, next: 200_000 });
  });
});
