import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { CommandId } from '../../src/shared/ids.ts';
import { refusedPort } from '../support/network/peers.ts';
import { until } from '../support/until.ts';
import { activeExtension, connect, run, type Result } from './support.ts';

interface Line {
  readonly at: number;
  readonly what: 'open' | 'message';
  readonly connection: number;
  readonly text?: string;
}

/** The Python that has websockets: Debian's own, or whichever comes first on the PATH. */
function findPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    python => spawnSync(python, ['-c', 'import websockets']).status === 0,
  );
}

// The client of the blog post, against a server of the kind that it was written for.
describe('The preset classic and a Python server', function () {
  this.timeout(40_000);
  let server: ChildProcessWithoutNullStreams | undefined;
  let port = 0;
  const lines: Line[] = [];

  before(async function () {
    const python = findPython();
    if (python === undefined) {
      this.skip();
    }
    const root = activeExtension()?.extensionPath ?? '';
    server = spawn(python, [join(root, 'test', 'fixtures', 'blogServer.py')]);
    createInterface(server.stdout).on('line', line => {
      if (port === 0) {
        port = Number(line);
      } else {
        lines.push(JSON.parse(line) as Line);
      }
    });
    await until('the server listens', () => port > 0);
  });

  after(() => server?.kill());

  it('greets, beats, retries as often as allowed, and stops after 1000', async () => {
    const name = 'classic';
    const url = `ws://127.0.0.1:${port}/lose`;
    const { state } = await connect({ name, url, preset: 'classic' });
    assert.equal(state, 'open');
    const said = () => lines.map(line => [line.connection, line.what, line.text ?? '']);
    await until('it came back', () => said().length >= 6);
    assert.deepEqual(said(), [
      [1, 'open', ''],
      [1, 'message', 'start'],
      [1, 'message', 'ping'],
      [2, 'open', ''],
      [2, 'message', 'start'],
      [2, 'message', 'ping'],
    ]);
    const [, , lost, back] = lines;
    const gapMs = (back?.at ?? 0) - (lost?.at ?? 0);
    assert.ok(gapMs >= 1950 && gapMs < 6000, `it came back after ${gapMs} ms`);

    await until('it beat again', () => lines.length >= 7, 15_000);
    const [first, second] = lines.filter(line => line.connection === 2 && line.text === 'ping');
    const beatMs = (second?.at ?? 0) - (first?.at ?? 0);
    assert.ok(beatMs >= 9900 && beatMs < 15_000, `the ping followed after ${beatMs} ms`);

    const send = (text: string) => run(CommandId.Send, { connection: name, text });
    await send('bye');
    await until('the server has closed', () =>
      send('still there?').then(
        () => false,
        () => true,
      ),
    );
    // A retry of this one would come before that of another, which is refused after the same delay.
    const refused = await connect({
      name: 'classic refused',
      url: `ws://127.0.0.1:${await refusedPort()}/`,
      preset: 'classic',
      reconnect: { maxAttempts: 2 },
    });
    assert.equal(refused.state, 'stopped');
    const ended = await run<Result>(CommandId.Disconnect, name);
    assert.equal(ended.state, 'idle');
    assert.equal(lines.filter(line => line.what === 'open').length, 2, 'it did not come back');
  });
});
