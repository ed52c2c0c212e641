// Runs inside the extension host: VS Code loads this file and awaits `run`.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { commands, extensions, ViewColumn, window } from 'vscode';
import { WebSocket } from 'ws';
import { CommandId } from '../../src/shared/ids.ts';
import { letTimePass } from '../support/letTimePass.ts';
import { countOnly, watchLoop } from './countingClient.ts';
import type { HostResult, HostTask, Timed } from './hostTask.ts';

const shortCount = 600_000;
const rounds = 3;
const longCount = 5_000_000;
/** A page that is posted every message cannot take a whole flood: it is cut off. */
const naiveMs = 8000;
const naiveCount = 100_000_000;
const settlingMs = 4000;
/** After a flood the page takes some time to show the last of it. */
const restMs = 500;

type Flood = HostResult['floods'][number];

async function measured(flood: () => Promise<number>): Promise<Flood> {
  const stopWatch = watchLoop();
  const from = Date.now();
  const rate = await flood();
  const flooded = { rate, delay: stopWatch(), phase: { from, to: Date.now() } };
  await letTimePass(restMs, 'the page shows the last of a flood');
  return flooded;
}

/** How many floods have been received to the end, as soon as they are more than `after`. */
async function endedFloods(url: string, after: number): Promise<number> {
  const response = await fetch(`${url.replace(/^ws/, 'http')}ended?after=${after}`);
  return Number(await response.text());
}

/** Messages a second of the whole extension, until it has received the last one. */
async function monitored(url: string, name: string, messageCount: number): Promise<number> {
  const before = await endedFloods(url, -1);
  const start = performance.now();
  const target = { name, url: `${url}${messageCount}?close`, compression: false };
  await commands.executeCommand(CommandId.Connect, target);
  await endedFloods(url, before);
  return (messageCount / (performance.now() - start)) * 1000;
}

/** What a first attempt at such a panel does: a post for each message, and a row for each post. */
function openNaivePanel(): (at: number, text: string) => void {
  const panel = window.createWebviewPanel('naive', 'Naive', ViewColumn.Active, {
    enableScripts: true,
  });
  panel.webview.html = `<div id="rows" style="height: 90vh; overflow: auto"></div><script>
    const rows = document.getElementById('rows');
    let number = 0;
    addEventListener('message', ({ data: { at, text } }) => {
      const row = document.createElement('div');
      const time = document.createElement('span');
      row.ariaRowIndex = ++number;
      time.className = 'time';
      time.textContent = at;
      row.append(time, ' ', text);
      rows.append(row);
      if (rows.childElementCount > 1000) rows.firstElementChild.remove();
      rows.scrollTop = rows.scrollHeight;
    });
  </script>`;
  const clock = new Intl.DateTimeFormat('en', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
  return (at, text) => void panel.webview.postMessage({ at: clock.format(at), text });
}

/** Messages a second that the naive extension receives, and posts one by one, until it is cut off. */
async function naive(url: string, post: (at: number, text: string) => void): Promise<number> {
  const socket = new WebSocket(`${url}${naiveCount}`, { perMessageDeflate: false });
  let count = 0;
  socket.on('message', data => {
    count++;
    post(Date.now(), (data as Buffer).toString());
  });
  const start = performance.now();
  while (performance.now() - start < naiveMs) {
    await letTimePass(100, 'the pause of a polling loop');
  }
  socket.terminate();
  return (count / (performance.now() - start)) * 1000;
}

function rssMebibytes(): number {
  return process.memoryUsage.rss() / 1024 / 1024;
}

async function settle(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await letTimePass(settlingMs, 'memory is given back');
  collect();
  await letTimePass(200, 'memory is given back');
}

async function isWatched({ watched }: HostTask, wanted = true): Promise<void> {
  while (existsSync(watched) !== wanted) {
    await letTimePass(50, 'the pause of a polling loop');
  }
}

type Outcome = Pick<HostResult, 'counted' | 'floods' | 'memory'>;

async function rates(task: HostTask): Promise<Outcome> {
  await commands.executeCommand(CommandId.OpenMonitor);
  await isWatched(task);
  await countOnly(task.url, shortCount);
  const counted: Flood[] = [];
  const floods: Flood[] = [];
  for (let round = 0; round < rounds; round++) {
    counted.push(await measured(() => countOnly(task.url, shortCount)));
    floods.push(await measured(() => monitored(task.url, `flood ${round}`, shortCount)));
  }
  return { counted, floods };
}

async function long(task: HostTask): Promise<Outcome> {
  await commands.executeCommand(CommandId.OpenMonitor);
  await isWatched(task);
  await settle();
  const idle = rssMebibytes();
  const floods = [await measured(() => monitored(task.url, 'flood', longCount))];
  const atOnce = rssMebibytes() - idle;
  await settle();
  return { counted: [], floods, memory: { atOnce, settled: rssMebibytes() - idle } };
}

async function posted(task: HostTask): Promise<Outcome> {
  const post = openNaivePanel();
  await letTimePass(1000, 'the script of the page has to run');
  post(Date.now(), 'the first row');
  await isWatched(task);
  const idle = rssMebibytes();
  const floods = [await measured(() => naive(task.url, post))];
  const atOnce = rssMebibytes() - idle;
  return { counted: [], floods, memory: { atOnce, settled: NaN } };
}

export async function run(): Promise<void> {
  const extension = extensions.getExtension('websocket-monitor.websocket-monitor');
  if (!extension) {
    throw new Error('The extension is not there');
  }
  await extension.activate();
  const timed = (globalThis as Timed).monitorBench;
  if (!timed) {
    throw new Error('The activation was not timed');
  }
  const folder = dirname(extension.extensionPath);
  const task = JSON.parse(readFileSync(join(folder, 'task.json'), 'utf8')) as HostTask;
  const outcome = await { rates, long, naive: posted }[task.kind](task);
  writeFileSync(`${task.result}.part`, JSON.stringify({ ...timed, ...outcome }));
  renameSync(`${task.result}.part`, task.result);
  // What the page showed is read before it goes with its host.
  await isWatched(task, false);
}
