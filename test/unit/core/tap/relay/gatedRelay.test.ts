import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeFrame, frame, Opcode } from '../../../../support/network/frames.ts';
import { GatedRelay } from '../../../../support/network/gatedRelay.ts';

const hold = { match: 'in: kind:text', do: 'hold' };
const text = (payload: string) => frame(Opcode.Text, payload);
const named = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);
const texts = (...payloads: readonly string[]) => Buffer.concat(payloads.map(text));
const closing = 'close \u0003\u00e8';

describe('More than is held at once', () => {
  it('goes on whole and in order, with the end of the stream behind it', () => {
    const stand = new GatedRelay([hold]);
    const [first, second] = [named('a', 1000), named('b', 1500)];
    stand.relay.read('server', texts(...first));
    stand.relay.read('server', texts(...second));
    stand.relay.ended('server');
    const counts: number[] = [];
    while (stand.heldCount > 0) {
      counts.push(stand.heldCount);
      assert.ok(!stand.got.client.includes('END'), 'nothing is overtaken by the end');
      stand.held.releaseAll('in');
    }
    assert.deepEqual(counts, [1000, 1000, 500]);
    assert.deepEqual(stand.takeOfClient(), [...first, ...second, 'END']);
    assert.deepEqual(stand.takeRows(), [...first, ...second]);
  });

  it('waits thirty seconds for the user at most, all of it', () => {
    for (const isReleased of [true, false]) {
      const stand = new GatedRelay([hold]);
      const sent = named('a', 3500);
      stand.relay.read('server', Buffer.concat([texts(...sent), closeFrame(1000)]));
      for (let left = 3500; isReleased && left > 1000; left -= 1000) {
        assert.equal(stand.held.queue('in').releasedAt, undefined, 'the close frame is unread');
        stand.held.releaseAll('in');
      }
      if (!isReleased) {
        stand.relay.ended('server');
        stand.held.releaseAll('in');
        stand.held.releaseAll('in');
        stand.held.releaseAll('in');
      }
      assert.equal(stand.heldCount, 501);
      assert.equal(stand.held.queue('in').releasedAt, stand.clock.now() + 30_000);
      stand.clock.advance(29_999);
      assert.equal(stand.heldCount, 501);
      stand.clock.advance(1);
      const end = isReleased ? [] : ['END'];
      assert.deepEqual(stand.takeOfClient(), [...sent, closing, ...end]);
      assert.equal(stand.held.queue('in').releasedAt, undefined);
    }
  });

  it('holds nothing any more that comes when the thirty seconds are over', () => {
    const stand = new GatedRelay([{ match: 'in: kind:text|close', do: 'hold' }]);
    stand.relay.read('server', closeFrame(1000));
    assert.equal(stand.held.queue('in').releasedAt, stand.clock.now() + 30_000);
    const late = named('late', 2500);
    stand.relay.read('server', texts(...late));
    stand.clock.advance(30_000);
    assert.deepEqual(stand.takeOfClient(), [closing, ...late]);
  });

  it('is read in order behind a message that is too large to be held', () => {
    const stand = new GatedRelay([{ match: 'in: stop', do: 'hold' }]);
    const large = frame(Opcode.Binary, Buffer.alloc(4 * 1024 * 1024 + 1));
    const [some, more] = [named('a', 1500), named('b', 1500)];
    stand.relay.read('server', texts('stop'));
    for (const sent of [large, texts(...some), large, texts(...more)]) {
      // The end of the one message comes together with what follows.
      stand.relay.read('server', sent.subarray(0, sent.length - 1));
      stand.relay.read('server', sent.subarray(sent.length - 1));
    }
    stand.relay.read('server', Buffer.concat([large, text('c')]));
    stand.relay.read('server', text('d'));
    stand.held.releaseAll('in');
    const big = `binary ${4 * 1024 * 1024 + 1} bytes`;
    assert.deepEqual(stand.takeOfClient(), ['stop', big, ...some, big, ...more, big, 'c', 'd']);
  });
});

