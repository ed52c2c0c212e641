import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Formats } from '../../../../src/core/base/format.ts';

const english = new Formats('en', 'UTC');
const german = new Formats('de', 'Europe/Berlin');
const at = Date.UTC(2026, 10, 16, 9, 3, 4, 5);

it('groups digits', () => {
  assert.deepEqual(
    [0, 999, 1204, 10_000_000].map(count => english.count(count)),
    ['0', '999', '1,204', '10,000,000'],
  );
});

it('writes sizes in powers of a thousand, never as a thousand of the smaller unit', () => {
  const sizes = [0, 87, 999, 1000, 1234, 999_949, 999_950, 5_000_000, 1.5e9, 2e15];
  assert.deepEqual(
    sizes.map(size => english.bytes(size)),
    [
      '0 B',
      '87 B',
      '999 B',
      '1.0 kB',
      '1.2 kB',
      '999.9 kB',
      '1.0 MB',
      '5.0 MB',
      '1.5 GB',
      '2,000.0 TB',
    ],
  );
});

it('writes rates', () => {
  assert.deepEqual(
    [0, 0.4, 26.7, 999.4, 999.6, 1234, 35_000].map(rate => english.rate(rate)),
    ['0', '0', '27', '999', '1.0k', '1.2k', '35.0k'],
  );
});

it('writes short spans', () => {
  assert.deepEqual(
    [0.42, 9.94, 9.96, 23.4, 999.4, 1234].map(ms => english.latency(ms)),
    ['0.4 ms', '9.9 ms', '10 ms', '23 ms', '999 ms', '1.2 s'],
  );
});

it('writes long spans in two units', () => {
  const spans = [0, 999, 4000, 60_000, 80_000, 7_500_000, 86_400_000, 273_600_000];
  assert.deepEqual(
    spans.map(ms => english.span(ms)),
    ['0s', '0s', '4s', '1m', '1m 20s', '2h 5m', '1d', '3d 4h'],
  );
});

it('writes the time of day to the millisecond, in the local time zone', () => {
  assert.equal(english.clock(at), '09:03:04.005');
  assert.equal(german.clock(at), '10:03:04,005');
  assert.equal(english.moment(at), 'Nov 16, 2026, 09:03:04.005 UTC');
  assert.equal(english.day(at), 'Nov 16, 09:03');
});

it('follows the locale, but for the digits', () => {
  assert.equal(german.bytes(1234), '1,2 kB');
  assert.equal(new Formats('ar-EG', 'UTC').count(1204), '1,204');
});

it('writes each time of day as the editor would, whatever came before', () => {
  const options: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    numberingSystem: 'latn',
    hourCycle: 'h23',
  };
  for (const [locale, timeZone] of [
    ['en', 'UTC'],
    ['bg', 'Asia/Kolkata'],
    ['ar', 'America/St_Johns'],
    ['ja', 'Asia/Tokyo'],
  ] as const) {
    const formats = new Formats(locale, timeZone);
    const plain = new Intl.DateTimeFormat(locale, { ...options, timeZone });
    const times = [0, 1, 999.9, 1000, 999, 59_999.5, 60_000, -1, -1000, 3.6e6].map(ms => at + ms);
    assert.deepEqual(
      times.map(time => formats.clock(time)),
      times.map(time => plain.format(time)),
    );
  }
});

it('writes any number without throwing', () => {
  const odd = [NaN, Infinity, -Infinity, 1e303, -1e303, 8.64e15 + 2, -8.64e15 - 2];
  for (const number of odd) {
    assert.deepEqual(
      [english.clock(number), english.day(number), english.moment(number)],
      ['Invalid Date', 'Invalid Date', 'Invalid Date'],
      String(number),
    );
  }
  for (const number of [...odd, 8.64e15, -8.64e15, 0.5, -0.5, 1e-300]) {
    const written = [
      english.clock(number),
      english.day(number),
      english.moment(number),
      english.count(number),
      english.bytes(number),
      english.rate(number),
      english.latency(number),
      english.span(number),
    ];
    assert.ok(written.every(text => text !== ''));
  }
});
