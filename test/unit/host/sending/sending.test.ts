import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { conditionOf } from '../../../../src/core/connection/wire/messageTap.ts';
import { setImmediate as turn } from 'node:timers/promises';
import { kindOf } from '../../../../src/core/record/record.ts';
import { DialLimiter } from '../../../../src/core/connection/retry/dialLimiter.ts';
import type { MessageBody } from '../../../../src/core/message/messageBody.ts';
import { readSettings } from '../../../../src/core/settings/profile.ts';
import { CancellationError } from '../../../../src/core/base/errors.ts';
import { peerText, template, type Origin } from '../../../../src/core/variables/value.ts';
import { MonitoredConnection } from '../../../../src/host/connections/monitoredConnection.ts';
import type { VariablePorts } from '../../../../src/host/sending/hostVariables.ts';
import '../../../support/host/fakeVscode.ts';
import type { Confirmation, SenderPorts } from '../../../../src/host/sending/sender.ts';
import { spellsOutCredential } from '../../../../src/core/secrets/mask.ts';
import { SendHistory } from '../../../../src/host/sending/sendHistory.ts';
import { createCaptureService } from '../../../../src/node/capture/captureService.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { openWsTransport } from '../../../../src/node/transport/wsTransport.ts';
import { scratchFolder, silentLog, workerPath } from '../../../support/capture/captures.ts';
import { Peer } from '../../../support/network/peer.ts';
import { handshakeFor } from '../../../support/network/transports.ts';
import { until as untilHolds } from '../../../support/until.ts';
import { userSettings } from '../../../support/host/settings.ts';
import { singleOutput } from '../../../support/textRuns.ts';

const { HostVariables } = await import('../../../../src/host/sending/hostVariables.ts');
const { lastReceived } = await import('../../../../src/host/sending/lastReceived.ts');
const { Sender } = await import('../../../../src/host/sending/sender.ts');

const text = (written: string): MessageBody => ({ as: 'text', text: written });
const secret = 'tr0ub4dor-and-3';

/** A workspace's state that is only in memory. */
function memento() {
  const values = new Map<string, unknown>();
  return {
    values,
    keys: () => [...values.keys()],
    get: <T>(key: string, fallback?: T) => (values.get(key) as T | undefined) ?? fallback,
    update: (key: string, value: unknown) => {
      values.set(key, JSON.parse(JSON.stringify(value)));
      return Promise.resolve();
    },
  };
}

interface Wishes {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly sender?: Partial<SenderPorts>;
  readonly variables?: Partial<VariablePorts>;
  readonly sinceOf?: () => number;
}