describe('A side that has sent its last byte and still reads', () => {
  /** The client has sent its close frame and FIN. */
  const leave = (stand: GatedRelay) => {
    stand.relay.read('client', frame(Opcode.Close, Buffer.of(3, 232), { mask: true }));
    stand.relay.ended('client');
  };

  it('gets all that no rule holds, or that a rule would hold from then on', () => {
    const withoutRules = new GatedRelay([]);
    const withRule = new GatedRelay([{ match: 'in: $.never:1', do: 'hold' }]);
    const withHold = new GatedRelay([hold]);
    for (const stand of [withoutRules, withRule, withHold]) {
      leave(stand);
      stand.relay.read('server', Buffer.concat([texts('one', 'two'), closeFrame(1000)]));
      stand.relay.ended('server');
      assert.deepEqual(stand.takeOfClient(), ['one', 'two', closing, 'END']);
      assert.deepEqual(stand.takeRows().slice(1), ['one', 'two', closing]);
      assert.equal(stand.heldCount, 0);
    }
  });

  it('does not get what is held, nor the messages behind it, but a close frame there', () => {
    const stand = new GatedRelay([{ match: 'in: stop', do: 'hold' }]);
    stand.relay.read('server', Buffer.concat([texts('stop', 'behind'), closeFrame(1000)]));
    leave(stand);
    assert.deepEqual(stand.takeOfClient(), [closing]);
    assert.deepEqual(stand.takeRows().slice(1), ['dropped stop', 'dropped behind', closing]);
    assert.ok(stand.reports.some(said => said.startsWith('Not delivered: 2 messages from the ')));
    stand.relay.ended('server');
    assert.deepEqual(stand.takeOfClient(), ['END']);
  });

  it('gets in time what a rule delays, and other rules still apply', () => {
    const stand = new GatedRelay([
      { match: 'in: slow', do: 'delay', ms: 100 },
      { match: 'in: bad', do: 'drop' },
      { match: 'in: stop', do: 'hold' },
    ]);
    stand.relay.read('server', texts('slow1', 'stop'));
    leave(stand);
    stand.relay.read('server', texts('bad', 'slow2'));
    stand.relay.ended('server');
    assert.deepEqual(stand.takeOfClient(), []);
    stand.clock.advance(100);
    assert.deepEqual(stand.takeOfClient(), ['slow1', 'slow2', 'END']);
    assert.deepEqual(stand.takeRows().slice(1), ['dropped stop', 'slow1', 'dropped bad', 'slow2']);
  });

  it('gets nothing more when its socket is gone', () => {
    for (const isLeaving of [true, false]) {
      const stand = new GatedRelay([hold]);
      if (isLeaving) {
        leave(stand);
        stand.takeRows();
      }
      stand.relay.closed('client');
      stand.relay.read('server', text('late'));
      assert.deepEqual(stand.takeOfClient(), []);
      assert.deepEqual(stand.takeRows(), ['dropped late']);
    }
  });
});

describe('A frame that is too long to be read', () => {
  /** Its length is 8 PiB: nothing behind it can be read. */
  const endless = frame(Opcode.Binary, 'begin', { length: 2 ** 53 });

  it('goes on when what was held before it has gone', () => {
    const stand = new GatedRelay([{ match: 'in: stop', do: 'hold' }]);
    stand.relay.read('server', Buffer.concat([texts('stop', 'behind'), endless]));
    stand.relay.read('server', Buffer.from(' more'));
    stand.relay.ended('server');
    assert.deepEqual([stand.takeOfClient(), stand.restOf('client')], [[], '']);
    stand.held.releaseAll('in');
    assert.deepEqual(stand.takeOfClient(), ['stop', 'behind', 'END']);
    const rest = Buffer.concat([endless, Buffer.from(' more')]);
    assert.equal(stand.restOf('client'), rest.toString('latin1'));
    assert.deepEqual(stand.takeRows(), ['stop', 'behind']);
  });

  it('goes on at once when nothing waits', () => {
    const stand = new GatedRelay([hold]);
    stand.relay.read('server', Buffer.concat([endless, Buffer.alloc(9000, 'x')]));
    assert.equal(stand.restOf('client'), endless.toString('latin1') + 'x'.repeat(9000));
  });
});

