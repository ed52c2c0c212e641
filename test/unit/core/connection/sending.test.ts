import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import type { MessageBody } from '../../../../src/core/message/messageBody.ts';
import type { OutgoingMessage } from '../../../../src/core/message/outgoingMessage.ts';
import { OnOpenMessages } from '../../../../src/core/connection/send/onOpenMessages.ts';
import type { OnOpenEntry } from '../../../../src/core/connection/state/options.ts';
import { fillPlainBody } from '../../../../src/core/message/fillBody.ts';
import type { OnAnswer } from '../../../../src/core/library/sequenceRun.ts';
import type { RunRow } from '../../../../src/core/library/runReport.ts';
import type { Origin } from '../../../../src/core/variables/value.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import {
  closedOpening,
  ConnectionRig,
  type RigOptions,
} from '../../../support/scenarios/connectionRig.ts';
import { settle } from '../../../support/network/fakeNetwork.ts';
import { ManualClock } from '../../../support/manualClock.ts';

const message = (data: string): OutgoingMessage => ({ kind: 'message', data });
const bytes = (text: string) => new TextEncoder().encode(text);
const quiet = { 'heartbeat.ping': false };
const queued = { ...quiet, 'queue.maxMessages': 10 };

let rig: ConnectionRig | undefined;
const setUp = (options?: RigOptions) => (rig = new ConnectionRig(options));

afterEach(() => {
  rig?.checkInvariants();
  rig?.connection.dispose();
  assert.deepEqual(rig?.clock.pending ?? [], []);
  rig = undefined;
});

/** Its end as a word, once it has come. */
async function endOf(done: Promise<void>): Promise<string> {
  const end = done.then(
    () => 'written',
    (error: unknown) => String(error),
  );
  await settle();
  return Promise.race([end, Promise.resolve('pending')]);
}

describe('A message that is submitted', () => {
  it('is written as it is, and written down without its secrets', async () => {
    const { connection, network, traffic } = setUp({ settings: quiet });
    await rig?.open();
    const { delivery, done } = connection.submit({
      kind: 'message',
      data: 'key=1',
      shown: 'key=•',
    });
    assert.deepEqual([delivery, await endOf(done)], ['written', 'written']);
    assert.deepEqual(network.last.sent, ['key=1']);
    assert.deepEqual(traffic.lines, ['out text key=• (masked)']);
  });

  it('is refused while not connected, and with what helps while it connects', async () => {
    const { connection } = setUp({ settings: quiet });
    assert.equal(connection.takes, undefined);
    assert.throws(() => connection.submit(message('a')), /^UserError: Not connected: nothing/);
    await rig?.dial();
    assert.throws(() => connection.submit(message('a')), /Not connected yet.*queue\.maxMessages/);
    assert.throws(() => connection.submit({ kind: 'ping', data: bytes('') }), /Not connected: /);
  });

  it('is of unknown delivery where the connection goes down before it is written', async () => {
    const { connection, network, notices } = setUp({ settings: quiet });
    await rig?.open();
    network.last.hold();
    const all = ['one', 'two', 'three', 'four', 'five'].map(each =>
      connection.submit(message(each)),
    );
    network.last.end();
    network.last.finish(); // Too late: it was told already.
    assert.deepEqual(notices, [
      'Delivery unknown: the connection went down before it had taken “one” (3 B), “two” (3 B), ' +
        '“three” (5 B) and 2 more.',
    ]);
    for (const { done } of all) {
      assert.match(await endOf(done), /Delivery unknown/);
    }
  });

  it('is named in the list where the socket does not take it', async () => {
    const { connection, network, notices } = setUp({ settings: quiet });
    await rig?.open();
    network.last.hold();
    const { done } = connection.submit({ kind: 'message', data: 'k=1\n', shown: 'k=•\n' });
    network.last.finish(new Error('write EPIPE'));
    assert.equal(await endOf(done), 'Error: write EPIPE');
    assert.deepEqual(notices, ['Not delivered: “k=•↵” (4 B): write EPIPE.']);
  });

  it('is refused by a peer that does not read, with a sentence', async () => {
    const { connection, network } = setUp({ settings: quiet });
    await rig?.open();
    network.last.bufferedBytes = 17 * 1024 * 1024;
    assert.match(await endOf(connection.submit(message('a')).done), /does not read/);
    assert.deepEqual(network.last.sent, []);
  });

  it('is named by its size where the peer closes because it is too big', async () => {
    const { connection, network, notices } = setUp({ settings: quiet });
    await rig?.open();
    connection.submit(message('small'));
    connection.submit(message('ä'.repeat(1000)));
    connection.submit(message('small'));
    network.last.end({ code: 1009 });
    assert.deepEqual(notices, [
      'The peer takes no message of that size (1009). The largest one sent to it had 2.0 kB.',
    ]);
  });
});

