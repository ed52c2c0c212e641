import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { DialLimiter } from '../../../../src/core/connection/retry/dialLimiter.ts';
import type { Capture, Row } from '../../../../src/core/capture/capture.ts';
import { readSettings, type Profile } from '../../../../src/core/settings/profile.ts';
import { MonitoredConnection } from '../../../../src/host/connections/monitoredConnection.ts';
import { createCaptureService } from '../../../../src/node/capture/captureService.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { openWsTransport } from '../../../../src/node/transport/wsTransport.ts';
import { closedOpening } from '../../../support/scenarios/connectionRig.ts';
import { scratchFolder, silentLog, workerPath } from '../../../support/capture/captures.ts';
import { closeFrame, frame, Opcode } from '../../../support/network/frames.ts';
import { raw } from '../../../support/network/peers.ts';
import { during, handshakeFor } from '../../../support/network/transports.ts';
import { userSettings } from '../../../support/host/settings.ts';
import { until as untilHolds } from '../../../support/until.ts';
import { singleOutput } from '../../../support/textRuns.ts';

interface SetUp {
  readonly monitored: MonitoredConnection;
  readonly output: string[];
  readonly pauses: boolean[];
  /** Of each attempt whether nobody asked for it. */
  readonly unasked: readonly (boolean | undefined)[];
  /** What the store would say, to be said by the test. */
  readonly setPressure: (isHigh: boolean) => void;
  readonly profileWith: (overflow: 'pause' | 'drop') => Profile;
}

/** A monitored connection on real sockets and a real capture worker. */
function monitor(t: TestContext, url: string, overflow: 'pause' | 'drop'): SetUp {
  const folder = scratchFolder();
  const service = createCaptureService({
    workerPath,
    folder: folder.path,
    clock: systemClock,
    log: silentLog,
  });
  const profileWith = (mode: 'pause' | 'drop') => {
    const given: Readonly<Record<string, unknown>> = {
      url,
      'history.overflow': mode,
      'reconnect.enabled': false,
      'heartbeat.ping': false,
    };
    const [profile] = readSettings(userSettings(key => given[key])).profiles;
    assert.ok(profile);
    return profile;
  };
  let setPressure: (isHigh: boolean) => void = () => undefined;
  const output: string[] = [];
  const pauses: boolean[] = [];
  const unasked: (boolean | undefined)[] = [];
  const monitored = new MonitoredConnection('c1', profileWith(overflow), {
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
    limiter: new DialLimiter(systemClock),
    redact: text => text,
    openCapture: options =>
      withPressure(service.open(options), listener => (setPressure = listener)),
    prepare: (_profile, { isUnasked }) => {
      unasked.push(isUnasked);
      return Promise.resolve({
        isRefreshable: false,
        dial: listener => {
          const transport = openWsTransport(handshakeFor(url), listener);
          const setPaused = transport.setPaused.bind(transport);
          transport.setPaused = isPaused => {
            pauses.push(isPaused);
            setPaused(isPaused);
          };
          return transport;
        },
      });
    },
    opening: { ...closedOpening, write: (_monitored, ...given) => closedOpening.write(...given) },
    output: singleOutput({
      message: (_at, _name, _flags, payload) => void output.push(Buffer.from(payload).toString()),
      state: (_at, _name, { text }) => void output.push(text),
    }),
  });
  t.after(async () => {
    monitored.dispose();
    await service.dispose();
    folder[Symbol.dispose]();
  });
  return {
    monitored,
    output,
    pauses,
    unasked,
    setPressure: isHigh => setPressure(isHigh),
    profileWith,
  };
}

