import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { dialPatiently, DialTimeout } from '../../../../src/node/tap/patientDial.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { acceptance } from '../../../support/network/frames.ts';
import { listen, silent, status } from '../../../support/network/peers.ts';
import { sentencesOf, tapTo, type TestTap } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

const disposables: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposables.splice(0).reverse()) {
    await dispose();
  }
});

/** An upstream whose connections are given the request, as text, when its head has come. */
async function upstream(answer: (request: string, socket: Socket) => void): Promise<string> {
  const peer = await listen(socket => {
    let request = '';
    socket.on('data', chunk => {
      request += chunk.toString('latin1');
      if (request.endsWith('\r\n\r\n')) {
        answer(request, socket);
        request = '';
      }
    });
  });
  disposables.push(() => peer.dispose());
  return peer.url;
}

async function tap(...args: Parameters<typeof tapTo>): Promise<TestTap> {
  const started = await tapTo(...args);
  disposables.push(() => started.dispose());
  return started;
}

/** A client that writes at once, with what it got so far. */
function client({ port }: TestTap, ...writes: readonly string[]) {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  socket.on('error', () => undefined);
  socket.on('data', chunk => (got += chunk.toString('latin1')));
  disposables.push(() => socket.destroy());
  socket.write(writes.join(''), 'latin1');
  return { socket, got: () => got };
}

const host = ({ port }: TestTap) => `Host: 127.0.0.1:${port}\r\n`;
const get = (to: TestTap, path: string) => `GET ${path} HTTP/1.1\r\n${host(to)}\r\n`;
const upgrade = (to: TestTap, path = '/', extra = '') =>
  `GET ${path} HTTP/1.1\r\n${host(to)}Upgrade: websocket\r\nConnection: Upgrade\r\n${extra}` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