describe('What the user sends to the client', () => {
  const begun = frame(Opcode.Text, 'a', { fin: false });
  const end = frame(Opcode.Continuation, 'b');

  it('stands in the rows where it went out: behind the message whose fragments it waited for', () => {
    const stand = new GatedRelay([]);
    stand.relay.read('server', begun);
    stand.relay.send('mine', 'client');
    stand.relay.send('secret', 'client', '***');
    assert.deepEqual(stand.takeRows(), []);
    stand.relay.read('server', Buffer.concat([end, text('c')]));
    assert.deepEqual(stand.takeOfClient(), ['begun a', 'b', 'mine', 'secret', 'c']);
    assert.deepEqual(stand.takeRows(), ['ab', 'injected mine', 'injected ***', 'c']);
  });

  it('has no row if it never went out, and a sentence says so', () => {
    const ends: readonly ((stand: GatedRelay) => void)[] = [
      ({ relay }) => relay.close(1000, '', 'Closed by you.'),
      ({ relay }) => relay.cut('Cut.'),
      ({ relay }) => relay.dispose(),
      ({ relay }) => relay.closed('client'),
      ({ relay }) => relay.lost('client', 'ECONNRESET', 'reset'),
      ({ relay }) => relay.ended('server'),
    ];
    for (const ending of ends) {
      const stand = new GatedRelay([]);
      stand.relay.read('server', begun);
      stand.relay.send('mine', 'client');
      ending(stand);
      stand.relay.read('server', end);
      assert.ok(!stand.takeOfClient().includes('mine'));
      assert.ok(stand.takeRows().every(row => !row.includes('mine')));
      const [said = '', ...others] = stand.reports.filter(each => each.includes('not sent'));
      assert.match(said, /^A message of yours was not sent to the client: /);
      assert.deepEqual(others, []);
    }
  });
});

describe('A message that waits behind a long control frame', () => {
  const size = 200_000;
  const ping = frame(Opcode.Ping, Buffer.alloc(size));
  const slow = { match: 'in: slow', do: 'delay', ms: 100 };
  const set = { match: 'in: "old"', do: 'replace', pattern: 'old', with: 'new' };
  /** The message is due while half of the ping has gone. */
  const halfway = (rules: readonly unknown[], ...sent: readonly string[]) => {
    const stand = new GatedRelay(rules);
    stand.relay.read('server', Buffer.concat([texts(...sent), ping.subarray(0, size / 2)]));
    stand.clock.advance(100);
    return stand;
  };

  it('stands in the rows behind that frame', () => {
    const stand = halfway([slow], 'slow');
    stand.relay.read('server', ping.subarray(size / 2));
    assert.deepEqual(stand.takeOfClient(), [`ping ${size} bytes`, 'slow']);
    assert.deepEqual(stand.takeRows(), ['ping 65536 bytes', 'slow'], 'so much is kept of it');
  });

  it('is dropped if the socket is closed before the end of that frame', () => {
    const stand = halfway([slow, set], 'slow', '"old"');
    stand.relay.lost('client', 'ECONNRESET', 'reset');
    assert.deepEqual(stand.takeOfClient(), []);
    assert.deepEqual(stand.takeRows(), ['dropped slow', 'dropped "old"']);
  });
});

describe('What comes when nothing goes on any more', () => {
  const rules = [[], [{ match: 'in: $.never:1', do: 'hold' }], [hold]];
  const ends: readonly (readonly [string, (stand: GatedRelay) => void])[] = [
    ['closed by the user', ({ relay }) => relay.close(1000, '', 'Closed by you.')],
    ['cut', ({ relay }) => relay.cut('Cut.')],
    ['the socket of the client is gone', ({ relay }) => relay.closed('client')],
  ];
  for (const [what, ending] of ends) {
    it(`is recorded as dropped: ${what}`, () => {
      for (const each of rules) {
        const stand = new GatedRelay(each);
        ending(stand);
        stand.takeOfClient();
        stand.relay.read('server', texts('late'));
        assert.deepEqual(stand.takeOfClient(), []);
        assert.deepEqual(stand.takeRows(), ['dropped late']);
      }
    });
  }

  it('is recorded as dropped, as what is held then: the tap is dropped', () => {
    const stand = new GatedRelay([hold]);
    stand.relay.read('server', texts('held'));
    stand.relay.dispose();
    assert.deepEqual(stand.takeRows(), ['dropped held']);
    assert.ok(stand.reports.some(said => said.startsWith('Not delivered: 1 message from the ')));
  });
});
