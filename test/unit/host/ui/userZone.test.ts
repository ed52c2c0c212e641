import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { filterClock, UserZone, userZone } from '../../../../src/host/ui/userZone.ts';

const hostZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
const otherZone = hostZone === 'Asia/Tokyo' ? 'America/New_York' : 'Asia/Tokyo';

function keeperOf(kept: Record<string, unknown> = {}) {
  return {
    kept,
    get: (key: string) => kept[key],
    update: (key: string, value: string) => {
      kept[key] = value;
      return Promise.resolve();
    },
  };
}

describe('The zone of the user', () => {
  it('is that of this machine where the user is at it', () => {
    const zone = new UserZone();
    zone.begin(keeperOf({ userTimeZone: otherZone }), false);
    assert.deepEqual([zone.timeZone, zone.zoneToName], [undefined, undefined]);
    zone.learn(hostZone);
    assert.equal(zone.zoneToName, undefined);
  });

  it('is named where nobody knows it, until a page tells; and is remembered', () => {
    const keeper = keeperOf();
    const zone = new UserZone();
    zone.begin(keeper, true);
    assert.deepEqual([zone.timeZone, zone.zoneToName], [undefined, hostZone]);
    zone.learn(otherZone);
    assert.deepEqual([zone.timeZone, zone.zoneToName], [otherZone, otherZone]);
    const next = new UserZone();
    next.begin(keeper, true);
    assert.equal(next.timeZone, otherZone);
    const spoiled = new UserZone();
    spoiled.begin(keeperOf({ userTimeZone: 'Nowhere/Land' }), true);
    assert.equal(spoiled.timeZone, undefined);
  });

  it('is what filters that come by a command are read by', () => {
    userZone.learn(otherZone);
    const now = Date.UTC(2026, 10, 22, 3, 30);
    assert.equal(filterClock(now).timeZone, otherZone);
    userZone.learn(hostZone);
    assert.equal(filterClock(now).startOfDay, new Date(now).setHours(0, 0, 0, 0));
  });
});
