import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  flagsOf,
  kindOf,
  RowFlag,
  tapActionOf,
  type RowKind,
} from '../../../../../src/core/record/record.ts';
import type { GateOutlet, GateSink, TransitMessage } from '../../../../../src/core/tap/gate.ts';
import { RuleSet } from '../../../../../src/core/tap/rules/ruleSet.ts';
import { RuleGates } from '../../../../../src/core/tap/rules/socketGates.ts';
import { readRules } from '../../../../../src/core/tap/rules/tapRule.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Notes what goes out and what is recorded of messages to the client. */
function stand(rules: readonly unknown[], requestTarget?: string) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const rows: string[] = [];
  const reports: string[] = [];
  /** The rows that say that their message was held. */
  const marked: string[] = [];
  const text = (payload: Uint8Array) =>
    payload.length > 20 ? `${payload.length} bytes` : decoder.decode(payload);
  const outlet: GateOutlet = {
    forward: ({ flags, payload }, onDone) => {
      sent.push(kindOf(flags) === 'text' ? text(payload) : kindOf(flags));
      onDone(true);
    },
    discard: ({ payload }) => sent.push(`-${text(payload)}`),
    send: (kind, payload, onDone) => {
      sent.push(`+${kind === 'text' ? '' : 'binary '}${text(payload)}`);
      onDone(true);
    },
    streamThrough: () => sent.push('stream'),
    close: (code, reason) => sent.push(`close ${code} ${reason}`),
    end: () => sent.push('end'),
    pause: () => sent.push('pause'),
    resume: () => sent.push('resume'),
  };
  const unused = new Proxy(outlet, { get: () => () => assert.fail('the other direction is used') });
  const sink: GateSink = {
    append: (_at, flags, payload) => {
      rows.push([tapActionOf(flags) ?? '', text(payload)].filter(Boolean).join(' '));
      if ((flags & RowFlag.Held) !== 0) {
        marked.push(text(payload));
      }
    },
    report: (row, _at, isRemark) => {
      assert.equal(isRemark, true, 'the state of the socket is that of the relay');
      reports.push(row.text);
    },
  };
  const problems: string[] = [];
  const set = new RuleSet();
  set.setRules(readRules(rules, 'rules', { now: 0, startOfDay: 0 }, problems));
  assert.deepEqual(problems, []);
  const ports = {
    clock,
    rules: set,
    random: () => 0.5,
    uuid: () => 'id',
    heartbeatTexts: () => ['beat'],
  };
  const gates = new RuleGates(sink, { in: outlet, out: unused }, ports, requestTarget);
  const messageOf = (payload: Uint8Array, kind: RowKind): TransitMessage => ({
    flags: flagsOf(kind, 'in') | (kind === 'text' ? RowFlag.Compressed : 0),
    at: clock.now(),
    payload,
  });
  const receive = (payload: string | Uint8Array, kind: RowKind = 'text') => {
    const bytes = typeof payload === 'string' ? encoder.encode(payload) : payload;
    gates.gates.in.receive(messageOf(bytes, kind));
  };
  const held = () => gates.held.queue('in').messages.map(({ payload }) => text(payload));
  const numberOf = (payload: string) => {
    const found = gates.held.queue('in').messages.find(each => text(each.payload) === payload);
    return found?.number ?? assert.fail(`${payload} is not held`);
  };
  /** What went out since the last call. */
  const takeSent = () => sent.splice(0);
  return {
    clock,
    gates,
    rows,
    marked,
    reports,
    rules: set,
    receive,
    messageOf,
    held,
    numberOf,
    takeSent,
  };
}

const hold = { match: 'in: kind:text', do: 'hold' };

