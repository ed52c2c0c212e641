import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { flagsOf, type Direction } from '../../../../src/core/record/record.ts';
import type { GateOutlet } from '../../../../src/core/tap/gate.ts';
import { RuleSet } from '../../../../src/core/tap/rules/ruleSet.ts';
import { RuleGates } from '../../../../src/core/tap/rules/socketGates.ts';
import { readRules } from '../../../../src/core/tap/rules/tapRule.ts';
import { testSlots } from '../../../support/host/testSlots.ts';

const { HeldModel } = await import('../../../../src/host/held/heldModel.ts');
const { dropHeld, editHeld, releaseAllHeld, releaseHeld } =
  await import('../../../../src/host/held/heldCommands.ts');

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const noop = () => undefined;

function setUp() {
  const { clock, slots } = testSlots();
  const sent: string[] = [];
  let selected: string | undefined;
  const proposed: (readonly [slot: string, seq: number])[] = [];
  const held = new HeldModel({
    slots,
    clock,
    selected: () => selected,
    addRule: ({ id }, seq) => Promise.resolve(void proposed.push([id, seq])),
  });
  const rules = new RuleSet();
  rules.setRules(
    readRules([{ match: 'kind:text|binary', do: 'hold' }], 'rules', { now: 0, startOfDay: 0 }, []),
  );
  /** A tapped socket that holds everything; the first one is `s1`. */
  const open = (path: string) => {
    const outlet = (to: string): GateOutlet => {
      const note = (payload: Uint8Array) => void sent.push(`${decoder.decode(payload)} ${to}`);
      return {
        forward: ({ payload }, onDone) => {
          note(payload);
          onDone(true);
        },
        send: (_kind, payload, onDone) => {
          note(payload);
          onDone(true);
        },
        discard: noop,
        streamThrough: noop,
        close: noop,
        end: noop,
        pause: noop,
        resume: noop,
      };
    };
    const sink = { append: noop, report: noop };
    const ports = { clock, rules, random: () => 0, uuid: () => '', heartbeatTexts: () => [] };
    const outlets = { in: outlet('in'), out: outlet('out') };
    const gates = new RuleGates(sink, outlets, ports);
    const owner = { kind: 'tap', id: 'api', label: 'api' } as const;
    const socket = slots.observe(
      { owner, path, name: `api ${path}`, url: `ws://localhost${path}` },
      {
        serverOrigin: 'ws://localhost',
        send: (message, to) => {
          gates.gates[to === 'server' ? 'out' : 'in'].inject(message);
          return Promise.resolve();
        },
        close: noop,
        held: gates.held,
      },
    );
    socket.report({ state: 'connected', severity: 'info', text: 'Connected.' });
    const come = (direction: Direction, ...messages: readonly (string | Uint8Array)[]) => {
      for (const message of messages) {
        const isText = typeof message === 'string';
        gates.gates[direction].receive({
          at: clock.now(),
          flags: flagsOf(isText ? 'text' : 'binary', direction),
          payload: isText ? encoder.encode(message) : message,
        });
      }
    };
    return { come, socket };
  };
  return {
    clock,
    slots,
    held,
    sent,
    proposed,
    open,
    select: (id: string | undefined) => (selected = id),
  };
}

const none = { name: 'UserError', message: 'No message is held.' };
const gone = (error: unknown) =>
  error instanceof UserError && error.message === 'This message is not held any more.';

