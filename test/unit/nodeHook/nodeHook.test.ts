import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { HandshakeRedactor } from '../../../src/core/secrets/handshakeRedactor.ts';
import { HookEvents } from '../../../src/core/watch/hookEvents.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import { until } from '../../support/until.ts';
import { DebuggedProgram, hookText } from '../../support/watch/debuggedProgram.ts';
import { ObservedSockets, type RecordedSocket } from '../../support/watch/observedSockets.ts';

const programs: DebuggedProgram[] = [];
let text = '';

/**
 * Runs code once it is hooked, with `WebSocket`s of ws as `W` and a server as `S`.
 *
 * @param first what runs before the hook comes
 */
const withServer = (code: string, first = '') => `
${first}
const { WebSocket: W, WebSocketServer } = require('ws');
const http = require('node:http');
process.stdin.once('data', () => {
  process.stdin.destroy();
  const server = http.createServer();
  const S = new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } });
  server.listen(0, '127.0.0.1', () => {
    const url = 'ws://127.0.0.1:' + server.address().port + '/feed?token=hidden';
    const end = () => server.close();
    ${code}
  });
});`;

async function run(code: string, { isHeardLate = false } = {}) {
  const program = new DebuggedProgram(withServer(code));
  programs.push(program);
  const sockets = new ObservedSockets();
  const events = new HookEvents(
    { owner: { kind: 'watch', id: 'n', label: 'Node' }, session: 's', title: () => 'app.js' },
    {
      clock: systemClock,
      observe: sockets.observe,
      decodeBase64: base64 => Buffer.from(base64, 'base64'),
      redactor: new HandshakeRedactor(),
    },
  );
  const take = (json: string) => events.take(json);
  const hooked = isHeardLate
    ? await program.hook(text, take, async () => {
        program.go();
        await program.hasPrinted('now');
      })
    : await program.hook(text, take);
  if (!isHeardLate) {
    program.go();
  }
  return { program, sockets, ...hooked };
}

async function finished(code: string, how?: Parameters<typeof run>[1]) {
  const { program, sockets, client } = await run(code, how);
  // While a debugger is connected, Node waits for it at the end.
  await until(
    () =>
      `all sockets have ended: ${JSON.stringify(sockets.all.map(({ lines }) => lines.map(l => l.slice(0, 60))))}`,
    () => {
      const { all } = sockets;
      return all.length > 1 && all.every(({ hasEnded }) => hasEnded);
    },
    60_000,
  );
  client.close();
  return { sockets, ran: await program.ended };
}

const byName = (sockets: ObservedSockets, name: RegExp): RecordedSocket => {
  const found = sockets.all.find(({ origin }) => name.test(origin.name));
  assert.ok(found, String(name));
  return found;
};
const client = /feed$/;
const server = /\(server\)$/;

