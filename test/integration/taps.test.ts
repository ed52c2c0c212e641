import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { debug, env, tasks, Uri, workspace } from 'vscode';
import { WebSocket } from 'ws';
import { CommandId } from '../../src/shared/ids.ts';
import { Peer } from '../support/network/peer.ts';
import { refusedPort } from '../support/network/peers.ts';
import { until } from '../support/until.ts';
import { run, UndoList } from './support.ts';

interface TapResult {
  readonly name: string;
  readonly url: string;
  readonly port: number;
}

const start = (target: unknown) => run<TapResult>(CommandId.StartTap, target);
const rejected = (command: Thenable<unknown>, says: RegExp) =>
  assert.rejects(Promise.resolve(command), says);

/** Sends a message and resolves to the first one that comes. */
async function ask(url: string, text: string): Promise<string> {
  const socket = new WebSocket(url);
  try {
    return await new Promise<string>((resolve, reject) => {
      socket.on('open', () => socket.send(text));
      socket.on('message', (data: Buffer) => resolve(data.toString()));
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('It was closed.')));
    });
  } finally {
    socket.close();
  }
}

describe('Taps', () => {
  let peer: Peer;
  let upstream: string;
  let names = 0;
  const undo = new UndoList();
  const fresh = () => `tap ${++names}`;

  beforeEach(async () => {
    peer = await Peer.start();
    peer.greeting = 'welcome';
    upstream = `ws://127.0.0.1:${peer.port}`;
  });

  afterEach(async () => {
    await undo.run();
    await peer.stop();
  });

  /** Stops it when the test is over. */
  const started = async (target: unknown) => {
    const result = await start(target);
    undo.add(() => run(CommandId.StopTap, result.name));
    return result;
  };

  it('start for an upstream, pass sockets on, and are the same when started again', async () => {
    const first = await started({ upstream, name: fresh() });
    assert.deepEqual(first, { ...first, url: `ws://127.0.0.1:${first.port}` });
    assert.equal(await ask(`${first.url}/path?a=b`, 'hello'), 'welcome');
    await until('it was received', () => peer.received.includes('hello'));
    assert.deepEqual(peer.paths, ['/path?a=b']);
    assert.deepEqual(await start(first.name), first);
    const stopped = await run(CommandId.StopTap, first.name);
    assert.deepEqual(stopped, first);
    await assert.rejects(ask(first.url, 'late'), /ECONNREFUSED/);
    assert.equal((await start(first.name)).port, first.port, 'the port is kept');
  });

  it('pass a page on, and rewrite what names the tap', async () => {
    const server = createServer((request, response) => {
      response.setHeader('Content-Type', 'text/plain');
      response.end(`${request.url ?? ''} for ${request.headers.host ?? ''}`);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    undo.add(() => server.close());
    const { port } = server.address() as AddressInfo;
    const tap = await started({ upstream: `http://127.0.0.1:${port}`, name: fresh() });
    const answer = await fetch(`${tap.url}/page`);
    assert.equal(await answer.text(), `/page for 127.0.0.1:${port}`);
    undo.add(() => server.closeAllConnections());
  });

  it('of the settings are known by their names, with headers and their token', async () => {
    process.env['MONITOR_TAP_TOKEN'] = 'sesame';
    const name = fresh();
    await undo.set('taps', [
      { name, upstream, headers: { 'X-Token': '${env:MONITOR_TAP_TOKEN}' } },
    ]);
    const { url } = await started(name);
    assert.match(url, /^ws:\/\/127\.0\.0\.1:\d+\/~[\w-]{16}$/);
    assert.equal(await ask(`${url}/x`, 'hello'), 'welcome');
    assert.equal(peer.headers[0]?.['x-token'], 'sesame');
    assert.deepEqual(peer.paths, ['/x']);
    await assert.rejects(ask(url.replace(/~.*/, ''), 'hello'), /403/);
    assert.equal(await run(CommandId.CopyTapUrl, name), url);
    assert.equal(await env.clipboard.readText(), url);
  });

  it('follow changed settings while they run', async () => {
    const name = fresh();
    await undo.set('taps', [{ name, upstream, token: false }]);
    const { url } = await started(name);
    await undo.set('taps', [{ name, upstream, token: false, headers: { 'X-A': '1' } }]);
    await until('the header is there', async () => {
      await ask(url, 'x');
      return peer.headers.at(-1)?.['x-a'] === '1';
    });
  });

  it('stand for their URL in a task of tasks.json, which starts them', async function () {
    this.timeout(120_000);
    const folder = workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const name = fresh();
    await undo.set('taps', [{ name, upstream }]);
    undo.add(() => run(CommandId.StopTap, name));
    const out = join(tmpdir(), `tap-url-${process.pid}.txt`);
    undo.add(() => rm(out, { force: true }));
    const program = "require('fs').writeFileSync(process.argv[1], process.env.API_WS)";
    const task = {
      label: 'through the tap',
      type: 'process',
      command: process.execPath,
      args: ['-e', program, out],
      options: { env: { API_WS: '${input:tap}' } },
      problemMatcher: [],
    };
    const inputs = [
      { id: 'tap', type: 'command', command: CommandId.TapUrl, args: { name, path: '/cable' } },
    ];
    const file = Uri.joinPath(folder, '.vscode/tasks.json');
    undo.add(() => workspace.fs.delete(file));
    const text = JSON.stringify({ version: '2.0.0', tasks: [task], inputs });
    await workspace.fs.writeFile(file, Buffer.from(text));
    let found: Awaited<ReturnType<typeof tasks.fetchTasks>>[number] | undefined;
    await until('the editor knows the task', async () => {
      found = (await tasks.fetchTasks()).find(each => each.name === task.label);
      return found !== undefined;
    });
    assert.ok(found);
    await tasks.executeTask(found);
    await until('the program has run', () =>
      readFile(out).then(
        ({ length }) => length > 0,
        () => false,
      ),
    );
    const url = await readFile(out, 'utf8');
    assert.equal(url, `${await run<string>(CommandId.TapUrl, name)}/cable`);
    assert.equal(await ask(url, 'hello'), 'welcome');
    assert.deepEqual(peer.paths, ['/cable']);
  });

  it('stand for their URL in a configuration of launch.json', async function () {
    this.timeout(120_000);
    const folder = workspace.workspaceFolders?.[0];
    assert.ok(folder);
    const name = fresh();
    await undo.set('taps', [{ name, upstream: upstream.replace('ws:', 'http:') }]);
    undo.add(() => run(CommandId.StopTap, name));
    const out = join(tmpdir(), `tap-launch-${process.pid}.txt`);
    undo.add(() => rm(out, { force: true }));
    const program = join(tmpdir(), `tap-launch-${process.pid}.cjs`);
    undo.add(() => rm(program, { force: true }));
    await workspace.fs.writeFile(
      Uri.file(program),
      Buffer.from("require('fs').writeFileSync(process.env.OUT, process.env.API_WS);"),
    );
    const configuration = {
      name: 'through the tap',
      type: 'node',
      request: 'launch',
      program,
      runtimeExecutable: process.execPath,
      env: { OUT: out, API_WS: '${input:tap}' },
    };
    const args = { name, path: '/x', scheme: 'ws' };
    const inputs = [{ id: 'tap', type: 'command', command: CommandId.TapUrl, args }];
    const file = Uri.joinPath(folder.uri, '.vscode/launch.json');
    undo.add(() => workspace.fs.delete(file));
    const text = { version: '0.2.0', configurations: [configuration], inputs };
    await workspace.fs.writeFile(file, Buffer.from(JSON.stringify(text)));
    await until('the editor knows the configuration', () =>
      workspace
        .getConfiguration('launch', folder.uri)
        .get<readonly unknown[]>('configurations', [])
        .some(Boolean),
    );
    await debug.startDebugging(folder, configuration.name);
    await until('the program has run', () =>
      readFile(out).then(
        ({ length }) => length > 0,
        () => false,
      ),
    );
    const url = await readFile(out, 'utf8');
    assert.equal(url, await run<string>(CommandId.TapUrl, args));
    assert.equal(await ask(url, 'hello'), 'welcome');
  });

  it('say what is wrong', async () => {
    const name = fresh();
    await undo.set('taps', [{ name, upstream, port: 9300 }]);
    await rejected(start('nobody'), new RegExp(`There is no tap "nobody"\\. Taps:.*"${name}"`));
    await rejected(start(7), /Pass the name of a tap/);
    await rejected(start({}), /has no upstream/);
    await rejected(start({ upstream: 'localhost:1' }), /as in http:\/\/localhost:1/);
    await rejected(start({ upstream, port: 'x' }), /port must be a port from 1 to 65535/);
    await rejected(start({ upstream: 'ws://127.0.0.1:1', port: peer.port }), /in use/);
    await rejected(run(CommandId.TapUrl, { name, path: 'x' }), /"path" \(begins with a slash\)/);
    await rejected(run(CommandId.CopyTapUrl, name), /is not running/);
    await rejected(
      run(CommandId.SetTapNetwork, { name, network: 'fast' }),
      /network must be "slow3g", "flaky"/,
    );
    assert.equal(await run(CommandId.StopTap), undefined);
  });

  it('refuse an upstream that is a tap of this window', async () => {
    const { port } = await started({ upstream, name: fresh() });
    await rejected(start({ upstream: `http://localhost:${port}` }), /is itself a tap/);
  });

  it('answer 502 with a sentence while the upstream is down', async () => {
    const tap = await started({
      upstream: `http://127.0.0.1:${await refusedPort()}`,
      name: fresh(),
    });
    const answer = await fetch(tap.url);
    assert.equal(answer.status, 502);
    assert.match(await answer.text(), /refused/);
  });

  it('have a bad network where it is wanted', async () => {
    const name = fresh();
    await started({ upstream, name });
    await run(CommandId.SetTapNetwork, { name, network: { timeout: 0.1 } });
    const url = await run<string>(CommandId.TapUrl, name);
    await assert.rejects(ask(url, 'hello'), /closed|hang up|reset/);
    await run(CommandId.SetTapNetwork, { name, network: 'off' });
    assert.equal(await ask(url, 'hello'), 'welcome');
  });
});