describe('A rule', () => {
  it('makes only its direction active', () => {
    const { gates } = stand([hold]);
    assert.deepEqual([gates.gates.in.isActive, gates.gates.out.isActive], [true, false]);
    assert.equal(stand([{ ...hold, enabled: false }]).gates.gates.in.isActive, false);
  });

  it('drops, sets, replaces and duplicates, and the first that matches decides', () => {
    const { receive, takeSent, rows } = stand([
      { match: 'in: $.op:a', do: 'drop' },
      { match: 'in: $.op:b', do: 'set', values: { '$.op': 'B' } },
      { match: 'in: /c(?=")/', do: 'replace', with: 'C' },
      { match: 'in: "d"', do: 'duplicate' },
      { match: 'in:', do: 'drop' },
    ]);
    for (const op of ['a', 'b', 'c', 'd']) {
      receive(`{"op":"${op}"}`);
    }
    assert.deepEqual(takeSent(), [
      '-{"op":"a"}',
      '-{"op":"b"}',
      '+{"op":"B"}',
      '-{"op":"c"}',
      '+{"op":"C"}',
      '{"op":"d"}',
      '+{"op":"d"}',
    ]);
    assert.deepEqual(rows, [
      'dropped {"op":"a"}',
      'original {"op":"b"}',
      'edited {"op":"B"}',
      'original {"op":"c"}',
      'edited {"op":"C"}',
      '{"op":"d"}',
      'injected {"op":"d"}',
    ]);
  });

  it('takes effect after so many, once, and counts', () => {
    const { receive, takeSent, rules, gates } = stand([
      { match: 'in:', do: 'drop', after: 1, once: true },
    ]);
    ['1', '2', '3'].forEach(each => receive(each));
    assert.deepEqual(takeSent(), ['1', '-2', '3']);
    const [state] = rules.rules;
    assert.equal(state?.firedCount, 1);
    assert.equal(gates.gates.in.isActive, false);
    rules.setEnabled(state.id, false);
    assert.equal(rules.rules[0]?.firedCount, 1, 'while it is off, its count is still known');
    rules.setEnabled(state.id, true);
    ['4', '5'].forEach(each => receive(each));
    assert.deepEqual(takeSent(), ['4', '-5']);
  });

  it('of this session is there once, decides before the others, and can be removed', () => {
    const { receive, takeSent, rules } = stand([{ match: 'in:', do: 'duplicate' }]);
    const added = () =>
      readRules(
        [{ match: 'in: a', do: 'drop', once: true }],
        'rules',
        { now: 0, startOfDay: 0 },
        [],
      );
    added().forEach(rule => rules.add(rule));
    receive('a');
    assert.deepEqual(takeSent(), ['-a']);
    added().forEach(rule => rules.add(rule));
    assert.deepEqual(
      rules.rules.map(({ isOfSession, firedCount }) => [isOfSession, firedCount]),
      [
        [true, 0],
        [false, 0],
      ],
    );
    receive('a');
    assert.deepEqual(takeSent(), ['-a']);
    const [own, other] = rules.rules;
    rules.remove(own?.id ?? 0);
    rules.remove(other?.id ?? 0);
    assert.deepEqual(
      rules.rules.map(({ rule }) => rule.match),
      ['in:'],
    );
  });

  it('that stays the same keeps its count when the settings change', () => {
    const { receive, rules } = stand([{ match: 'in: a', do: 'drop' }]);
    receive('a');
    const [before] = rules.rules;
    const problems: string[] = [];
    const again = [hold, { match: 'in: a', do: 'drop' }];
    rules.setRules(readRules(again, 'rules', { now: 0, startOfDay: 0 }, problems));
    assert.deepEqual(
      rules.rules.map(({ id, firedCount }) => [id === before?.id, firedCount]),
      [
        [false, 0],
        [true, 1],
      ],
    );
  });

  it('leaves pings, close frames and heartbeats alone unless it asks for them', () => {
    const all = stand([{ match: 'in:', do: 'drop' }]);
    all.receive('', 'ping');
    all.receive('beat');
    all.receive('', 'close');
    assert.deepEqual(all.takeSent(), ['ping', 'beat', 'close']);
    const some = stand([
      { match: 'in: kind:ping', do: 'drop' },
      { match: 'in: is:heartbeat', do: 'drop' },
    ]);
    some.receive('', 'ping');
    some.receive('', 'pong');
    some.receive('beat');
    some.receive('b');
    assert.deepEqual(some.takeSent(), ['-', '-', '-beat', 'b']);
  });

  it('delays in order, also with jitter', () => {
    const { receive, takeSent, clock } = stand([{ match: 'in: slow', do: 'delay', ms: 100 }]);
    receive('slow 1');
    receive('2');
    clock.advance(99);
    receive('slow 3');
    assert.deepEqual(takeSent(), []);
    clock.advance(1);
    assert.deepEqual(takeSent(), ['slow 1', '2']);
    clock.advance(99);
    assert.deepEqual(takeSent(), ['slow 3']);
  });

  it('closes both sides after its message, and nothing goes on after that', () => {
    const { receive, takeSent, rows, gates } = stand([
      { match: 'in: last', do: 'close', code: 1012, reason: 'restart' },
    ]);
    receive('last');
    receive('more');
    assert.deepEqual(takeSent(), ['last', 'close 1012 restart']);
    assert.deepEqual(rows, ['last', 'dropped more']);
    assert.deepEqual(gates.held.queue('in').messages, []);
  });

  it('that fails, however it does, loses no message', () => {
    const { receive, takeSent, rows, reports, rules } = stand([]);
    const [good] = readRules(
      [{ match: 'in:', do: 'replace', pattern: 'a', with: 'b' }],
      'rules',
      { now: 0, startOfDay: 0 },
      [],
    );
    assert.ok(good?.action.do === 'replace');
    const failing = Object.assign(/a/g, {
      [Symbol.replace]: () => {
        throw new RangeError('Invalid string length');
      },
    });
    rules.add({ ...good, action: { ...good.action, what: failing } });
    receive('a');
    assert.deepEqual([takeSent(), rows], [['a'], ['a']]);
    assert.match(reports.join(), /^A message went on unchanged: the rule “replace in:” has failed/);
  });

  it('changes no text that is no valid UTF-8, and says so', () => {
    for (const rule of [
      { match: 'in:', do: 'replace', pattern: '/a|x/', with: 'b' },
      { match: 'in:', do: 'set', values: { '$.a': 2 } },
    ]) {
      const { gates, messageOf, rows, reports } = stand([rule]);
      const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0xff), Buffer.from('"}')]);
      gates.gates.in.receive(messageOf(bytes, 'text'));
      gates.gates.in.receive(messageOf(Buffer.of(0xff), 'text'));
      assert.equal(rows.length, 2, 'neither has an original and an edited one');
      assert.equal(reports.length, 1, 'what would not have been changed is not told of');
      assert.match(reports.join(), /^A message went on unchanged: it is no valid UTF-8/);
    }
  });

  it('says once if it could not be applied to a message', () => {
    const { receive, reports, takeSent } = stand([{ match: 'in: $.a:1', do: 'drop' }]);
    const long = new Uint8Array(1024 * 1024 + 1);
    receive(long);
    receive(long);
    assert.equal(takeSent().length, 2);
    assert.equal(reports.length, 1);
    assert.match(reports[0] ?? '', /“drop in: \$\.a:1” was not applied to a message: it is longer/);
  });
});

