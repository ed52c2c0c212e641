import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { WebSocketServer } from 'ws';
import { CommandId } from '../../src/shared/ids.ts';
import { connect, run } from './support.ts';

const once = { reconnect: { maxAttempts: 1 } };

/** A peer that lets in whom `accepts` lets in, and answers 401 to everybody else. */
class Gate {
  readonly logins: (string | undefined)[] = [];
  readonly urls: (string | undefined)[] = [];
  accepts: (login: string | undefined) => boolean = () => true;
  readonly #server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    verifyClient: ({ req: { headers, url } }, answer) => {
      this.logins.push(headers.authorization ?? headers['x-key']?.toString());
      this.urls.push(url);
      answer(this.accepts(this.logins.at(-1)), 401);
    },
  });

  async open(): Promise<void> {
    await new Promise(resolve => this.#server.once('listening', resolve));
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}/`;
  }

  drop(): void {
    for (const socket of this.#server.clients) {
      socket.terminate();
    }
  }

  close(): Promise<void> {
    this.drop();
    return new Promise(resolve => this.#server.close(() => resolve()));
  }
}

describe('Signing in', () => {
  let gate: Gate;
  let folder: string;
  let names = 0;
  const fresh = () => `signed in ${++names}`;

  beforeEach(async () => {
    gate = new Gate();
    await gate.open();
    folder = await mkdtemp(join(tmpdir(), 'monitor-auth-'));
    process.env['MONITOR_TEST_PASSWORD'] = 'péché mignon';
  });

  afterEach(async () => {
    delete process.env['MONITOR_TEST_PASSWORD'];
    await gate.close();
    await rm(folder, { recursive: true });
  });

  async function signIn(auth: object, more: object = {}): Promise<string> {
    const name = fresh();
    const { state } = await connect({ name, url: gate.url, auth, ...once, ...more });
    await run(CommandId.Disconnect, name);
    return state;
  }

  /** A program that writes `token-1`, `token-2` and so on, and keeps its arguments. */
  async function tokenProgram(): Promise<{ program: string; runs: () => Promise<string[]> }> {
    const program = join(folder, 'give-token');
    const log = join(folder, 'runs');
    await writeFile(
      program,
      `#!/bin/sh\necho "$*" >> '${log}'\necho "token-$(wc -l < '${log}' | tr -d ' ')"\n`,
    );
    await chmod(program, 0o755);
    const runs = async () => {
      const text = await readFile(log, 'utf8').catch(() => '');
      return text.split('\n').slice(0, -1);
    };
    return { program, runs };
  }

  it('goes with user and password, in UTF-8', async () => {
    const password = '${env:MONITOR_TEST_PASSWORD}';
    assert.equal(await signIn({ type: 'basic', username: 'ann', password }), 'open');
    const expected = Buffer.from('ann:péché mignon').toString('base64');
    assert.deepEqual(gate.logins, [`Basic ${expected}`]);
  });

  it('goes with a bearer token', async () => {
    process.env['MONITOR_TEST_PASSWORD'] = 'sesame';
    assert.equal(await signIn({ type: 'bearer', token: '${env:MONITOR_TEST_PASSWORD}' }), 'open');
    assert.deepEqual(gate.logins, ['Bearer sesame']);
  });

  it('goes with a key in a header or in the query', async () => {
    assert.equal(
      await signIn({ type: 'apiKey', in: 'header', name: 'X-Key', value: 'k 1' }),
      'open',
    );
    const inQuery = { type: 'apiKey', in: 'query', name: 'key', value: 'a&b c' };
    assert.equal(await signIn(inQuery), 'open');
    assert.deepEqual(gate.logins, ['k 1', undefined]);
    assert.deepEqual(gate.urls, ['/', '/?key=a%26b%20c']);
  });

  it('refuses a login that is there twice, and one with a missing value', async () => {
    const auth = { type: 'bearer', token: 'one' };
    assert.equal(await signIn(auth, { headers: { authorization: 'two' } }), 'stopped');
    const missing = { type: 'bearer', token: '${env:MONITOR_TEST_NONE}' };
    assert.equal(await signIn(missing), 'stopped');
    assert.deepEqual(gate.logins, []);
  });

  it('goes with the output of a program, which takes its arguments as they are', async () => {
    const { program, runs } = await tokenProgram();
    const auth = { type: 'command', command: [program, '--for', '$(id); "x" *'] };
    assert.equal(await signIn(auth), 'open');
    assert.deepEqual(gate.logins, ['Bearer token-1']);
    assert.deepEqual(await runs(), ['--for $(id); "x" *']);
  });

  it('keeps a token until it is refused, and then asks for another at once', async () => {
    const { program, runs } = await tokenProgram();
    const name = fresh();
    const auth = { type: 'command', command: [program] };
    const opened = await connect({ name, url: gate.url, auth });
    assert.equal(opened.state, 'open');
    assert.equal((await run<{ state: string }>(CommandId.Reconnect, name)).state, 'open');
    assert.deepEqual(
      [gate.logins, (await runs()).length],
      [['Bearer token-1', 'Bearer token-1'], 1],
    );
    gate.accepts = login => login === 'Bearer token-2';
    assert.equal((await run<{ state: string }>(CommandId.Reconnect, name)).state, 'open');
    assert.deepEqual(gate.logins.slice(2), ['Bearer token-1', 'Bearer token-2']);
    assert.equal((await runs()).length, 2);
    await run(CommandId.Disconnect, name);
  });

  it('gives up where a fresh token is refused, too', async () => {
    const { program, runs } = await tokenProgram();
    gate.accepts = () => false;
    assert.equal(
      await signIn({ type: 'command', command: [program] }, { reconnect: {} }),
      'stopped',
    );
    assert.deepEqual(gate.logins, ['Bearer token-1', 'Bearer token-2']);
    assert.equal((await runs()).length, 2);
  });

  it('does not dial where the program is missing, fails or takes too long', async () => {
    for (const command of [
      [join(folder, 'none')],
      ['/bin/sh', '-c', 'exit 3'],
      ['/bin/sh', '-c', 'echo one; echo two'],
      ['/bin/sh', '-c', 'true'],
    ]) {
      assert.equal(await signIn({ type: 'command', command }), 'stopped');
    }
    const started = performance.now();
    const slow = { type: 'command', command: ['/bin/sh', '-c', 'sleep 30'], timeout: 0.3 };
    assert.equal(await signIn(slow), 'stopped');
    assert.ok(performance.now() - started < 10_000);
    assert.deepEqual(gate.logins, []);
  });
});
