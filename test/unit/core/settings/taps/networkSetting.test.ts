import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { problemWith } from '../../../../../src/core/settings/settingsTable.ts';
import {
  networkFaults,
  toxicsOf,
  type NetworkSetting,
} from '../../../../../src/core/settings/taps/networkSetting.ts';
import { tapTable } from '../../../../../src/core/settings/taps/tapTable.ts';
import { noToxics } from '../../../../../src/core/tap/toxics.ts';

const problem = (value: unknown) => problemWith(tapTable.network, value);

describe('The network of a tap', () => {
  for (const [network, toxics, words] of [
    [undefined, {}, ''],
    [
      'slow3g',
      { latencyMs: 200, jitterMs: 20, bytesPerSecond: 50_000 },
      '200 ms ± 20 ms late, 50 KB/s',
    ],
    [
      'flaky',
      {
        latencyMs: 100,
        jitterMs: 80,
        stallEveryMs: 10_000,
        stallMs: 2000,
        resetAfterMs: 60_000,
      },
      '100 ms ± 80 ms late, a pause of 2000 ms every 10 s, reset after 60 s',
    ],
    [
      { slice: { bytes: 10, pause: 5 }, timeout: 3, reset: { bytes: 100 } },
      { sliceBytes: 10, slicePauseMs: 5, timeoutMs: 3000, resetAfterBytes: 100 },
      'in slices of 10 B each 5 ms, reset after 100 bytes, nothing passes, closed after 3 s',
    ],
  ] as readonly (readonly [NetworkSetting | undefined, object, string])[]) {
    it(`does what is said of ${JSON.stringify(network)}`, () => {
      assert.deepEqual(toxicsOf(network), { ...noToxics, ...toxics });
      assert.equal(networkFaults(network), words);
      assert.equal(network && problem(network), undefined);
    });
  }

  for (const wrong of [
    'fast',
    1,
    [],
    { latency: -1 },
    { latency: '200' },
    { rate: 0 },
    { stall: { every: 5 } },
    { slice: { pause: 5 } },
    { reset: 3 },
    { lag: 1 },
  ]) {
    it(`refuses ${JSON.stringify(wrong)}`, () => {
      assert.match(problem(wrong) ?? '', /^must be "slow3g", "flaky" or an object.*, but is /);
    });
  }
});