/** A connection to a peer of the test's, with all that sends on it; only questions are the test's. */
async function setUp(
  t: TestContext,
  { settings, sender: own, variables: source, sinceOf = () => 0 }: Wishes = {},
) {
  const peer = await Peer.start();
  const folder = scratchFolder();
  const service = createCaptureService({
    workerPath,
    folder: folder.path,
    clock: systemClock,
    log: silentLog,
  });
  const state = memento();
  const used: string[] = [];
  const variables = new HostVariables({
    guard: each => each,
    env: () => undefined,
    secret: name => Promise.resolve(name === 'key' ? secret : undefined),
    workspaceFolder: () => undefined,
    now: () => 0,
    uuid: () => 'u',
    random: () => 0,
    prompt: () => Promise.resolve(undefined),
    holdsSecret: written => written.includes(secret),
    last: ({ capture }, path) =>
      lastReceived(capture, path, sinceOf(), { clock: systemClock, openView: service.openView }),
    named: () => undefined,
    names: () => [],
    ...source,
  });
  const sender = new Sender({
    variables,
    history: new SendHistory(state, written => written.includes(secret), silentLog),
    readFile: path => Promise.reject(new Error(`No file ${path}`)),
    ready: () => Promise.resolve(),
    environment: () => undefined,
    confirm: () => Promise.reject(new Error('Nothing is to be asked')),
    placeOf: () => 'ws://peer.test',
    originOf: () => 'ws://here',
    permit: () => Promise.resolve(),
    assertOpening: () => undefined,
    onSecrets: secrets => used.push(...secrets),
    ...own,
  });
  const given: Readonly<Record<string, unknown>> = { url: peer.url, ...settings };
  const { profiles, problems } = readSettings(userSettings(key => given[key]));
  assert.deepEqual(problems, []);
  const [profile] = profiles;
  assert.ok(profile);
  const shown: string[] = [];
  const monitored = new MonitoredConnection('c1', profile, {
    clock: systemClock,
    log: silentLog,
    random: () => 0,
    openCapture: service.open,
    limiter: new DialLimiter(systemClock),
    redact: text => text,
    prepare: () =>
      Promise.resolve({
        isRefreshable: false,
        dial: listener => openWsTransport(handshakeFor(peer.url), listener),
      }),
    opening: {
      write: (each, body, origin) => sender.write(each, body, origin),
      stepsOf: path => Promise.reject(new Error(`No sequence ${path}`)),
      assertAllowed: () => undefined,
    },
    output: singleOutput({
      message: (_at, _name, flags, payload) =>
        void shown.push(`${kindOf(flags)} ${Buffer.from(payload).toString()}`),
      state: (_at, _name, row) => void shown.push(row.text),
    }),
  });
  t.after(async () => {
    monitored.dispose();
    await service.dispose();
    await peer.stop();
    folder[Symbol.dispose]();
  });
  const open = async () => {
    monitored.connection.connect();
    assert.equal((await monitored.connection.settled()).kind, 'open');
  };
  const rows = async () => {
    await monitored.capture.flush();
    const all = await monitored.capture.rows(0, 100);
    return all.filter(({ kind }) => kind !== 'state' && kind !== 'pong');
  };
  return { peer, monitored, sender, used, shown, state, open, rows };
}

const until = (isTrue: () => boolean) => untilHolds('what was sent did not come', isTrue);

