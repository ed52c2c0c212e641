import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { letTimePass } from '../../../support/letTimePass.ts';
import { listen } from '../../../support/network/peers.ts';
import { tapTo, type TestTap } from '../../../support/network/taps.ts';
import { until } from '../../../support/until.ts';

const disposables: (() => unknown)[] = [];
afterEach(async () => {
  for (const dispose of disposables.splice(0).reverse()) {
    await dispose();
  }
});

/** A tap whose upstream is given the path of each request. */
async function tapBefore(
  onRequest: (path: string, socket: Socket) => void,
  onClose: () => void = () => undefined,
): Promise<TestTap> {
  const peer = await listen(socket => {
    socket.on('error', () => undefined);
    socket.on('close', onClose);
    socket.on('data', chunk => {
      for (const [, path = ''] of chunk.toString('latin1').matchAll(/^GET (\S+) HTTP/gm)) {
        onRequest(path, socket);
      }
    });
  });
  disposables.push(() => peer.dispose());
  const tap = await tapTo(peer.url);
  disposables.push(() => tap.dispose());
  return tap;
}

function clientOf({ port }: TestTap) {
  const socket = connect(port, '127.0.0.1');
  let got = '';
  socket.on('error', () => undefined);
  socket.on('data', chunk => (got += chunk.toString('latin1')));
  disposables.push(() => socket.destroy());
  return { socket, got: () => got };
}

const get = ({ port }: TestTap, path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
const upgrade = ({ port }: TestTap) =>
  `GET /ws HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

describe('Requests that a client sends without waiting for answers', () => {
  it('are asked one after the other, and answered in their order', async () => {
    let underWay = 0;
    let most = 0;
    const tap = await tapBefore((path, socket) => {
      underWay++;
      most = Math.max(most, underWay);
      setImmediate(() => {
        underWay--;
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
      });
    });
    const paths = Array.from({ length: 500 }, (_, index) => `/${index}`);
    const { socket, got } = clientOf(tap);
    socket.write(paths.map(path => get(tap, path)).join(''));
    await until('the last answer', () => got().endsWith('\r\n\r\n/499'));
    assert.deepEqual(
      Array.from(got().matchAll(/\r\n\r\n(\/\d+)/g), ([, path]) => path),
      paths,
    );
    assert.equal(most, 1);
  });

  it('are read only as fast as they are answered', async () => {
    let asked = 0;
    const tap = await tapBefore(() => {
      asked++;
    });
    const { socket } = clientOf(tap);
    // More than the buffers of the system take.
    socket.write(get(tap, '/').repeat(600_000));
    await until('the first is asked', () => asked > 0);
    let left = socket.writableLength;
    for (let before = Infinity; left < before;) {
      before = left;
      await letTimePass(200, 'nothing tells that no more is read');
      left = socket.writableLength;
    }
    assert.notEqual(left, 0);
    assert.equal(asked, 1);
  });
});

describe('An upgrade behind a request whose answer never ends', () => {
  const leave = {
    'ends its side': (socket: Socket) => socket.end(),
    'resets': (socket: Socket) => socket.resetAndDestroy(),
    'sends more than can be kept': (socket: Socket) => socket.write(Buffer.alloc(1_000_000)),
  };
  for (const [what, doIt] of Object.entries(leave)) {
    it(`leaves nothing open when its client ${what}`, async () => {
      let closed = 0;
      const tap = await tapBefore(
        (_path, socket) =>
          socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n'),
        () => {
          closed++;
        },
      );
      const { socket, got } = clientOf(tap);
      socket.write(get(tap, '/events') + upgrade(tap));
      await until('the answer has begun', () => got().includes('event-stream'));
      doIt(socket);
      await until('the upstream is let go', () => closed === 1);
      await until('the client is let go', () => socket.closed);
      assert.equal(tap.sockets.length, 0);
    });
  }
});

describe('An upgrade behind a request, when that is answered', () => {
  /** An answer to the first request as soon as the test wants it. */
  const begun = async (last: (tap: TestTap) => string) => {
    const asked: string[] = [];
    let answerFirst = () => undefined as unknown;
    let closed = 0;
    const tap = await tapBefore(
      (path, socket) => {
        asked.push(path);
        const answer = () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        if (path === '/first') {
          answerFirst = answer;
        } else if (path === '/h2') {
          answer();
        }
      },
      () => {
        closed++;
      },
    );
    const client = clientOf(tap);
    client.socket.write(get(tap, '/first') + last(tap));
    await until('the first is asked', () => asked.length === 1);
    answerFirst();
    await until('the next one is asked', () => asked.length >= 2);
    return { ...client, closedCount: () => closed };
  };

  it('is let go if its client leaves while it is under way', async () => {
    const { socket, closedCount } = await begun(upgrade);
    socket.end();
    await until('the client is let go', () => socket.closed);
    await until('the upstream is let go', () => closedCount() > 0);
  });

  it('is ignored if it is to another protocol, and what follows is read', async () => {
    const { got } = await begun(
      tap =>
        get(tap, '/h2').replace('\r\n\r\n', '\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n') +
        get(tap, '/h2'),
    );
    await until('all answers', () => got().split('\r\n\r\nok').length === 4);
  });
});

it('Upgrades that are refused, one after the other on one connection, leave no listeners', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning.message);
  process.on('warning', onWarning);
  disposables.push(() => process.off('warning', onWarning));
  const tap = await tapBefore((_path, socket) =>
    socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone'),
  );
  const { socket, got } = clientOf(tap);
  for (let count = 1; count <= 20; count++) {
    socket.write(upgrade(tap));
    await until('it is refused', () => got().split('none').length === count + 1);
  }
  await letTimePass(0, 'warnings come later');
  assert.deepEqual(warnings, []);
});
