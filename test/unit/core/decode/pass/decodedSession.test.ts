import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallTable } from '../../../../../src/core/decode/callTable.ts';
import { Chain, type Message } from '../../../../../src/core/decode/chain.ts';
import type { Decoder } from '../../../../../src/core/decode/decoder.ts';
import { DecodedSession } from '../../../../../src/core/decode/pass/decodedSession.ts';

const counting: Decoder<number> = {
  name: 'counting',
  title: 'Counting',
  takes: 'both',
  begin: () => 0,
  read: (_, count) => ({ summary: () => `${count}`, context: count + 1 }),
};

function sessionOf(): DecodedSession {
  const choice = {
    decoding: { as: ['counting'], title: 'Counting', from: 'setting', shown: 'applied' },
    routes: [{ chain: new Chain([counting]) }],
    isSettled: true,
  } as const;
  const facts = { url: 'ws://h/', subprotocol: '' };
  return new DecodedSession(0, facts, () => ({ take: () => undefined, choice }), new CallTable());
}

/** How many messages are read again for one that is asked for, and what that says. */
function readAgain(bytes: Uint8Array, count: number): readonly [number, string | undefined] {
  const session = sessionOf();
  const message = (seq: number): Message => ({ seq, direction: 'in', isText: false, bytes });
  for (let seq = 0; seq < count; seq++) {
    session.advance(message(seq), seq);
  }
  let again = 0;
  const read = session.read(message(count - 1), function* (from, to) {
    for (let seq = from; seq < to; seq++) {
      again++;
      yield message(seq);
    }
  });
  return [again, read?.reading?.summary()];
}

describe('DecodedSession', () => {
  it('reads few long messages again for one that is asked for, and more short ones', () => {
    const [long, said] = readAgain(new Uint8Array(4 * 1024 * 1024), 200);
    assert.ok(long <= 16, `${long}`);
    assert.equal(said, '199');
    assert.deepEqual(readAgain(new Uint8Array(1), 200), [199, '199']);
  });
});
