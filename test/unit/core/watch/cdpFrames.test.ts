import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { mask } from '../../../../src/core/secrets/mask.ts';
import { HandshakeRedactor } from '../../../../src/core/secrets/handshakeRedactor.ts';
import { CdpFrames, type CdpPorts, type CdpTarget } from '../../../../src/core/watch/cdpFrames.ts';
import { originOfSocket, shortPlace } from '../../../../src/core/watch/socketNames.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { ObservedSockets } from '../../../support/watch/observedSockets.ts';

interface CdpEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** As Chromium 156 and Deno 2.9.6 told them. */
const recorded = JSON.parse(
  readFileSync(new URL('../../../fixtures/cdpEvents.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly CdpEvent[]>>;

/** The wall time of the first recorded request. */
const start = 1_795_928_637_930;

interface Watching {
  readonly target?: Partial<CdpTarget>;
  readonly binding?: string;
  /** How much later it is each time that somebody looks at the clock. */
  readonly msPerLook?: number;
}

function watching(more: Watching = {}) {
  const clock = new ManualClock(start + 10);
  let late = 0;
  const sockets = new ObservedSockets();
  const ports: CdpPorts = {
    clock: {
      now: () => clock.now() + (late += more.msPerLook ?? 0),
      schedule: (ms, task) => clock.schedule(ms, task),
    },
    observe: sockets.observe,
    decodeBase64: text => Buffer.from(text, 'base64'),
    redactor: new HandshakeRedactor(),
    ...(more.binding === undefined ? {} : { closeBinding: more.binding }),
  };
  const target: CdpTarget = {
    owner: { kind: 'watch', id: 'shop', label: 'Chrome' },
    session: 's1',
    isPage: true,
    title: () => 'Shop',
    ...more.target,
  };
  const frames = new CdpFrames(target, ports);
  const play = (name: string) => {
    const events = recorded[name] ?? [];
    assert.ok(events.length > 0, name);
    events.forEach(({ method, params }) => frames.event(method, params));
  };
  return { clock, sockets, frames, play };
}

const created = (id: string, url = 'ws://127.0.0.1:9301/feed') => ({
  method: 'Network.webSocketCreated',
  params: { requestId: id, url },
});

describe('The events of a watched page', () => {
  it('become the rows of its socket, in order, with the times of the browser', () => {
    const { sockets, play } = watching();
    play('every kind');
    const socket = sockets.only;
    assert.deepEqual(socket.lines, [
      'connecting: Opening ws://127.0.0.1:9301/all, from line 3 of the page /.',
      'connected: Connected to 127.0.0.1:9301 (subprotocol a, permessage-deflate).',
      'out text: hÃ©llo âœ“',
      'out text: ',
      'out binary: 000102ff',
      'out binary: ',
      'connected: The debugger does not tell the bytes of a Blob: a Blob that is sent is recorded as an empty binary message.',
      'in text: text one',
      'in binary: 000102ff',
      'in text: ',
      'in text: frag-mented',
      `in text: ${'compressed '.repeat(20)}`,
      'in text: \0nul and 😀 emoji',
      'disconnected: Closed (the debugger does not tell the code; the setting websocketMonitor.debug.closeCodes shows it).',
    ]);
    assert.ok(socket.hasEnded);
    const times = socket.rows.map(({ at }) => Math.round(at ?? 0) - start);
    assert.deepEqual(times.slice(0, 3), [0, 7, 9]);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.deepEqual(socket.origin, {
      owner: { kind: 'watch', id: 'shop', label: 'Chrome' },
      path: '/all',
      name: 'Shop /all',
      url: 'ws://127.0.0.1:9301/all',
      messagesOnly: true,
    });
  });

  it('name the calls that opened a socket, without those of the debugger', () => {
    const { sockets, play } = watching();
    play('every kind');
    assert.deepEqual(sockets.only.states[0]?.watch, {
      session: 's1',
      openedAt: [
        { url: 'http://127.0.0.1:9301/', line: 3, column: 44, functionName: '' },
        { url: 'http://127.0.0.1:9301/', line: 3, column: 19, functionName: 'window.go' },
      ],
    });
  });

  it('give the handshake with secrets masked', () => {
    const { sockets, play } = watching();
    play('every kind');
    const handshake = sockets.only.states[1]?.handshake;
    assert.ok(handshake);
    const request = Object.fromEntries(handshake.request);
    assert.equal(request['Cookie'], mask);
    assert.equal(request['Host'], '127.0.0.1:9301');
    assert.equal(handshake.response?.status, 101);
    assert.equal(Object.fromEntries(handshake.response.headers)['X-Server'], mask);
    assert.equal(handshake.subprotocol, 'a');
    assert.ok(handshake.timings[0] && handshake.timings[0].ms > 0);
    assert.ok(!JSON.stringify(sockets.only.rows).includes('secret'));
  });

  it('mask what a URL, a header or a reason says of secrets, several cookies too', () => {
    const { sockets, frames } = watching();
    const url = 'wss://user:pass@h.example/feed?token=secret1#secret2=x';
    const initiator = { type: 'parser', url: 'https://h.example/?sid=secret3', lineNumber: 4 };
    frames.event('Network.webSocketCreated', { requestId: '1', url, initiator });
    const headers = {
      'Authorization': 'Bearer secret4',
      'Set-Cookie': 'a=secret5\nb=secret6',
      'X-Own': 'secret7',
      'Sec-WebSocket-Protocol': 'token, eyJsecret8secret.c2VjcmV0.x',
    };
    const response = { status: 101, headers, requestHeaders: headers };
    frames.event('Network.webSocketHandshakeResponseReceived', { requestId: '1', response });
    const errorMessage = 'Bearer secret9secret9 was refused';
    frames.event('Network.webSocketFrameError', { requestId: '1', errorMessage });
    const text = JSON.stringify(sockets.only);
    // The name of a value stays.
    assert.ok(!/secret\d/.test(text.replaceAll('#secret2=', '')), text);
    assert.ok(!text.includes('user:pass'));
    const cookies = sockets.only.states[1]?.handshake?.response?.headers.filter(
      ([name]) => name === 'Set-Cookie',
    );
    assert.equal(cookies?.length, 2);
  });

  it('name the status of a refusal that the browser tells by its words only', () => {
    const { sockets, play } = watching();
    play('refused with 401');
    assert.deepEqual(sockets.only.lines.slice(1), [
      'failed: No connection to 127.0.0.1:9301: HTTP Authentication failed; no valid credentials available (HTTP 401).',
    ]);
    assert.ok(sockets.only.hasEnded);
    assert.equal(sockets.only.states[1]?.code, 401);
  });

  it('name the cause of a failure, and a status that the browser names', () => {
    const { sockets, frames, play } = watching();
    play('no server');
    assert.equal(sockets.all[0]?.states.at(-1)?.code, 'ERR_UNSAFE_PORT');
    const { method, params } = created('9');
    frames.event(method, params);
    const errorMessage = 'Error during WebSocket handshake: Unexpected response code: 404';
    frames.event('Network.webSocketFrameError', { requestId: '9', errorMessage });
    assert.equal(sockets.all[1]?.states.at(-1)?.code, 404);
    assert.equal(sockets.all[1].states.at(-1)?.severity, 'error');
    frames.event(method, params);
    const proxyMessage = 'Proxy authentication failed';
    frames.event('Network.webSocketFrameError', { requestId: '9', errorMessage: proxyMessage });
    assert.equal(sockets.all[2]?.states.at(-1)?.code, 407);
  });

  it('never claim a close code', () => {
    const { sockets, play } = watching();
    play('no UTF-8');
    play('closed while opening');
    assert.deepEqual(sockets.all[0]?.lines.slice(-2), [
      'connected: The debugger reports: Could not decode a text frame as UTF-8.',
      'disconnected: Closed (the debugger does not tell the code; the setting websocketMonitor.debug.closeCodes shows it).',
    ]);
    assert.equal(
      sockets.all[1]?.lines.at(-1),
      'failed: No connection to 127.0.0.1:9301: WebSocket is closed before the connection is established (the debugger does not tell the status).',
    );
    assert.ok(!/100[56]/.test(JSON.stringify(sockets.all)));
  });

  it('come from Deno with times of the wall clock, and without an error for what is refused', () => {
    const { sockets, play } = watching({ target: { isPage: false } });
    play('Deno 2.9');
    const [first, second] = sockets.all;
    assert.deepEqual(first?.lines, [
      'connecting: Opening ws://127.0.0.1:35439/deno.ts?key=•••, from deno.ts:2.',
      'connected: Connected to 127.0.0.1:35439 (subprotocol a).',
      'out text: hello',
      'out binary: 0506',
      'in text: greeting 0',
      'in binary: 010203ff',
      'disconnected: Closed (the debugger does not tell the code).',
    ]);
    assert.deepEqual(
      first.messages.map(({ at }) => Math.round(at)),
      [1_795_950_773_461, 1_795_950_773_469, 1_795_950_773_469, 1_795_950_773_470],
    );
    assert.deepEqual(second?.lines, [
      'connecting: Opening ws://127.0.0.1:1/refused, from deno.ts:2.',
      'disconnected: Closed before it was open (the debugger does not tell the code).',
    ]);
  });

  it('of a server in Deno begin with a socket that is open', () => {
    const { sockets, play } = watching({ target: { isPage: false } });
    play('Deno 2.9 as a server');
    const { origin, lines } = sockets.only;
    assert.deepEqual([origin.path, origin.name], ['/npm (server)', 'Shop /npm (server)']);
    assert.deepEqual(lines, [
      'connected: A client has opened ws://127.0.0.1:33653/npm.',
      'in text: by npm',
      'out text: echo by npm',
      'disconnected: Closed (the debugger does not tell the code).',
    ]);
  });

  it('end the sockets of a page that is left, which the browser does not tell', () => {
    const { sockets, frames, play } = watching();
    play('page loaded again');
    assert.equal(
      sockets.only.lines.at(-1),
      'disconnected: The page was left or loaded again, which closed it.',
    );
    assert.ok(sockets.only.hasEnded);
    const { method, params } = created('9');
    frames.event(method, params);
    frames.event('Page.frameNavigated', { frame: { id: 'inner', parentId: 'outer' } });
    assert.equal(sockets.all[1]?.hasEnded, false);
  });

  it('offer to load the page again if a socket was opened before', () => {
    const frame = { opcode: 1, payloadData: 'x' };
    const event = { requestId: '5', timestamp: 1, response: frame };
    const page = watching();
    page.frames.event('Network.webSocketFrameReceived', event);
    page.frames.event('Network.webSocketFrameSent', event);
    assert.deepEqual(page.sockets.only.lines, [
      'connected: Opened before it was watched: its address and what came before are not known. Reload the page to see it from its beginning.',
      'in text: x',
      'out text: x',
    ]);
    assert.deepEqual(page.sockets.only.states[0]?.watch, { session: 's1', canReload: true });
    assert.equal(page.sockets.only.origin.name, 'Shop (opened before)');

    const worker = watching({ target: { isPage: false } });
    worker.frames.event('Network.webSocketFrameReceived', event);
    assert.equal(worker.sockets.only.states[0]?.watch?.canReload, undefined);
    assert.ok(!worker.sockets.only.lines[0]?.includes('Reload'));
  });

  it('are told apart up to a number of sockets, and recorded together beyond it', () => {
    const { sockets, frames } = watching();
    const received = (requestId: string) =>
      frames.event('Network.webSocketFrameReceived', {
        requestId,
        response: { opcode: 1, payloadData: requestId },
      });
    const ids = Array.from({ length: 700 }, (_, n) => `before ${n}`);
    ids.forEach(received);
    ids.forEach(received);
    assert.equal(sockets.all.length, 501);
    const rest = sockets.all.at(-1);
    assert.match(rest?.lines[0] ?? '', /^connected: Over 500 sockets are open: the messages of f/);
    assert.equal(rest?.states.length, 1);
    assert.equal(rest.messages.length, 400);
    assert.ok(sockets.all.slice(0, 500).every(({ messages }) => messages.length === 2));

    const { method, params } = created('new');
    frames.event(method, params);
    const [oldest] = sockets.all;
    assert.match(oldest?.lines.at(-1) ?? '', /^disconnected: No longer told apart from over 500/);
    assert.ok(oldest?.hasEnded);
    received('before 0');
    assert.equal(rest.lines.at(-1), 'in text: before 0');
    frames.end('Over.');
    assert.ok(sockets.all.every(({ hasEnded }) => hasEnded));
    received('before 0');
    assert.equal(sockets.all.at(-1)?.lines[0]?.slice(0, 25), 'connected: Opened before ');
  });

  it('show an opening that takes long before it ends', () => {
    const { sockets, clock, frames } = watching();
    const { method, params } = created('1');
    frames.event(method, params);
    assert.equal(sockets.only.rows.length, 0);
    clock.advance(250);
    assert.deepEqual(sockets.only.lines, ['connecting: Opening ws://127.0.0.1:9301/feed.']);
    assert.equal(sockets.only.states[0]?.at, start + 10);
  });

  it('have the time of their arrival until the clocks are tied', () => {
    const { sockets, frames } = watching();
    const response = { opcode: 1, payloadData: 'x' };
    frames.event('Network.webSocketFrameReceived', { requestId: '1', timestamp: 5, response });
    frames.event('Network.webSocketWillSendHandshakeRequest', {
      requestId: '2',
      timestamp: 100,
      wallTime: 1_795_928_700,
      request: { headers: {} },
    });
    frames.event('Network.webSocketFrameReceived', { requestId: '1', timestamp: 100.5, response });
    const [before, after] = sockets.only.messages;
    assert.equal(before?.at, start + 10);
    assert.equal(after?.at, 1_795_928_700_500);
  });

  it('have the time of their arrival where a clock tells none that a date can have', () => {
    const { sockets, frames } = watching();
    const told = (timestamp: unknown, wallTime: unknown) => {
      frames.event('Network.webSocketWillSendHandshakeRequest', {
        requestId: '2',
        timestamp,
        wallTime,
        request: { headers: {} },
      });
      const response = { opcode: 1, payloadData: 'x' };
      frames.event('Network.webSocketFrameReceived', { requestId: '1', timestamp, response });
    };
    for (const odd of [1e303, -1e303, 8.64e15, -1, 'x', null]) {
      told(100, odd);
      told(odd, 1_795_928_700);
    }
    const times = new Set(sockets.only.messages.map(({ at }) => at));
    assert.deepEqual([...times], [start + 10]);
  });

  it('come after the row of their socket where it was opened before', () => {
    const { sockets, frames } = watching({ msPerLook: 2 });
    const response = { opcode: 1, payloadData: 'x' };
    frames.event('Network.webSocketFrameReceived', { requestId: '1', response });
    const [state, message] = sockets.only.rows;
    assert.ok(Number(state?.at) <= Number(message?.at));
  });

  it('end all sockets with the session, and a name that is used again', () => {
    const { sockets, frames } = watching();
    const { method, params } = created('1');
    frames.event(method, params);
    frames.event(method, params);
    frames.end('The debug session has ended.');
    frames.end('Again.');
    assert.deepEqual(
      sockets.all.map(({ lines }) => lines.at(-1)),
      [
        'disconnected: The debugger lost sight of it.',
        'disconnected: The debug session has ended.',
      ],
    );
    assert.ok(sockets.all.every(({ hasEnded }) => hasEnded));
  });

  it('may be anything without harm', () => {
    const { sockets, frames } = watching();
    const names =
      'Created WillSendHandshakeRequest HandshakeResponseReceived FrameSent FrameReceived FrameError Closed Unheard'.split(
        ' ',
      );
    const huge = 'x'.repeat(1_000_000);
    const oddHeaders = { a: '\n'.repeat(2_000_000), b: { toString: null }, c: 7 };
    const deep = { stack: { callFrames: 7, parent: { callFrames: [null, { url: 4 }] } } };
    for (const name of names) {
      for (const params of [
        undefined,
        null,
        4,
        [],
        {},
        { requestId: 'a', response: 3, request: 'x', initiator: deep },
        { requestId: 7, timestamp: 'x', wallTime: {}, response: { opcode: 77, payloadData: 9 } },
        { requestId: huge, url: huge, errorMessage: huge, initiator: { url: huge } },
        {
          requestId: 'b',
          response: { status: '101', statusText: huge, headers: { [huge]: huge } },
        },
        { requestId: 'c', request: { headers: oddHeaders }, response: { headers: oddHeaders } },
      ]) {
        frames.event(`Network.webSocket${name}`, params);
        frames.event(name, params);
      }
    }
    frames.event('Page.frameNavigated', 'x');
    frames.event('Runtime.bindingCalled', undefined);
    frames.end('Over.');
    for (const { origin, states } of sockets.all) {
      assert.ok(origin.name.length < 5000 && origin.url.length < 5000);
      assert.ok(states.every(({ text }) => text.length < 5000));
    }
  });
});

describe('What a watched socket is called', () => {
  it('says who opened it in few words', () => {
    const places: Readonly<Record<string, string>> = {
      'http://h.example/app.js?v=1#x': 'app.js:7',
      'http://h.example/shop/page.html': 'page.html:7',
      'http://127.0.0.1:9451/': 'line 7 of the page /',
      'http://h.example': 'line 7 of the page /',
      'https://h.example/shop/?sid=1': 'line 7 of the page /shop/',
      'http://h.example/@vite/client': 'line 7 of /@vite/client',
      'blob:http://h.example/0b3c-77': 'line 7 of a script at a blob: address',
      'data:text/javascript,x/y.js': 'line 7 of a script at a data: address',
      'webpack://shop/src/feed.ts': 'feed.ts:7',
      'file:///home/ann/shop/feed.mjs': 'feed.mjs:7',
      'C:\\shop\\feed.cjs': 'feed.cjs:7',
      'pageSource': 'line 7 of pageSource',
      'http://h.example/v1.2/': 'line 7 of the page /v1.2/',
    };
    for (const [url, expected] of Object.entries(places)) {
      const place = { url, line: 7, column: 1, functionName: '' };
      assert.equal(shortPlace(place), expected, url);
    }
  });

  it('is the title of its page, or the file of its worker or frame', () => {
    const address = { url: 'ws://h/feed', host: 'h', path: '/feed' };
    const owner = { kind: 'watch', id: 'shop', label: 'Chrome' } as const;
    const names: Readonly<Record<string, string>> = {
      ' Shop: today’s offers ': 'Shop: today’s offers /feed',
      '127.0.0.1:9301': '127.0.0.1:9301 /feed',
      'http://127.0.0.1:9301/js/worker.js?v=2': 'worker.js /feed',
      'http://127.0.0.1:9301/': 'http://127.0.0.1:9301/ /feed',
      '': '/feed',
    };
    for (const [title, expected] of Object.entries(names)) {
      assert.equal(originOfSocket(owner, title, address).name, expected);
    }
  });
});

describe('Close codes that a script in the page tells', () => {
  it('are in the row of the end', () => {
    const { sockets, play } = watching({ binding: '__b' });
    play('every kind');
    const { text, code } = sockets.only.states.at(-1) ?? {};
    assert.equal(text, 'Closed with 4001 Private Use, reason: “bye bye”.');
    assert.equal(code, 4001);
    assert.ok(sockets.only.hasEnded);
  });

  it('are waited for a moment only', () => {
    const { sockets, clock, frames } = watching({ binding: '__b' });
    const { method, params } = created('1');
    const called = (payload: string, name = '__b') =>
      frames.event('Runtime.bindingCalled', { name, payload, executionContextId: 2 });
    frames.event(method, params);
    called('[1]');
    frames.event('Network.webSocketClosed', { requestId: '1', timestamp: 1 });
    called('[2,4000,"of another"]');
    called('no JSON');
    called('[1,4002,""]', 'foreign');
    assert.equal(sockets.only.hasEnded, false);
    clock.advance(300);
    assert.equal(
      sockets.only.lines.at(-1),
      'disconnected: Closed before it was open (the debugger does not tell the code).',
    );
    assert.ok(sockets.only.hasEnded);
  });

  it('are not waited for where the script does not know the socket', () => {
    const { sockets, frames } = watching({ binding: '__b' });
    const { method, params } = created('1');
    frames.event(method, params);
    frames.event('Network.webSocketClosed', { requestId: '1', timestamp: 1 });
    assert.ok(sockets.only.hasEnded);
  });
});