/** The capture's own pressure still counts; the test may add to it, as if very much waited. */
function withPressure(
  capture: Capture,
  found: (listener: (isHigh: boolean) => void) => void,
): Capture {
  let isHigh = false;
  return new Proxy(capture, {
    get(target, name) {
      if (name === 'waitingByteLength' && isHigh) {
        return Infinity;
      }
      if (name === 'onDidChangePressure') {
        return (listener: (isHigh: boolean) => void) => {
          found(now => {
            isHigh = now;
            listener(now);
          });
          return target.onDidChangePressure(listener);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function rowsOf({ capture }: MonitoredConnection): Promise<readonly Row[]> {
  await capture.flush();
  return capture.rows(0, capture.extent.next);
}

/** What the list shows: states by their text. */
async function story(monitored: MonitoredConnection): Promise<readonly string[]> {
  const rows = await rowsOf(monitored);
  return rows.map(({ kind, preview }) =>
    kind === 'state' ? (JSON.parse(preview) as { text: string }).text : `${kind} ${preview}`,
  );
}

const until = (isTrue: () => boolean) => untilHolds(String(isTrue), isTrue);
const isOpen = ({ connection }: MonitoredConnection) => connection.state.kind === 'open';
const droppedText = (what: string) =>
  `${what} dropped: ${what.includes('was') ? 'it' : 'they'} came faster than ` +
  `${what.includes('was') ? 'it' : 'they'} could be stored (history.overflow)`;

/** A peer whose frames the test sends. */
async function peer(t: TestContext) {
  let socket: Socket | undefined;
  const server = await during(
    t,
    raw(upgraded => (socket = upgraded)),
  );
  return { url: server.url, send: (...frames: Buffer[]) => socket?.write(Buffer.concat(frames)) };
}

const text = (payload: string) => frame(Opcode.Text, payload);

describe('A monitored connection that gets more than can be stored', () => {
  it('drops with history.overflow "drop", tells how much where it is missing, and reads on', async t => {
    const { url, send } = await peer(t);
    const { monitored, output, pauses, setPressure } = monitor(t, url, 'drop');
    monitored.connection.connect();
    await until(() => isOpen(monitored));
    send(text('a'));
    await until(() => monitored.received.total === 1);
    setPressure(true);
    send(text('bb'), text('ccc'));
    await until(() => monitored.received.total === 3);
    setPressure(false);
    send(text('d'));
    await until(() => monitored.received.total === 4);
    const told = droppedText('2 messages (5 B) were');
    assert.deepEqual((await story(monitored)).slice(2), ['text a', told, 'text d']);
    assert.deepEqual(output.slice(2), ['a', told, 'd']);
    assert.ok(!pauses.includes(true));
  });

  it('tells what was dropped before the end of the connection', async t => {
    const { url, send } = await peer(t);
    const { monitored, setPressure } = monitor(t, url, 'drop');
    monitored.connection.connect();
    await until(() => isOpen(monitored));
    setPressure(true);
    send(text('bb'), closeFrame(1001, 'bye'));
    await until(() => monitored.connection.state.kind === 'stopped');
    const [, , told, closed, end] = await story(monitored);
    assert.equal(told, droppedText('1 message (2 B) was'));
    const [, , , row] = await rowsOf(monitored);
    assert.equal(row?.kind, 'close');
    assert.ok(closed && end && !end.includes('dropped'));
  });

  it('says of an attempt whether anybody asked for it', async t => {
    const { url } = await peer(t);
    const { monitored, unasked } = monitor(t, url, 'drop');
    monitored.connectUnasked();
    await until(() => isOpen(monitored));
    monitored.connectUnasked(); // It is open already.
    monitored.connection.reconnect();
    await until(() => unasked.length === 2 && isOpen(monitored));
    assert.deepEqual(unasked, [true, false]);
  });

  it('may be told to drop, or to pause, while it gets too much', async t => {
    const { url, send } = await peer(t);
    const { monitored, pauses, setPressure, profileWith } = monitor(t, url, 'pause');
    monitored.connection.connect();
    await until(() => isOpen(monitored));
    setPressure(true);
    monitored.setProfile(profileWith('drop'));
    send(text('a'));
    await until(() => monitored.received.total === 1);
    monitored.setProfile(profileWith('pause'));
    send(text('b'));
    setPressure(false);
    await until(() => monitored.received.total === 2);
    assert.deepEqual(pauses.slice(-4), [true, false, true, false]);
    assert.deepEqual((await story(monitored)).slice(2), [
      droppedText('1 message (1 B) was'),
      'text b',
    ]);
  });

  for (const mode of ['pause', 'drop'] as const) {
    it(`has each message of a flood once and in order, or counted, with "${mode}"`, async t => {
      const { url, send } = await peer(t);
      const { monitored, setPressure } = monitor(t, url, mode);
      monitored.connection.connect();
      await until(() => isOpen(monitored));
      const count = 60_000;
      let isHigh = false;
      for (let first = 0; first < count; first += 3000) {
        send(...Array.from({ length: 3000 }, (_, index) => text(`${first + index}`)));
        await new Promise(resolve => setImmediate(resolve));
        setPressure((isHigh = !isHigh));
      }
      setPressure(false);
      await until(() => monitored.received.total === count);
      const rows = await rowsOf(monitored);
      let next = 0;
      for (const { kind, preview } of rows.slice(2)) {
        if (kind === 'state') {
          const [, dropped = ''] =
            /^([\d,]+) messages? /.exec((JSON.parse(preview) as { text: string }).text) ?? [];
          next += Number(dropped.replaceAll(',', ''));
        } else {
          assert.equal(Number(preview), next++);
        }
      }
      assert.equal(next, count);
      assert.equal(
        rows.some((row, index) => index > 1 && row.kind === 'state'),
        mode === 'drop',
      );
    });
  }
});