describe('A handshake through a tap', () => {
  it('is answered with 503 and a sentence if the tap is stopped meanwhile', async () => {
    const peer = await silent();
    disposables.push(() => peer.dispose());
    const stopped = await tap(peer.url);
    const { socket, got } = client(stopped, upgrade(stopped));
    const closed = once(socket, 'close');
    await until('the upstream was asked', () => peer.connections === 1);
    await stopped.stop();
    await closed;
    const { host: authority } = new URL(peer.url);
    const sentence = `The tap was stopped before ${authority} had answered.`;
    assert.match(got(), /^HTTP\/1\.1 503 Service Unavailable\r\n/);
    assert.ok(got().endsWith(`\r\n\r\n${sentence}\n`), got());
    const [observed] = stopped.sockets;
    assert.ok(observed);
    assert.equal(sentencesOf(observed).at(-1), sentence);
    const row = observed.rows.at(-1);
    assert.deepEqual(row && 'code' in row ? [row.state, row.code] : [], ['disconnected', 1001]);
    await until('the upstream was dropped', () => peer.sockets.size === 0);
  });

  const bodies = [
    ['has a length', 'Content-Length: 1000\r\n', false],
    ['ends with the connection', '', true],
  ] as const;
  for (const [what, framing, isReset] of bodies) {
    it(`whose refusal is under way breaks off if the tap is stopped: the body ${what}`, async () => {
      const answer = `HTTP/1.1 401 No\r\n${framing}\r\npart of it`;
      const stopped = await tap(await upstream((_request, socket) => void socket.write(answer)));
      const { socket, got } = client(stopped, upgrade(stopped));
      let code = '';
      socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code ?? ''));
      await until('a part has come', () => got().endsWith('part of it'));
      await stopped.stop();
      await until('the client has its end', () => socket.closed);
      assert.equal(got(), answer);
      assert.equal(code, isReset ? 'ECONNRESET' : '');
      const [observed] = stopped.sockets;
      assert.ok(observed);
      assert.match(sentencesOf(observed).slice(1).join('\n'), /^.* answered HTTP 401 No .*$/);
    });
  }

  it('whose client hangs up while the refusal is under way has one end', async () => {
    const peer = await listen(socket =>
      socket.once('data', () =>
        socket.write('HTTP/1.1 401 No\r\nContent-Length: 1000\r\n\r\npart of it'),
      ),
    );
    disposables.push(() => peer.dispose());
    const to = await tap(peer.url);
    const { socket, got } = client(to, upgrade(to));
    await until('a part has come', () => got().endsWith('part of it'));
    socket.destroy();
    await until('it has ended', () => to.sockets[0]?.hasEnded === true);
    await until('the upstream was dropped', () => peer.sockets.size === 0);
    const [observed] = to.sockets;
    assert.ok(observed);
    assert.match(sentencesOf(observed).slice(1).join('\n'), /^.* answered HTTP 401 No .*$/);
  });

  it('whose refusal is under way leaves no row behind its end if the tap is closed', async () => {
    const to = await tap(
      await upstream((_request, socket) => void socket.write('HTTP/1.1 401 No\r\n\r\npart of it')),
    );
    const { socket, got } = client(to, upgrade(to));
    await until('a part has come', () => got().endsWith('part of it'));
    to.dispose();
    await until('the client has its end', () => socket.closed);
    const [observed] = to.sockets;
    assert.ok(observed);
    assert.deepEqual(sentencesOf(observed).slice(1), ['Dropped: the tap was closed.']);
  });

  it('comes behind the answers to requests that the client sent before it', async () => {
    let answerFirst: (() => void) | undefined;
    const to = await tap(
      await upstream((request, socket) => {
        if (request.startsWith('GET /first')) {
          answerFirst = () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst');
        } else if (request.startsWith('GET /second')) {
          socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond');
        } else {
          socket.write(
            Buffer.concat([Buffer.from(acceptance(request)), Buffer.from([0x81, 1, 0x61])]),
          );
        }
      }),
    );
    const { got } = client(to, get(to, '/first'), get(to, '/second'), upgrade(to));
    await until('the first request has come', () => answerFirst !== undefined);
    assert.equal(to.openSockets, 0);
    answerFirst?.();
    await until('the socket is open', () => got().endsWith('\x81\x01a'));
    const places = ['first', 'second', '101 Switching'].map(text => got().indexOf(text));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.ok(!places.includes(-1));
  });

  it('that waits behind a request is forgotten if its client hangs up', async () => {
    let asked = 0;
    const to = await tap(
      await upstream(() => {
        asked++;
      }),
    );
    const { socket } = client(to, get(to, '/first'), upgrade(to));
    await until('the first request has come', () => asked === 1);
    socket.destroy();
    await to.stop();
    assert.equal(to.sockets.length, 0);
  });

  it('passes interim answers on', async () => {
    const to = await tap(
      await upstream((request, socket) => {
        socket.write(
          'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
        );
        socket.write(acceptance(request));
      }),
    );
    const { got } = client(to, upgrade(to));
    await until('the socket is open', () => got().includes('101 Switching'));
    assert.match(
      got(),
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 100 Continue/,
    );
  });

  it('ends an upstream that sends interim answers without end, which it pauses for a slow client', async () => {
    const interim = 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1000);
    let written = 0;
    const to = await tap(
      await upstream((_request, socket) => {
        const flood = () => {
          while (!socket.destroyed) {
            written += interim.length;
            if (!socket.write(interim)) {
              socket.once('drain', flood);
              return;
            }
          }
        };
        flood();
      }),
    );
    const { got } = client(to, upgrade(to));
    await until('it has ended', () => to.sockets[0]?.hasEnded === true);
    assert.match(
      sentencesOf(to.sockets[0] ?? assert.fail()).at(-1) ?? '',
      /interim answers without end/,
    );
    await until('the client has what came', () => got().includes('102 Processing'));
    assert.ok(got().length < 400_000, `${got().length} bytes went on`);
    assert.ok(written > 0);
  });

  it('whose answer has no end is given up after 256 KiB, however small its pieces are', async () => {
    const to = await tap(
      await upstream((_request, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n');
        const line = `X-A: ${'a'.repeat(990)}\r\n`;
        const drip = () => {
          for (let count = 0; count < 8 && !socket.destroyed; count++) {
            socket.write(line);
          }
          if (!socket.destroyed) {
            setImmediate(drip);
          }
        };
        drip();
      }),
    );
    const { got } = client(to, upgrade(to));
    await until('it was answered', () => got().includes('502 Bad Gateway'));
    assert.match(got(), /answered with more than 256 KiB of headers/);
  });

  it('whose answer comes a byte at a time is given up when the time to connect is over', async () => {
    const clock = new ManualClock();
    let bytes = 0;
    const to = await tap(
      await upstream((_request, socket) => {
        const drip = () => {
          if (!socket.destroyed && bytes < 5000) {
            socket.write('HTTP/1.1 101 S'.charAt(bytes++) || 'x', () => setImmediate(drip));
          }
        };
        drip();
      }),
      { connectTimeoutMs: 10_000 },
      { clock },
    );
    const { got } = client(to, upgrade(to));
    await until('some bytes have come', () => bytes > 100);
    assert.equal(got(), '');
    clock.advance(9999);
    assert.equal(got(), '');
    clock.advance(1);
    await until('it was answered', () => got().includes('504 Gateway Timeout'));
    assert.match(got(), /it stopped at the WebSocket handshake/);
  });

  it('shows no password of the client in the body of a refusal', async () => {
    const body = 'wrong login anna with s3cret:pass, or anna:s3cret:pass';
    const peer = await status('401 No s3cret:pass', { 'X-Tried': 's3cret:pass' }, body);
    disposables.push(() => peer.dispose());
    const to = await tap(peer.url);
    const login = `Authorization: Basic ${btoa('anna:s3cret:pass')}\r\n`;
    const { got } = client(to, upgrade(to, '/', login));
    await until('it has ended', () => to.sockets[0]?.hasEnded === true);
    await until('the client has the body', () => got().endsWith(body));
    const recorded = JSON.stringify(to.sockets[0]?.rows);
    assert.match(recorded, /wrong login anna with •••, or •••/);
    assert.doesNotMatch(recorded, /s3cret/);
  });
});

