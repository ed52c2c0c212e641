import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { letTimePass } from '../support/letTimePass.ts';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import { FormPage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

describe('An import in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let form: FormPage;
  let peer: Peer;

  before(async () => {
    peer = await Peer.start();
    const insomnia = [
      'type: collection.insomnia.rest/5.0',
      'name: Chat',
      'collection:',
      '  - name: Join',
      '    url: "{{ _.base }}{{ _.version }}/join"',
      '    meta: { id: ws-req_1 }',
      '    headers: [{ name: X-Team, value: blue }, { name: X-Off, value: a, disabled: true }]',
      '    authentication: { type: bearer, token: abc-from-file }',
      '    payloads: [{ name: Hello, value: hello, mode: text/plain }]',
      '  - { name: Rest, url: "http://x.test", method: GET, meta: { id: req_1 } }',
      'environments:',
      '  name: Base',
      `  data: { base: "${peer.url.replace(/\/$/, '')}", version: /v1 }`,
    ].join('\n');
    workbench = await openWorkbench({ files: { 'insomnia.yaml': insomnia } });
    page = new WorkbenchPage(workbench.page);
    form = new FormPage(workbench.page);
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const inFolder = (path: string) => readFile(join(workbench.folder, path), 'utf8');

  /** The dialog for a file fills in a folder of its own when it has looked at it. */
  async function choose(path: string): Promise<void> {
    const next = page.option('Workspace');
    for (let tries = 0; tries < 30 && !(await next.isVisible()); tries++) {
      if ((await page.quickInput.inputValue()).startsWith('/')) {
        await page.quickInput.fill(path);
        await letTimePass(500, 'the dialog shows nothing while it looks at the path');
        await workbench.page.keyboard.press('Enter');
      }
      await next.waitFor({ timeout: 1500 }).catch(() => undefined);
    }
    await page.pick('Workspace');
  }

  it('says what came, stores what is secret, and shows a report of the rest', async () => {
    await page.runCommand('WebSocket Monitor: Import Messages');
    await choose(join(workbench.folder, 'insomnia.yaml'));
    await shows(workbench.page.getByText('The import contains a secret'));
    await page.screenshot('import-secrets');
    await page.dialogButton('Store as Secret').click();
    const sentence = 'From an Insomnia export: 1 message, 1 environment, 1 connection.';
    const center = await page.notified(sentence);
    await page.screenshot('import');
    await center.getByRole('button', { name: 'Show Report' }).first().click();
    await shows(page.tab('insomnia.yaml.txt'));
    await shows(workbench.page.locator('.part.editor').getByText('Left out or changed'));
    await page.screenshot('import-report');
    const library = await inFolder('.vscode/websocket-monitor.json');
    assert.match(library, /"folder": "Chat"[^]*"hello"[^]*"base": "ws:/);
    assert.doesNotMatch(library, /abc-from-file/);
  });

  it('gives connections that are saved and connected to at once', async () => {
    const center = await page.notified('1 connection.');
    await center.getByRole('button', { name: 'Add Connection…' }).first().click();
    await shows(form.frame.getByText('From the imported file.'));
    assert.equal(await form.field('Name').inputValue(), 'Join');
    await form.field('Workspace settings').check();
    await page.screenshot('import-form');
    await form.button('Save and Connect').click();
    // What is in the settings of a workspace now, a workspace may have written.
    await shows(workbench.page.getByText('Secret: import-').first());
    await page.screenshot('import-permission');
    await page.dialogButton('Allow').click();
    await shows(page.statusBarItem('Join · connected'));
    await until('the peer was asked', () => peer.headers.length > 0);
    assert.equal(peer.headers[0]?.['x-team'], 'blue');
    assert.equal(peer.headers[0]['authorization'], 'Bearer abc-from-file');
    assert.doesNotMatch(await inFolder('.vscode/settings.json'), /abc-from-file/);
  });
});
