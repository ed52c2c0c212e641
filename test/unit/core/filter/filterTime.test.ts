import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { clockIn, parseTime } from '../../../../src/core/filter/filterTime.ts';

const startOfDay = Date.UTC(2026, 10, 22);
const clock = { now: startOfDay + 3_600_000, startOfDay, timeZone: 'UTC' };

/** The clocks there went from 3:00 back to 2:00 on this day, at 1:00 UTC. */
const longDay = {
  now: Date.UTC(2026, 9, 25, 12),
  startOfDay: Date.UTC(2026, 9, 24, 22),
  timeZone: 'Europe/Berlin',
};

describe('clockIn', () => {
  it('knows when the day began in another zone, also where clocks are changed', () => {
    const at = Date.UTC(2026, 10, 22, 3, 30);
    assert.deepEqual(clockIn(at, 'America/New_York'), {
      now: at,
      startOfDay: Date.UTC(2026, 10, 21, 5),
      timeZone: 'America/New_York',
    });
    assert.equal(
      parseTime('10:30', clockIn(at, 'America/New_York')),
      Date.UTC(2026, 10, 21, 15, 30),
    );
    assert.deepEqual(clockIn(longDay.now, longDay.timeZone), longDay);
    assert.equal(clockIn(at).startOfDay, new Date(at).setHours(0, 0, 0, 0));
  });
});

describe('parseTime', () => {
  it('counts back from now', () => {
    const ago = {
      '-250ms': 250,
      '-30s': 30_000,
      '-5m': 300_000,
      '-2h': 7_200_000,
      '-1.5D': 1.296e8,
    };
    for (const [text, ms] of Object.entries(ago)) {
      assert.equal(parseTime(text, clock), clock.now - ms);
    }
  });

  it('reads times of today', () => {
    assert.equal(parseTime('10:30', clock), startOfDay + 37_800_000);
    assert.equal(parseTime('7:05:09.25', clock), startOfDay + 25_509_250);
    assert.equal(parseTime('00:00:00.000250', clock), startOfDay + 0.25);
  });

  it('knows that clocks are changed', () => {
    assert.equal(parseTime('1:30', longDay), Date.UTC(2026, 9, 24, 23, 30));
    assert.equal(parseTime('10:30', longDay), Date.UTC(2026, 9, 25, 9, 30));
  });

  it('reads ISO dates in the local zone, and in the one they name', () => {
    const utc = Date.UTC(2026, 0, 31, 10, 30);
    assert.equal(parseTime('2026-01-31', clock), Date.UTC(2026, 0, 31));
    assert.equal(parseTime('2026-01-31T10:30', clock), utc);
    assert.equal(parseTime('2026-01-31 10:30:01.5', clock), utc + 1500);
    assert.equal(parseTime('2026-01-31T10:30Z', longDay), utc);
    assert.equal(parseTime('2026-01-31T10:30+05:30', clock), utc - 19_800_000);
    assert.equal(parseTime('2026-01-31t10:30-0100', clock), utc + 3_600_000);
    assert.equal(parseTime('2026-01-31T10:30', longDay), utc - 3_600_000);
    assert.equal(parseTime('2026-07-31T10:30', longDay), Date.UTC(2026, 6, 31, 8, 30));
    const auckland = { ...clock, timeZone: 'Pacific/Auckland' };
    assert.equal(parseTime('2026-01-31T10:30', auckland), utc - 13 * 3_600_000);
  });

  it('refuses what is no time', () => {
    const wrong = [
      '',
      '5m',
      '-m',
      '-5',
      '-5y',
      '24:00',
      '10:60',
      '10:30:60',
      '10',
      '1030',
      '10:3',
      '2026-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-01-00',
      '2026-1-1',
      '2026-01-31T25:00',
      '2026-01-31T',
      'yesterday',
      '-1e9s',
      `-${'9'.repeat(13)}s`,
    ];
    for (const text of wrong) {
      assert.equal(parseTime(text, clock), undefined, text);
    }
  });

  it('agrees with the calendar of JavaScript', () => {
    const days = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(days, day => {
        assert.equal(parseTime(day.toISOString(), clock), day.getTime());
        assert.equal(parseTime(day.toISOString().slice(0, -1), clock), day.getTime());
      }),
    );
  });
});