describe('The sender', { timeout: 180_000 }, () => {
  it('sends a secret, and keeps it out of capture, output, history and preview', async t => {
    const settings = { 'onOpen': ['hello ${secret:key}'], 'heartbeat.ping': false };
    const { peer, monitored, sender, used, shown, state, open, rows } = await setUp(t, {
      settings,
    });
    await open();
    const body = text('auth ${secret:key}');
    assert.equal((await sender.check(monitored, body, 'user')).preview, 'auth •••');
    assert.equal(await sender.send(monitored, body, 'user'), 'written');
    await sender.send(monitored, text(`typed ${secret}`), 'user');
    await until(() => peer.received.length === 3);
    assert.deepEqual(peer.received, [`hello ${secret}`, `auth ${secret}`, `typed ${secret}`]);
    const [hello, auth] = (await rows()).map(({ preview }) => preview);
    assert.deepEqual([hello, auth], ['hello •••', 'auth •••']);
    assert.deepEqual(used, [secret, secret]);
    const kept = new SendHistory(state, () => false, silentLog).of(monitored.name);
    assert.deepEqual(kept, [body], 'a secret that was typed is not kept');
    assert.ok(!JSON.stringify([...state.values]).includes(secret));
    assert.ok(!shown.slice(0, 4).join().includes(secret));
  });

  it('counts for each connection, and not where it only looks', async t => {
    const { peer, monitored, sender, open } = await setUp(t);
    await open();
    const body = text('${counter} ${counter:b}');
    assert.equal((await sender.check(monitored, body, 'user')).preview, '1 1');
    await sender.send(monitored, body, 'user');
    await sender.send(monitored, text('${counter}'), 'user');
    await until(() => peer.received.length === 2);
    assert.deepEqual(peer.received, ['1 1', '2']);
  });

  it('asks for a value and remembers it; no answer sends nothing', async t => {
    const asked: string[] = [];
    const answers = ['first', undefined];
    const prompt = (label: string, _origin: Origin, last: string) => {
      asked.push(`${label} [${last}]`);
      return Promise.resolve(answers.shift());
    };
    const { peer, monitored, sender, open } = await setUp(t, { variables: { prompt } });
    await open();
    const body = text('id ${prompt:Id}');
    assert.equal((await sender.check(monitored, body, 'user')).preview, 'id ‹Id›');
    await sender.send(monitored, body, 'user');
    await assert.rejects(sender.send(monitored, body, 'user'), CancellationError);
    await until(() => peer.received.length === 1);
    assert.deepEqual([peer.received, asked], [['id first'], ['Id []', 'Id [first]']]);
  });

  it('offers no secret again, and nothing of the user where a workspace asks', async t => {
    const asked: string[] = [];
    const answers = ['hunter2', 'hunter2', `pasted ${secret}`, 'x', 'mine', 'theirs', 'theirs'];
    const prompt = (label: string, origin: Origin, last: string) => {
      asked.push(`${origin} ${label} [${last}]`);
      return Promise.resolve(answers.shift());
    };
    const { monitored, sender, used, open, rows } = await setUp(t, { variables: { prompt } });
    await open();
    const password = text('login ${prompt:Password}');
    await sender.send(monitored, password, 'user');
    assert.equal((await sender.check(monitored, password, 'user')).preview, 'login •••');
    await sender.send(monitored, password, 'user');
    await sender.send(monitored, text('${prompt:Id}'), 'user');
    await sender.send(monitored, text('${prompt:Id}'), 'user');
    await sender.send(monitored, text('${prompt:Room}'), 'user');
    await sender.send(monitored, text('${prompt:Room}'), 'workspace');
    await sender.send(monitored, text('${prompt:Room}'), 'workspace');
    assert.deepEqual(asked, [
      'user Password []',
      'user Password []',
      'user Id []',
      'user Id []',
      'user Room []',
      'workspace Room []',
      'workspace Room [theirs]',
    ]);
    assert.ok(used.includes('hunter2'), 'what was typed counts as a secret');
    const [first] = await rows();
    assert.equal(first?.preview, 'login •••');
  });

  it('sends what a peer wrote as it came: by hand, on opening, and by a variable', async t => {
    const attack = '${secret:key}|${env:HOME}|${prompt:Password}|${workspaceFolder}';
    const refused = (what: string) => Promise.reject(new Error(`${what} was asked for`));
    const named = (name: string) =>
      name === 'session' ? peerText(attack, 'ws://here') : template('<${session}>', 'workspace');
    const { peer, monitored, sender, open } = await setUp(t, {
      settings: { 'onOpen': ['hello ${session}'], 'heartbeat.ping': false },
      variables: {
        secret: refused,
        prompt: refused,
        named,
        names: () => ['session', 'wrapped'],
        env: name => assert.fail(`${name} was asked for`),
        workspaceFolder: () => assert.fail('The folder was asked for'),
      },
    });
    await open();
    peer.sockets[0]?.send(JSON.stringify({ session: attack }));
    await until(() => monitored.received.total === 1);
    await sender.send(monitored, text('${session} ${wrapped} ${last:$.session}'), 'workspace');
    await until(() => peer.received.length === 2);
    assert.deepEqual(peer.received, [`hello ${attack}`, `${attack} <${attack}> ${attack}`]);
  });

  it('does not send what came from elsewhere, nor to where the connection was led while it asked', async t => {
    let place = 'ws://peer.test';
    const { peer, monitored, sender, open } = await setUp(t, {
      settings: { 'onOpen': ['hello ${session}'], 'heartbeat.ping': false },
      variables: {
        named: () => peerText('theirs', 'ws://there'),
        names: () => ['session'],
        prompt: () => {
          place = 'ws://elsewhere.test';
          return Promise.resolve('1234');
        },
      },
      sender: { placeOf: () => place },
    });
    await open();
    await assert.rejects(
      sender.send(monitored, text('${session}'), 'workspace'),
      /came from ws:\/\/there and is not told to ws:\/\/here/,
    );
    await assert.rejects(
      sender.send(monitored, text('pin ${prompt:PIN}'), 'user'),
      /not sent, because the connection has another destination/,
    );
    await sender.send(monitored, text('last'), 'user');
    await until(() => peer.received.length > 0);
    assert.deepEqual(peer.received, ['last']);
  });

  it('does not send what came from where the connection was dialled before', async t => {
    let since = 0;
    const { peer, monitored, sender, open } = await setUp(t, { sinceOf: () => since });
    await open();
    peer.sockets[0]?.send('{"token":"old"}');
    await until(() => monitored.received.total === 1);
    const body = text('${last:$.token}');
    await sender.send(monitored, body, 'user');
    const [row] = (await monitored.capture.rows(0, 100)).filter(({ kind }) => kind === 'text');
    await until(() => systemClock.now() > (row?.at ?? Infinity));
    since = systemClock.now();
    await assert.rejects(sender.send(monitored, body, 'user'), /there is none yet/);
    peer.sockets[0]?.send('{"token":"new"}');
    await until(() => monitored.received.total === 2);
    await sender.send(monitored, body, 'user');
    await until(() => peer.received.length === 2);
    assert.deepEqual(peer.received, ['old', 'new']);
  });

  it('has files read for whoever wrote the message, also on opening', async t => {
    const read: string[] = [];
    const readFile = (path: string, author: string) => {
      read.push(`${path} ${author}`);
      return Promise.resolve(new Uint8Array());
    };
    const { monitored, sender, open } = await setUp(t, { sender: { readFile } });
    await open();
    const body: MessageBody = { as: 'file', path: 'a', isText: false };
    for (const author of ['user', 'workspace', 'page'] as const) {
      await sender.send(monitored, body, author);
    }
    await sender.write(monitored, body, 'workspace');
    assert.deepEqual(read, ['a user', 'a workspace', 'a page', 'a workspace']);
  });

  it('waits for what has still to be read before it asks or fills in', async t => {
    const { promise: ready, resolve: read } = Promise.withResolvers<undefined>();
    let known = 'too early';
    const { peer, monitored, sender, open } = await setUp(t, {
      sender: { ready: () => ready },
      variables: { named: () => template(known, 'user'), names: () => ['who'] },
    });
    await open();
    const sent = sender.send(monitored, text('${who}'), 'user');
    await turn();
    known = 'in time';
    read(undefined);
    await sent;
    await until(() => peer.received.length === 1);
    assert.deepEqual(peer.received, ['in time']);
  });

  it('does not ask for what is sent on opening', async t => {
    const settings = { onOpen: ['${prompt:Id}'] };
    const { shown, open } = await setUp(t, { settings });
    await open();
    await until(() => shown.some(line => line.includes('onOpen')));
    assert.match(shown.join('\n'), /Message 1 of onOpen was not sent: .*cannot be used in onOpen/);
  });

  it('sends what was received last, the newest that has it', async t => {
    const { peer, monitored, sender, open } = await setUp(t);
    await open();
    for (const each of ['{"token":"old"}', '{"token":{"a":[1,"new"]}}', 'no json', '{"b":1}']) {
      peer.sockets[0]?.send(each);
    }
    await until(() => monitored.received.total === 4);
    await sender.send(monitored, text('${last:$.token.a[1]} ${last:$.b}'), 'user');
    await assert.rejects(
      sender.send(monitored, text('${last:$.none}'), 'user'),
      /\$\.none in it, and there/,
    );
    await assert.rejects(
      sender.send(monitored, text('${last:token}'), 'user'),
      /needs a path such as/,
    );
    await until(() => peer.received.length === 1);
    assert.deepEqual(peer.received, ['new 1']);
  });

  it('sends what decoders have found in what was received last, and says what they cannot read', async t => {
    const { peer, monitored, sender, open } = await setUp(t);
    await open();
    for (const each of ['{"a":"old","b":1}', gzipSync('{"a":"${new}"}'), 'no json']) {
      peer.sockets[0]?.send(each);
    }
    await until(() => monitored.received.total === 3);
    await sender.send(monitored, text('${last:$.a} ${last:$.b}'), 'user');
    monitored.capture.setDecoders([{ use: [] }]);
    peer.sockets[0]?.send(Uint8Array.of(1, 2, 3));
    await until(() => monitored.received.total === 4);
    await assert.rejects(
      sender.send(monitored, text('${last:$.none}'), 'user'),
      /messages of this connection are binary and not decoded/,
    );
    await until(() => peer.received.length === 1);
    assert.deepEqual(peer.received, ['${new} 1']);
  });

  it('waits for what decoders read, in the order in which it comes', async t => {
    const { peer, monitored, open } = await setUp(t);
    await open();
    const answers: (readonly [number | undefined, string])[] = [];
    const clock = { now: 0, startOfDay: 0 };
    const watch = monitored.watchForAnswer(conditionOf('$.n', clock), ({ row, text: shown }) =>
      answers.push([row, shown]),
    );
    const first = monitored.capture.nextSeq;
    for (const each of ['{"n":1}', gzipSync('{"n":2}'), '{"n":3}', '{"m":4}', '{"n":5}']) {
      peer.sockets[0]?.send(each);
    }
    await until(() => answers.length === 4);
    const rows = [1, 2, 3, 5].map(n => [first + n - 1, `{"n":${n}}`]);
    assert.deepEqual(answers, rows);
    watch.dispose();
  });

  it('asks before it sends to production, once or for as long as the window is open', async t => {
    const answers: (Confirmation | undefined)[] = [undefined, 'once', 'window'];
    let asked = 0;
    const { peer, monitored, sender, open } = await setUp(t, {
      sender: {
        environment: () => ({ name: 'live', origin: 'user', isProduction: true }),
        confirm: (environment, connection, body) => {
          asked++;
          assert.deepEqual([environment, connection, body.as], ['live', monitored.name, 'text']);
          const answer = answers.shift();
          return answer ? Promise.resolve(answer) : Promise.reject(new CancellationError());
        },
      },
    });
    await open();
    await assert.rejects(sender.send(monitored, text('0'), 'user'), CancellationError);
    for (const each of ['1', '2', '3']) {
      await sender.send(monitored, text(each), 'user');
    }
    await until(() => peer.received.length === 3);
    assert.deepEqual([peer.received, asked], [['1', '2', '3'], 3]);
  });

  it('asks nothing where nothing could be sent', async t => {
    const environment = () => ({ name: 'live', origin: 'user', isProduction: true }) as const;
    const { monitored, sender } = await setUp(t, { sender: { environment } });
    await assert.rejects(
      sender.send(monitored, text('${prompt:x}'), 'user'),
      /^UserError: Not connected/,
    );
    assert.deepEqual(sender.history(monitored), []);
  });

  it('says what nobody knows the delivery of where the connection goes down', async t => {
    const settings = { 'reconnect.enabled': false, 'heartbeat.ping': false };
    const { peer, monitored, sender, shown, open } = await setUp(t, { settings });
    await open();
    peer.sockets[0]?.pause();
    const big = sender.send(monitored, text('x'.repeat(15_000_000)), 'user');
    const small = sender.send(monitored, text('k=${secret:key}'), 'user');
    const ends = Promise.allSettled([big, small]);
    await turn();
    peer.sockets[0]?.terminate();
    const reasons = (await ends).map(end => (end.status === 'rejected' ? String(end.reason) : ''));
    assert.ok(
      reasons.every(reason => /^\w*Error: /.test(reason)),
      reasons.join(),
    );
    const told = shown.filter(line => /^(Delivery unknown|Not delivered)/.test(line)).join();
    assert.match(told, /“x{40}…” \(15\.0 MB\)/);
    assert.match(told, /“k=•••” \(17 B\)/);
  });

  it('queues where the settings allow it', async t => {
    const settings = { 'queue.maxMessages': 5, 'heartbeat.ping': false };
    const { peer, monitored, sender } = await setUp(t, { settings });
    monitored.connection.connect();
    assert.equal(await sender.send(monitored, text('early'), 'user'), 'queued');
    await until(() => peer.received.length === 1);
    assert.equal(monitored.connection.queue.count, 0);
  });
});

