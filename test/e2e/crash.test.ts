import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { capturesFolder, numbersIn } from '../support/capture/captureFiles.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { Peer } from '../support/network/peer.ts';
import { descendants } from '../support/workbench/processTree.ts';
import { until } from '../support/until.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const names = Array.from({ length: 8 }, (_, n) => `feed ${n + 1}`);
const messageCount = 2000;

describe('A window with many connections whose extension host is killed', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let peer: Peer;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({
      settings: {
        'websocketMonitor.connections': names.map(name => ({ name, url: peer.url })),
        'websocketMonitor.autoConnect': true,
        'websocketMonitor.heartbeat.ping': false,
        // The smallest that there are: what a crash left stays all the same.
        'websocketMonitor.history.keepDays': 1,
        'websocketMonitor.history.keepMegabytes': 1,
      },
      // A workspace has no say in what is kept of others.
      files: {
        '.vscode/settings.json': JSON.stringify({
          'websocketMonitor.history.maxMegabytes': 1,
          'websocketMonitor.history.keepMegabytes': 1,
        }),
      },
    });
    page = new WorkbenchPage(workbench.page);
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const folder = () => capturesFolder(workbench.serverDataDir);
  const databases = async () =>
    (await readdir(folder())).filter(name => name.endsWith('.sqlite')).sort();
  const numbers = Array.from({ length: messageCount }, (_, n) => n);

  it('has all of its captures offered by the next one, and none deleted', async () => {
    await until('all are connected', () => peer.sockets.length === names.length, 60_000);
    numbers.forEach(number => peer.send(`message ${`${number} `.padEnd(200, 'x')}`));
    const isStored = (key: string) =>
      numbersIn(join(folder(), key), 'message ').length === messageCount;
    await until('all is stored', async () => {
      const there = await databases();
      return there.length === names.length && there.every(isStored);
    });
    const left = await databases();
    const [host, ...others] = descendants(process.pid).filter(({ command }) =>
      command.includes('--type=extensionHost'),
    );
    assert.ok(host && others.length === 0);
    process.kill(host.pid, 'SIGKILL');
    await workbench.reload();
    const center = await page.notified(
      /A window crashed while it monitored feed \d, feed \d, feed \d and 5 more\. All 8 captures were kept, with 16,\d{3} rows\./,
    );
    await page.screenshot('offered-all');
    await center.getByRole('button', { name: 'Show Captures' }).click();
    await page
      .treeItem('feed 8')
      .filter({ hasText: /2,00\d rows/ })
      .waitFor();
    await until('all are connected again', () => peer.sockets.length === names.length, 60_000);
    await letTimePass(7000, 'captures are swept five seconds later, which must delete none');
    const there = await databases();
    assert.deepEqual(
      left.filter(key => !there.includes(key)),
      [],
    );
    for (const key of left) {
      assert.deepEqual(numbersIn(join(folder(), key), 'message '), numbers);
    }
    for (const name of names) {
      await page
        .treeItem(name)
        .filter({ hasText: /2,00\d rows/ })
        .waitFor();
    }
    await page.screenshot('offered-captures');
  });

  it('keeps what it captures from everybody else', async () => {
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);
    assert.equal(await modeOf(folder()), '700');
    const modes = (await readdir(folder())).map(name => modeOf(join(folder(), name)));
    assert.deepEqual([...new Set(await Promise.all(modes))], ['600']);
  });
});
