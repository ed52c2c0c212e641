import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Locator } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import {
  openWorkbench,
  type Workbench,
  type WorkbenchOptions,
} from '../support/workbench/workbench.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

/** A type, the length of what follows, and a text. */
const message = Buffer.from('02000568656c6c6f', 'hex');
const path = '.vscode/decoders/acme.mjs';
const decoderSaying = (event: string) => `export const decoder = {
  takes: 'bytes',
  decode(bytes) {
    ${event}
  },
};
`;

describe('Decoders in files', () => {
  let peer: Peer;
  let workbench: Workbench | undefined;
  let page: WorkbenchPage;

  beforeEach(async () => {
    peer = await Peer.start();
  });

  afterEach(async () => {
    await workbench?.close();
    workbench = undefined;
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const row = (text: string | RegExp) => page.monitor.rows.filter({ hasText: text });
  const screen = () => {
    assert.ok(workbench);
    return workbench.page;
  };
  const fileAt = (name: string) => join(workbench?.folder ?? '', name);
  const rule = { connection: 'feed', use: { script: path } };

  const open = async (options: WorkbenchOptions = {}) => {
    workbench = await openWorkbench({
      ...options,
      settings: {
        'websocketMonitor.connections': [{ name: 'feed', url: peer.url }],
        ...options.settings,
      },
    });
    page = new WorkbenchPage(workbench.page);
    await page.connectFirst();
    await shows(page.statusBarItem('feed · connected'));
  };

  it('are written for the selected rows by New Decoder, and read them', async () => {
    await open();
    peer.send(message);
    await shows(row('68 65 6c 6c 6f'));
    await page.runCommand('WebSocket Monitor: New Decoder');
    await page.answer('acme');
    await page.pick('JavaScript');
    const offer = await page.notified(/acme\.mjs is written/);
    await page.screenshot('new-decoder');
    await offer.getByRole('button', { name: 'Use It' }).click();
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await shows(row('type 2'));
    await page.runCommand('WebSocket Monitor: Decode As');
    await shows(page.option('acme.mjs'));
    await page.screenshot('decode-as-scripts');
    await screen().keyboard.press('Escape');
    const test = await readFile(fileAt('.vscode/decoders/acme.test.mjs'), 'utf8');
    assert.match(test, new RegExp(message.toString('base64')));
  });

  it('are written for what is in compressed messages, and get it', async () => {
    await open();
    const text = '{"op":"greet","id":7}';
    peer.send(gzipSync(text));
    await shows(row('greet'));
    await page.runCommand('WebSocket Monitor: New Decoder');
    await page.answer('acme');
    await page.pick('JavaScript');
    const offer = await page.notified(/acme\.mjs is written/);
    await offer.getByRole('button', { name: 'Use It' }).click();
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await shows(page.monitor.rows.getByText('greet', { exact: true }));
    const test = await readFile(fileAt('.vscode/decoders/acme.test.mjs'), 'utf8');
    assert.match(test, new RegExp(Buffer.from(text).toString('base64')));
  });

  it('have their errors in the file, and draw the rows again when they are saved', async () => {
    const files = {
      [path]: decoderSaying("throw new Error('no such op');"),
      '.vscode/settings.json': JSON.stringify({ 'websocketMonitor.decoders': [rule] }),
    };
    await open({ files });
    peer.send(message);
    await row('68 65 6c 6c 6f').first().click();
    await shows(page.monitor.frame.getByText(/no such op/));
    await page.screenshot('decoder-failed-row');
    await page.monitor.frame.getByRole('button', { name: 'Open Decoder' }).click();
    await shows(screen().getByRole('tab', { name: /acme\.mjs/ }));
    await page.runCommand('Problems: Focus on Problems View');
    await shows(screen().getByText('no such op'));
    await page.screenshot('decoder-problem');
    await writeFile(fileAt(path), decoderSaying("return { event: 'greeting' };"));
    await page.runCommand('WebSocket Monitor: Open Monitor');
    await shows(row('greeting'));
  });

  it('are ended where they do not come to an end, and the monitor goes on', async () => {
    const loops = decoderSaying("if (bytes[0] === 2) { for (;;); } return { event: 'swift' };");
    const settings = JSON.stringify({ 'websocketMonitor.decoders': [rule] });
    await open({ files: { [path]: loops, '.vscode/settings.json': settings } });
    peer.send(message);
    peer.send(Buffer.from('0300', 'hex'));
    await shows(row('swift'));
    await row('68 65 6c 6c 6f').first().click();
    await shows(page.monitor.frame.getByText(/too long/));
    await page.screenshot('decoder-too-long');
  });

  it('come with another extension, which has no other code', async () => {
    const decoders = [{ name: 'acme', title: 'Acme Telemetry', module: './acme.mjs' }];
    const manifest = {
      name: 'acme-decoders',
      displayName: 'Acme Decoders',
      publisher: 'acme',
      version: '1.0.0',
      engines: { vscode: '^1.101.0' },
      contributes: { 'websocketMonitor.decoders': decoders },
    };
    await open({
      installed: {
        'package.json': JSON.stringify(manifest),
        'acme.mjs': decoderSaying("return { event: 'greeting' };"),
      },
    });
    peer.send(message);
    await shows(row('68 65 6c 6c 6f'));
    await page.runCommand('WebSocket Monitor: Decode As');
    await shows(page.option('Acme Telemetry'));
    await page.screenshot('decode-as-contributed');
    await page.pick('Acme Telemetry');
    await screen().keyboard.press('Enter');
    await shows(row('greeting'));
    await page.screenshot('decoded-by-contributed');
  });

  it('do not run in Restricted Mode, which the monitor says', async () => {
    const ran = 'ran';
    const writes = `import { writeFileSync } from 'node:fs'; writeFileSync('${ran}', '');`;
    const decoders = [{ connection: 'feed', use: { script: path } }];
    await open({
      trust: false,
      files: { [path]: `${writes}\n${decoderSaying("return { event: 'greeting' };")}` },
      settings: { 'websocketMonitor.decoders': decoders },
    });
    peer.send(message);
    await shows(row('68 65 6c 6c 6f'));
    await shows(page.monitor.frame.getByTitle(/runs once the workspace is trusted/));
    await page.screenshot('decoder-untrusted');
    assert.equal(await row('greeting').count(), 0);
    await assert.rejects(readFile(fileAt(ran)));
  });
});
