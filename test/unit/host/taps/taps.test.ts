import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { Emitter } from '../../../../src/core/base/event.ts';
import type { ReadSettings } from '../../../../src/core/settings/profile.ts';
import { readTaps } from '../../../../src/core/settings/taps/tapProfile.ts';
import type { StateRow } from '../../../../src/core/connection/report.ts';
import type { ObservedSocket, ObserveSocket } from '../../../../src/core/slot/observedSocket.ts';
import type { TapOptions } from '../../../../src/core/tap/tapOptions.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { editor } from '../../../support/host/fakeVscode.ts';
import { memento } from '../../../support/host/memento.ts';
import { userSettings } from '../../../support/host/settings.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { until } from '../../../support/until.ts';

const { Taps, noSuchTap } = await import('../../../../src/host/taps/taps.ts');
const { tapDescription, tapParagraphs } = await import('../../../../src/host/taps/tapWords.ts');
const { MustAskError } = await import('../../../../src/host/consent/consent.ts');
const { KeptPorts } = await import('../../../../src/host/taps/keptPorts.ts');

const upstream = 'http://localhost:5173';
const noop = () => undefined;
const noopEvent = () => ({ dispose: noop });
const connected: StateRow = { state: 'connected', severity: 'info', text: 'Connected.' };

function portTaken(port: number): Error {
  const cause = Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
  return new UserError(`The port ${port} is in use.`, { cause });
}

/** Taps that listen on no port. */
function setUp(taps: readonly object[]) {
  let profiles = readTaps(userSettings(key => (key === 'taps' ? taps : undefined))).taps;
  const onDidChange = new Emitter<ReadSettings>();
  const state = memento();
  const taken = new Set<number>();
  const listened: {
    readonly options: TapOptions[];
    readonly port: number;
    observe: ObserveSocket;
  }[] = [];
  const stopped: number[] = [];
  const rows: string[] = [];
  let failure: Error | undefined;
  let external: string | undefined;
  const prepared: (readonly [name: string, mayAsk: boolean])[] = [];
  const observed: ObservedSocket = {
    append: noop,
    report: ({ text }) => void rows.push(text),
    isUnderPressure: false,
    onDidChangePressure: noopEvent,
    end: noop,
  };
  const all = new Taps({
    prepare: ({ name, upstream: to, routes, values }, mayAsk) => {
      prepared.push([name, mayAsk]);
      if (failure) {
        return Promise.reject(failure);
      }
      return Promise.resolve({
        options: {
          upstream: to,
          routes,
          headers: values.headers,
          host: values.host,
          forwarded: values.forwarded,
          allowedOrigins: values.allowedOrigins,
          waitForUpstreamMs: values.waitForUpstream * 1000,
          connectTimeoutMs: 10_000,
          maxMessageBytes: values.maxMessageSize,
          tls: { rejectUnauthorized: true },
          secrets: [],
        },
      });
    },
    listen: (options, { port: wanted }, { observe }) => {
      if (taken.has(wanted)) {
        return Promise.reject(portTaken(wanted));
      }
      const port = wanted === 0 ? 40_000 + listened.length : wanted;
      const listening = { options: [options], port, observe };
      listened.push(listening);
      return Promise.resolve({
        port,
        url: `ws://127.0.0.1:${port}`,
        pageUrl: `http://127.0.0.1:${port}`,
        setOptions: changed => void listening.options.push(changed),
        stop: () => {
          stopped.push(port);
          return Promise.resolve();
        },
        dispose: noop,
      });
    },
    observe: () => observed,
    openGates: () => () => {
      throw new Error('No socket is gated here.');
    },
    keptPorts: new KeptPorts(state, silentLog),
    externalUrl: () => Promise.resolve(external),
    clock: new ManualClock(),
    settings: {
      get taps() {
        return profiles;
      },
      onDidChange: onDidChange.event,
    },
    log: silentLog,
  });
  return {
    all,
    state,
    taken,
    listened,
    stopped,
    rows,
    prepared,
    tap: (name: string) => {
      const tap = all.find(name);
      assert.ok(tap, name);
      return tap;
    },
    fail: (error: Error | undefined) => (failure = error),
    forward: (to: string) => (external = to),
    change: (changed: readonly object[]) => {
      profiles = readTaps(userSettings(key => (key === 'taps' ? changed : undefined))).taps;
      onDidChange.fire({ values: {}, profiles: [], problems: [] } as unknown as ReadSettings);
    },
  };
}

