import { DialLimiter } from '../../src/core/connection/retry/dialLimiter.ts';
import { OutputFeed } from '../../src/host/connections/outputFeed.ts';
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

/** A monitored connection with its heartbeat, counters and output feed, up to the last one stored. */
export async function wholePath(
  { open }: CaptureService,
  url: string,
  messageCount: number,
): Promise<FloodResult> {
  const target = `${url}${messageCount}`;
  const given: Readonly<Record<string, unknown>> = { url: target, compression: false };
  const [profile] = readSettings(userSettings(key => given[key])).profiles;
  if (!profile) {
    throw new Error('The settings name no connection');
  }
  const feed = new OutputFeed(systemClock, { enabled: true, maxCharacters: 2000 }, () => undefined);
  let left = messageCount;
  let start = 0;
  let finish: () => void = () => undefined;
  const allCame = new Promise<void>(resolve => (finish = resolve));
  const monitored = new MonitoredConnection('bench', profile, {
    clock: systemClock,
    log: silentLog,
    random: Math.random,
    opening: { ...closedOpening, write: (_monitored, ...given) => closedOpening.write(...given) },
    openCapture: open,
    limiter: new DialLimiter(systemClock),
    redact: text => text,
    prepare: () => {
      const handshake = handshakeFor(target, { maxMessageBytes: 1024 * 1024 });
      const dial = (listener: Parameters<typeof openWsTransport>[1]) =>
        openWsTransport(handshake, listener);
      return Promise.resolve({ isRefreshable: false, dial });
    },
    output: {
      message: (at, name, flags, payload) => {
        start ||= performance.now();
        feed.message(at, name, flags, payload);
        if (--left === 0) {
          finish();
        }
      },
      state: (at, name, row) => feed.state(at, name, row),
    },
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
  feed.dispose();
  return { rate, delay };
}
