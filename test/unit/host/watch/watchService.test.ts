import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DebugSession } from 'vscode';
import { UserError } from '../../../../src/core/base/errors.ts';
import { Emitter } from '../../../../src/core/base/event.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import type { ConnectDebugger, DebuggerListener } from '../../../../src/host/watch/targetWatch.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import '../../../support/host/fakeVscode.ts';
import { userSettings } from '../../../support/host/settings.ts';
import { letTimePass } from '../../../support/letTimePass.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { noSessions } from '../../../support/watch/noSessions.ts';
import { ObservedSockets } from '../../../support/watch/observedSockets.ts';

const { WatchService } = await import('../../../../src/host/watch/watchService.ts');
const { titleOf } = await import('../../../../src/host/watch/debugSessions.ts');

const address = { host: '127.0.0.1', port: 9, path: '/secret' };

/** What a session of js-debug answers to the request for its connection. */
type Share = () => Promise<unknown>;

function sessionOf(name: string, share: Share = () => Promise.resolve(address)): DebugSession {
  const of = (id: string, type: string) => ({
    id,
    type,
    name: id,
    configuration: { name: 'Shop' },
  });
  return {
    ...of(name, 'pwa-chrome'),
    parentSession: of(`root of ${name}`, 'chrome'),
    customRequest: (command: string) => {
      assert.equal(command, 'requestCDPProxy');
      return share();
    },
  } as unknown as DebugSession;
}

function setUp(options: { readonly refuse?: string; readonly connect?: ConnectDebugger } = {}) {
  const clock = new ManualClock();
  const sockets = new ObservedSockets();
  const lines: string[] = [];
  const sent: string[] = [];
  const listeners: DebuggerListener[] = [];
  const note = (text: string | Error) => {
    lines.push(String(text));
  };
  let closed = 0;
  let settings: Record<string, unknown> = {};
  const read = () => readSettings(userSettings(key => settings[key]));
  const changed = new Emitter<ReturnType<typeof read>>();
  const connect: ConnectDebugger = (_address, listener) => {
    listeners.push(listener);
    return Promise.resolve({
      send: method => {
        sent.push(method);
        return method === options.refuse
          ? Promise.reject(new Error(`${method} is not known`))
          : Promise.resolve({});
      },
      close: () => {
        closed++;
      },
    });
  };
  const service = new WatchService({
    clock,
    log: { ...silentLog, info: note, warn: note, error: note },
    connect: options.connect ?? connect,
    observe: sockets.observe,
    wantsCloseCodes: () => read().values['debug.closeCodes'],
    hookExpression: () => Promise.resolve(''),
    settings: {
      get current() {
        return read();
      },
      onDidChange: changed.event,
    },
    sessions: noSessions(),
  });
  return {
    clock,
    service,
    sockets,
    lines,
    sent,
    listeners,
    closedCount: () => closed,
    set: (values: Record<string, unknown>) => {
      settings = values;
      changed.fire(read());
    },
  };
}

const failure = (reason: string) => `The WebSockets of "page" are not watched: ${reason}`;

describe('A debugger that does not share its connection', () => {
  const cases: readonly {
    readonly what: string;
    readonly share?: Share;
    readonly options?: Parameters<typeof setUp>[0];
    readonly reason: string;
  }[] = [
    {
      what: 'refuses',
      share: () => Promise.reject(new Error('no such request')),
      reason: 'no such request',
    },
    {
      what: 'gives nothing',
      share: () => Promise.resolve(undefined),
      reason: 'js-debug gave no address of its connection',
    },
    {
      what: 'gives something else',
      share: () => Promise.resolve({ host: 4, port: '9' }),
      reason: 'js-debug gave no address of its connection',
    },
    {
      what: 'cannot be reached',
      options: { connect: () => Promise.reject(new Error('connect ECONNREFUSED')) },
      reason: 'connect ECONNREFUSED',
    },
    {
      what: 'does not know what is asked of it',
      options: { refuse: 'JsDebug.subscribe' },
      reason: 'JsDebug.subscribe is not known',
    },
  ];
  for (const { what, share, options, reason } of cases) {
    it(`is one line of the log if it ${what}`, async () => {
      const { service, lines, sockets } = setUp(options);
      await service.beginUnasked(sessionOf('page', share));
      assert.deepEqual(lines, [failure(reason)]);
      assert.equal(service.isWatching, false);
      assert.deepEqual(sockets.all, []);
    });
  }

  it('is one line of the log if it never answers, and a late refusal no more', async () => {
    const answer = Promise.withResolvers<unknown>();
    const { service, lines, clock } = setUp();
    const begun = service.beginUnasked(sessionOf('page', () => answer.promise));
    clock.advance(20_000);
    await begun;
    answer.reject(new Error('too late'));
    await letTimePass(1, 'an unhandled rejection would be reported now');
    assert.deepEqual(lines, [failure('js-debug did not answer in time')]);
    assert.equal(service.isWatching, false);
  });

  it('is an error with its reason if the user has asked for the watch', async () => {
    const { service, lines } = setUp({ refuse: 'JsDebug.subscribe' });
    const begun = service.begin(sessionOf('page'));
    const message = failure('JsDebug.subscribe is not known');
    await assert.rejects(begun, error => error instanceof UserError && error.message === message);
    assert.deepEqual(lines, []);
  });
});

