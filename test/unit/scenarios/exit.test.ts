import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe } from 'node:test';
import type { ConnectionState } from '../../../src/core/connection/state/state.ts';
import { certificates, trustedServer } from '../../support/network/certificates.ts';
import { closeCodeIn } from '../../support/network/frames.ts';
import { raw, refusedPort, silent, status, type Peer } from '../../support/network/peers.ts';
import { eventually } from '../../support/scenarios/realRig.ts';
import { scenario } from '../../support/scenarios/scenarios.ts';

const states = [
  'idle',
  'preparing',
  'connecting',
  'open',
  'closing',
  'waiting',
  'stopped',
] as const satisfies readonly ConnectionState['kind'][];

function peerFor(state: (typeof states)[number]): Promise<Peer> {
  if (state === 'stopped') {
    return status(404);
  }
  return state === 'connecting' ? silent() : raw();
}

/** Reaches a state, disposes of the connection, and tells for how long the process waited after that. */
const program = (url: string, state: string) => `
  const { RealRig } = await import(${JSON.stringify(new URL('../../support/scenarios/realRig.ts', import.meta.url))});
  const rig = new RealRig({ url: ${JSON.stringify(url)} });
  const state = ${JSON.stringify(state)};
  if (state !== 'idle') {
    rig.connection.connect();
  }
  await rig.until(state === 'closing' ? 'open' : state);
  if (state === 'closing') {
    rig.connection.disconnect();
  }
  rig.connection.dispose();
  // The time that the process had nothing to do: how busy the machine is does not matter.
  const before = performance.eventLoopUtilization();
  process.on('exit', () => console.log(JSON.stringify({
    idleMs: performance.eventLoopUtilization(before).idle,
    // Pipes are those of the output.
    left: process.getActiveResourcesInfo().filter(resource => resource !== 'PipeWrap'),
    timers: rig.connection.timers,
  })));
`;

const trusting = () => ({ tls: { rejectUnauthorized: true, ca: certificates.ca } });

describe('Scenarios of the end of the process', { concurrency: true }, () => {
  for (const [how, tls] of [
    ['end', undefined],
    ['end', trustedServer],
    // TLS needs a moment, which only `end` gives it.
    ['dispose', undefined],
  ] as const) {
    const over = tls ? 'TLS' : 'TCP';
    scenario(
      `a peer is told by 1001 over ${over} on ${how}(), sent messages before it`,
      async world => {
        let received = Buffer.alloc(0);
        const hear = (socket: Socket) =>
          socket.on('data', data => (received = Buffer.concat([received, data])));
        const peer = await world.peer(raw(hear, tls ? { tls } : {}));
        const rig = world.rig({ url: peer.url, handshake: trusting });
        rig.connection.connect();
        await rig.until('open');
        const sent = rig.connection.send('x'.repeat(60_000)).catch(() => undefined);
        await rig.connection[how]();
        await eventually(() => closeCodeIn(received) === 1001, 'the close frame');
        assert.ok(received.length > 60_000);
        await sent;
      },
    );
  }

  for (const state of states) {
    scenario(`what is disposed of while ${state} keeps no process alive`, async world => {
      const peer = await world.peer(peerFor(state));
      const refused = `ws://127.0.0.1:${await refusedPort()}/`;
      const url = state === 'waiting' ? refused : peer.url;
      const args = ['--input-type=module', '-e', program(url, state)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      assert.equal(code, 0);
      const { idleMs, left, timers } = JSON.parse(output) as Record<string, unknown>;
      assert.deepEqual([left, timers], [[], []]);
      assert.ok(Number(idleMs) < 500, `It waited for ${String(idleMs)} ms`);
    });
  }
});