describe('The history of what was sent', () => {
  it('holds the newest fifty, each once, and no more than the editor keeps well', () => {
    const history = new SendHistory(memento(), () => false, silentLog);
    for (let index = 0; index < 60; index++) {
      history.add('a', text(String(index)));
    }
    history.add('a', text('20'));
    const texts = history.of('a').map(body => (body.as === 'text' ? body.text : ''));
    assert.deepEqual([texts.length, texts[0], texts.at(-1)], [50, '10', '20']);
    assert.equal(texts.filter(each => each === '20').length, 1);
    history.add('a', text('x'.repeat(70_000)));
    assert.equal(history.of('a').length, 50);
    for (let index = 0; index < 5; index++) {
      history.add('a', text(String(index).repeat(20_000)));
    }
    assert.equal(history.of('a').length, 3);
    assert.deepEqual(history.of('b'), []);
  });
});

describe('What spells a credential out', () => {
  it('is known while the window is open, and never kept', () => {
    const state = memento();
    const history = new SendHistory(state, spellsOutCredential, silentLog);
    const credentials: readonly MessageBody[] = [
      ...[
        'Bearer 0123456789',
        'login?token=abc',
        'ws://u:p@host/',
        'x eyJhbGciOiJI.eyJzdWIi y',
      ].map(text),
      ...['{"op":"login","password":"hush"}', '{"apiKey": "hush"}', '{"a":[{"x-token":"h"}]}'].map(
        json => ({ as: 'json', text: json }) as const,
      ),
      { as: 'close', code: 1000, reason: 'sig=1&token=abc?key=1' },
    ];
    const plain: readonly MessageBody[] = [
      ...['hello', 'token', '{"op":"login","password":"${secret:api}"}', '{"monkey":"a"}'].map(
        text,
      ),
    ];
    [...credentials, ...plain].forEach(body => history.add('a', body));
    assert.deepEqual(history.of('a'), [...credentials, ...plain]);
    const again = new SendHistory(state, spellsOutCredential, silentLog);
    assert.deepEqual(again.of('a'), plain);
  });
});

describe('Watching a connection', { timeout: 180_000 }, () => {
  it('shows the messages that match, until it is ended', async t => {
    const { peer, monitored, sender, open } = await setUp(t);
    await open();
    const seen: string[] = [];
    const condition = { is: 'text', text: 'A', exact: false } as const;
    const watch = monitored.watch(condition, ({ payload }) =>
      seen.push(Buffer.from(payload).toString()),
    );
    const broken = monitored.watch(condition, () => {
      throw new Error('broken');
    });
    await sender.send(monitored, text('a sent'), 'user');
    for (const each of ['a', 'b', 'ba']) {
      peer.sockets[0]?.send(each);
    }
    await until(() => monitored.received.total === 3);
    watch.dispose();
    broken.dispose();
    peer.sockets[0]?.send('a');
    await until(() => monitored.received.total === 4);
    assert.deepEqual(seen, ['a', 'ba']);
  });
});
