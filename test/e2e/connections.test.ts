import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import { answerDialog, FormPage, TreePage } from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const settingsText = `{
  // The user has written this.
  "editor.tabSize":   3,
  "websocketMonitor.connections": [
    // before alpha
    { "name": "alpha", "url": "ws://127.0.0.1:1/" }, /* behind alpha */
    { "name": "beta", "url": "ws://127.0.0.1:2/?a=b" } // behind beta
  ],
  /* the end */
}
`;
const comments = [
  '// The user has written this.',
  '"editor.tabSize":   3,',
  '// before alpha',
  '/* behind alpha */',
  '/* the end */',
];

describe('Connections in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let form: FormPage;
  let tree: TreePage;
  let peer: Peer;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({ files: { '.vscode/settings.json': settingsText } });
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    page = new WorkbenchPage(workbench.page);
    form = new FormPage(workbench.page);
    tree = new TreePage(workbench.page, 'Connections');
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await shows(tree.item(/^beta/));
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const settings = () => readFile(join(workbench.folder, '.vscode/settings.json'), 'utf8');
  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const answer = (button: string) => answerDialog(workbench.page, button);
  const names = async () =>
    [...(await settings()).matchAll(/"name": "([^"]*)"/g)].map(([, name]) => name);
  const untilNames = (...expected: readonly string[]) =>
    until(`the connections are ${expected.join(', ')}`, async () => {
      const found = await names();
      return found.join() === expected.join();
    });
  const keepsComments = async () => {
    const text = await settings();
    for (const comment of comments) {
      assert.ok(text.includes(comment), `${comment} is kept in ${text}`);
    }
  };
  const formIsGone = () => form.field('URL').waitFor({ state: 'detached' });

  it('are added with a form, by keyboard, into the settings of the workspace', async () => {
    await page.runCommand('WebSocket Monitor: New Connection');
    await form.field('URL').waitFor();
    await form.field('URL').focus();
    await workbench.page.keyboard.type('http://nowhere');
    await shows(form.frame.getByText('Use ws:// in place of http://'));
    await page.screenshot('form-problem');
    await form.field('URL').fill(peer.url);
    await workbench.page.keyboard.press('Shift+Tab');
    await workbench.page.keyboard.type('gamma');
    await form.field('Workspace settings').check();
    await workbench.page.keyboard.press('ControlOrMeta+S');
    await formIsGone();
    await untilNames('alpha', 'beta', 'gamma');
    await keepsComments();
    await shows(tree.item(/^gamma/));
  });

  it('refuse a name that is taken', async () => {
    await page.runCommand('WebSocket Monitor: New Connection');
    await form.field('URL').fill('ws://127.0.0.1:3/');
    await form.field('Name').fill('beta');
    await form.button('Save').click();
    await shows(form.frame.getByRole('alert').filter({ hasText: 'One field has an error.' }));
    await form.button('Cancel').click();
    await shows(dialog().getByText('Save the changes to "beta"?'));
    await answer("Don't Save");
    await formIsGone();
    assert.deepEqual(await names(), ['alpha', 'beta', 'gamma']);
  });

  it('are edited from the tree, and keep what the form does not show', async () => {
    await tree.choose(/^beta/, 'Edit Connection…');
    await form.field('URL').waitFor();
    assert.equal(await form.field('URL').inputValue(), 'ws://127.0.0.1:2/?a=b');
    await form.open('Heartbeat');
    await form.field('Ping interval, seconds').fill('7');
    await form.open('Handshake');
    await form.button('Add Header').click();
    await form.field('Name of header 1').fill('X-Team');
    await form.field('Value of header 1').fill('blue');
    await page.screenshot('form');
    await form.button('Save').click();
    await formIsGone();
    const text = await settings();
    assert.match(text, /"heartbeat\.interval": 7|"interval": 7/);
    assert.match(text, /"X-Team": "blue"/);
    await keepsComments();
  });

  it('are duplicated, moved and removed from the tree', async () => {
    await tree.choose(/^alpha/, 'Duplicate Connection');
    await form.field('URL').waitFor();
    await form.button('Cancel').click();
    await formIsGone();
    await untilNames('alpha', 'alpha (2)', 'beta', 'gamma');
    await tree.choose(/^gamma/, 'Move Connection Up');
    await untilNames('alpha', 'alpha (2)', 'gamma', 'beta');
    await tree.choose(/^alpha, ws/, 'Move Connection Down');
    await untilNames('alpha (2)', 'alpha', 'gamma', 'beta');
    await until('the tree has that order', async () => {
      const labels = await tree.labels();
      return labels.join() === 'alpha (2),alpha,gamma,beta';
    });
    await page.screenshot('connections');
    await tree.choose(/^alpha \(2\)/, 'Remove Connection…');
    await shows(dialog().getByText('Remove the connection "alpha (2)" from the settings?'));
    await answer('Cancel');
    await tree.choose(/^alpha \(2\)/, 'Remove Connection…');
    await answer('Remove');
    await untilNames('alpha', 'gamma', 'beta');
    await keepsComments();
  });

  it('are connected to from the form', async () => {
    await tree.choose(/^gamma/, 'Edit Connection…');
    await form.field('Name').fill('delta');
    await form.button('Save and Connect').click();
    await shows(page.statusBarItem('delta · connected'));
    await untilNames('alpha', 'delta', 'beta');
    assert.equal(peer.sockets.length, 1);
  });

  it('are copied as commands of a shell', async () => {
    for (const [tool, pattern] of [
      ['wscat', /^wscat .*127\.0\.0\.1:2.*X-Team: ?blue/],
      ['websocat', /^websocat .*X-Team: ?blue.*127\.0\.0\.1:2/],
      ['curl', /^curl [^]*X-Team: ?blue/],
    ] as const) {
      await tree.choose(/^beta/, 'Copy Connection As…');
      await page.pick(tool);
      await until(`it is copied for ${tool}`, async () => pattern.test(await clipboard()));
    }
  });

  it('are imported from what a browser copies as cURL', async () => {
    const curl = `curl 'wss://127.0.0.1:4/feed' \\
  -H 'Upgrade: websocket' -H 'Connection: Upgrade' \\
  -H 'Origin: https://example.com' -H 'Cookie: sid=1' \\
  -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' -H 'Sec-WebSocket-Version: 13'`;
    await workbench.page.evaluate(text => navigator.clipboard.writeText(text), curl);
    await page.runCommand('WebSocket Monitor: Import Connection from cURL');
    await shows(form.frame.getByText('From a cURL command.'));
    assert.equal(await form.field('URL').inputValue(), 'wss://127.0.0.1:4/feed');
    await form.field('Name').fill('from curl');
    await form.field('Workspace settings').check();
    await page.screenshot('form-curl');
    await form.button('Save').click();
    await formIsGone();
    await untilNames('alpha', 'delta', 'beta', 'from curl');
    assert.match(await settings(), /"Origin": "https:\/\/example\.com"/);
    assert.doesNotMatch(await settings(), /Sec-WebSocket-Key/i);
    await keepsComments();
  });

  it('of a link are shown and asked about, and dialled only then', async () => {
    const before = peer.headers.length;
    const link = `vscode://websocket-monitor.websocket-monitor/connect?url=${peer.url}linked&name=linked`;
    const follow = async () => {
      await page.runCommand('Developer: Open URL');
      await page.answer(link);
      // The editor itself asks as well where it does not know the link.
      await shows(dialog());
      if (
        await dialog()
          .getByText(/extension to open this URI/)
          .count()
      ) {
        await dialog().getByRole('button', { name: 'Open' }).click();
      }
      await shows(dialog().getByText(/A link wants to connect to 127\.0\.0\.1/));
    };
    await follow();
    await page.screenshot('deep-link');
    await answer('Cancel');
    await follow();
    assert.equal(peer.headers.length, before);
    await answer('Connect');
    await until('it is dialled', () => peer.headers.length === before + 1);
    await shows(tree.item(/^linked/));
  });
});
