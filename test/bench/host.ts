// Runs inside the extension host: VS Code loads this file and awaits `run`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { commands, extensions } from 'vscode';
import { WebSocket } from 'ws';
import { CommandId } from '../../src/shared/ids.ts';

const messageCount = 600_000;
const floods = 3;

const ms = (value: number) => `${value.toFixed(1)} ms`;
const rate = (perSecond: number) => `${Math.round(perSecond / 1000)} k/s`;

/** Messages a second of a client that only counts. */
function countOnly(url: string): Promise<number> {
  return new Promise(resolve => {
    const socket = new WebSocket(`${url}${messageCount}`, { perMessageDeflate: false });
    let count = 0;
    let start = 0;
    socket.on('message', () => {
      start ||= performance.now();
      if (++count === messageCount) {
        resolve((messageCount / (performance.now() - start)) * 1000);
        socket.terminate();
      }
    });
  });
}

/** Messages a second of the whole extension, until the server has closed behind the last one. */
async function monitored(url: string, name: string): Promise<number> {
  const start = performance.now();
  const target = { name, url: `${url}${messageCount}?close`, compression: false };
  await commands.executeCommand(CommandId.Connect, target);
  const probe = { connection: name, text: 'still there?' };
  for (let isOpen = true; isOpen;) {
    await wait(20);
    isOpen = await commands.executeCommand(CommandId.Send, probe).then(
      () => true,
      () => false,
    );
  }
  return (messageCount / (performance.now() - start)) * 1000;
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] ?? NaN;
}

export async function run(): Promise<void> {
  const extension = extensions.getExtension('websocket-monitor.websocket-monitor');
  if (!extension) {
    throw new Error('The extension is not there');
  }
  const folder = join(extension.extensionPath, 'out/bench');
  const { url } = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as { url: string };

  const { main } = extension.packageJSON as { main: string };
  const load = createRequire(join(extension.extensionPath, 'package.json'));
  const start = performance.now();
  const bundle = load(main) as { activate(context: unknown): void };
  const loadMs = performance.now() - start;
  // The editor takes the bundle from the cache, and so calls this in place of the real one.
  let activationMs = NaN;
  const cached = load.cache[load.resolve(main)];
  if (cached) {
    cached.exports = {
      ...bundle,
      activate: (context: unknown) => {
        const begun = performance.now();
        bundle.activate(context);
        activationMs = performance.now() - begun;
      },
    };
  }
  await extension.activate();
  await commands.executeCommand(CommandId.OpenMonitor);

  const bare: number[] = [];
  const own: number[] = [];
  const delays: number[] = [];
  await countOnly(url);
  for (let flood = 0; flood < floods; flood++) {
    bare.push(await countOnly(url));
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    own.push(await monitored(url, `flood ${flood}`));
    delay.disable();
    delays.push(delay.percentile(99) / 1e6);
  }
  const ratio = median(own.map((value, index) => value / (bare[index] ?? NaN)));
  const result = {
    title: `In a real extension host, panel open: ${floods} floods of ${messageCount} messages`,
    rows: [
      { what: 'load the bundle, once', value: ms(loadMs), budget: '' },
      { what: 'activate, once', value: ms(activationMs), budget: '≤ 20 ms, aim 5 ms' },
      { what: 'ws that only counts', value: rate(median(bare)), budget: '' },
      { what: 'the whole extension', value: rate(median(own)), budget: '' },
      { what: 'ratio', value: ratio.toFixed(2), budget: '' },
      {
        what: 'event loop delay, p99',
        value: ms(median(delays)),
        budget: '≤ 25 ms, aim 10 ms',
      },
    ],
  };
  writeFileSync(join(folder, 'result.json'), JSON.stringify(result));
}