describe('A held message', () => {
  it('keeps later ones behind it, and all go in their order', () => {
    const { receive, takeSent, held, gates, rows, marked } = stand([
      { match: 'in: stop', do: 'hold' },
    ]);
    ['1', 'stop 2', '3', 'stop 4', '5'].forEach(each => receive(each));
    assert.deepEqual(takeSent(), ['1']);
    assert.deepEqual(held(), ['stop 2', '3', 'stop 4', '5']);
    assert.deepEqual(
      gates.held.queue('in').messages.map(({ heldBy }) => heldBy),
      ['in: stop', undefined, 'in: stop', undefined],
    );
    const [first] = gates.held.queue('in').messages;
    assert.ok(first && gates.held.release(first.number));
    assert.deepEqual(takeSent(), ['stop 2', '3']);
    gates.held.releaseAll();
    assert.deepEqual(takeSent(), ['stop 4', '5']);
    assert.deepEqual(rows, ['1', 'stop 2', '3', 'stop 4', '5']);
    assert.deepEqual(marked, ['stop 2', '3', 'stop 4', '5']);
    assert.equal(gates.held.release(first.number), false);
  });

  it('is edited, also into another kind, with the original beside it', () => {
    const { receive, takeSent, numberOf, gates, rows, marked } = stand([hold]);
    ['a', 'b', 'c'].forEach(each => receive(each));
    gates.held.release(numberOf('a'), 'A');
    gates.held.release(numberOf('b'), encoder.encode('b'));
    gates.held.release(numberOf('c'), 'c');
    assert.deepEqual(takeSent(), ['-a', '+A', '-b', '+binary b', 'c']);
    assert.deepEqual(rows, ['original a', 'edited A', 'original b', 'edited b', 'c']);
    assert.deepEqual(marked, ['a', 'A', 'b', 'b', 'c']);
  });

  it('is dropped, and lets those behind it go', () => {
    const { receive, takeSent, numberOf, gates, rows } = stand([{ match: 'in: stop', do: 'hold' }]);
    receive('stop');
    receive('b');
    assert.ok(gates.held.drop(numberOf('stop')));
    assert.deepEqual(takeSent(), ['-stop', 'b']);
    assert.deepEqual(rows, ['dropped stop', 'b']);
  });

  it('goes before earlier ones if it is released alone, written anew', () => {
    const { receive, takeSent, numberOf, held, gates } = stand([hold]);
    ['a', 'b', 'c'].forEach(each => receive(each));
    gates.held.release(numberOf('b'));
    assert.deepEqual(takeSent(), ['-b', '+b']);
    assert.deepEqual(held(), ['a', 'c']);
  });

  it('is overtaken by pings and heartbeats of the application, but not by a text like one', () => {
    const plain = stand([hold], '/feed');
    plain.receive('a');
    plain.receive('', 'ping');
    plain.receive('beat');
    plain.receive('{"type":6}\u001e');
    plain.receive('2');
    assert.deepEqual(plain.takeSent(), [
      'ping',
      '-beat',
      '+beat',
      '-{"type":6}\u001e',
      '+{"type":6}\u001e',
    ]);
    assert.deepEqual(plain.held(), ['a', '2']);
    const engineIo = stand([hold], '/socket.io/?EIO=4&transport=websocket');
    engineIo.receive('a');
    engineIo.receive('2');
    assert.deepEqual(engineIo.takeSent(), ['-2', '+2']);
  });

  it('keeps the close frame and the end of its source for thirty seconds at most', () => {
    const { receive, takeSent, clock, gates, reports } = stand([hold]);
    receive('a');
    receive('', 'close');
    gates.gates.in.sourceEnded();
    assert.equal(gates.held.queue('in').releasedAt, clock.now() + 30_000);
    clock.advance(29_999);
    assert.deepEqual(takeSent(), []);
    clock.advance(1);
    assert.deepEqual(takeSent(), ['a', 'close', 'end']);
    assert.match(reports.join(), /The server has closed, and 30 seconds are over/);
    assert.equal(gates.held.queue('in').releasedAt, undefined);
  });

  it('lets the end of the source pass when it is released', () => {
    const { receive, takeSent, gates } = stand([hold]);
    receive('a');
    gates.gates.in.sourceEnded();
    assert.deepEqual(takeSent(), []);
    gates.held.releaseAll('out');
    assert.deepEqual(takeSent(), []);
    gates.held.releaseAll('in');
    assert.deepEqual(takeSent(), ['a', 'end']);
    const empty = stand([hold]);
    empty.gates.gates.in.sourceEnded();
    assert.deepEqual(empty.takeSent(), ['end']);
  });

  it('pauses its source at a thousand messages or 16 MiB', () => {
    const many = stand([hold]);
    for (let sent = 0; sent < 999; sent++) {
      many.receive('x');
    }
    assert.deepEqual(many.takeSent(), []);
    many.receive('last');
    assert.deepEqual(many.takeSent(), ['pause']);
    assert.equal(many.gates.held.queue('in').isFull, true);
    assert.match(many.reports.join(), /nothing more is read from it, neither its pings/);
    many.gates.held.drop(many.numberOf('last'));
    assert.deepEqual(many.takeSent(), ['-last', 'resume']);
    const large = stand([{ match: 'in:', do: 'hold' }]);
    const payload = new Uint8Array(4 * 1024 * 1024);
    for (let sent = 0; sent < 4; sent++) {
      large.receive(payload, 'binary');
    }
    assert.deepEqual(large.takeSent(), ['pause']);
  });

  it('makes a message of more than 4 MiB wait, which then streams through', () => {
    const { gates, messageOf, receive, takeSent, reports, held } = stand([hold]);
    const large = messageOf(new Uint8Array(10), 'binary');
    gates.gates.in.receiveLarge(large);
    assert.deepEqual(takeSent(), ['stream']);
    receive('a');
    gates.gates.in.receiveLarge(large);
    assert.deepEqual([takeSent(), held()], [[], ['a']]);
    gates.held.releaseAll();
    assert.deepEqual(takeSent(), ['a', 'stream']);
    assert.match(reports[0] ?? '', /larger than 4\.\d+ MB|larger than 4 M/);
  });

  it('makes a message that cannot be inflated wait, which then streams through', () => {
    const { gates, messageOf, receive, takeSent, reports } = stand([hold]);
    const unreadable = messageOf(new Uint8Array(10), 'binary');
    gates.gates.in.receiveUnreadable(unreadable);
    assert.deepEqual(takeSent(), ['stream']);
    receive('a');
    gates.gates.in.receiveUnreadable(unreadable);
    assert.deepEqual(takeSent(), []);
    gates.held.releaseAll();
    assert.deepEqual(takeSent(), ['a', 'stream']);
    assert.deepEqual(reports, []);
  });

  it('is recorded as not delivered when the other side hangs up', () => {
    const { receive, takeSent, gates, rows, reports, held } = stand([hold]);
    receive('a');
    receive('b');
    gates.gates.in.targetLost();
    assert.deepEqual([takeSent(), held()], [[], []]);
    assert.deepEqual(rows, ['dropped a', 'dropped b']);
    assert.deepEqual(reports, [
      'Not delivered: 2 messages from the server waited in the tap when the way to the client ended.',
    ]);
  });

  it('is discarded when the other side ends its stream, since what comes later still goes on', () => {
    const { receive, takeSent, gates, messageOf, rows } = stand([hold]);
    receive('a');
    receive('b');
    gates.gates.in.receiveLarge(messageOf(new Uint8Array(10), 'binary'));
    gates.gates.in.targetEnded();
    assert.deepEqual(takeSent(), ['-a', '-b', 'stream']);
    receive('c');
    assert.deepEqual(takeSent(), ['c']);
    assert.deepEqual(rows, ['dropped a', 'dropped b', 'c']);
    gates.gates.in.targetEnded();
    assert.deepEqual(takeSent(), []);
  });

  it('goes on when the tap stops, and nothing is held from then on', () => {
    const { receive, takeSent, gates } = stand([hold]);
    ['a', 'b'].forEach(each => receive(each));
    gates.stop();
    assert.deepEqual(takeSent(), ['a', 'b']);
    assert.equal(gates.gates.in.isActive, false);
    receive('c');
    assert.deepEqual(takeSent(), ['c']);
  });

  it('does not stop a message of the user’s', () => {
    const { receive, takeSent, gates, rows } = stand([hold]);
    receive('a');
    gates.gates.in.inject('mine');
    gates.gates.in.inject('secret', '•••');
    assert.deepEqual(takeSent(), ['+mine', '+secret']);
    assert.deepEqual(rows, ['injected mine', 'injected •••']);
  });
});

