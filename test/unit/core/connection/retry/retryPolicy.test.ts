import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { maxTimerDelayMs } from '../../../../../src/core/base/clock.ts';
import {
  backoffDelay,
  minRetryDelayMs,
  RetryPolicy,
} from '../../../../../src/core/connection/retry/retryPolicy.ts';
import type { BackoffPolicy } from '../../../../../src/core/connection/state/options.ts';
import { optionsOf } from '../../../../support/scenarios/connectionRig.ts';

const standard: BackoffPolicy = { initialMs: 1000, factor: 2, maxMs: 30_000, jitter: 0.5 };
const least = () => 0;
const most = () => 1 - Number.EPSILON;

const day = 86_400_000;
const policies = fc.record(
  {
    initialMs: fc.double({ min: 0, max: day, noNaN: true }),
    factor: fc.double({ min: 1, max: 100, noNaN: true }),
    maxMs: fc.double({ min: 0, max: day, noNaN: true }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { noNullPrototype: true },
);
const failureCounts = fc.oneof(fc.nat(50), fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER));
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

// connection.md b.5
describe('The back-off', () => {
  it('doubles up to its cap', () => {
    const policy = { ...standard, jitter: 0 };
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6, 7, 1000, 1e9].map(failures => backoffDelay(policy, failures, least)),
      [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000],
    );
  });

  it('keeps its jitter at the cap', () => {
    const bands = [1, 2, 6, 500].map(failures =>
      [most, least].map(random => Math.round(backoffDelay(standard, failures, random))),
    );
    assert.deepEqual(bands, [
      [500, 1000],
      [1000, 2000],
      [15_000, 30_000],
      [15_000, 30_000],
    ]);
  });

  it('is a number between the shortest delay and the cap, whatever the policy', () => {
    fc.assert(
      fc.property(policies, failureCounts, randoms, (policy, failures, random) => {
        const delay = backoffDelay(policy, failures, () => random);
        assert.ok(delay >= minRetryDelayMs, `${delay} is too short`);
        assert.ok(delay <= Math.max(minRetryDelayMs, policy.maxMs), `${delay} is above the cap`);
      }),
    );
  });

  it('never shrinks from one failure to the next where nothing is random', () => {
    fc.assert(
      fc.property(policies, failureCounts, (policy, failures) => {
        const steady = { ...policy, jitter: 0 };
        const delays = [failures, failures + 1].map(count => backoffDelay(steady, count, least));
        assert.deepEqual(
          delays,
          delays.toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('takes away no more than the share that is random', () => {
    fc.assert(
      fc.property(policies, failureCounts, randoms, (policy, failures, random) => {
        const whole = backoffDelay({ ...policy, jitter: 0 }, failures, least);
        const delay = backoffDelay(policy, failures, () => random);
        assert.ok(delay <= whole && delay >= whole * (1 - policy.jitter) - 1e-6);
      }),
    );
  });

  it('still waits after thousands of failures where the first delay is zero', () => {
    const policy = { initialMs: 0, factor: 100, maxMs: 30_000, jitter: 0.5 };
    assert.deepEqual(
      [1, 155, 156, 5000].map(failures => backoffDelay(policy, failures, least)),
      [250, 250, 250, 250],
    );
  });

  it('asks no timer for more than it can take, which would fire at once', () => {
    const policy = { initialMs: 1e300, factor: 100, maxMs: Infinity, jitter: 0 };
    assert.equal(backoffDelay(policy, 1e6, least), maxTimerDelayMs);
  });

  it('keeps the delay of a rule within what is bearable and what a timer can take', () => {
    const delays = [0, 0.001, 0.3, 60, 1e300].map(delay => {
      const options = optionsOf({ 'reconnect.rules': [{ close: '*', action: 'retry', delay }] });
      const decision = new RetryPolicy(least).decide(
        {
          cause: { kind: 'lost', close: 1006 },
          subprotocol: '',
          isRefreshable: false,
          wokeUp: false,
        },
        options,
      );
      return decision.kind === 'retry' ? decision.delayMs : decision.why;
    });
    assert.deepEqual(delays, [250, 250, 300, 60_000, maxTimerDelayMs]);
  });
});
