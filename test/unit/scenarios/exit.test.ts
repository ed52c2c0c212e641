import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe } from 'node:test';
import { raw, refusedPort, silent } from '../../support/peers.ts';
import { scenario } from '../../support/scenarios.ts';

/** Reaches a state, disposes of the connection, and tells how long the process lived after that. */
const program = (url: string, state: string) => `
  const { RealRig } = await import(${JSON.stringify(new URL('../../support/realRig.ts', import.meta.url))});
  const rig = new RealRig({ url: ${JSON.stringify(url)} });
  rig.connection.connect();
  const state = ${JSON.stringify(state)};
  await rig.until(state === 'closing' ? 'open' : state);
  if (state === 'closing') {
    rig.connection.disconnect();
  }
  rig.connection.dispose();
  const since = performance.now();
  process.on('exit', () => console.log(JSON.stringify({
    ms: performance.now() - since,
    // Pipes are those of the output.
    left: process.getActiveResourcesInfo().filter(resource => resource !== 'PipeWrap'),
    timers: rig.connection.timers,
  })));
`;

describe('Scenarios of the end of the process', { concurrency: true }, () => {
  for (const state of ['preparing', 'connecting', 'open', 'closing', 'waiting'] as const) {
    scenario(`#72 what is disposed of while ${state} keeps no process alive`, async world => {
      const peer = await world.peer(state === 'connecting' ? silent() : raw());
      const refused = `ws://127.0.0.1:${await refusedPort()}/`;
      const url = state === 'waiting' ? refused : peer.url;
      const args = ['--input-type=module', '-e', program(url, state)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 0);
      const { ms, left, timers } = JSON.parse(output) as Record<string, unknown>;
      assert.deepEqual([left, timers], [[], []]);
      assert.ok(Number(ms) < 1500, `It lived for ${String(ms)} ms`);
    });
  }
});
