import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FeedMeter } from '../../../../src/core/metrics/feedMeter.ts';

const start = 1_700_000_000_000;

/** A meter of messages that came so many milliseconds after the opening. */
function meterOf(times: readonly number[]): FeedMeter {
  const meter = new FeedMeter();
  meter.restart(start);
  times.forEach(ms => meter.add(start + ms));
  return meter;
}

/** Times from `from` up to `to`, `everyMs` apart. */
function regular(everyMs: number, to: number, from = 0): readonly number[] {
  const count = Math.ceil((to - from) / everyMs);
  return Array.from({ length: count }, (_, index) => from + index * everyMs);
}

function rateOf(times: readonly number[], untilMs: number): number | undefined {
  const rate = meterOf(times).rate(start + untilMs);
  return rate && Number(rate.perSecond.toFixed(2));
}

describe('The rate of a feed', () => {
  it('is that of the minute before', () => {
    assert.equal(rateOf(regular(200, 4000), 4000), 5);
    assert.equal(rateOf(regular(200, 30_000), 30_000), 5);
    assert.equal(rateOf(regular(1000, 600_000), 600_000), 1);
    assert.equal(rateOf(regular(5, 20_000), 20_000), 200);
    assert.equal(rateOf([...regular(20, 300_000), ...regular(100, 400_000, 300_000)], 400_000), 10);
  });

  it('takes what comes on average for regular, also if single times are random', () => {
    let seed = 7;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    const times: number[] = [];
    for (let at = 0; at < 60_000; at += -200 * Math.log(random())) {
      times.push(at);
    }
    const rate = rateOf(times, 60_000) ?? 0;
    assert.ok(rate > 4 && rate < 6, String(rate));
  });

  it('leaves out what a peer sends on opening, and the time that is not full', () => {
    const greeting = Array.from({ length: 300 }, () => 10);
    assert.equal(rateOf([...greeting, ...regular(200, 5000, 200)], 5499), 5);
  });

  it('is unknown for little, for a short time and for fits', () => {
    assert.equal(rateOf([], 60_000), undefined);
    assert.equal(rateOf(regular(5000, 40_000), 40_000), undefined);
    assert.equal(rateOf(regular(10, 1900), 1900), undefined);
    const burst = Array.from({ length: 200 }, (_, index) => 30_000 + index);
    assert.equal(rateOf(burst, 60_000), undefined);
    // It has dried up before the connection was lost.
    assert.equal(rateOf(regular(200, 30_000), 50_000), undefined);
  });

  it('is that of the time since the messages have come regularly', () => {
    assert.equal(rateOf(regular(100, 45_000, 30_000), 45_000), 10);
    assert.equal(rateOf([...regular(20, 30_000), ...regular(200, 50_000, 35_000)], 50_000), 5);
    const meter = meterOf(regular(100, 45_000, 40_000));
    assert.equal(meter.rate(start + 45_000)?.observedMs, 3500);
  });

  it('begins anew with each opening', () => {
    const meter = meterOf(regular(200, 30_000));
    meter.restart(start + 31_000);
    assert.equal(meter.rate(start + 40_000), undefined);
  });

  it('survives a clock that is set back or forward', () => {
    const meter = meterOf(regular(200, 30_000));
    meter.add(start - 3_600_000);
    assert.equal(meter.rate(start - 3_600_000), undefined);
    meter.add(start + 86_400_000);
    assert.equal(meter.rate(start + 86_401_000), undefined);
  });
});