describe('The watch of a page', () => {
  it('asks for events and enables the domain, and disables nothing when it ends', async () => {
    const { service, sent, closedCount } = setUp();
    await service.beginUnasked(sessionOf('page'));
    service.stopAll();
    assert.deepEqual(sent, ['JsDebug.subscribe', 'Network.enable']);
    assert.deepEqual([service.isWatching, closedCount()], [false, 1]);
  });

  it('puts a script into the page only if the setting says so', async () => {
    const { service, sent, set } = setUp();
    set({ 'debug.closeCodes': true });
    await service.beginUnasked(sessionOf('page'));
    assert.deepEqual(sent.slice(2), [
      'Runtime.addBinding',
      'Page.addScriptToEvaluateOnNewDocument',
      'Runtime.evaluate',
    ]);
  });

  it('goes on where a worker refuses that script', async () => {
    const { service, set, lines } = setUp({ refuse: 'Page.addScriptToEvaluateOnNewDocument' });
    set({ 'debug.closeCodes': true });
    await service.beginUnasked(sessionOf('page'));
    assert.deepEqual([service.isWatching, lines], [true, []]);
  });

  it('ends with the setting, with the session, and with the connection', async () => {
    const { service, sockets, listeners, set } = setUp();
    const event = (index: number) => {
      const response = { opcode: 1, payloadData: 'x' };
      const params = { requestId: '1', timestamp: 1, response };
      listeners[index]?.onEvent('Network.webSocketFrameReceived', params);
    };
    await service.beginUnasked(sessionOf('one'));
    event(0);
    set({ 'debug.watch': 'off' });
    assert.equal(sockets.all[0]?.lines.at(-1), 'disconnected: No longer watched.');
    await service.begin(sessionOf('two'));
    event(1);
    listeners[1]?.onEnd();
    assert.match(sockets.all[1]?.lines.at(-1) ?? '', /^disconnected: The debug session has ended/);
    event(1);
    assert.equal(service.isWatching, false);
  });

  it('is not begun again for a session that the user does not want watched', async () => {
    const { service } = setUp();
    await service.beginUnasked(sessionOf('page'));
    service.stop('root of page');
    await service.beginUnasked(sessionOf('page'));
    assert.equal(service.isWatching, false);
    await service.begin(sessionOf('page'));
    assert.equal(service.isWatching, true);
  });

  it('loads the page again, and says so where it cannot', async () => {
    const { service, sent } = setUp();
    await assert.rejects(service.reloadPage('page'), UserError);
    await service.begin(sessionOf('page'));
    await service.reloadPage('page');
    assert.equal(sent.at(-1), 'Page.reload');
  });
});

describe('The title of a page', () => {
  it('is without what the debugger adds to it', () => {
    const titleIn = (name: string) =>
      titleOf({ name, parentSession: { name: 'Launch Shop' } } as DebugSession);
    assert.equal(titleIn('Today « 5 € « Launch Shop'), 'Today « 5 €');
    assert.equal(titleIn('Shop « Launch Shop (Paused on breakpoint)'), 'Shop');
    assert.equal(titleIn('http://h/worker.js'), 'http://h/worker.js');
  });
});