describe('A ping or a close of the user’s', () => {
  it('are rows of their own, as is the pong', async () => {
    const { connection, network, traffic } = setUp({ settings: quiet });
    await rig?.open();
    connection.submit({ kind: 'ping', data: bytes('hi') });
    network.last.pong();
    network.last.pong(); // Unasked: it is shown with the heartbeat's.
    assert.deepEqual(traffic.lines, ['out ping', 'in pong', 'in pong ♥']);
    connection.submit({ kind: 'close', code: 4001, reason: 'done' });
    assert.deepEqual(network.last.closed, { code: 4001, reason: 'done' });
    assert.equal(connection.state.kind, 'closing');
    network.last.end({ code: 4001 });
    assert.equal(connection.state.kind, 'idle');
  });

  it('hold what control frames hold', async () => {
    const { connection, network } = setUp({ settings: quiet });
    await rig?.open();
    const long = connection.submit({ kind: 'ping', data: new Uint8Array(126) });
    assert.match(await endOf(long.done), /125 bytes at most/);
    assert.deepEqual(network.last.pings, []);
  });
});

describe('The queue of a connection', () => {
  it('is sent in order when it opens, after the messages of onOpen', async () => {
    const { connection, network } = setUp({ settings: { ...queued, onOpen: ['start'] } });
    await rig?.dial();
    const submitted = ['a', 'b'].map(each => connection.submit(message(each)));
    assert.deepEqual(
      submitted.map(({ delivery }) => delivery),
      ['queued', 'queued'],
    );
    assert.deepEqual(connection.queue, { count: 2, byteLength: 2 });
    network.last.open();
    assert.deepEqual(network.last.sent, ['start', 'a', 'b']);
    assert.equal(connection.submit(message('c')).delivery, 'written');
    assert.equal(await endOf(submitted[1]?.done ?? Promise.resolve()), 'written');
  });

  it('waits out a loss, and what comes while onOpen waits goes behind it', async () => {
    const onOpen = ['start', { text: 'more', delay: 1 }];
    const write = () => Promise.resolve(message('more'));
    const { connection, network } = setUp({ settings: { ...queued, onOpen }, opening: { write } });
    await rig?.open();
    network.last.end();
    connection.submit(message('a'));
    await rig?.retry();
    network.last.open();
    assert.equal(connection.submit(message('b')).delivery, 'queued');
    assert.deepEqual(network.last.sent, ['start']);
    await rig?.advance(1000);
    assert.deepEqual(network.last.sent, ['start', 'more', 'a', 'b']);
  });

  for (const [what, end, why] of [
    [
      'a disconnect',
      ({ connection }: ConnectionRig) => connection.disconnect(),
      'the connection was closed',
    ],
    [
      'another URL',
      ({ connection }: ConnectionRig) => {
        const { options } = connection;
        connection.setOptions({
          ...options,
          endpoint: { ...options.endpoint, url: 'ws://other/' },
        });
      },
      'the URL was changed',
    ],
    [
      'a failure that is final',
      ({ network }: ConnectionRig) => network.last.status(401),
      'the connection is not tried again',
    ],
    [
      'the user’s wish',
      ({ connection }: ConnectionRig) => connection.cancelQueued(),
      'cancelled by you',
    ],
    [
      'its removal',
      ({ connection }: ConnectionRig) => connection.dispose(),
      'the connection was removed',
    ],
  ] as const) {
    it(`is not carried over ${what}`, async () => {
      const own = setUp({ settings: queued });
      await own.dial();
      const { done } = own.connection.submit(message('a'));
      end(own);
      assert.equal(await endOf(done), `UserError: Not sent: ${why}.`);
      assert.deepEqual(own.notices, [`A queued message was not sent: ${why}.`]);
      assert.equal(own.connection.queue.count, 0);
    });
  }

  it('says what a peer that does not read was not sent of it', async () => {
    const { connection, network, notices } = setUp({ settings: queued });
    await rig?.dial();
    const submitted = ['a', 'b'].map(each => connection.submit(message(each)));
    network.last.bufferedBytes = 17 * 1024 * 1024;
    network.last.open();
    assert.deepEqual(network.last.sent, []);
    for (const { done } of submitted) {
      assert.match(await endOf(done), /Not sent: the peer does not read/);
    }
    assert.deepEqual(notices, [
      '2 queued messages were not sent: the peer does not read what was sent before.',
    ]);
  });

  it('does not keep pings', async () => {
    const { connection } = setUp({ settings: queued });
    await rig?.dial();
    assert.throws(() => connection.submit({ kind: 'ping', data: bytes('') }), /Not connected/);
  });
});

