import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Traffic } from '../../../../../src/core/connection/wire/traffic.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { singleSink } from '../../../../support/textRuns.ts';

const payload = new Uint8Array(1);

describe('The times of traffic', () => {
  it('are those at which the bytes came, and grow where something is sent in between', () => {
    const clock = new ManualClock();
    const begin = clock.now();
    const times: number[] = [];
    const traffic = new Traffic(
      clock,
      singleSink(at => times.push(at - begin)),
    );
    traffic.arrived();
    traffic.received(payload, true, false);
    clock.advance(5);
    traffic.received(payload, true, false);
    traffic.sent('answer', false);
    traffic.received(payload, true, false);
    clock.advance(5);
    traffic.arrived();
    traffic.received(payload, true, false);
    assert.deepEqual(times, [0, 0, 5, 5, 10]);
  });
});
