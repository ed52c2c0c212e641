import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { letTimePass } from '../support/letTimePass.ts';
import { Peer } from '../support/network/peer.ts';
import { openWorkbench, type Workbench } from '../support/workbench/workbench.ts';
import { until } from '../support/until.ts';
import {
  answerDialog,
  ComposerPage,
  storeSecret,
  TreePage,
} from '../support/workbench/clientPages.ts';
import { WorkbenchPage } from '../support/workbench/pages.ts';

const libraryPath = '.vscode/websocket-monitor.json';
const library = {
  version: 1,
  items: [
    { name: 'Hello', text: 'hello from the tree' },
    { folder: 'Orders', items: [{ name: 'Buy', json: { op: 'buy', token: '${token}' } }] },
    { name: 'Ticker', text: 'tick ${counter:tick}', repeat: { every: 0.2 } },
    {
      name: 'Sign in',
      steps: [
        { name: 'log in', text: 'login', waitFor: { match: '$.type:welcome', timeout: 20 } },
        { name: 'subscribe', text: 'subscribe as ${who}' },
      ],
    },
    { name: 'In vain', steps: [{ text: 'anybody?', waitFor: { match: 'nobody', timeout: 1 } }] },
  ],
  environments: [
    { name: 'dev', variables: { who: 'developer' } },
    { name: 'live', isProduction: true, variables: { who: 'customer' } },
  ],
  extractors: [{ name: 'token', path: '$.token' }],
};
const secret = 'hush-7f3a91';

