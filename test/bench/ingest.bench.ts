// Measures how fast messages are received and stored, by the storage alone and by a whole connection,
// against receiving alone. Run it by itself, or as a part of all measurements.
import { WebSocket } from 'ws';
import { flagsOf } from '../../src/core/record/record.ts';
import type { CaptureService } from '../../src/node/capture/captureService.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { scratchFolder } from '../support/capture/captures.ts';
import { openCaptures } from './benchCaptures.ts';
import { countOnly, watchLoop } from './countingClient.ts';
import { startFloodProcess } from './floodProcess.ts';
import {
  held,
  loopDelayRow,
  median,
  plain,
  ratio,
  thousands,
  type Bench,
  type FloodResult,
  type Measurement,
} from './measurement.ts';
import { wholePath } from './wholePath.ts';

const messageCount = 600_000;
const rounds = 5;

/** A client that stores what it receives, up to when the last message is stored. */
async function countAndStore({ open }: CaptureService, url: string): Promise<FloodResult> {
  const capture = open({ name: 'bench', url, maxRows: Infinity, maxBytes: Infinity });
  await capture.rows(0, 1); // The file is open.
  const socket = new WebSocket(`${url}${messageCount}`, { perMessageDeflate: false });
  capture.onDidChangePressure(isHigh => {
    if (isHigh) {
      socket.pause();
    } else {
      socket.resume();
    }
  });
  const flags = flagsOf('text', 'in');
  const stopWatch = watchLoop();
  const start = await new Promise<number>(resolve => {
    let count = 0;
    let first = 0;
    socket.on('message', data => {
      first ||= performance.now();
      capture.append(systemClock.now(), flags, data as Buffer);
      if (++count === messageCount) {
        resolve(first);
      }
    });
  });
  await capture.flush();
  const rate = messageCount / ((performance.now() - start) / 1000);
  const delay = stopWatch();
  if (capture.extent.next !== messageCount) {
    throw new Error(`${capture.extent.next} of ${messageCount} messages were stored`);
  }
  socket.terminate();
  capture.dispose();
  return { rate, delay };
}

function rowsOf(
  what: string,
  counted: readonly number[],
  results: readonly FloodResult[],
): Measurement[] {
  const value = median(results.map(({ rate }, round) => rate / (counted[round] ?? NaN)));
  return [
    plain(what, thousands(median(results.map(({ rate }) => rate)))),
    held('  its ratio to ws', value, ratio, { limit: 0.5, aim: 0.8, isLeast: true }),
    loopDelayRow(
      '  event loop delay',
      results.map(({ delay }) => delay),
    ),
  ];
}

export async function ingestBench(): Promise<Bench> {
  using folder = scratchFolder();
  const service = openCaptures(folder);
  const server = await startFloodProcess();
  const { url } = server;
  try {
    await countOnly(url, messageCount);
    await countAndStore(service, url);
    await wholePath(service, url, messageCount);
    const counted: number[] = [];
    const stored: FloodResult[] = [];
    const whole: FloodResult[] = [];
    for (let round = 0; round < rounds; round++) {
      counted.push(await countOnly(url, messageCount));
      stored.push(await countAndStore(service, url));
      whole.push(await wholePath(service, url, messageCount));
    }
    return {
      title: `Ingest: ${rounds} floods of ${messageCount} text messages of 100 bytes`,
      rows: [
        plain('ws that only counts', thousands(median(counted))),
        ...rowsOf('ws, ingest, worker, log', counted, stored),
        ...rowsOf('the same through a whole connection', counted, whole),
      ],
    };
  } finally {
    server.close();
    await service.dispose();
  }
}

if (import.meta.main) {
  const { title, rows } = await ingestBench();
  console.log(title);
  console.table(rows);
}
