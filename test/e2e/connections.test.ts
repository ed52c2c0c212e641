import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'jsonc-parser';
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
  /**
   * Waits for the rows of the tree. While the editor reads them again, a command that is run on one gets
   * no row, and asks for one.
   */
  const untilListed = (...expected: readonly string[]) =>
    until(`the tree has ${expected.join(', ')}`, async () => {
      const labels = await tree.labels();
      return labels.join() === expected.join();
    });
  const keepsComments = async () => {
    const text = await settings();
    for (const comment of comments) {
      assert.ok(text.includes(comment), `${comment} is kept in ${text}`);
    }
  };
  /** The text of the line that the cursor of the active editor is in. */
  const cursorLine = async () => {
    const editor = workbench.page.locator('.editor-instance .monaco-editor.focused');
    const cursor = await editor.locator('.cursor').first().boundingBox();
    const lines = await editor.locator('.view-line').all();
    for (const line of lines) {
      const box = await line.boundingBox();
      if (cursor && box && cursor.y >= box.y - 2 && cursor.y < box.y + box.height - 2) {
        return (await line.innerText()).replaceAll('\u00a0', ' ');
      }
    }
    return '';
  };
  const parseSettings = (text: string) => ({
    connections:
      (parse(text) as Record<string, Record<string, unknown>[]>)['websocketMonitor.connections'] ??
      [],
  });
  const formIsGone = () => form.field('URL').waitFor({ state: 'detached' });

  it('are all that the palette is about until one is connected', async () => {
    const about = [
      'Edit Connection…',
      'Duplicate Connection',
      'Move Connection Up',
      'List Secrets…',
    ];
    const others = ['Disconnect', 'Reconnect Now', 'Send Message…', 'Delete Secret…'];
    assert.deepEqual(await page.offered([...about, ...others]), about);
  });

  it('are shown in the monitor before they are connected, without anything on disk', async () => {
    await tree.select(/^alpha/);
    const { frame } = page.monitor;
    await shows(frame.getByRole('heading', { name: 'alpha is not connected.' }));
    await shows(frame.getByRole('button', { name: 'Connect to alpha' }));
    const picker = frame.getByRole('combobox', { name: 'Connection' });
    assert.deepEqual(await picker.locator('optgroup').getAttribute('label'), 'Not connected');
    assert.deepEqual(await page.monitor.offeredSources(), ['alpha', 'beta']);
    await page.screenshot('not-connected');
    await picker.selectOption('beta');
    await shows(frame.getByRole('heading', { name: 'beta is not connected.' }));
    const captures = join(
      workbench.serverDataDir,
      'data/User/globalStorage/websocket-monitor.websocket-monitor/captures',
    );
    assert.deepEqual(await readdir(captures).catch(() => []), []);
  });

  it('are added with a form, by keyboard, into the settings of the workspace', async () => {
    await page.runCommand('WebSocket Monitor: New Connection');
    await form.field('URL').waitFor();
    await form.field('URL').focus();
    await workbench.page.keyboard.type('http://nowhere');
    await shows(form.frame.getByText('Use ws:// in place of http://'));
    await page.screenshot('form-problem');
    await form.field('URL').fill(peer.url);
    await workbench.page.keyboard.press('Tab');
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

  it('send messages when they open, in an order, with comments kept', async () => {
    await tree.choose(/^beta/, 'Edit Connection…');
    await form.button('Add Message').click();
    await form.field('What to send, Message 1').fill('hello');
    await form.button('Add Message').click();
    await form.field('Kind, Message 2').selectOption('JSON');
    await form.field('What to send, Message 2').fill('{ "op": 1 }');
    await form.button('Move Message 2 Up').click();
    await form.open('Reconnecting');
    await form.button('Add Rule').click();
    await form.field('Code, Rule 1').fill('4000');
    await page.screenshot('form-opening');
    await form.button('Save').click();
    await formIsGone();
    const { connections } = parseSettings(await settings());
    const beta = connections.find(({ name }) => name === 'beta');
    assert.deepEqual(beta?.['onOpen'], [{ json: { op: 1 } }, 'hello']);
    assert.deepEqual(beta['reconnect'], { rules: [{ close: 4000, action: 'retry' }] });
    await keepsComments();
  });

  it('are opened in settings.json at their place, from the tree and from the form', async () => {
    await tree.choose(/^beta/, 'Open in settings.json');
    await shows(page.tab('settings.json'));
    await until('the cursor is in beta', async () => (await cursorLine()).includes('"beta"'));
    await tree.choose(/^beta/, 'Edit Connection…');
    await form.frame.getByText('Written to .vscode/settings.json.').waitFor();
    await form.frame.getByText(/\/Machine\/settings\.json on the remote machine/).waitFor();
    await form.button('Edit in settings.json: Messages to send').click();
    await until('the cursor is at onOpen', async () => (await cursorLine()).includes('"onOpen"'));
    await page.screenshot('open-in-settings');
    await page.tab('Connection: beta').click();
    await form.button('Cancel').click();
    await formIsGone();
    await page.runCommand('View: Close All Editors');
  });

  it('are completed in settings.json, and added from the settings editor', async () => {
    const { keyboard } = workbench.page;
    await page.runCommand('Preferences: Open Remote Settings (JSON)');
    await shows(page.tab('settings.json'));
    const editor = workbench.page.locator('.editor-instance .monaco-editor');
    await editor.locator('.view-lines').click();
    const written = async () => {
      const lines = await editor.locator('.view-line').allInnerTexts();
      return lines.join('').replaceAll(/[\u00a0\s]+/g, ' ');
    };
    const complete = async (typed: string, label: RegExp) => {
      await keyboard.type(typed);
      const option = workbench.page.locator('.suggest-widget.visible .monaco-list-row');
      await option.filter({ hasText: label }).first().waitFor();
      await keyboard.press('Enter');
    };
    await keyboard.press('ControlOrMeta+A');
    await keyboard.type('{');
    await complete('"websocketMonitor.connecti', /websocketMonitor\.connections/);
    await complete('', /\[ Connection \]/);
    await until('a name and a URL are there', async () =>
      (await written()).includes('"name": "name", "url": "wss://example.com/feed"'),
    );
    await keyboard.press('Tab');
    await keyboard.press('End');
    await complete(',"onOp', /onOpen/);
    await page.screenshot('settings-completed');
    await until('a message is there', async () => (await written()).includes('"subscribe"'));
    await page.runCommand('File: Revert File');
    await page.runCommand('View: Close All Editors');
    // The editor may have saved what was typed.
    await workbench.setMachineSettings({});
    await shows(tree.item(/^alpha, ws/));
    const settingsEditor = await page.openSettings('@id:websocketMonitor.connections');
    await page.screenshot('settings-connections');
    await settingsEditor.getByRole('link', { name: 'New Connection…' }).click();
    await form.field('URL').waitFor();
    await form.button('Cancel').click();
    await formIsGone();
    await page.runCommand('View: Close All Editors');
  });

  it('are duplicated, moved and removed from the tree', async () => {
    await tree.choose(/^alpha/, 'Duplicate Connection');
    await form.field('URL').waitFor();
    await form.button('Cancel').click();
    await formIsGone();
    await untilNames('alpha', 'alpha (2)', 'beta', 'gamma');
    await untilListed('alpha', 'alpha (2)', 'beta', 'gamma');
    await tree.choose(/^gamma/, 'Move Connection Up');
    await untilNames('alpha', 'alpha (2)', 'gamma', 'beta');
    await untilListed('alpha', 'alpha (2)', 'gamma', 'beta');
    await tree.choose(/^alpha, ws/, 'Move Connection Down');
    await untilNames('alpha (2)', 'alpha', 'gamma', 'beta');
    await untilListed('alpha (2)', 'alpha', 'gamma', 'beta');
    await page.screenshot('connections');
    await tree.choose(/^alpha \(2\)/, 'Remove Connection…');
    await shows(dialog().getByText('Remove the connection "alpha (2)" from the settings?'));
    await answer('Cancel');
    await tree.choose(/^alpha \(2\)/, 'Remove Connection…');
    await answer('Remove');
    await untilNames('alpha', 'gamma', 'beta');
    await untilListed('alpha', 'gamma', 'beta');
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

  it('show the messages of their last capture until they are connected again', async () => {
    const { frame, rows } = page.monitor;
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await tree.select(/^delta/);
    peer.send('remember me');
    await shows(rows.filter({ hasText: 'remember me' }));
    await workbench.reload();
    await page.runCommand('WebSocket Monitor: Focus on Connections View');
    await tree.select(/^delta, ws/);
    await shows(frame.getByText(/^Not connected\. These are its messages of /));
    await shows(rows.filter({ hasText: 'remember me' }));
    await page.monitor.open(rows.filter({ hasText: 'remember me' }));
    await shows(page.monitor.details);
    await page.screenshot('last-capture');
    const before = peer.headers.length;
    await page.monitor.button('Connect Now').click();
    await shows(page.statusBarItem('delta · connected'));
    assert.equal(peer.headers.length, before + 1);
    // The last capture began with such a row as well.
    await rows.filter({ hasText: 'remember me' }).waitFor({ state: 'detached' });
    await shows(rows.filter({ hasText: 'Connected to 127.0.0.1' }));
  });

  it('of the user are shown beside those of the workspace as soon as they are saved', async () => {
    await page.runCommand('WebSocket Monitor: New Connection');
    await form.field('URL').fill(`${peer.url}mine`);
    await form.field('Name').fill('delta');
    await form.field('User settings').check();
    await form.button('Save and Connect').click();
    await formIsGone();
    await shows(tree.item(/^delta \(User\), connected/));
    assert.equal(peer.paths.at(-1), '/mine');
    await shows(tree.item(/^delta, Workspace · connected/));
    await shows(tree.item(/^beta, Workspace · ws:/));
    await untilNames('alpha', 'delta', 'beta', 'from curl');
    await page.screenshot('user-beside-workspace');
  });
});
