import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HandshakeFacts } from '../../../../../src/core/record/handshakeFacts.ts';
import type { TransportListener } from '../../../../../src/core/connection/wire/transport.ts';
import { DialOrigins } from '../../../../../src/host/connections/dial/dialOrigins.ts';

const one = 'wss://one.example';
const other = 'wss://other.example';

function setUp() {
  const moved: string[] = [];
  const places: string[] = [];
  const dialled = new DialOrigins((connection, origin) => {
    moved.push(connection);
    places.push(origin);
  });
  const redirected = (...to: readonly string[]) => {
    const told: unknown[] = [];
    const listener = { onHandshake: (facts: HandshakeFacts) => void told.push(facts) };
    const redirects = to.map(url => ({ status: 302, from: '', to: url, stripped: [] }));
    const facts = { url: one, request: [], redirects, timings: [] } satisfies HandshakeFacts;
    dialled.following('c1', listener as unknown as TransportListener, () => 70).onHandshake(facts);
    assert.deepEqual(told, [facts]);
  };
  return { dialled, moved, places, redirected };
}

describe('Where a connection was dialled last', () => {
  it('is known, and since when; the first time counts for all that came before', () => {
    const { dialled, moved } = setUp();
    assert.deepEqual([dialled.originOf('c1'), dialled.sinceOf('c1')], ['', 0]);
    dialled.note('c1', one, 50);
    dialled.note('c2', other, 50);
    dialled.note('c1', one, 60);
    assert.deepEqual([dialled.originOf('c1'), dialled.sinceOf('c1'), moved], [one, 0, []]);
    dialled.note('c1', other, 70);
    assert.deepEqual([dialled.originOf('c1'), dialled.sinceOf('c1'), moved], [other, 70, ['c1']]);
    assert.deepEqual([dialled.originOf('c2'), dialled.sinceOf('c2')], [other, 0]);
  });

  it('is where redirects have led', () => {
    const { dialled, moved, places, redirected } = setUp();
    dialled.note('c1', one, 50);
    redirected();
    redirected(`${one}/other/path`);
    assert.deepEqual([dialled.originOf('c1'), moved], [one, []]);
    redirected(`${one}/x`, `${other}/y?…`);
    assert.deepEqual(places, [other]);
    assert.deepEqual([dialled.originOf('c1'), dialled.sinceOf('c1'), moved], [other, 70, ['c1']]);
    redirected('wss://•••/x');
    assert.ok(![one, other].includes(dialled.originOf('c1')), 'a host that is masked is nobody');
  });
});
