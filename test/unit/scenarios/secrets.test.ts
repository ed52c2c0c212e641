import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import { messageOf } from '../../../src/core/base/errors.ts';
import { DialLimiter } from '../../../src/core/connection/retry/dialLimiter.ts';
import type { TransportListener } from '../../../src/core/connection/wire/transport.ts';
import { stateSentence } from '../../../src/core/connection/report.ts';
import { exportFormats } from '../../../src/core/export/exportJob.ts';
import { OutputFeed } from '../../../src/host/connections/output/outputFeed.ts';
import { CommandTokens } from '../../../src/core/settings/commandTokens.ts';
import { fillHandshake } from '../../../src/core/settings/fillHandshake.ts';
import { readSettings } from '../../../src/core/settings/profile.ts';
import { resolve } from '../../../src/core/variables/resolve.ts';
import { template } from '../../../src/core/variables/value.ts';
import { MonitoredConnection } from '../../../src/host/connections/monitoredConnection.ts';
import { redactedLog } from '../../../src/host/secrets/redactedLog.ts';
import { SecretRegistry } from '../../../src/host/secrets/secretRegistry.ts';
import { createCaptureService } from '../../../src/node/capture/captureService.ts';
import { runTokenCommand } from '../../../src/node/commandToken.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import { openWsTransport } from '../../../src/node/transport/wsTransport.ts';
import { scratchFolder, workerPath } from '../../support/capture/captures.ts';
import { closedOpening } from '../../support/scenarios/connectionRig.ts';
import { connectProxy } from '../../support/network/proxies.ts';
import { eventually } from '../../support/scenarios/realRig.ts';
import { during } from '../../support/network/transports.ts';
import { variables } from '../../support/host/variables.ts';
import { admitting, userSettings } from '../../support/host/settings.ts';
import { singleOutput } from '../../support/textRuns.ts';

/** Of each place in which a session uses one, with characters that URLs and JSON spell otherwise. */
const secrets = {
  header: 'SECRET-header/+"x',
  query: 'SECRET-query&é',
  path: 'SECRET-path',
  login: 'SECRET-login',
  message: 'SECRET-message',
  opening: 'SECRET-opening',
  proxy: 'SECRET-proxy',
  passphrase: 'SECRET-passphrase',
  key: 'SECRET-key',
} as const;

/** The spellings in which they are looked for; all of the plain ones hold this word. */
const traces = [
  'SECRET',
  'secret-',
  ...Object.values(secrets).flatMap(secret =>
    [encodeURIComponent(secret), Buffer.from(secret).toString('base64').slice(0, 12)].filter(
      spelling => spelling.length >= 8,
    ),
  ),
  Buffer.from(`me:${secrets.login}`).toString('base64').slice(4, 20),
];

function assertClean(what: string, content: string | Uint8Array): void {
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  for (const trace of traces) {
    const at = text.indexOf(trace);
    assert.ok(at < 0, `${what} has ${trace}: …${text.slice(Math.max(0, at - 80), at + 80)}…`);
  }
}

