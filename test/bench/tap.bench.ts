// Measures how fast messages go through a tap, beside a bare pipe and `ws` to `ws`, with source, relay and client
// in processes of their own. A tap that copies what it reads is compared with relays that keep nothing. One that
// stores all in a capture does it as fast as the capture takes it, for it loses nothing: the rows say what that
// comes to. Run it by itself, or as a part of all measurements.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import {
  held,
  mebibytes,
  milliseconds,
  percentile,
  plain,
  ratio,
  thousands,
  type Bench,
  type LoopDelay,
  type Measurement,
} from './measurement.ts';

const rounds = 5;
const floods = [
  { size: 100, count: 500_000, toWs: 2 },
  { size: 1000, count: 125_000, toWs: 2 },
  // A bare pipe itself is not twice as fast as `ws` to `ws` with these.
  { size: 16_000, count: 10_000, toWs: undefined },
] as const;
const echoes = 3000;
const pacedRate = 100_000;
const pacedSeconds = 3;
/** The messages of the row about memory. It takes most of the time, so it is asked for by `BENCH_TAP_MEMORY=1`. */
const manyMessages = 5_000_000;

interface Started {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(file: string, ...args: readonly string[]): Promise<Started> {
  const child = fork(join(import.meta.dirname, file), args);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

/**
 * Messages a second, from the first bytes to the last, of a client that only counts bytes. It does not wait for
 * the end: it answers no close frame, and `ws` waits 30 s for one.
 */
async function flood(port: number, count: number, size: number, rate = 0): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `GET /${count}?size=${size}&rate=${rate} HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\n` +
      'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  let begin = 0;
  let bytes = 0;
  const wanted = count * (size + (size < 126 ? 2 : 4));
  await new Promise<void>((resolve, reject) => {
    socket.on('data', chunk => {
      begin ||= performance.now();
      bytes += chunk.length;
      if (bytes >= wanted) {
        resolve();
      }
    });
    socket.on('error', reject);
    socket.on('end', () =>
      reject(new Error(`${bytes} bytes of ${count} messages of ${size} came`)),
    );
  });
  const ms = performance.now() - begin;
  socket.destroy();
  return (count / ms) * 1000;
}

/** How long echoes take, in microseconds. */
async function echo(port: number): Promise<readonly number[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, { perMessageDeflate: false });
  await once(socket, 'open');
  const times: number[] = [];
  for (let index = 0; index < echoes; index++) {
    const begin = performance.now();
    const answer = once(socket, 'message');
    socket.send('{"op":"ping","id":12345}');
    await answer;
    times.push((performance.now() - begin) * 1000);
  }
  socket.terminate();
  return times;
}

interface State {
  readonly delay?: LoopDelay;
  readonly rss: number;
}

async function stateOf({ child }: Started): Promise<State> {
  const answer = once(child, 'message') as Promise<[State]>;
  child.send('state');
  return (await answer)[0];
}

const microseconds = (value: number) => `${value.toFixed(0)} µs`;

export async function tapBench(): Promise<Bench> {
  const peer = await start('tapPeer.ts');
  const upstream = `ws://127.0.0.1:${peer.port}/`;
  const pipe = await start('tapRelay.ts', 'pipe', upstream);
  const ws = await start('tapRelay.ts', 'ws', upstream);
  const tap = await start('tapRelay.ts', 'read', upstream);
  const store = await start('tapRelay.ts', 'store', upstream);
  try {
    const rows: Measurement[] = [];
    for (const { size, count, toWs } of floods) {
      const relays = { pipe, ws, tap, store };
      const best = { pipe: 0, ws: 0, tap: 0, store: 0 };
      for (let round = 0; round < rounds; round++) {
        for (const name of ['pipe', 'ws', 'tap', 'store'] as const) {
          best[name] = Math.max(best[name], await flood(relays[name].port, count, size));
        }
      }
      const overWs = best.tap / best.ws;
      rows.push(
        plain(`tap, read and copied, ${size} B`, thousands(best.tap)),
        held('  its ratio to a bare pipe', best.tap / best.pipe, ratio, {
          limit: 0.5,
          aim: 0.8,
          isLeast: true,
        }),
        toWs === undefined
          ? plain('  its ratio to ws to ws', ratio(overWs))
          : held('  its ratio to ws to ws', overWs, ratio, { limit: toWs, aim: 3, isLeast: true }),
        plain('  a bare pipe to ws to ws', ratio(best.pipe / best.ws)),
        plain(`tap, stored, ${size} B`, thousands(best.store)),
        plain('  its ratio to a bare pipe', ratio(best.store / best.pipe)),
        plain('  its ratio to ws to ws', ratio(best.store / best.ws)),
      );
    }
    const [direct, through] = [await echo(peer.port), await echo(store.port)];
    const added = (fraction: number) =>
      percentile(through, fraction) - percentile(direct, fraction);
    rows.push(
      held('echo, added, p50', added(0.5), microseconds, { limit: 60, aim: 40 }),
      plain('echo, added, p99', microseconds(added(0.99))),
    );
    store.child.send('watch');
    await flood(store.port, pacedRate * pacedSeconds, 100, pacedRate);
    const { delay } = await stateOf(store);
    rows.push(
      held('event loop delay at 100 k/s, p99', delay?.p99 ?? NaN, milliseconds, {
        limit: 10,
        aim: 5,
      }),
    );
    if (process.env['BENCH_TAP_MEMORY'] === '1') {
      await flood(store.port, manyMessages / 5, 100);
      const { rss: before } = await stateOf(store);
      await flood(store.port, manyMessages, 100);
      const { rss: after } = await stateOf(store);
      const grown = (after - before) / 1_048_576;
      rows.push(
        held('memory over five million messages', grown, mebibytes, { limit: 64, aim: 32 }),
      );
    }
    return {
      title: `Tap: the best of ${rounds} floods through each relay, all processes apart`,
      rows,
    };
  } finally {
    for (const { child } of [peer, pipe, ws, tap, store]) {
      child.disconnect();
    }
  }
}

if (import.meta.main) {
  const { title, rows } = await tapBench();
  console.log(title);
  console.table(rows);
}