describe('The hook in a Node program', () => {
  before(async () => {
    text = await hookText();
  });

  after(() => {
    programs.forEach(program => program.kill());
  });

  const talk = `
    S.on('connection', s => { s.ping('p'); s.on('message', (d, isBinary) => s.send(d, { binary: isBinary })); });
    const c = new W(url, { headers: { Cookie: 'sid=hidden' } });
    let got = 0;
    c.on('open', () => { c.send('one '.repeat(20)); c.send('one '.repeat(20)); c.send(Buffer.from([1, 2, 3])); });
    c.on('message', d => { console.log('got', d.length); if (++got === 3) c.close(4001, 'enough'); });
    c.on('close', code => { console.log('closed', code); process.exitCode = 7; end(); });`;

  it('tells both ends of a socket of ws, inflated, with pings, pongs and close codes', async () => {
    const { sockets } = await finished(talk);
    const lines = byName(sockets, client).lines;
    const long = 'one '.repeat(20);
    assert.match(lines[1] ?? '', /^connected: Connected to 127\.0\.0\.1:\d+ \(permessage-deflate/);
    assert.deepEqual(
      lines
        .filter(line => line.startsWith('out'))
        .slice(0, 4)
        .toSorted(),
      ['out binary: 010203', 'out pong: 70', `out text: ${long}`, `out text: ${long}`],
    );
    assert.ok(lines.includes('in ping: 70'));
    assert.equal(lines.filter(line => line === `in text: ${long}`).length, 2);
    assert.equal(lines.at(-1), 'disconnected: Closed with 4001 Private Use, reason: “enough”.');
    const served = byName(sockets, server).lines;
    assert.equal(served.filter(line => line === `in text: ${long}`).length, 2);
    assert.equal(served.at(-1), 'disconnected: Closed with 4001 Private Use, reason: “enough”.');
    assert.ok(!JSON.stringify(sockets.all).includes('hidden'));
  });

  it('leaves output and exit code as they are', async () => {
    const plain = new DebuggedProgram(withServer(talk));
    programs.push(plain);
    plain.go();
    const { ran } = await finished(talk);
    assert.deepEqual(ran, await plain.ended);
    assert.equal(ran.exitCode, 7);
  });

  it('tells the sockets of the global WebSocket', async () => {
    const { sockets } = await finished(`
      S.on('connection', s => { s.send('early'); s.on('message', d => s.send('echo ' + d)); });
      const c = new WebSocket(url);
      c.onopen = () => c.send('hello');
      c.onmessage = ({ data }) => data === 'early' || c.close(4002, 'bye');
      c.onclose = end;`);
    const { lines } = byName(sockets, client);
    assert.deepEqual(lines.filter(line => /^(in|out) text/.test(line)).toSorted(), [
      'in text: early',
      'in text: echo hello',
      'out text: hello',
    ]);
    assert.equal(lines.at(-1), 'disconnected: Closed with 4002 Private Use, reason: “bye”.');
  });

  it('tells both ends of a socket over TLS, in clear', async () => {
    const { sockets } = await finished(`
      const { readFileSync } = require('node:fs');
      const folder = 'test/fixtures/certificates/';
      const secure = require('node:https').createServer({ cert: readFileSync(folder + 'server.pem'), key: readFileSync(folder + 'server.key') });
      const T = new WebSocketServer({ server: secure });
      T.on('connection', s => { s.send('early'); s.on('message', d => s.send('echo ' + d)); });
      secure.listen(0, '127.0.0.1', () => {
        const c = new W('wss://127.0.0.1:' + secure.address().port + '/secure', { rejectUnauthorized: false });
        c.on('open', () => c.send('hello'));
        c.on('message', d => String(d) === 'early' || c.close(4007));
        c.on('close', () => { secure.close(); end(); });
      });`);
    for (const [name, sent, received] of [
      [/secure$/, 'out', 'in'],
      [/secure \(server\)$/, 'in', 'out'],
    ] as const) {
      const { lines } = byName(sockets, name);
      assert.match(lines[0] ?? '', /wss:\/\/127\.0\.0\.1/);
      assert.deepEqual(
        lines.filter(line => line.includes(' text: ')).toSorted(),
        [
          `${sent} text: hello`,
          `${received} text: early`,
          `${received} text: echo hello`,
        ].toSorted(),
      );
      assert.match(lines.at(-1) ?? '', /4007/);
    }
  });

  it('tells what came with the answer, and a socket that is cut off', async () => {
    const { sockets } = await finished(`
      S.on('connection', s => { for (let n = 0; n < 5; n++) s.send('early ' + n); });
      const c = new W(url);
      let got = 0;
      c.on('message', () => { if (++got === 5) c.terminate(); });
      c.on('close', end);`);
    const { lines } = byName(sockets, client);
    assert.deepEqual(
      lines.filter(line => line.startsWith('in')),
      [0, 1, 2, 3, 4].map(n => `in text: early ${n}`),
    );
    assert.match(lines.at(-1) ?? '', /1006/);
  });

  it('loses none of 200,000 messages', async () => {
    const { sockets } = await finished(`
      S.on('connection', s => { for (let n = 0; n < 200_000; n++) s.send(String(n)); s.close(); });
      const c = new W(url, { perMessageDeflate: false });
      c.on('close', end);`);
    const { messages } = byName(sockets, client);
    const numbers = messages.filter(({ what }) => what === 'in text');
    assert.equal(numbers.length, 200_000);
    const decoder = new TextDecoder();
    assert.ok(numbers.every(({ bytes }, n) => decoder.decode(bytes) === String(n)));
  });

  it('tells large messages that come in small pieces', async () => {
    const { sockets } = await finished(`
      S.on('connection', s => s.send(Buffer.alloc(5_000_000, 1)));
      const c = new W(url, { perMessageDeflate: false });
      c.on('message', () => c.close());
      c.on('close', end);`);
    const large = byName(sockets, client).messages.find(({ what }) => what === 'in binary');
    assert.equal(large?.bytes.length, 5_000_000);
    assert.ok(large.bytes.every(byte => byte === 1));
  });

  it('keeps what it sees until somebody listens', async () => {
    const { sockets } = await finished(
      `
      S.on('connection', s => { for (let n = 0; n < 1000; n++) s.send(String(n)); s.close(4004); });
      const c = new W(url);
      c.on('close', () => { end(); console.log('now'); setTimeout(() => {}, 200); });`,
      { isHeardLate: true },
    );
    const lines = byName(sockets, client).lines;
    assert.deepEqual(
      lines.filter(line => line.startsWith('in text')),
      Array.from({ length: 1000 }, (_, n) => `in text: ${n}`),
    );
    assert.match(lines.at(-1) ?? '', /4004/);
  });

  it('keeps no more than there is room for, and says what is missing', async () => {
    const { sockets } = await finished(
      `
      const large = Buffer.alloc(1_000_000);
      S.on('connection', s => { for (let n = 0; n < 60; n++) s.send(large); s.close(); });
      const c = new W(url, { perMessageDeflate: false });
      c.on('close', () => { end(); console.log('now'); setTimeout(() => {}, 200); });`,
      { isHeardLate: true },
    );
    const kept = sockets.all.flatMap(({ messages }) => messages).length;
    assert.ok(kept > 20 && kept < 30, String(kept));
    for (const { lines } of sockets.all) {
      const said = lines.filter(line => line.includes('Some of its messages are not recorded'));
      assert.equal(said.length, 1);
      assert.match(lines.at(-1) ?? '', /^disconnected/);
    }
  });

  it('is heard by a program that ends before', async () => {
    const code = `
      S.on('connection', s => s.close(4005));
      const c = new W(url);
      c.on('close', () => { console.log('now'); process.exit(3); });`;
    const { sockets, program, client: debuggerOf } = await run(code, { isHeardLate: true });
    await until('the client has ended', () => byName(sockets, client).hasEnded);
    assert.match(byName(sockets, client).lines.at(-1) ?? '', /4005/);
    debuggerOf.close();
    assert.deepEqual(await program.ended, { output: 'now\n', exitCode: 3 });
  });

  it('lets a program of which all clocks stand still come to its end', async () => {
    const program = new DebuggedProgram(
      withServer(
        `
        S.on('connection', s => s.close(4005));
        const c = new W(url);
        c.on('close', () => process.exit(6));`,
        `
        const stopped = Date.now();
        Date.now = () => stopped;
        performance.now = () => 1;
        process.hrtime = Object.assign(() => [1, 1], { bigint: () => 1n });`,
      ),
    );
    programs.push(program);
    await program.hookUnheard(text);
    program.go();
    assert.deepEqual(await program.ended, { output: '', exitCode: 6 });
  });

  const poisons: Readonly<Record<string, string>> = {
    'Object.getPrototypeOf': `Object.getPrototypeOf = () => { throw new Error('poison'); };`,
    'Reflect.get': `Reflect.get = () => { throw new Error('poison'); };`,
    'Reflect, which is gone': `delete globalThis.Reflect;`,
    'Object.getOwnPropertyDescriptor': `Object.getOwnPropertyDescriptor = () => { throw new Error('poison'); };`,
    'toJSON of lists': `Array.prototype.toJSON = () => 'x';`,
    'toJSON of objects': `Object.prototype.toJSON = () => undefined;`,
  };
  for (const [what, poison] of Object.entries(poisons)) {
    it(`goes on to tell where the program replaces ${what}`, async () => {
      const { sockets, ran } = await finished(`
        ${poison}
        S.on('connection', s => s.on('message', d => s.send('re ' + d)));
        const c = new W(url, { perMessageDeflate: false });
        c.on('open', () => c.send('x'));
        c.on('message', () => c.close(4008));
        c.on('close', code => { process.stdout.write(String(code)); end(); });`);
      assert.deepEqual(ran, { output: '4008', exitCode: 0 });
      for (const name of [client, server]) {
        const { lines } = byName(sockets, name);
        assert.equal(lines.filter(line => line.endsWith(' text: re x')).length, 1);
        assert.match(lines.at(-1) ?? '', /4008/);
      }
    });
  }

  it('goes out of the program, and comes back', async () => {
    const {
      sockets,
      program,
      stop,
      listen,
      client: debuggerOf,
    } = await run(`
      const http = require('node:http');
      const state = () => [
        Object.hasOwn(http.ClientRequest.prototype, 'emit'), Object.hasOwn(http.Server.prototype, 'emit'),
        require('node:diagnostics_channel').hasSubscribers('undici:client:sendHeaders'),
        process.listenerCount('exit'), Object.getOwnPropertySymbols(globalThis).includes(Symbol.for('websocket-monitor.hook')),
        Object.hasOwn(c._socket, 'write'), Object.hasOwn(c._socket, 'end'), c._socket.listenerCount('data'),
      ].map(Number).join('');
      S.on('connection', s => s.on('message', d => s.send('re ' + d)));
      const c = new W(url + '&n=1');
      const before = [];
      c.on('open', () => c.send('seen'));
      c.on('message', d => {
        if (String(d) === 're seen') { console.log('before', state()); }
        const wait = setInterval(() => {
          if (state() !== '00000001') return;
          clearInterval(wait);
          console.log('out', state());
          c.send('unseen');
          const d = new W(url.replace('feed', 'unseen'));
          d.on('open', () => d.close());
          d.on('close', () => {
            console.log('now');
            const back = setInterval(() => {
              if (!Object.hasOwn(http.Server.prototype, 'emit')) return;
              clearInterval(back);
              const e = new W(url.replace('feed', 'again'));
              e.on('open', () => e.close(4006));
              e.on('close', () => { c.terminate(); end(); });
            }, 10);
          });
        }, 10);
        c.removeAllListeners('message');
      });`);
    await program.hasPrinted('before');
    await stop();
    await program.hasPrinted('now');
    await listen();
    await until('the third is seen', () => sockets.all.length === 4);
    await until('it is closed', () => byName(sockets, /again$/).hasEnded);
    debuggerOf.close();
    const { output } = await program.ended;
    assert.equal(output, 'before 11111112\nout 00000001\nnow\n');
    assert.ok(!JSON.stringify(sockets.all.map(({ lines }) => lines)).includes('unseen'));
  });

  it('makes one line of an upgrade that is handed on by emitting it again', async () => {
    const { sockets } = await finished(`
      server.removeAllListeners('upgrade');
      const inner = http.createServer();
      const I = new WebSocketServer({ server: inner });
      server.on('upgrade', (...given) => inner.emit('upgrade', ...given));
      I.on('connection', s => s.on('message', d => s.send(String(d))));
      const c = new W(url);
      c.on('open', () => c.send('once'));
      c.on('message', () => c.close());
      c.on('close', end);`);
    assert.equal(sockets.all.length, 2);
    const echoed = byName(sockets, server).lines.filter(line => line.includes('text: once'));
    assert.deepEqual(echoed, ['in text: once', 'out text: once']);
  });

  it('is not noticed by a program that replaces what it uses', async () => {
    const poisoned = `
      const calls = [];
      for (const [of, name] of [[Buffer, 'from'], [Buffer, 'concat'], [Buffer, 'alloc'], [Buffer, 'allocUnsafe'], [JSON, 'stringify'], [Date, 'now'], [globalThis, 'setTimeout'], [Reflect, 'apply'], [process, 'nextTick']]) {
        const original = of[name];
        of[name] = (...given) => {
          calls.push(name + (/nodeHook|eval at|<anonymous>:/.test(new Error().stack.split('\\n').slice(2, 3)) ? ' by the hook' : ''));
          return original.apply(of, given);
        };
      }
      const net = require('node:net');
      const { write } = net.Socket.prototype;
      S.on('connection', s => s.on('message', d => {
        // Both come after the hook has seen the socket.
        let own = 0, inherited = 0;
        net.Socket.prototype.write = function (...given) { inherited++; return write.apply(this, given); };
        s.send('first');
        const { _socket: socket } = s;
        const before = socket.write;
        socket.write = function (...given) { own++; return before.apply(this, given); };
        s.send('second');
        net.Socket.prototype.write = write;
        console.log(own, inherited);
        s.close();
      }));
      const c = new W(url, { perMessageDeflate: false });
      c.on('open', () => c.send('x'));
      c.on('close', () => { console.log(calls.filter(each => each.includes('by the hook')).join()); end(); });`;
    const { sockets, ran } = await finished(poisoned);
    assert.equal(ran.output, '2 4\n\n');
    assert.ok(byName(sockets, server).lines.includes('out text: second'));
  });

  it('is quiet when nobody listens any more, and hidden from the program', async () => {
    const { program, client: debuggerOf } = await run(`
      console.log(Object.keys(globalThis).includes('told'), typeof told);
      S.on('connection', s => s.on('message', d => s.send(d)));
      setTimeout(() => {
        const c = new W(url);
        c.on('open', () => c.send('x'));
        c.on('message', () => c.close());
        c.on('close', () => { console.log('done'); end(); });
      }, 100);`);
    debuggerOf.close();
    const { output, exitCode } = await program.ended;
    assert.equal(output, 'false undefined\ndone\n');
    assert.equal(exitCode, 0);
  });
});