describe('The taps of a window', () => {
  it('are those of the settings, in their order, and not running', () => {
    const { all } = setUp([
      { name: 'a', upstream },
      { name: 'b', upstream },
    ]);
    assert.deepEqual(
      all.all.map(({ name, state }) => [name, state]),
      [
        ['a', 'stopped'],
        ['b', 'stopped'],
      ],
    );
    assert.deepEqual(all.running, []);
  });

  it('start once, and have an address in the scheme of the upstream', async () => {
    const { tap, listened } = setUp([
      { name: 'a', upstream, port: 9300 },
      { name: 'b', upstream: 'wss://api.example.com' },
    ]);
    await Promise.all([tap('a').start(), tap('a').start()]);
    await tap('b').start();
    assert.deepEqual(
      listened.map(({ port }) => port),
      [9300, 40_001],
    );
    assert.equal(tap('a').address(), 'http://127.0.0.1:9300');
    assert.equal(tap('a').address('ws'), 'ws://127.0.0.1:9300');
    assert.equal(tap('b').address(), 'ws://127.0.0.1:40001');
  });

  it('keep the port that the system chose, also for the next window', async () => {
    const { tap, listened, state } = setUp([{ name: 'a', upstream }]);
    await tap('a').start();
    await tap('a').stop();
    await tap('a').start();
    assert.deepEqual(
      listened.map(({ port }) => port),
      [40_000, 40_000],
    );
    assert.deepEqual(state.values.get('taps.ports'), { a: 40_000 });
  });

  it('get another port where the kept one was taken meanwhile, but not in place of a configured one', async () => {
    const { tap, listened, taken, state } = setUp([
      { name: 'a', upstream },
      { name: 'b', upstream, port: 9300 },
    ]);
    await state.update('taps.ports', { a: 5000 });
    taken.add(5000).add(9300);
    await tap('a').start();
    assert.equal(listened[0]?.port, 40_000);
    assert.deepEqual(state.values.get('taps.ports'), { a: 40_000 });
    await assert.rejects(tap('b').start(), /The port 9300 is in use/);
    assert.deepEqual([tap('b').state, tap('b').problem], ['stopped', 'The port 9300 is in use.']);
    await tap('b').start(0);
    assert.equal(tap('b').problem, undefined);
    assert.deepEqual(state.values.get('taps.ports'), { a: 40_000 }, 'it was for this time only');
  });

  it('do not start while a setting that they need is refused', async () => {
    const { tap, listened } = setUp([{ name: 'a', upstream, headers: 1 }]);
    await assert.rejects(tap('a').start(), /headers must be.*cannot be started/);
    assert.deepEqual(listened, []);
  });

  it('know the address that a browser on another machine has for them', async () => {
    const { tap, listened, forward } = setUp([{ name: 'a', upstream }]);
    forward('https://abc-40000.example.dev');
    await tap('a').start();
    assert.equal(tap('a').externalAddress(), 'https://abc-40000.example.dev');
    assert.equal(tap('a').externalAddress('ws'), 'wss://abc-40000.example.dev');
    assert.deepEqual(listened[0]?.options.at(-1)?.allowedAuthorities, ['abc-40000.example.dev']);
    assert.equal(tap('a').address(), 'http://127.0.0.1:40000', 'programs have another one');
    await tap('a').stop();
    forward('http://127.0.0.1:8080/proxy/40000');
    await tap('a').start();
    assert.equal(
      tap('a').externalAddress(),
      'http://127.0.0.1:40000',
      'no page works below a path',
    );
    assert.deepEqual(listened[1]?.options.at(-1)?.allowedAuthorities, ['127.0.0.1:8080']);
  });

  it('take changed settings while they run, without a question', async () => {
    const { tap, listened, change, prepared } = setUp([{ name: 'a', upstream }]);
    await tap('a').start();
    change([{ name: 'a', upstream, headers: { 'X-A': '1' }, waitForUpstream: 5 }]);
    await until('it was given', () => listened[0]?.options.at(-1)?.waitForUpstreamMs === 5000);
    const now = listened[0]?.options.at(-1);
    assert.deepEqual([now?.headers, now?.waitForUpstreamMs], [{ 'X-A': '1' }, 5000]);
    assert.deepEqual(prepared, [
      ['a', true],
      ['a', false],
    ]);
  });

  it('offer to start again for what cannot be changed while they run, once', async () => {
    const { tap, listened, change, stopped } = setUp([{ name: 'a', upstream }]);
    await tap('a').start();
    editor.shown.length = 0;
    editor.answer = ({ choices }) => choices.find(each => each === 'Restart Tap');
    const changed = [{ name: 'a', upstream: 'http://localhost:3000', port: 9300 }];
    change(changed);
    await until('it was started again', () => listened.length === 2);
    change(changed);
    assert.deepEqual(stopped, [40_000]);
    assert.equal(listened[1]?.port, 9300);
    assert.equal(listened[1].options[0]?.upstream.port, 3000);
    assert.deepEqual(
      editor.shown.map(({ text }) => text),
      ['The changed settings of the tap "a" take effect when it is started again.'],
    );
    editor.answer = () => undefined;
  });

  it('say to which upstream they pass things on while they run, and which one comes next', async () => {
    const { tap, change } = setUp([{ name: 'a', upstream, port: 9300 }]);
    const next = 'http://localhost:3000';
    await tap('a').start();
    change([{ name: 'a', upstream: next, port: 9300 }]);
    await until('it was taken', () => tap('a').profile.upstream.url === next);
    const told = () => tapParagraphs(tap('a')).join(' ');
    assert.equal(tapDescription(tap('a')), `:9300 · running → ${upstream}`);
    assert.match(
      told(),
      /to http:\/\/localhost:5173\..*Started again, .* to http:\/\/localhost:3000\./,
    );
    await tap('a').stop();
    assert.equal(tapDescription(tap('a')), `:9300 · stopped → ${next}`);
    assert.doesNotMatch(told(), /localhost:5173|Started again/);
  });

  it('say first what their name does not: the port, a bad network, and rules that are on', async () => {
    const rule = { match: 'kind:text', do: 'drop' };
    const { tap, fail } = setUp([
      { name: 'a', upstream, port: 9300, network: 'flaky', rules: [{ ...rule, do: 'hold' }, rule] },
      { name: 'b', upstream, rules: [rule, { ...rule, enabled: false }] },
    ]);
    assert.match(tapDescription(tap('a')), /^:9300 · Flaky · holds · 2 rules · stopped → http/);
    assert.equal(tapDescription(tap('b')), `1 rule · stopped → ${upstream}`);
    fail(new UserError('The port is taken.'));
    await tap('a').start().catch(noop);
    assert.match(tapDescription(tap('a')), / · failed · The port is taken\.$/);
  });

  it('are removed by the user if they are in no settings and do not run', async () => {
    const { all, tap } = setUp([{ name: 'a', upstream }]);
    const typed = all.open({ ...tap('a').profile, name: 'typed', isConfigured: false });
    await typed.start();
    assert.throws(() => all.remove(typed), /"typed" is running\. Stop it first/);
    assert.throws(() => all.remove(tap('a')), /"a" is in the settings\. Remove it there/);
    await typed.stop();
    let changes = 0;
    all.onDidChange(() => changes++);
    all.remove(typed);
    assert.deepEqual([all.find('typed'), all.all.length, changes], [undefined, 1, 1]);
  });

  it('keep what they had where changed settings cannot be used, and say so once', async () => {
    const { tap, listened, change, fail } = setUp([{ name: 'a', upstream }]);
    await tap('a').start();
    editor.shown.length = 0;
    fail(new UserError('The secret "x" is not stored.'));
    change([{ name: 'a', upstream, headers: { A: '${secret:x}' } }]);
    await until('it was said', () => editor.shown.length > 0);
    change([{ name: 'a', upstream, headers: { A: '${secret:x}' } }]);
    await tap('a').stop();
    assert.match(editor.shown[0]?.text ?? '', /"a" keeps its previous settings.*"x" is not stored/);
    assert.equal(editor.shown.length, 1);
    assert.deepEqual(listened[0]?.options.at(-1)?.headers, {});
  });

  it('offer to start again where the user has to be asked, and ask then', async () => {
    const { tap, change, fail, prepared, stopped } = setUp([{ name: 'a', upstream }]);
    await tap('a').start();
    editor.shown.length = 0;
    fail(new MustAskError('This needs your permission.', true));
    editor.answer = ({ choices }) => {
      fail(undefined);
      return choices.find(each => each === 'Restart Tap');
    };
    change([{ name: 'a', upstream, headers: { A: '${secret:x}' } }]);
    await until('it runs again', () => stopped.length === 1 && tap('a').isRunning);
    editor.answer = () => undefined;
    assert.match(
      editor.shown[0]?.text ?? '',
      /keeps its previous settings.*This needs your permission\. Start the tap again to be asked\.$/,
    );
    assert.deepEqual(prepared.at(-1), ['a', true]);
  });

  it('go with the settings once they are stopped, and stay while they run', async () => {
    const { all, tap, change } = setUp([
      { name: 'a', upstream },
      { name: 'b', upstream },
    ]);
    await tap('a').start();
    change([{ name: 'c', upstream }]);
    assert.deepEqual(
      all.all.map(({ name }) => name),
      ['c', 'a'],
    );
    assert.ok(tap('a').isRunning);
  });

  it('stop, and all of them as the window closes', async () => {
    const { all, tap, stopped } = setUp([
      { name: 'a', upstream },
      { name: 'b', upstream },
    ]);
    await tap('a').start();
    await tap('a').stop();
    assert.throws(() => tap('a').address(), /The tap "a" is not running/);
    await tap('a').start();
    await tap('b').start();
    const ended = all.end();
    // The editor does not wait with this.
    all.dispose();
    await ended;
    assert.deepEqual(stopped.toSorted(), [40_000, 40_000, 40_002]);
  });

  it('put a bad network into the options, and a row into the story of each socket', async () => {
    const { tap, listened, rows } = setUp([{ name: 'a', upstream }]);
    await tap('a').start();
    const origin = {
      owner: { kind: 'tap', id: 'a', label: 'a' },
      path: '/',
      name: 'a /',
      url: '',
    } as const;
    const socket = listened[0]?.observe(origin);
    assert.ok(socket);
    tap('a').setNetwork('flaky');
    assert.deepEqual(rows, [], 'it is not connected yet');
    socket.report(connected);
    tap('a').setNetwork({ latency: 5 });
    tap('a').setNetwork(undefined);
    socket.end();
    tap('a').setNetwork('slow3g');
    assert.deepEqual(rows, [
      'Connected.',
      'Network from here on: Flaky (100 ms ± 80 ms late, a pause of 2000 ms every 10 s, reset after 60 s).',
      'Network from here on: Custom (5 ms late).',
      'Network from here on: as it is.',
    ]);
    assert.equal(listened[0]?.options.at(-1)?.toxics.bytesPerSecond, 50_000);
    assert.equal(tap('a').openSockets, 0);
  });

  it('have the network of the settings until the user chooses another, and again when they change', async () => {
    const { tap, change } = setUp([{ name: 'a', upstream, network: 'flaky' }]);
    assert.equal(tap('a').network, 'flaky');
    tap('a').setNetwork(undefined);
    assert.equal(tap('a').network, undefined);
    change([{ name: 'a', upstream, network: 'slow3g' }]);
    await until('it was taken', () => tap('a').network === 'slow3g');
  });

  it('are named in the sentence about one that does not exist', () => {
    const { all } = setUp([{ name: 'a', upstream }]);
    assert.match(noSuchTap('x', all.all, false).message, /There is no tap "x"\. Taps: "a"\.$/);
    assert.match(noSuchTap('x', [], true).message, /in the setting.*ignored in Restricted Mode/);
  });
});