describe('The messages of onOpen', () => {
  it('are left to be filled in where they are no base64', () => {
    assert.equal(fillPlainBody({ as: 'base64', text: 'a' }), undefined);
  });

  const write = (body: MessageBody): Promise<OutgoingMessage> =>
    body.as === 'text' && body.text.includes('none')
      ? Promise.reject(new UserError('There is no variable "none".'))
      : Promise.resolve(message(`filled ${body.as === 'text' ? body.text : ''}`));

  it('are those of the first open, of each reconnect, or of both', async () => {
    const onOpen = [{ text: 'a', when: 'first' }, { text: 'b', when: 'reconnect' }, 'c'];
    const { connection, network } = setUp({ settings: { ...quiet, onOpen } });
    await rig?.open();
    assert.deepEqual(network.last.sent, ['a', 'c']);
    network.last.end();
    await rig?.retry();
    network.last.open();
    assert.deepEqual(network.last.sent, ['b', 'c']);
    connection.reconnect();
    await rig?.advance(1000);
    network.last.open();
    assert.deepEqual(network.last.sent, ['a', 'c']);
    rig?.clock.advance(1000);
    network.attempts[1]?.dispose();
  });

  it('are sent in order, each after its delay and the answer to the one before', async () => {
    const waiting: [string, OnAnswer][] = [];
    const onOpen = [
      { text: 'login', waitFor: { match: '$.ok', timeout: 5 } },
      { text: 'later', delay: 2 },
      'last',
    ];
    const watch = (filter: string, onMatch: OnAnswer) => {
      waiting.push([filter, onMatch]);
      return { dispose: () => void waiting.pop() };
    };
    const { network } = setUp({ settings: { ...quiet, onOpen }, opening: { write, watch } });
    await rig?.open();
    await settle();
    assert.deepEqual(network.last.sent, ['filled login']);
    assert.equal(waiting[0]?.[0], '$.ok');
    waiting[0][1]({ text: 'ok' });
    await settle();
    assert.deepEqual(waiting, []);
    assert.deepEqual(network.last.sent, ['filled login']);
    await rig?.advance(2000);
    assert.deepEqual(network.last.sent, ['filled login', 'filled later', 'last']);
    assert.deepEqual(rig?.notices, []);
  });

  it('end with the one that cannot be sent, which is named with the reason', async () => {
    const onOpen = ['a', '${none}', 'c'];
    const { network, notices } = setUp({ settings: { ...queued, onOpen }, opening: { write } });
    await rig?.dial();
    rig?.connection.submit(message('queued'));
    network.last.open();
    await settle();
    assert.deepEqual(notices, [
      'Message 2 of onOpen was not sent: There is no variable "none". Nothing after it was sent.',
    ]);
    assert.deepEqual(network.last.sent, ['a', 'queued'], 'what waited is sent all the same');
  });

  it('end where an answer does not come in time', async () => {
    const onOpen = [{ text: 'login', waitFor: { match: '$.ok', timeout: 5 } }, 'b'];
    const opening = { write, watch: () => ({ dispose: () => undefined }) };
    const { network, notices } = setUp({ settings: { ...quiet, onOpen }, opening });
    await rig?.open();
    await settle();
    await rig?.advance(5000);
    assert.deepEqual(network.last.sent, ['filled login']);
    assert.deepEqual(notices, [
      'Message 1 of onOpen went no further: "login" waited 5 s for a message that matches $.ok, ' +
        'and none came. Nothing after it was sent.',
    ]);
  });

  it('can be a sequence of the library; one that is not there is named', async () => {
    const step = (text: string) => ({
      name: text,
      body: { as: 'text', text } as const,
      origin: 'user' as const,
      timing: { delayMs: 0 },
    });
    const stepsOf = (path: string) =>
      path === 'Login'
        ? Promise.resolve([step('x'), step('y')])
        : Promise.reject(new UserError(`There is no sequence "${path}".`));
    const onOpen = [{ sequence: 'Login', delay: 1 }, { sequence: 'None' }];
    const { network, notices } = setUp({
      settings: { ...quiet, onOpen },
      opening: { write, stepsOf },
    });
    await rig?.open();
    await settle();
    assert.deepEqual(network.last.sent, []);
    await rig?.advance(1000);
    assert.deepEqual(network.last.sent, ['filled x', 'filled y']);
    assert.deepEqual(notices, ['Message 2 of onOpen was not sent: There is no sequence "None".']);
  });

  it('of a sequence are told in two rows: that it started, and how it ended', async () => {
    const step = (text: string) => ({
      name: text,
      body: { as: 'text', text } as const,
      origin: 'user' as const,
      timing: { delayMs: 0, waitFor: { match: '$.ok', timeoutMs: 5000 } },
    });
    const told: RunRow[] = [];
    const answers: OnAnswer[] = [];
    const { network, notices } = setUp({
      settings: { ...quiet, onOpen: [{ sequence: 'Flow/Login' }, 'after'] },
      opening: {
        write,
        stepsOf: () => Promise.resolve([step('x'), step('y')]),
        watch: (_filter, onMatch) => {
          answers.push(onMatch);
          return { dispose: () => undefined };
        },
        record: row => told.push(row),
        lastRow: () => 7,
      },
    });
    await rig?.open();
    await settle();
    answers[0]?.({ text: 'welcome', row: 8 });
    await settle();
    await rig?.advance(5000);
    assert.deepEqual(
      told.map(({ severity, text }) => [severity, text]),
      [
        ['info', 'Sequence Flow/Login of onOpen started: 2 steps.'],
        [
          'error',
          'Sequence Flow/Login of onOpen failed at step 2 of 2: "y" waited 5 s for a message that ' +
            'matches $.ok, and none came. Nothing after it was sent.',
        ],
      ],
    );
    assert.equal(told[1]?.run.startRow, 1);
    assert.deepEqual(told[1].run.steps?.[0], {
      step: 1,
      name: 'x',
      message: 'x',
      sent: 1,
      sentRow: 7,
      waitsFor: '$.ok',
      timeout: 5,
      answer: 'welcome',
      answerRow: 8,
      answeredAfter: 0,
    });
    assert.deepEqual(notices, [], 'it is not told twice');
    rig?.connection.reconnect();
    await rig?.advance(1000);
    network.last.open();
    await settle();
    network.last.end();
    await settle();
    rig?.connection.disconnect();
    assert.match(
      told.at(-1)?.text ?? '',
      /^Sequence Flow\/Login of onOpen stopped because the connection went down, at step 1 of 2/,
    );
    assert.equal(told.at(-1)?.severity, 'warning');
  });

  it('of a sequence are written for whoever may do less: its author or that of onOpen', async () => {
    const step = (text: string, origin: Origin) => ({
      name: text,
      origin,
      timing: { delayMs: 0 },
      body: { as: 'text', text } as const,
    });
    const stepsOf = (path: string, origin: Origin) =>
      Promise.resolve([step(`${path} for ${origin}`, 'user'), step('shared', 'workspace')]);
    const written: string[] = [];
    const noting = (body: MessageBody, origin: Origin) => {
      written.push(`${body.as === 'text' ? body.text : ''}: ${origin}`);
      return write(body);
    };
    const entry = { when: 'every', timing: { delayMs: 0 } } as const;
    const greeting = new OnOpenMessages({
      clock: new ManualClock(),
      log: silentLog,
      notice: sentence => assert.equal(sentence, ''),
      opening: { ...closedOpening, write: noting, stepsOf },
      send: () => Promise.resolve(),
    });
    const onOpen = (origin: Origin): readonly OnOpenEntry[] => [
      { ...entry, origin, what: { sequence: 'Login' } },
      { ...entry, origin, what: { body: { as: 'text', text: '${uuid}' } } },
    ];
    await greeting.start(onOpen('user'), () => undefined);
    await greeting.start(onOpen('workspace'), () => undefined);
    assert.deepEqual(written, [
      'Login for user: user',
      'shared: workspace',
      '${uuid}: user',
      'Login for workspace: workspace',
      'shared: workspace',
      '${uuid}: workspace',
    ]);
  });

  it('are not sent where that is not allowed any more, plain ones either', async () => {
    const onOpen = ['a', { text: 'b', delay: 5 }];
    const asked: string[] = [];
    const { network, notices } = setUp({
      settings: { ...quiet, onOpen, 'heartbeat.message': 'beat', 'heartbeat.messageInterval': 1 },
      opening: {
        write,
        assertAllowed: what => {
          asked.push(what);
          throw new UserError(`No ${what}.`);
        },
      },
    });
    await rig?.open();
    await rig?.advance(9000);
    assert.deepEqual(network.last.sent, []);
    assert.deepEqual(notices, ['No onOpen.', 'No heartbeat.']);
    assert.ok(asked.filter(what => what === 'heartbeat').length > 2, 'each time');
  });

  it('are dropped in silence with the connection, and sent anew on the next', async () => {
    const onOpen = ['a', { text: 'b', delay: 5 }];
    const { network, notices } = setUp({ settings: { ...quiet, onOpen }, opening: { write } });
    await rig?.open();
    const [first] = network.attempts;
    network.last.end();
    await rig?.retry();
    network.last.open();
    await rig?.advance(5000);
    assert.deepEqual([first?.sent, network.last.sent], [['a'], ['a', 'filled b']]);
    assert.deepEqual(notices, []);
  });
});
