import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import { refusedPort } from '../support/network/peers.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import { ComposerPage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

describe('Messages that wait for the connection', () => {
  let port: number;
  let workbench: Workbench;
  let page: WorkbenchPage;
  let composer: ComposerPage;

  before(async () => {
    port = await refusedPort();
    workbench = await openWorkbench({
      settings: {
        'websocketMonitor.connections': [{ name: 'late', url: `ws://127.0.0.1:${port}/` }],
        'websocketMonitor.queue.maxMessages': 3,
        'websocketMonitor.queue.maxAge': 600,
        'websocketMonitor.reconnect.maxAttempts': 0,
        'websocketMonitor.reconnect.maxDelay': 1,
      },
    });
    page = new WorkbenchPage(workbench.page);
    composer = new ComposerPage(workbench.page);
    await page.connectFirst();
    await composer.button('Compose').click();
  });

  after(() => workbench.close());

  const shows = (locator: Locator) => locator.first().waitFor();
  const row = (text: string) => page.monitor.rows.filter({ hasText: text });
  const queue = async (text: string) => {
    await composer.field.fill(text);
    await composer.button('Queue').click();
    await composer.says('Queued until the connection is open.');
  };

  it('are queued by the button that says so, are counted, and can be cancelled', async () => {
    await queue('in vain 1');
    await composer.says('1 waiting');
    await queue('in vain 2');
    await composer.says('2 waiting');
    await composer.button('Cancel All').click();
    await composer.region.getByText(/waiting$/).waitFor({ state: 'detached' });
    await shows(row('2 queued messages were not sent'));
  });

  it('are no more than the setting allows, and no ping is among them', async () => {
    for (const text of ['first', 'second', 'third']) {
      await queue(text);
    }
    await composer.field.fill('one too many');
    await composer.button('Queue').click();
    await composer.says(/the queue is full \(queue\.maxMessages is 3\)/);
    assert.equal(await composer.field.inputValue(), 'one too many');
    await composer.says('3 waiting');
    await composer.choose('ping');
    await composer.says('A ping or a close is not queued: it needs an open connection.');
    await composer.choose('text');
  });

  it('are sent in order once it is open', async () => {
    const peer = await Peer.start(port);
    try {
      await shows(page.statusBarItem('late · connected'));
      await until('all came', () => peer.received.length === 3);
      assert.deepEqual(peer.received, ['first', 'second', 'third']);
      await composer.button('Send').waitFor();
      await composer.region.getByText(/waiting$/).waitFor({ state: 'detached' });
    } finally {
      await peer.stop();
    }
  });
});