describe('The composer in a real workbench', () => {
  let workbench: Workbench;
  let page: WorkbenchPage;
  let composer: ComposerPage;
  let tree: TreePage;
  let peer: Peer;

  before(async () => {
    peer = await Peer.start();
    workbench = await openWorkbench({
      settings: {
        'websocketMonitor.connections': [{ name: 'echo', url: peer.url }],
        'websocketMonitor.reconnect.initialDelay': 1,
      },
      files: {
        [libraryPath]: JSON.stringify(library, undefined, 2),
        'payload.txt': 'out of a file',
      },
    });
    page = new WorkbenchPage(workbench.page);
    composer = new ComposerPage(workbench.page);
    tree = new TreePage(workbench.page, 'Messages');
    await page.connectFirst();
    await shows(page.statusBarItem('echo · connected'));
  });

  after(async () => {
    await workbench.close();
    await peer.stop();
  });

  const shows = (locator: Locator) => locator.first().waitFor();
  const row = (text: string | RegExp) => page.monitor.rows.filter({ hasText: text });
  const dialog = () => workbench.page.locator('.monaco-dialog-box');
  const answer = (button: string) => answerDialog(workbench.page, button);
  const press = async (...keys: readonly string[]) => {
    for (const key of keys) {
      await workbench.page.keyboard.press(key);
    }
  };
  const received = (text: string) =>
    until(`"${text}" was received`, () => peer.received.includes(text));
  const drag = async (from: Locator, to: Locator) => {
    await from.hover();
    await workbench.page.mouse.down();
    // The first move starts to drag, the second is over the target.
    await to.hover();
    await to.hover();
    await workbench.page.mouse.up();
  };
  const sendIt = () => press('ControlOrMeta+Enter');

  it('sends a text by keyboard alone, which is a row like any other', async () => {
    await composer.button('Compose').focus();
    await press('Enter');
    await composer.field.waitFor();
    await workbench.page.keyboard.type('written by hand');
    await sendIt();
    await composer.says('Sent.');
    await received('written by hand');
    await shows(row('written by hand'));
  });

  it('keeps a secret for messages, and never shows it', async () => {
    await storeSecret(workbench.page, 'api-key', secret);
    await page.runCommand('WebSocket Monitor: List Secrets');
    await shows(page.option('api-key'));
    assert.doesNotMatch(await workbench.page.locator('.quick-input-widget').innerText(), /hush/);
    await press('Escape');
  });

  it('fills in variables, and shows what would be sent with secrets masked', async () => {
    await composer.choose('json');
    await composer.field.fill('{"id":"${uuid}","n":${counter},"key":"${secret:api-key}"');
    await composer.says('The JSON ends too early.');
    await composer.field.press('End');
    await workbench.page.keyboard.type('}');
    await shows(composer.preview.getByText('"n":1,"key":"•••"}'));
    await page.screenshot('composer');
    await composer.button('Send').click();
    await composer.says('Sent.');
    await until('it was received', () => peer.received.some(text => text.includes(secret)));
    const sent = JSON.parse(peer.received.at(-1) ?? '') as Record<string, unknown>;
    assert.match(String(sent['id']), /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    assert.deepEqual([sent['n'], sent['key']], [1, secret]);
    await composer.field.focus();
    await press('Shift+Alt+F');
    await until('it is formatted', async () => (await composer.field.inputValue()).includes('\n'));
    assert.doesNotMatch(await composer.region.innerText(), /hush/);
  });

  it('offers variables while they are typed', async () => {
    await composer.choose('text');
    await composer.field.fill('');
    await workbench.page.keyboard.type('${sec');
    await shows(composer.variables.filter({ hasText: 'secret:' }));
    await press('Tab');
    await shows(composer.variables.filter({ hasText: 'secret:api-key' }));
    await press('Tab');
    assert.equal(await composer.field.inputValue(), '${secret:api-key}');
  });

  it('names an unknown variable', async () => {
    await composer.field.fill('${nonesuch}');
    await composer.says(/no variable "nonesuch"/);
    const before = peer.received.length;
    await sendIt();
    await composer.field.fill('written by hand');
    await sendIt();
    await until('a later message is received', () => peer.received.length > before);
    assert.deepEqual(peer.received.slice(before), ['written by hand']);
  });

  it('says where hex goes wrong, and sends the bytes once it is right', async () => {
    await composer.choose('hex');
    await composer.field.fill('48 65 6c xy');
    await composer.region.getByRole('button', { name: '"x" is no hex digit.' }).click();
    const marked = await composer.field.evaluate(field => {
      const { value, selectionStart, selectionEnd } = field as HTMLTextAreaElement;
      return [value.slice(selectionStart, selectionEnd), selectionStart];
    });
    assert.deepEqual(marked, ['x', 9]);
    await composer.field.fill('48 65 6c ff');
    await composer.says('4 B');
    await sendIt();
    await received('hex:48656cff');
  });

  it('sends the bytes that base64 stands for, and says where it goes wrong', async () => {
    await composer.choose('base64');
    await composer.field.fill('SGVsbG8*/w==');
    await composer.says('"*" cannot stand here in base64.');
    await composer.field.fill('SGVsbG8g/w==');
    await composer.says('7 B');
    await sendIt();
    await received('hex:48656c6c6f20ff');
  });

  it('sends a file that is picked, as text or as bytes', async () => {
    await composer.choose('file');
    await shows(composer.region.getByText('No file is chosen.'));
    await composer.button('Choose File…').click();
    await page.saveAs(join(workbench.folder, 'payload.txt'));
    await shows(composer.region.getByText('payload.txt', { exact: true }));
    await composer.says('13 B');
    await composer.button('Send').click();
    await received('out of a file');
    await composer.region.getByRole('checkbox', { name: 'Send it as text' }).uncheck();
    await composer.button('Send').click();
    await received(`hex:${Buffer.from('out of a file').toString('hex')}`);
  });

  it('sends a ping with a payload', async () => {
    const pinged = new Promise<string>(resolve =>
      peer.sockets[0]?.on('ping', data => resolve(data.toString())),
    );
    await composer.choose('ping');
    await composer.field.fill('are you there');
    await sendIt();
    assert.equal(await pinged, 'are you there');
  });

  it('brings back what was sent with the arrow keys', async () => {
    await composer.choose('text');
    await composer.field.fill('');
    await press('ArrowUp');
    assert.equal(await composer.field.inputValue(), 'written by hand');
    await press('ArrowDown');
    assert.equal(await composer.field.inputValue(), '');
  });

  it('saves what was composed under a name, in the file of the workspace', async () => {
    await composer.field.fill('to be kept');
    await composer.button('Save…').click();
    await page.quickInput.waitFor();
    await press('Escape');
    await composer.button('Save…').click();
    await page.quickInput.fill('Hello/');
    await shows(workbench.page.getByText(/Enter a name, such as login or Orders\/login/));
    assert.equal(await composer.region.getByText(/Not sent|Not saved|Saved as/).count(), 0);
    await page.answer('Kept');
    await page.pick('Workspace');
    await composer.says('Saved as Kept');
    await until('it is in the file', async () =>
      (await readFile(join(workbench.folder, libraryPath), 'utf8')).includes('"to be kept"'),
    );
  });

  it('sends what the user has just saved without a question', async () => {
    await page.runCommand('WebSocket Monitor: Focus on Messages View');
    await shows(tree.item(/^Kept/));
    await tree.press(/^Kept/, 'Send');
    await received('to be kept');
    assert.equal(await dialog().count(), 0);
  });

  it('moves a saved message by dragging it out of its folder', async () => {
    const before = await libraryText();
    await tree.select(/^Orders/);
    await drag(tree.item(/^Buy/), tree.item(/^Hello/));
    await until('it is before Hello', async () =>
      /"items": \[\s*\{\s*"name": "Buy"[^]*"Hello"[^]*\}\s*$/.test(await libraryText()),
    );
    await writeFile(join(workbench.folder, libraryPath), before);
  });

  it('asks once before it sends what a file of the workspace says', async () => {
    await page.runCommand('WebSocket Monitor: Focus on Messages View');
    await shows(tree.item(/^Hello/));
    await tree.press(/^Hello/, 'Send');
    await shows(dialog().getByText(/wants to send "Hello" to "echo"/));
    await page.screenshot('messages-permission');
    await answer('Cancel');
    assert.ok(!peer.received.includes('hello from the tree'));
    await tree.press(/^Hello/, 'Send');
    await answer('Allow All 6 Messages as They Are');
    await received('hello from the tree');
    await tree.press(/^Hello/, 'Send');
    await until('it is sent again', () => {
      const sent = peer.received.filter(text => text === 'hello from the tree');
      return sent.length === 2;
    });
    assert.equal(await dialog().count(), 0);
  });

  it('switches the environment in the status bar', async () => {
    await page.statusBarItem('No Environment').click();
    await page.pick('dev');
    await shows(page.statusBarItem('dev'));
    await shows(composer.region.getByText('Environment dev'));
  });

  it('runs a sequence, which waits for an answer, and shows how far it is', async () => {
    await tree.press(/^Sign in/, 'Run');
    await received('login');
    await shows(tree.item(/^Sign in, 1\/2 · waiting/));
    await composer.says(/waiting · 0 of 2 · log in · 1 sent/);
    await page.screenshot('sequence');
    peer.send('{"type":"other"}');
    peer.send('{"type":"welcome","token":"t-1"}');
    await received('subscribe as developer');
    await shows(tree.item(/^Sign in, ✓ done \d\d:\d\d:\d\d · 2 sent in /));
    await shows(row('Sequence Sign in started: 2 steps.'));
    await shows(row(/Sequence Sign in done in [\d.]+ m?s: 2 steps, 2 messages sent\./));
  });

  it('shows what each step of a run did, with links to the rows of its messages', async () => {
    await page.monitor.open(row(/Sequence Sign in done/));
    const { details } = page.monitor;
    const step = details.getByRole('list', { name: 'Steps' }).getByRole('listitem').first();
    await shows(step.getByText('log in', { exact: true }));
    await shows(step.getByText('$.type:welcome · up to 20 s'));
    await shows(step.getByText('{"type":"welcome","token":"t-1"}'));
    await page.screenshot('sequence-details');
    await step
      .getByRole('button', { name: /^Go to row #/ })
      .first()
      .click();
    await shows(page.monitor.active.filter({ hasText: 'login' }));
    await details.getByRole('button', { name: 'Close Details' }).click();
    await page.monitor.messages.press('End');
  });

  it('fills in what an extractor took from a message', async () => {
    await composer.button('Saved Messages').click();
    await composer.entry('Orders').click();
    await composer.entry('Buy').click();
    await composer.entry('Insert into the Composer').click();
    await shows(composer.preview.getByText('{"op":"buy","token":"t-1"}'));
    await composer.says('26 B');
    await composer.button('Send').click();
    await received('{"op":"buy","token":"t-1"}');
  });

  it('stops what repeats', async () => {
    await tree.press(/^Ticker/, 'Send');
    await received('tick 3');
    await tree.press(/^Ticker/, 'Stop Message or Sequence');
    await shows(tree.item(/^Ticker, stopped \d\d:\d\d:\d\d · \d+ sent in /));
    await shows(row(/Message Ticker stopped by you after [\d.]+ m?s: \d+ messages sent\./));
    const { length } = peer.received;
    await letTimePass(700, 'a message every 0.2 seconds, which must no longer come');
    assert.equal(peer.received.length, length);
    await tree.press(/^Ticker/, 'Send');
    await composer.button('Stop Ticker').click();
    await composer.says(/^stopped/);
  });

  it('says which answer a sequence waited for in vain', async () => {
    await tree.press(/^In vain/, 'Run');
    await composer.says(/nobody/);
    await shows(tree.item(/^In vain, ✗ failed \d\d:\d\d:\d\d · "anybody\?" waited 1 s/));
    const sentence = 'Sequence In vain failed at step 1 of 1: "anybody?" waited 1 s';
    await page.monitor.filter.fill('has:error kind:state');
    await shows(row(sentence));
    await page.monitor.filter.fill('');
    assert.deepEqual(
      (await page.notificationTexts()).filter(text => text.includes(sentence)),
      [],
    );
  });

  it('tells of a failure that the user does not see, and leads to its row', async () => {
    await page.runCommand('File: New Untitled Text File');
    await tree.press(/^In vain/, 'Run');
    const center = await page.notified(/^echo: Sequence In vain failed at step 1 of 1/);
    await center.getByRole('button', { name: 'Show' }).first().click();
    await shows(page.monitor.active.filter({ hasText: /Sequence In vain failed/ }));
    await shows(page.monitor.details.getByText('nothing that matches'));
    await page.screenshot('sequence-failed');
    await page.monitor.details.getByRole('button', { name: 'Close Details' }).click();
    await page.runCommand('Notifications: Clear All Notifications');
  });

  it('ends a run at once where the connection goes down while it waits', async () => {
    await tree.press(/^Sign in/, 'Run');
    await shows(tree.item(/^Sign in, 1\/2 · waiting/));
    peer.sockets.at(-1)?.terminate();
    await shows(tree.item(/^Sign in, ✗ failed .* the connection was lost/));
    await shows(page.statusBarItem('echo · connected'));
  });

  it('asks before it sends to production', async () => {
    await page.statusBarItem('dev').click();
    await page.pick('live');
    await shows(page.statusBarItem('live (production)'));
    await composer.choose('text');
    await composer.field.fill('as ${who}');
    await sendIt();
    await shows(dialog().getByText(/Send to "echo" with the environment "live"/));
    await shows(dialog().getByText('Message as it was written (text): as ${who}'));
    await page.screenshot('production');
    await answer('Cancel');
    assert.equal(await composer.field.inputValue(), 'as ${who}');
    assert.ok(!peer.received.includes('as customer'));
    await composer.field.focus();
    await sendIt();
    await answer('Send');
    await received('as customer');
    await composer.field.focus();
    await sendIt();
    await answer("Send and Don't Ask Again in This Window");
    await until(
      'it was sent',
      () => peer.received.filter(text => text === 'as customer').length === 2,
    );
    await composer.field.focus();
    await sendIt();
    await until(
      'it asks no more',
      () => peer.received.filter(text => text === 'as customer').length === 3,
    );
    await page.statusBarItem('live').click();
    await page.pick('dev');
    await shows(page.statusBarItem('dev'));
  });

  it('closes with a code and a reason', async () => {
    const closed = new Promise<string>(resolve =>
      peer.sockets[0]?.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`)),
    );
    await composer.choose('close');
    const code = composer.region.getByRole('textbox', { name: 'Close code' });
    await code.fill('1005');
    await composer.says(/A client may close with 1000, or with a code from 3000 to 4999/);
    await code.fill('4001');
    await composer.region.getByRole('textbox', { name: 'Reason' }).fill('enough');
    await press('Enter');
    assert.equal(await closed, '4001 enough');
    await shows(page.statusBarItem('disconnected'));
  });

  it('keeps the text while it is not connected, and says so', async () => {
    await composer.choose('text');
    await composer.field.fill('for later');
    await composer.says(/[Nn]ot connected/);
    await sendIt();
    assert.equal(await composer.field.inputValue(), 'for later');
    assert.ok(!peer.received.includes('for later'));
    await page.screenshot('composer-not-connected');
    await page.monitor.button('Connect').click();
    await shows(page.statusBarItem('echo · connected'));
    await composer.field.focus();
    await sendIt();
    await received('for later');
    await composer.says('Sent.');
    assert.equal(peer.received.filter(text => text === 'for later').length, 1);
  });

  it('sends an open file, and what is selected in it', async () => {
    await page.runCommand('File: New Untitled Text File');
    await shows(workbench.page.locator('.editor-instance .monaco-editor.focused'));
    await workbench.page.keyboard.type('out of an editor');
    await page.runCommand('WebSocket Monitor: Send Message');
    await page.pick('The Whole File');
    await received('out of an editor');
    await shows(workbench.page.locator('.editor-instance .monaco-editor.focused'));
    await press('ControlOrMeta+Shift+ArrowLeft');
    // Not by `runCommand`, whose Escape takes the selection back.
    await press('F1');
    await page.quickInput.fill('>WebSocket Monitor: Send Message');
    await page.pick('WebSocket Monitor: Send Message');
    await page.pick('The Selection');
    await received('editor');
  });

  const libraryText = () => readFile(join(workbench.folder, libraryPath), 'utf8');
  const savedItems = async () =>
    (JSON.parse(await libraryText()) as { readonly items: readonly object[] }).items;

  const editorHasFocus = () =>
    shows(workbench.page.locator('.editor-instance .monaco-editor.focused'));

  it('selects what is to be written next of a new message, while its file is open', async () => {
    await page.runCommand('WebSocket Monitor: Open Messages File');
    await page.pick('Workspace');
    await page.tab('websocket-monitor.json').waitFor();
    const before = await savedItems();
    await page.runCommand('WebSocket Monitor: New Message');
    await page.answer('say something');
    await page.answer('Greetings/Polite/Say');
    await page.pick('Workspace');
    await shows(page.statusBarItem(/\(13 selected\)/));
    await workbench.page.keyboard.type('something else');
    await page.screenshot('new-message');
    await press('ControlOrMeta+S');
    // A file that is being written may be read without its end.
    await until('it is in the file', async () =>
      /"text": "something else"[^]*\}\s*$/.test(await libraryText()),
    );
    const polite = { folder: 'Polite', items: [{ name: 'Say', text: 'something else' }] };
    assert.deepEqual(await savedItems(), [...before, { folder: 'Greetings', items: [polite] }]);
    await page.runCommand('WebSocket Monitor: Focus on Messages View');
    await shows(tree.item(/^Say/).and(workbench.page.locator('.selected')));
  });

  it('puts the cursor behind the steps of a new sequence, also beside changes not saved', async () => {
    await page.runCommand('WebSocket Monitor: Open Messages File');
    await page.pick('Workspace');
    await editorHasFocus();
    await press('ControlOrMeta+Home');
    await workbench.page.keyboard.type('// Ours.\n');
    await page.runCommand('WebSocket Monitor: New Sequence');
    await page.answer('Greetings/Both');
    await page.pick('Workspace');
    const choices = workbench.page.locator('.quick-input-widget');
    await choices.getByRole('checkbox', { name: /^Kept/ }).first().click();
    await page.accept();
    await shows(workbench.page.locator('.view-lines').getByText('"Both"'));
    await workbench.page.keyboard.type(', "Greetings/Polite/Say"');
    await page.screenshot('new-sequence');
    await press('ControlOrMeta+S');
    await until('it is in the file', async () =>
      /"steps": \[\s*"Kept",\s*"Greetings\/Polite\/Say"\s*\]/.test(await libraryText()),
    );
    assert.match(await libraryText(), /^\/\/ Ours\.\n\{/);
    await shows(tree.item(/^Both, 2 steps/));
  });

  it('renames with F2, moves between folders, and refuses a name that is taken', async () => {
    await page.focusInTree('Messages', 'Kept');
    await press('F2');
    await page.quickInput.fill('Hello');
    await shows(workbench.page.getByText(/There is already "Hello" in .vscode/));
    await page.answer('Greetings/Kept safe');
    await shows(tree.item(/^Kept safe/).and(workbench.page.locator('.selected')));
    await until('the step follows', async () =>
      (await libraryText()).includes('"Greetings/Kept safe",'),
    );
    await tree.choose(/^Kept safe/, 'Move to Folder…');
    await page.screenshot('move-to-folder');
    await page.pick('Orders');
    await until('the step follows', async () =>
      (await libraryText()).includes('"Orders/Kept safe",'),
    );
  });

  it('runs a sequence on every open where onOpen names it', async () => {
    await page.runCommand('WebSocket Monitor: Disconnect');
    await shows(page.statusBarItem('disconnected'));
    await workbench.setWorkspaceSettings({
      'websocketMonitor.connections': [
        { name: 'greeting', url: peer.url, onOpen: [{ sequence: 'Sign in' }, 'afterwards'] },
      ],
    });
    const before = peer.received.length;
    const since = () => peer.received.slice(before);
    const connections = new TreePage(workbench.page, 'Connections');
    await connections.press(/^greeting/, 'Connect');
    await until('it logs in', () => since().length === 1);
    peer.send('{"type":"welcome"}');
    await until('all was sent', () => since().length === 3);
    peer.sockets[0]?.terminate();
    await until('it logs in again', () => since().length === 4);
    peer.send('{"type":"welcome"}');
    await until('all was sent again', () => since().length === 6);
    const each = ['login', 'subscribe as developer', 'afterwards'];
    assert.deepEqual(since(), [...each, ...each]);
  });
});
