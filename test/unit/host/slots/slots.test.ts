import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import type { Logger } from '../../../../src/core/base/logger.ts';
import { conditionOf } from '../../../../src/core/connection/wire/messageTap.ts';
import type { StateRow } from '../../../../src/core/connection/report.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { readSettings, type ReadSettings } from '../../../../src/core/settings/profile.ts';
import type { HeldMessage, HeldMessages } from '../../../../src/core/slot/heldMessages.ts';
import type { SocketControl, SocketOrigin } from '../../../../src/core/slot/observedSocket.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { FakeCaptures } from '../../../support/capture/fakeCapture.ts';
import { userSettings } from '../../../support/host/settings.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import '../../../support/host/fakeVscode.ts';
import { singleOutput } from '../../../support/textRuns.ts';

const { maxSlots, Slots } = await import('../../../../src/host/slots/slots.ts');

const textIn = flagsOf('text', 'in');
const textOut = flagsOf('text', 'out');
const encode = (text: string) => new TextEncoder().encode(text);

const connected: StateRow = { state: 'connected', severity: 'info', text: 'Connected.' };
const closed: StateRow = { state: 'disconnected', severity: 'info', text: 'Closed with 1000.' };

function settingsOf(values: Readonly<Record<string, unknown>>): ReadSettings {
  return readSettings(userSettings(key => values[key]));
}

function setUp(values: Readonly<Record<string, unknown>> = {}) {
  const clock = new ManualClock();
  const captures = new FakeCaptures();
  const lines: string[] = [];
  const logged: string[] = [];
  const onDidChangeSettings = new Emitter<ReadSettings>();
  const settings = { current: settingsOf(values), onDidChange: onDidChangeSettings.event };
  const log: Logger = { ...silentLog, info: line => void logged.push(line) };
  const slots = new Slots({
    clock,
    log,
    openCapture: captures.open,
    output: singleOutput({
      message: (_at, name, _flags, payload) =>
        void lines.push(`${name}: ${Buffer.from(payload).toString()}`),
      state: (_at, name, { text }) => void lines.push(`${name}: ${text}`),
    }),
    redact: text => text,
    settings,
    named: () => [{ name: 'taken /ws' }],
  });
  return {
    clock,
    captures,
    slots,
    lines,
    logged,
    changeSettings: (changed: Readonly<Record<string, unknown>>) =>
      onDidChangeSettings.fire(settingsOf(changed)),
  };
}

function origin(path = '/ws', kind: 'tap' | 'watch' = 'tap', id = 'api'): SocketOrigin {
  const owner = { kind, id, label: id };
  return { owner, path, name: `${id} ${path}`, url: `ws://localhost:9300${path}` };
}

const control: SocketControl = {
  serverOrigin: 'ws://localhost:3000',
  send: () => Promise.resolve(),
  close: () => undefined,
};

