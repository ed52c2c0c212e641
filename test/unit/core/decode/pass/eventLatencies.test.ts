import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CallTable } from '../../../../../src/core/decode/callTable.ts';
import { eventLatencies } from '../../../../../src/core/decode/pass/eventLatencies.ts';
import { latencyBins } from '../../../../../src/core/metrics/eventLatencies.ts';

describe('The latencies of events', () => {
  it('are those of the calls of a name, and name the slowest', () => {
    const table = new CallTable();
    for (const [seq, ms] of [5, 20, 7, 400].entries()) {
      const call = table.open(seq, 0, 1000, { name: 'ask', type: 'EVENT' }, false);
      table.end(call, ms === 400 ? 'failed' : 'done', 1000 + ms, 100 + seq);
    }
    table.open(8, 0, 1000, { name: 'ask', type: 'EVENT' }, false);
    table.end(table.open(9, 0, 1000, { name: 'ask', type: 'EVENT' }, false), 'unanswered', 2000);
    assert.deepEqual(eventLatencies(table), [
      {
        event: 'ask',
        calls: 6,
        failed: 1,
        open: 1,
        unanswered: 1,
        p50: 7,
        p95: 400,
        max: 400,
        maxSeq: 3,
        bins: [0, 0, 2, 1, 0, 0, 1, 0, 0, 0],
      },
    ]);
    assert.equal(latencyBins.length, 9);
  });

  it('are called as the rows are: by name, topic or type, and not by a root', () => {
    const table = new CallTable();
    for (const asked of [
      { name: 'ask', topic: '/room', type: 'EVENT' },
      { topic: '/admin', type: 'CONNECT' },
      { topic: '/', type: 'CONNECT' },
      { topic: '/' },
      { type: 'connection_init' },
      {},
    ]) {
      table.open(1, 0, 0, asked, false);
    }
    assert.deepEqual(
      eventLatencies(table).map(({ event }) => event),
      ['ask', '/admin', 'CONNECT', '/', 'connection_init', ''],
    );
  });

  it('leave out subscriptions, which go on', () => {
    const table = new CallTable();
    table.open(1, 0, 0, { name: 'feed' }, true);
    assert.deepEqual(eventLatencies(table), []);
  });
});