/** Sends everything back that it was sent, in all places where a peer can. */
async function echoServer(t: TestContext, refuses: (attempt: number) => boolean) {
  const requests: IncomingMessage[] = [];
  const received: string[] = [];
  const upgraded = new WebSocketServer({ noServer: true });
  const echoOf = ({ url = '', rawHeaders }: IncomingMessage) =>
    [url, decodeURIComponent(url), ...rawHeaders].join(' ');
  upgraded.on('headers', (headers, request) => {
    headers.push(`X-Echo: ${echoOf(request)}`); // written as UTF-8
    headers.push('Set-Cookie: session=SECRET-of-the-peer');
  });
  const server = createServer();
  server.on('upgrade', (request, socket: Socket, head) => {
    requests.push(request);
    socket.on('error', () => undefined);
    if (refuses(requests.length)) {
      const echo = Buffer.from(echoOf(request)).toString('latin1');
      const status = `HTTP/1.1 401 No ${echo.replace(/[^\x20-\x7e\x80-\xff]/g, '?')}`;
      socket.end(`${status}\r\nX-Echo: ${echo}\r\nConnection: close\r\n\r\n${echo}`, 'latin1');
      return;
    }
    upgraded.handleUpgrade(request, socket, head, ws => {
      ws.on('message', (data: Buffer) => {
        received.push(data.toString());
        const words = data.toString().split(' ').slice(-2).join(' ');
        ws.close(4401, `You sent ${words} and ${String(request.headers['x-room'])}`.slice(0, 120));
      });
    });
  });
  await new Promise<void>(ready => server.listen(0, '127.0.0.1', ready));
  t.after(() => {
    upgraded.clients.forEach(client => client.terminate());
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { port, requests, received };
}

/** A session with all its real parts but the editor, and everything that it leaves behind. */
function session(t: TestContext, settings: object) {
  const scratch = scratchFolder();
  const folder = join(scratch.path, 'captures');
  const registry = new SecretRegistry();
  const left: { log: string[]; output: string[]; sentences: string[] } = {
    log: [],
    output: [],
    sentences: [],
  };
  const push = (...parts: readonly unknown[]) => void left.log.push(parts.map(String).join(' '));
  const log = redactedLog(
    { trace: push, debug: push, info: push, warn: push, error: push },
    registry.redact,
  );
  const service = createCaptureService({ workerPath, folder, clock: systemClock, log });
  const feed = new OutputFeed(systemClock, { enabled: true, maxCharacters: 2000 }, text => {
    left.output.push(registry.redact(text));
  });
  const given = settings as Readonly<Record<string, unknown>>;
  const { profiles, problems } = readSettings(userSettings(key => given[key]));
  assert.deepEqual(problems, []);
  const [profile] = profiles;
  assert.ok(profile);
  const source = variables({ secrets, env: { PORT: '1' } });
  const tokens = new CommandTokens(command => runTokenCommand(command));
  const monitored = new MonitoredConnection('c1', profile, {
    clock: systemClock,
    log,
    random: () => 0.5,
    limiter: new DialLimiter(systemClock),
    redact: registry.redact,
    openCapture: options => service.open(options),
    prepare: async (of, wishes) => {
      const { handshake, shown, isRefreshable } = await fillHandshake(of, {
        ...admitting(source),
        readFile: () => Promise.resolve(Buffer.from('no key at all')),
        token: command =>
          wishes.untimed(() =>
            tokens.token(command, {
              user: of.name,
              to: of.url,
              isRefused: wishes.isLoginRefused,
            }),
          ),
      });
      registry.add(handshake.secrets ?? []);
      const dial = (listener: TransportListener) => openWsTransport(handshake, listener);
      return { dial, isRefreshable, endpoint: shown };
    },
    opening: {
      ...closedOpening,
      write: async (_monitored, body) => {
        assert.ok(body.as === 'text');
        const {
          text,
          masked,
          secrets: used,
        } = await resolve(template(body.text, 'user'), 'onOpen', source);
        registry.add(used);
        return { kind: 'message', data: text, shown: masked };
      },
    },
    output: singleOutput({
      message: (at, _name, flags, payload) => feed.message(at, '', flags, payload),
      state: (at, _name, row) => feed.state(at, '', row),
    }),
  });
  const { connection } = monitored;
  connection.onDidChangeState(state => {
    left.sentences.push(stateSentence(state, connection.options.endpoint));
    left.sentences.push(JSON.stringify([state, connection.handshake, connection.options.endpoint]));
  });
  t.after(async () => {
    monitored.dispose();
    await service.dispose();
    scratch[Symbol.dispose]();
  });
  const send = async (written: string) => {
    const filled = await resolve(template(written, 'user'), 'The message', source);
    const { text, masked, secrets: used } = filled;
    registry.add(used);
    connection.submit({ kind: 'message', data: text, shown: masked });
  };
  return { monitored, connection, service, registry, folder, left, feed, send, scratch };
}

type Session = ReturnType<typeof session>;

/** Looks through all of it. `kinds` are the states that it must have passed. */
async function checkAll(ran: Session, kinds: readonly string[]): Promise<void> {
  const { monitored, service, folder, left, feed, registry, scratch } = ran;
  await monitored.capture.flush();
  feed.dispose();
  const rows = await monitored.capture.rows(0, monitored.capture.extent.next);
  assertClean('what the page is given', JSON.stringify(rows));
  for (const { seq, kind } of rows) {
    const payload = await monitored.capture.payload(seq, 0, 1_000_000);
    assertClean(`row ${seq}, ${kind}`, payload?.bytes ?? '');
  }
  const files = readdirSync(folder);
  assert.ok(
    files.some(name => name.endsWith('.sqlite')) && files.some(name => name.endsWith('-wal')),
  );
  files.forEach(name => assertClean(name, readFileSync(join(folder, name))));
  const exports = join(scratch.path, 'exports');
  mkdirSync(exports);
  const view = service.openView({ captures: [monitored.capture.id] });
  for (const format of exportFormats) {
    const path = join(exports, format);
    const { display: url } = monitored.connection.options.endpoint;
    const connections = [{ capture: monitored.capture.id, name: monitored.name, url }];
    await service.startExport(
      { view: view.id, connections, format, path, secrets: registry.all },
      () => undefined,
    ).done;
    const text = readFileSync(path, 'utf8');
    assert.ok(text.length > 100, format);
    assertClean(format, text);
  }
  assertClean('the log', left.log.join('\n'));
  assertClean('the messages channel', left.output.join('\n'));
  assertClean('tooltips and sentences', left.sentences.join('\n'));
  assert.ok(left.log.length > 0 && left.output.join('').length > 100);
  const seen = left.sentences.join('\n');
  kinds.forEach(kind => assert.ok(seen.includes(`"kind":"${kind}"`), `It was ${kind}`));
}

const base = {
  'reconnect.initialDelay': 0.1,
  'reconnect.maxDelay': 0.1,
  'reconnect.jitter': 0,
  'heartbeat.ping': false,
} as const;

describe('A secret of a session', () => {
  it('is in nothing that the session leaves, whatever the peer sends back', async t => {
    const server = await echoServer(t, attempt => attempt === 1);
    const ran = session(t, {
      ...base,
      url: `ws://127.0.0.1:${server.port}/\${secret:path}?room=\${secret:query}`,
      headers: { 'X-Room': '${secret:header}' },
      auth: { type: 'basic', username: 'me', password: '${secret:login}' },
      onOpen: ['hello ${secret:opening}'],
    });
    ran.connection.connect();
    await eventually(
      () => server.received.length > 0,
      'the message of onOpen',
      () => ran.left.sentences.join('\n'),
    );
    await eventually(() => ran.connection.state.kind === 'stopped', 'the second refusal');
    assert.equal(server.received[0], `hello ${secrets.opening}`);
    const [first] = server.requests;
    assert.equal(first?.headers['x-room'], secrets.header);
    assert.equal(first.url, `/${secrets.path}?room=${encodeURIComponent(secrets.query)}`);
    const login = Buffer.from(`me:${secrets.login}`).toString('base64');
    assert.equal(first.headers.authorization, `Basic ${login}`);
    await checkAll(ran, ['waiting', 'open', 'stopped']);
  });

  it('is in nothing where it is sent by hand, and a key in the query signs in', async t => {
    const server = await echoServer(t, () => false);
    const ran = session(t, {
      ...base,
      url: `ws://127.0.0.1:${server.port}/`,
      auth: { type: 'apiKey', in: 'query', name: 'k', value: '${secret:key}' },
    });
    ran.connection.connect();
    await eventually(() => ran.connection.state.kind === 'open', 'open');
    await ran.send('{"token": "${secret:message}"} ${secret:message}');
    await eventually(() => server.received.length > 0, 'the message');
    await eventually(() => ran.connection.state.kind !== 'open', 'the end');
    assert.equal(server.requests[0]?.url, `/?k=${secrets.key}`);
    await checkAll(ran, ['open']);
  });

  it('is in nothing where a command gives it, again after a refusal', async t => {
    const server = await echoServer(t, attempt => attempt === 1);
    const script = 'console.log("SECRET-token-" + process.argv[1].length + Date.now())';
    const ran = session(t, {
      ...base,
      url: `ws://127.0.0.1:${server.port}/`,
      auth: { type: 'command', command: [process.execPath, '-e', script, '${secret:key}'] },
    });
    ran.connection.connect();
    await eventually(() => ran.connection.state.kind === 'open', 'open');
    const used = server.requests.map(({ headers }) => headers.authorization ?? '');
    assert.equal(new Set(used).size, 2, 'The refused token was not sent again');
    assert.ok(used.every(value => /^Bearer SECRET-token-10\d+$/.test(value)));
    await checkAll(ran, ['waiting', 'open']);
  });

  it('is in nothing where a command fails and says it', async t => {
    const script = 'console.error("no " + process.argv[1]); process.exit(1)';
    const ran = session(t, {
      ...base,
      url: 'ws://127.0.0.1:${env:PORT}/',
      auth: { type: 'command', command: [process.execPath, '-e', script, '${secret:key}'] },
    });
    ran.connection.connect();
    await eventually(() => ran.connection.state.kind === 'stopped', 'the end');
    assert.match(
      ran.left.sentences.join('\n'),
      /failed with exit code 1\. Its error output: no •••/,
    );
    await checkAll(ran, ['stopped']);
  });

  it('is in nothing where a proxy, a URL or a TLS key refuses it', async t => {
    const proxy = await during(t, connectProxy({ auth: 'me:another' }));
    const asked = proxy.url.replace('//', '//me:${secret:proxy}@');
    const cases = [
      [{ url: 'ws://feed.test/', proxy: asked }, /407/],
      [{ url: 'ws://feed.test/', proxy: 'ftp://${secret:proxy}/' }, /proxy: "ftp:/],
      [{ url: 'ws://${secret:path}.invalid:1/' }, /ENOTFOUND|EAI_AGAIN/],
      [{ url: 'ws://${secret:header}/' }, /needs a host from/],
      [
        {
          'url': 'wss://127.0.0.1:1/',
          'tls.cert': 'cert',
          'tls.key': 'key',
          'tls.passphrase': '${secret:passphrase}',
        },
        /tls\.(cert|key)/,
      ],
    ] as const;
    for (const [settings, reason] of cases) {
      const ran = session(t, { ...base, 'reconnect.enabled': false, ...settings });
      ran.connection.connect();
      await eventually(() => ran.connection.state.kind === 'stopped', messageOf(reason));
      assert.match(ran.left.sentences.join('\n'), reason);
      await checkAll(ran, ['stopped']);
    }
    assert.match(proxy.requests.join(), /Proxy-Authorization: Basic/i, 'It was sent');
  });
});