describe('A dial that waits for its upstream', () => {
  const failing = [
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
  ];
  const dial = (
    attempt: (signal: AbortSignal) => Promise<Socket>,
    waitMs: number,
    clock: ManualClock,
  ) =>
    dialPatiently({
      clock,
      signal: new AbortController().signal,
      waitMs,
      timeoutMs: 1000,
      onWait: () => undefined,
      dial: attempt,
    });
  /** Lets promises settle, and the clock go on, until the dial is over. */
  async function settled<T>(result: Promise<T>, clock: ManualClock): Promise<T> {
    let isOver = false;
    const over = () => (isOver = true);
    result.then(over, over);
    await until('the dial is over', () => {
      if (!isOver) {
        clock.advance(50);
      }
      return isOver;
    });
    return result;
  }

  for (const code of failing) {
    it(`tries again after ${code}, and not without the setting`, async () => {
      const clock = new ManualClock();
      const socket = new Socket();
      let count = 0;
      const attempt = () =>
        ++count < 3
          ? Promise.reject(Object.assign(new Error('no'), { code }))
          : Promise.resolve(socket);
      assert.equal(await settled(dial(attempt, 60_000, clock), clock), socket);
      assert.equal(count, 3);
      count = 0;
      await assert.rejects(settled(dial(attempt, 0, clock), clock), { code });
      assert.equal(count, 1);
    });
  }

  it('tries again after a dial that took too long, which it drops', async () => {
    const clock = new ManualClock();
    let dropped = 0;
    const attempt = (signal: AbortSignal) =>
      new Promise<Socket>((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          dropped++;
          reject(new Error('dropped'));
        }),
      );
    await assert.rejects(settled(dial(attempt, 5000, clock), clock), DialTimeout);
    assert.ok(dropped > 3 && dropped < 7, String(dropped));
  });

  it('does not try again after what time does not mend', async () => {
    const clock = new ManualClock();
    const attempt = () =>
      Promise.reject(Object.assign(new Error('no'), { code: 'CERT_HAS_EXPIRED' }));
    await assert.rejects(settled(dial(attempt, 60_000, clock), clock), {
      code: 'CERT_HAS_EXPIRED',
    });
  });
});
