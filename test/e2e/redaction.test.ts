import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import { ComposerPage, storeSecret } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const secret = 'Kq7+hush/9zW=x4';
const spellings = [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString('base64'),
  Buffer.from(`ann:${secret}`).toString('base64'),
  Buffer.from(secret).toString('hex'),
];

describe('A session with a known secret', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let composer: ComposerPage;
  let peer: Peer;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({
      settings: {
        'websocketMonitor.reconnect.initialDelay': 0.5,
        'websocketMonitor.logLevel': 'trace',
        'websocketMonitor.connections': [
          {
            name: 'guarded',
            url: `${peer.url}feed?key=\${secret:known}`,
            headers: { 'X-Custom': 'is ${secret:known}' },
            auth: { type: 'basic', username: 'ann', password: '${secret:known}' },
            onOpen: ['opening ${secret:known}'],
          },
        ],
      },
      files: {
        '.vscode/websocket-monitor.json': JSON.stringify({
          version: 1,
          items: [{ name: 'Kept', json: { key: '${secret:known}' } }],
        }),
      },
    });
    page = new WorkbenchPage(workbench.page);
    composer = new ComposerPage(workbench.page);
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const row = (text: string | RegExp) => page.monitor.rows.filter({ hasText: text });
  const sendIt = async (text: string) => {
    await composer.field.fill(text);
    await workbench.page.keyboard.press('ControlOrMeta+Enter');
  };

  /** The files below these folders that hold one of these texts. */
  async function filesWith(texts: readonly string[], ...folders: readonly string[]) {
    const found: string[] = [];
    for (const folder of folders) {
      const options = { recursive: true, withFileTypes: true } as const;
      for (const entry of await readdir(folder, options).catch(() => [])) {
        if (entry.isFile()) {
          const path = join(entry.parentPath, entry.name);
          const bytes = await readFile(path).catch(() => Buffer.alloc(0)); // It may be gone by now.
          found.push(...texts.filter(text => bytes.includes(text)).map(text => `${path}: ${text}`));
        }
      }
    }
    return found;
  }

  it('uses it in the URL, a header, the login, opening messages and the composer', async () => {
    await storeSecret(workbench.page, 'known', secret);
    await page.connectFirst();
    await shows(page.statusBarItem('guarded · connected'));
    await until('it was greeted', () => peer.received.includes(`opening ${secret}`));
    const [headers] = peer.headers;
    const login = Buffer.from(`ann:${secret}`).toString('base64');
    assert.deepEqual(
      [headers?.['x-custom'], headers?.['authorization']],
      [`is ${secret}`, `Basic ${login}`],
    );
    await composer.button('Compose').click();
    await sendIt('text ${secret:known}');
    await until('it came', () => peer.received.includes(`text ${secret}`));
    await composer.choose('json');
    await sendIt('{"key":"${secret:known}"}');
    await until('it came as JSON', () => peer.received.includes(JSON.stringify({ key: secret })));
  });

  it('never shows it, also where the peer says it', async () => {
    await page.runCommand('WebSocket Monitor: Show Messages Output');
    for (const socket of peer.sockets) {
      socket.close(4009, `no ${secret}`);
    }
    await shows(row(/no •••/));
    await until('it is back', () => peer.headers.length === 2);
    await shows(page.statusBarItem('guarded · connected'));
    const shown = [
      await page.monitor.frame.locator('body').innerText(),
      await workbench.page.locator('body').innerText(),
      (await page.outputLines()).join('\n'),
    ].join('\n');
    assert.match(shown, /opening •••/);
    assert.deepEqual(
      spellings.filter(text => shown.includes(text)),
      [],
    );
  });

  it('leaves it in no file', async () => {
    const folders = [workbench.serverDataDir, workbench.folder];
    const captures = join(
      workbench.serverDataDir,
      'data/User/globalStorage/websocket-monitor.websocket-monitor/captures',
    );
    await until('the capture is written', async () => {
      return (await filesWith(['text •••'], captures)).length > 0;
    });
    assert.deepEqual(await filesWith(spellings, ...folders), []);
    await page.runCommand('WebSocket Monitor: Disconnect');
    await shows(page.statusBarItem('disconnected'));
    await workbench.reload();
    await page.runCommand('WebSocket Monitor: Open Monitor');
    assert.deepEqual(await filesWith(spellings, ...folders), []);
  });
});
