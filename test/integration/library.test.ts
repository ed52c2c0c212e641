import assert from 'node:assert/strict';
import { languages, Uri, workspace, WorkspaceEdit } from 'vscode';
import { CommandId } from '../../src/shared/ids.ts';
import { until } from '../support/until.ts';
import { run } from './support.ts';

const encoder = new TextEncoder();

function at(path: string): Uri {
  const [folder] = workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return Uri.joinPath(folder.uri, path);
}

const file = () => at('.vscode/websocket-monitor.json');
const write = (uri: Uri, value: unknown) =>
  workspace.fs.writeFile(uri, encoder.encode(JSON.stringify(value)));
const problems = () => languages.getDiagnostics(file()).map(({ message }) => message);

describe("A workspace's saved messages", () => {
  afterEach(async () => {
    await workspace.fs.delete(file());
    await until('the file is forgotten', () => problems().length === 0);
  });

  it('are watched, and what is wrong with them is marked', async () => {
    await write(file(), { version: 1, items: [{ name: 'A' }] });
    await until('the problem is marked', () => problems().some(text => text.includes('items[0]')));
    await write(file(), { version: 1, items: [{ name: 'A', text: 'a' }] });
    await until('it is gone', () => problems().length === 0);
  });

  it('that are nothing but mistakes are marked at the first hundred', async () => {
    const lines = Array.from({ length: 24_000 }, () => '{ "name": 1 }').join(',\n');
    await workspace.fs.writeFile(file(), encoder.encode(`{ "version": 1, "items": [\n${lines}] }`));
    await until('they are marked', () => problems().length > 0);
    assert.equal(problems().length, 101);
    assert.match(problems().at(-1) ?? '', /There are \d+ more/);
  });

  it('of a later version are left alone', async () => {
    await write(file(), { version: 2 });
    await until('it is named', () => problems().some(text => text.includes('version 2')));
    const har = at('sent.har');
    const message = { type: 'send', opcode: 1, data: 'hi' };
    const entry = { request: { url: 'wss://example.com/' }, _webSocketMessages: [message] };
    await write(har, { log: { entries: [entry] } });
    await assert.rejects(async () => run(CommandId.ImportMessages, har), /later version/);
    const text = new TextDecoder().decode(await workspace.fs.readFile(file()));
    assert.equal(text, '{"version":2}');
    await workspace.fs.delete(har);
  });

  it('take in what is imported', async () => {
    const har = at('sent.har');
    const message = { type: 'send', opcode: 1, data: 'hi' };
    const entry = { request: { url: 'wss://example.com/' }, _webSocketMessages: [message] };
    await write(har, { log: { entries: [entry] } });
    const summary = await run<{ messages: number }>(CommandId.ImportMessages, har);
    assert.equal(summary.messages, 1);
    const text = new TextDecoder().decode(await workspace.fs.readFile(file()));
    assert.match(text, /"folder": "example\.com"[^]*"text": "hi"/);
    await workspace.fs.delete(har);
  });

  it('take in what is imported while they are open, in the editor too, unless it is unsaved', async () => {
    const har = at('open.har');
    const message = { type: 'send', opcode: 1, data: 'hi' };
    const entry = { request: { url: 'wss://example.com/' }, _webSocketMessages: [message] };
    await write(har, { log: { entries: [entry] } });
    const before = '{\r\n  // Ours.\r\n  "version": 1,\r\n  "items": [],\r\n}\r\n';
    await workspace.fs.writeFile(file(), encoder.encode(before));
    const document = await workspace.openTextDocument(file());
    await run(CommandId.ImportMessages, har);
    assert.match(document.getText(), /^\{\r\n  \/\/ Ours\.\r\n[^]*"text": "hi"/);
    assert.doesNotMatch(document.getText(), /[^\r]\n/);
    assert.equal(document.isDirty, false);
    const change = new WorkspaceEdit();
    change.insert(document.uri, document.positionAt(0), '// Mine.\r\n');
    await workspace.applyEdit(change);
    await assert.rejects(async () => run(CommandId.ImportMessages, har), /has unsaved changes/);
    await document.save();
    await workspace.fs.delete(har);
  });

  it('take in a file of Insomnia in YAML and UTF-16, and a second time by other names', async () => {
    const yaml = [
      'type: collection.insomnia.rest/5.0',
      'name: Chat',
      'collection:',
      '  - { name: Join, url: "{{ host }}", meta: { id: ws-req_1 } }',
      'environments: { name: Base, data: { host: wss://x.test, token: abcd } }',
    ].join('\n');
    const source = at('insomnia.yaml');
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(yaml, 'utf16le')]);
    await workspace.fs.writeFile(source, bytes);
    await run(CommandId.ImportMessages, source);
    const summary = await run<Record<string, unknown>>(CommandId.ImportMessages, source);
    assert.deepEqual([summary['environments'], summary['connections']], [1, 1]);
    const text = new TextDecoder().decode(await workspace.fs.readFile(file()));
    const { environments } = JSON.parse(text) as { readonly environments: unknown };
    assert.deepEqual(environments, [
      { name: 'Base', variables: { host: 'wss://x.test', token: '${secret:import-token}' } },
      // The first file waits for that secret already.
      { name: 'Base 2', variables: { host: 'wss://x.test', token: '${secret:import-token-2}' } },
    ]);
    await workspace.fs.delete(source);
  });

  it('define environments, which are switched by name', async () => {
    await write(file(), { version: 1, environments: [{ name: 'dev', variables: { a: 'b' } }] });
    await until('it can be switched to', () =>
      run(CommandId.SwitchEnvironment, 'dev').then(
        () => true,
        () => false,
      ),
    );
    await assert.rejects(
      async () => run(CommandId.SwitchEnvironment, 'nowhere'),
      /no environment "nowhere"/,
    );
  });
});
