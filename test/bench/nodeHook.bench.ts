// Measures a Node program under the debugger that receives a flood, with the hook in it and without, in turn.
// The server, the program and its debugger are processes of their own. Run it by itself, or as a part of all.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DebuggedProgram, hookText } from '../support/watch/debuggedProgram.ts';
import { held, median, plain, ratio, thousands, type Bench } from './measurement.ts';

const rounds = 3;
const count = 300_000;
const size = 100;

/** Receives all, and prints how many milliseconds that took. */
const receiver = (port: number) => `
const { WebSocket } = require(${JSON.stringify(createRequire(import.meta.url).resolve('ws'))});
process.stdin.once('data', () => {
  process.stdin.destroy();
  const socket = new WebSocket('ws://127.0.0.1:${port}/${count}?size=${size}', { perMessageDeflate: false });
  let got = 0;
  let begin = 0;
  socket.on('message', () => {
    begin ||= performance.now();
    if (++got === ${count}) {
      console.log(performance.now() - begin);
      socket.terminate();
    }
  });
});`;

const perSecond = (ms: number) => (count / ms) * 1000;

/** Messages a second of the program, and of what is told of it where it is hooked. */
async function flood(port: number, hook?: string) {
  const program = new DebuggedProgram(receiver(port));
  try {
    let begin = 0;
    let told = 0;
    let end = 0;
    const whole = Promise.withResolvers<undefined>();
    const take = (json: string) => {
      begin ||= performance.now();
      for (const [, kind] of JSON.parse(json) as [number, string][]) {
        told += kind === 'in' ? 1 : 0;
        if (kind === 'close') {
          end = performance.now();
          whole.resolve(undefined);
        }
      }
    };
    const hooked = hook === undefined ? undefined : await program.hook(hook, take);
    program.go();
    await program.hasPrinted('\n');
    if (hooked) {
      await whole.promise;
      if (told !== count) {
        throw new Error(`${told} of ${count} messages were told`);
      }
      hooked.client.close();
    }
    const { output } = await program.ended;
    return { program: perSecond(Number(output)), told: perSecond(end - begin) };
  } finally {
    program.kill();
  }
}

export async function nodeHookBench(): Promise<Bench> {
  const peer = fork(join(import.meta.dirname, 'tapPeer.ts'));
  try {
    const [port] = (await once(peer, 'message')) as [number];
    const hook = await hookText();
    const without: number[] = [];
    const hooked: number[] = [];
    const told: number[] = [];
    for (let round = 0; round < rounds; round++) {
      without.push((await flood(port)).program);
      const measured = await flood(port, hook);
      hooked.push(measured.program);
      told.push(measured.told);
    }
    const compared = median(hooked.map((rate, round) => rate / (without[round] ?? NaN)));
    return {
      title: `Node hook: ${rounds} floods of ${count.toLocaleString('en')} messages of ${size} B into a program`,
      rows: [
        plain('program without the hook', thousands(median(without))),
        plain('program with the hook', thousands(median(hooked))),
        plain('  its ratio to that without', ratio(compared)),
        held('told, none lost', median(told), thousands, {
          limit: 100_000,
          aim: 150_000,
          isLeast: true,
        }),
      ],
    };
  } finally {
    peer.disconnect();
  }
}

if (import.meta.main) {
  const { title, rows } = await nodeHookBench();
  console.log(title);
  console.table(rows);
}
