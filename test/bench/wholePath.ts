import { DialLimiter } from '../../src/core/connection/retry/dialLimiter.ts';
import { OutputFeed } from '../../src/host/connections/output/outputFeed.ts';
import { isMessage } from '../../src/core/record/record.ts';
import { readSettings } from '../../src/core/settings/profile.ts';
import { MonitoredConnection } from '../../src/host/connections/monitoredConnection.ts';
import type { CaptureService } from '../../src/node/capture/captureService.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { openWsTransport } from '../../src/node/transport/wsTransport.ts';
import { silentLog } from '../support/capture/captures.ts';
import { closedOpening } from '../support/scenarios/connectionRig.ts';
import { handshakeFor } from '../support/network/transports.ts';
import { watchLoop } from './countingClient.ts';
import type { FloodResult } from './measurement.ts';
import { userSettings } from '../support/host/settings.ts';

/** Told of the messages that a monitored connection receives. */
interface WholeListener {
  /** Before the first is written as a line of output. */
  onFirst(): void;
  /** The last one was given to the capture and the output. */
  onLast(): void;
}

/** A monitored connection with its heartbeat, counters and output feed; `url` sends `messageCount`. */
export function openWhole(
  { open }: CaptureService,
  url: string,
  messageCount: number,
  listener: WholeListener,
): MonitoredConnection {
  const given: Readonly<Record<string, unknown>> = { url, compression: false };
  const [profile] = readSettings(userSettings(key => given[key])).profiles;
  if (!profile) {
    throw new Error('The settings name no connection');
  }
  const feed = new OutputFeed(systemClock, { enabled: true, maxCharacters: 2000 }, () => undefined);
  let left = messageCount;
  const count = (some: number, write: () => void) => {
    if (left === messageCount) {
      listener.onFirst();
    }
    write();
    left -= some;
    if (left === 0) {
      listener.onLast();
    }
  };
  const monitored = new MonitoredConnection('bench', profile, {
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    opening: { ...closedOpening, write: (_monitored, ...given) => closedOpening.write(...given) },
    openCapture: open,
    limiter: new DialLimiter(systemClock),
    redact: text => text,
    prepare: () => {
      const handshake = handshakeFor(url, { maxMessageBytes: 1024 * 1024 });
      const dial = (listener: Parameters<typeof openWsTransport>[1]) =>
        openWsTransport(handshake, listener);
      return Promise.resolve({ isRefreshable: false, dial });
    },
    output: {
      message: (at, name, flags, payload) =>
        count(isMessage(flags) ? 1 : 0, () => feed.message(at, name, flags, payload)),
      texts: (at, name, flags, run) => count(run.count, () => feed.texts(at, name, flags, run)),
      state: (at, name, row) => feed.state(at, name, row),
    },
  });
  const dispose = monitored.dispose.bind(monitored);
  return Object.assign(monitored, {
    dispose: () => {
      dispose();
      feed.dispose();
    },
  });
}

/** Such a connection in a flood, up to the last message stored. */
export async function wholePath(
  service: CaptureService,
  url: string,
  messageCount: number,
): Promise<FloodResult> {
  let start = 0;
  let finish: () => void = () => undefined;
  const allCame = new Promise<void>(resolve => (finish = resolve));
  const monitored = openWhole(service, `${url}${messageCount}`, messageCount, {
    onFirst: () => (start = performance.now()),
    onLast: () => finish(),
  });
  await monitored.capture.rows(0, 1); // The file is open.
  const stopWatch = watchLoop();
  monitored.connection.connect();
  await allCame;
  await monitored.capture.flush();
  const rate = (messageCount / (performance.now() - start)) * 1000;
  const delay = stopWatch();
  if (monitored.capture.extent.next < messageCount) {
    throw new Error(`${monitored.capture.extent.next} of ${messageCount} messages were stored`);
  }
  monitored.dispose();
  return { rate, delay };
}