describe('slots', () => {
  it('record consecutive sockets of one owner and path in one capture, with rows between', () => {
    const { slots, captures, lines } = setUp();
    for (const word of ['first', 'second']) {
      const socket = slots.observe(origin());
      socket.report(connected);
      socket.append(1, textIn, encode(word));
      socket.report(closed);
      socket.end();
    }
    const rows = ['Connected.', 'first', closed.text, 'Connected.', 'second', closed.text];
    assert.equal(slots.all.length, 1);
    assert.deepEqual(captures.all[0]?.kept, rows);
    assert.deepEqual(
      lines,
      rows.map(row => `api /ws: ${row}`),
    );
  });

  it('are one each for owners, paths, and sockets that are open at the same time', () => {
    const { slots } = setUp();
    const first = slots.observe(origin());
    slots.observe(origin());
    slots.observe(origin('/other'));
    slots.observe(origin('/ws', 'watch'));
    first.end();
    slots.observe(origin());
    assert.deepEqual(
      slots.all.map(({ id, name, path }) => [id, name, path]),
      [
        ['s1', 'api /ws', '/ws'],
        ['s2', 'api /ws (2)', '/ws'],
        ['s3', 'api /other', '/other'],
        ['s4', 'api /ws (3)', '/ws'],
      ],
    );
  });

  it('go on with the next socket while the one before is still closing', () => {
    const { slots, captures } = setUp();
    const first = slots.observe(origin(), control);
    const [slot] = slots.all;
    assert.ok(slot);
    first.report(connected);
    const lost: string[] = [];
    slot.watchLoss(what => lost.push(what));
    first.append(1, flagsOf('close', 'out'), new Uint8Array([3, 0xe8]));
    const next = { ...control };
    const second = slots.observe(origin(), next);
    assert.deepEqual([slots.all.length, lost], [1, ['was closed']]);
    assert.equal(slot.control, next);
    first.report(closed);
    assert.equal(slot.stateWord, 'connecting');
    second.report(connected);
    first.end();
    assert.deepEqual([slot.stateWord, slot.control === next], ['connected', true]);
    assert.deepEqual(captures.all[0]?.kept.slice(-2), [
      `The socket before: ${closed.text}`,
      'Connected.',
    ]);
    second.report(closed);
    second.end();
    assert.deepEqual([slot.stateWord, slot.isOpen, lost.length], ['disconnected', false, 2]);
  });

  it('rather go on in one that is closed, and not in one whose messages wait for the user', () => {
    const { slots } = setUp();
    const onDidChange = new Emitter<void>();
    let waiting = 1;
    const message = { number: 1, direction: 'in' as const, at: 0, kind: 'text' as const };
    const messages = (): readonly HeldMessage[] =>
      Array.from({ length: waiting }, () => ({ ...message, payload: new Uint8Array() }));
    const held: HeldMessages = {
      onDidChange: onDidChange.event,
      queue: () => ({ messages: messages(), byteLength: 0, isFull: false }),
      release: () => true,
      drop: () => true,
      releaseAll: () => undefined,
    };
    const first = slots.observe(origin(), { ...control, held });
    first.append(1, flagsOf('close', 'in'), new Uint8Array());
    const second = slots.observe(origin());
    assert.equal(slots.all.length, 2);
    second.end();
    waiting = 0;
    slots.observe(origin());
    assert.deepEqual([slots.all[0]?.control?.held, slots.all[1]?.isOpen], [held, true]);
    slots.observe(origin());
    assert.deepEqual([slots.all.length, slots.all[0]?.control], [2, undefined]);
  });

  it('have names that no connection has', () => {
    const { slots } = setUp();
    slots.observe(origin('/ws', 'tap', 'taken'));
    assert.equal(slots.all[0]?.name, 'taken /ws (2)');
    assert.equal(slots.find('taken /ws (2)'), slots.all[0]);
    assert.equal(slots.find('s1'), slots.all[0]);
    assert.equal(slots.find('taken /ws'), undefined);
  });

  it('show the state of the latest socket, and how long it is open', () => {
    const { slots, clock } = setUp();
    const socket = slots.observe(origin());
    const [slot] = slots.all;
    assert.deepEqual(slot?.state, {
      word: 'connecting',
      severity: 'info',
      sentence: 'Opening.',
    });
    clock.advance(500);
    socket.report(connected);
    clock.advance(500);
    socket.report({ ...connected, severity: 'warning', text: 'Not readable from here on.' });
    assert.deepEqual([slot.openedAt, slot.state.severity], [500, 'warning']);
    const { state } = slot;
    socket.report({ ...connected, severity: 'error', text: 'A remark.' }, undefined, true);
    assert.deepEqual(slot.state, state, 'a remark about what passes is not its state');
    socket.report(closed);
    assert.deepEqual([slot.openedAt, slot.state.sentence], [undefined, closed.text]);
  });

  it('count and log what comes, and find answers in it', () => {
    const { slots, logged } = setUp();
    const socket = slots.observe(origin());
    const [slot] = slots.all;
    const answers: unknown[] = [];
    const clock = { now: 0, startOfDay: 0 };
    slot?.watchForAnswer(conditionOf('pong', clock), answer => answers.push(answer));
    socket.append(1, textOut, encode('ping'));
    socket.append(2, textIn, encode('pong'));
    socket.report(closed);
    socket.report(closed);
    socket.end();
    assert.deepEqual([slot?.received.total, slot?.sent.total, answers.length], [1, 1, 1]);
    assert.deepEqual(logged, [`api /ws: ${closed.text}`]);
  });

  it('say that a socket is gone if nobody has', () => {
    const { slots, captures } = setUp();
    const socket = slots.observe(origin());
    socket.report(connected);
    socket.end();
    socket.end();
    socket.append(1, textIn, encode('late'));
    socket.report(connected);
    assert.deepEqual(captures.all[0]?.kept, [
      'Connected.',
      'The socket is gone; why was not seen.',
    ]);
    assert.equal(slots.all[0]?.stateWord, 'disconnected');
  });

  it('lend the control of the socket that is open', () => {
    const { slots } = setUp();
    const socket = slots.observe(origin(), control);
    assert.equal(slots.all[0]?.control, control);
    socket.end();
    assert.equal(slots.all[0].control, undefined);
  });

  it('follow the limits of the settings', () => {
    const { slots, captures, changeSettings } = setUp();
    slots.observe(origin());
    changeSettings({ 'history.maxMessages': 1000, 'history.maxMegabytes': 2 });
    assert.deepEqual(captures.all[0]?.limits, { maxRows: 1000, maxBytes: 2 * 1024 * 1024 });
  });
});

