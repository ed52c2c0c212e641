// A relay to a WebSocket server, in a process of its own: a bare pipe, `ws` to `ws`, a tap that copies what it
// reads, or a tap that stores it in a capture.
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { TrafficSink } from '../../src/core/connection/wire/traffic.ts';
import { BatchWriter, wholeBatchByteLength } from '../../src/core/record/batch.ts';
import type { ObservedSocket } from '../../src/core/slot/observedSocket.ts';
import { copyBytes } from '../../src/node/capture/copyBytes.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { startTap } from '../../src/node/tap/tapServer.ts';
import { scratchFolder, silentLog } from '../support/capture/captures.ts';
import { tapOptions } from '../support/network/taps.ts';
import { openCaptures } from './benchCaptures.ts';
import { watchLoop } from './countingClient.ts';

const [kind = '', upstream = ''] = process.argv.slice(2);
const { port, hostname } = new URL(upstream);
/** `ws` buffers without a limit of its own. */
const maxBufferedBytes = 1_000_000;

function pipe(): Promise<number> {
  const server = createTcpServer(client => {
    const target = connect(Number(port), hostname);
    client.setNoDelay(true);
    target.setNoDelay(true);
    client.pipe(target).pipe(client);
    client.on('error', () => target.destroy());
    target.on('error', () => client.destroy());
  });
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function link(from: WebSocket, to: WebSocket): void {
  from.on('message', (data, isBinary) => {
    to.send(data, { binary: isBinary });
    if (to.bufferedAmount > maxBufferedBytes && !from.isPaused) {
      from.pause();
      // A callback for each message would cost more than the message.
      const timer = setInterval(() => {
        if (to.bufferedAmount < maxBufferedBytes / 4 || to.readyState !== WebSocket.OPEN) {
          clearInterval(timer);
          from.resume();
        }
      }, 1);
    }
  });
  from.on('close', () => to.close());
  from.on('error', () => to.terminate());
}

function wsToWs(): Promise<number> {
  const server = createServer();
  const clients = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    const target = new WebSocket(`ws://${hostname}:${port}${request.url ?? '/'}`, {
      perMessageDeflate: false,
    });
    target.once('upgrade', () => target.pause());
    target.once('open', () =>
      clients.handleUpgrade(request, socket, head, client => {
        link(target, client);
        link(client, target);
        target.resume();
      }),
    );
  });
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function tap(
  sink: TrafficSink,
  onDidChangePressure: ObservedSocket['onDidChangePressure'],
): Promise<number> {
  const running = await startTap(
    tapOptions(upstream),
    { port: 0 },
    {
      clock: systemClock,
      log: silentLog,
      observe: () => ({
        append: (at, flags, payload, frame) => sink.append(at, flags, payload, frame),
        report: () => undefined,
        isUnderPressure: false,
        onDidChangePressure,
        end: () => undefined,
      }),
    },
  );
  return running.port;
}

/** Copies as a capture does before it hands a batch to its worker. */
function readingTap(): Promise<number> {
  const writer = new BatchWriter(new SharedArrayBuffer(wholeBatchByteLength), copyBytes);
  const append: TrafficSink['append'] = (at, flags, payload, frame) => {
    if (!writer.append(at, flags, payload, frame)) {
      writer.finish(0);
      writer.append(at, flags, payload, frame);
    }
  };
  return tap({ append }, () => ({ dispose: () => undefined }));
}

async function storingTap(): Promise<number> {
  const folder = scratchFolder();
  const service = openCaptures(folder);
  const capture = service.open({ name: 'bench', url: upstream, maxRows: 1_000_000, maxBytes: 1e9 });
  await capture.rows(0, 1); // The file is open.
  process.on('exit', () => folder[Symbol.dispose]());
  return tap(capture, capture.onDidChangePressure);
}

const starts: Readonly<Record<string, () => Promise<number>>> = {
  pipe,
  ws: wsToWs,
  read: readingTap,
  store: storingTap,
};
let stopWatch: (() => unknown) | undefined;
process.on('message', message => {
  if (message === 'watch') {
    stopWatch = watchLoop();
  } else {
    process.send?.({ delay: stopWatch?.(), rss: process.memoryUsage().rss });
  }
});
process.on('disconnect', () => process.exit());
process.send?.(await starts[kind]?.());