describe('What is held', () => {
  it('is shown of the selected tap, by direction, with its beginning', () => {
    const { held, open } = setUp();
    const { come, socket } = open('/one');
    assert.equal(held.view(undefined), undefined);
    assert.deepEqual(held.view('s1'), { connection: 's1', queues: [] });
    come('in', 'first', 'x'.repeat(3000));
    come('out', Uint8Array.of(1, 2));
    const queues = held.view('s1')?.queues ?? [];
    assert.deepEqual(
      queues.map(({ direction, count, isFull }) => [direction, count, isFull]),
      [
        ['in', 2, false],
        ['out', 1, false],
      ],
    );
    const [first, long] = queues[0]?.messages ?? [];
    assert.deepEqual(
      [first?.number, first?.preview, first?.heldBy, long?.byteLength],
      [1, 'first', 'kind:text|binary', 3000],
    );
    assert.ok((long?.preview.length ?? 0) < 3000);
    socket.end();
    assert.deepEqual(held.view('s1'), { connection: 's1', queues: [] });
  });

  it('is shown up to a number, and counted beyond', () => {
    const { held, open } = setUp();
    open('/one').come('in', ...Array.from({ length: 60 }, String));
    const [queue] = held.view('s1')?.queues ?? [];
    assert.deepEqual([queue?.messages.length, queue?.count], [50, 60]);
  });

  it('is nothing of a socket that can only be watched', () => {
    const { held, slots } = setUp();
    const owner = { kind: 'watch', id: 'p', label: 'Chrome' } as const;
    slots.observe({ owner, path: '/', name: 'page', url: 'ws://localhost/' });
    assert.equal(held.view('s1'), undefined);
  });

  it('tells when it changes, from the first message on', () => {
    const { held, open } = setUp();
    let changes = 0;
    held.onDidChange(() => changes++);
    const { come } = open('/one');
    changes = 0;
    come('in', 'a');
    assert.ok(changes > 0);
  });

  it('is given to be edited as what it is, with its direction and time', () => {
    const { held, open, clock } = setUp();
    const { come } = open('/one');
    clock.advance(5000);
    come('out', '{"a":1}', 'word', Uint8Array.of(0, 255), '{"a":');
    const bodies = [1, 2, 3, 4].map(number => held.bodyOf('s1', number).body);
    assert.deepEqual(bodies, [
      { as: 'json', text: '{"a":1}' },
      { as: 'text', text: 'word' },
      { as: 'hex', text: '00 ff' },
      { as: 'text', text: '{"a":' },
    ]);
    const { direction, at } = held.bodyOf('s1', 1);
    assert.deepEqual([direction, at], ['out', clock.now()]);
    assert.throws(() => held.bodyOf('s1', 5), gone);
  });

  it('goes on, edited or not, and what has gone is refused with a sentence', async () => {
    const { held, open, sent } = setUp();
    const { come, socket } = open('/one');
    come('in', 'a', 'b', 'c');
    const body = { as: 'text', text: 'B ${uuid}' } as const;
    await held.handlers['held.releaseEdited']({ connection: 's1', number: 2, body });
    assert.deepEqual(sent, ['B ${uuid} in']);
    assert.throws(() => held.release('s1', 2), gone);
    assert.throws(() => held.drop('s1', 2), gone);
    held.drop('s1');
    held.release('s1');
    assert.deepEqual(sent, ['B ${uuid} in', 'c in']);
    await held.handlers['held.inject']({ connection: 's1', to: 'client', body });
    assert.equal(sent.at(-1), 'B ${uuid} in');
    socket.end();
    await assert.rejects(
      async () => held.handlers['held.inject']({ connection: 's1', to: 'client', body }),
      /No socket is open here/,
    );
    assert.throws(() => held.release('s1'), /no socket of a tap is open/);
  });

  it('has rules proposed for its rows', async () => {
    const { held, open, proposed } = setUp();
    open('/one');
    await held.handlers['rule.add']({ connection: 's1', seq: 3 });
    assert.deepEqual(proposed, [['s1', 3]]);
  });
});

describe('The commands for held messages', () => {
  it('are for the socket that the monitor shows, and else for the first that holds something', () => {
    const { held, open, sent, select } = setUp();
    open('/one').come('in', '1a', '1b');
    open('/two').come('in', '2a', '2b');
    releaseHeld(held);
    select('s2');
    releaseHeld(held);
    dropHeld(held);
    releaseHeld(held);
    assert.deepEqual(sent, ['1a in', '2a in', '1b in']);
    assert.throws(() => releaseHeld(held), none);
  });

  it('take a socket by id or name, and a number', () => {
    const { held, open, sent } = setUp();
    open('/one').come('in', 'a', 'b', 'c');
    releaseHeld(held, 'api /one', 2);
    dropHeld(held, 's1', 3);
    assert.deepEqual(sent, ['b in']);
    const edited: (readonly [string, number])[] = [];
    editHeld(held, (...message) => void edited.push(message));
    assert.deepEqual(edited, [['s1', 1]]);
    assert.throws(() => editHeld(held, noop, 's1', 3), gone);
    assert.throws(() => releaseHeld(held, 's1', 'one'), /is the number of a held message/);
    assert.throws(() => releaseHeld(held, 'other'), UserError);
  });

  it('let all go on, of one socket or of every one', () => {
    const { held, open, sent } = setUp();
    open('/one').come('out', 'a', 'b');
    open('/two').come('in', 'c');
    open('/three').come('in', 'd');
    releaseAllHeld(held, 's1');
    assert.deepEqual(sent, ['a out', 'b out']);
    releaseAllHeld(held);
    assert.deepEqual(sent, ['a out', 'b out', 'c in', 'd in']);
    assert.deepEqual(held.holding, []);
  });
});