describe('slots under pressure', () => {
  it('ask the sides of a tapped socket to pause, and drop nothing', () => {
    const { slots, captures } = setUp();
    const told: boolean[] = [];
    const socket = slots.observe(origin(), control);
    socket.onDidChangePressure(isHigh => told.push(isHigh));
    const [capture] = captures.all;
    assert.ok(capture);
    capture.waitingByteLength = 1e9;
    capture.setPressure(true);
    assert.equal(socket.isUnderPressure, true);
    socket.append(1, textIn, encode('kept'));
    capture.setPressure(false);
    assert.deepEqual([told, socket.isUnderPressure], [[true, false], false]);
    assert.deepEqual(capture.kept, ['kept']);
  });

  it('say how much of a watched socket there was no room for', () => {
    const { slots, captures } = setUp();
    const socket = slots.observe(origin('/ws', 'watch'));
    const [capture] = captures.all;
    assert.ok(capture);
    capture.setPressure(true);
    socket.append(1, textIn, encode('kept'));
    capture.waitingByteLength = 1e9;
    socket.append(2, textIn, encode('lost'));
    socket.append(3, textOut, encode('lost'));
    capture.waitingByteLength = 0;
    socket.append(4, textIn, encode('kept again'));
    assert.deepEqual(capture.kept, [
      'kept',
      '2 messages (8 B) were dropped: they came faster than they could be stored (history.overflow)',
      'kept again',
    ]);
  });

  it('drop and do not pause if the settings say so', () => {
    const { slots, captures } = setUp({ 'history.overflow': 'drop' });
    const socket = slots.observe(origin(), control);
    captures.all[0]?.setPressure(true);
    socket.append(1, textIn, encode('lost'));
    assert.deepEqual([captures.all[0]?.kept, socket.isUnderPressure], [[], false]);
  });
});

describe('many slots', () => {
  /** As many slots as there may be; every socket is open. */
  function fill({ slots, clock }: ReturnType<typeof setUp>) {
    return Array.from({ length: maxSlots }, (_, index) => {
      clock.advance(1);
      return slots.observe(origin(`/${index}`));
    });
  }

  it('give way to new ones: the one that is closed for longest goes', () => {
    const parts = setUp();
    const { slots, captures, clock } = parts;
    const sockets = fill(parts);
    const removed: string[] = [];
    slots.onDidRemove(({ name }) => removed.push(name));
    for (const index of [7, 3]) {
      clock.advance(1);
      sockets[index]?.end();
    }
    slots.observe(origin('/new'));
    assert.deepEqual(removed, ['api /7']);
    assert.deepEqual([slots.all.length, captures.openCount], [maxSlots, maxSlots]);
    assert.equal(slots.all.at(-1)?.name, 'api /new');
  });

  it('share one, once all are open', () => {
    const parts = setUp();
    const { slots, captures } = parts;
    fill(parts);
    const [one, other] = [
      slots.observe(origin('/a'), control),
      slots.observe(origin('/b'), control),
    ];
    one.report(connected);
    other.report(connected);
    one.append(1, textIn, encode('of a'));
    one.report(closed);
    one.end();
    const shared = slots.all.at(-1);
    assert.equal(slots.all.length, maxSlots + 1);
    assert.deepEqual(
      [shared?.name, shared?.stateWord, shared?.control],
      ['Other tapped sockets', 'connected', control],
    );
    assert.deepEqual(captures.all.at(-1)?.kept, [
      '/a: Connected.',
      '/b: Connected.',
      'of a',
      '/a: Closed with 1000.',
    ]);
    slots.observe(origin('/c'), control);
    assert.equal(shared?.control, undefined, 'which of them is meant cannot be told');
  });

  it('are not removed while they are only in memory', () => {
    const parts = setUp();
    const { slots, captures } = parts;
    captures.storage = { kind: 'memory' };
    for (const socket of fill(parts)) {
      socket.end();
    }
    slots.observe(origin('/new'));
    slots.observe(origin('/newer'));
    assert.deepEqual([slots.all.length, captures.openCount], [maxSlots + 1, maxSlots + 1]);
  });
});