describe('A rule that holds messages', () => {
  const other = { match: 'in: "b"', do: 'hold' };

  it('lets them go on in their order when it is switched off, but none of another rule', () => {
    const { receive, rules, held, takeSent, reports } = stand([
      { match: 'in: "a"', do: 'hold' },
      other,
    ]);
    for (const text of ['a1', 'x', 'b1', 'a2', 'y']) {
      receive(text);
    }
    assert.deepEqual(held(), ['a1', 'x', 'b1', 'a2', 'y']);
    const [first, second] = rules.rules;
    rules.setEnabled(first?.id ?? 0, false);
    assert.deepEqual(takeSent(), ['a1', 'x']);
    assert.deepEqual(held(), ['b1', 'a2', 'y']);
    assert.deepEqual(reports, [
      'A rule was switched off: 2 messages go on that it held from the server.',
    ]);
    rules.setEnabled(second?.id ?? 0, false);
    assert.deepEqual(takeSent(), ['b1', 'a2', 'y']);
    assert.deepEqual(held(), []);
  });

  it('lets them go on when it is taken from the settings, and not when another one comes', () => {
    const { receive, rules, held, takeSent } = stand([hold]);
    receive('a');
    const [{ rule } = assert.fail()] = rules.rules;
    rules.setRules([...readRules([other], 'rules', { now: 0, startOfDay: 0 }, []), rule]);
    assert.deepEqual(held(), ['a']);
    rules.setRules([]);
    assert.deepEqual([held(), takeSent()], [[], ['a']]);
  });

  it('keeps them when it has done what it may do once', () => {
    const { receive, held, takeSent } = stand([{ ...hold, once: true }]);
    receive('a');
    receive('b');
    assert.deepEqual([held(), takeSent()], [['a', 'b'], []]);
  });
});
