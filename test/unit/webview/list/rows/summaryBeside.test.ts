import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summaryBeside } from '../../../../../src/webview/list/rows/summaryBeside.ts';

describe('A summary beside the column of events', () => {
  for (const [event, summary, shown] of [
    ['chat', 'chat {"text":"hi"}, 3', '{"text":"hi"}, 3'],
    ['chat', 'chat = "ok"', '= "ok"'],
    ['chat', 'chat', ''],
    ['plant/boiler', 'PUBLISH plant/boiler (QoS 1, retain) 81.5', 'PUBLISH (QoS 1, retain) 81.5'],
    ['plant/#', 'SUBSCRIBE plant/# (QoS 1)', 'SUBSCRIBE (QoS 1)'],
    ['/topic/quotes', 'MESSAGE /topic/quotes {"s":1}', 'MESSAGE {"s":1}'],
    ['RoomChannel {"room":1}', 'subscribe RoomChannel {"room":1} done', 'subscribe done'],
    ['OnTick', 'subscription OnTick {"s":"ACME"}', 'subscription {"s":"ACME"}'],
    ['/admin', 'disconnect /admin', 'disconnect'],
  ] as const) {
    it(`is without the name in ${summary}`, () => {
      assert.equal(summaryBeside({ event, summary }), shown);
    });
  }

  for (const [event, summary] of [
    ['chat', 'chats of today'],
    ['a', 'SUBSCRIBE a (QoS 1), b (QoS 0)'],
    ['a', 'UNSUBSCRIBE a, b'],
    ['upload', 'attachment 1 of 2 of upload, 4 bytes'],
    ['data', '{"type":"data","id":"1"}'],
    ['', 'PING'],
  ] as const) {
    it(`stays as it is in ${summary}`, () => {
      assert.equal(summaryBeside({ event, summary }), summary);
    });
  }

  it('keeps the names of several records', () => {
    const summary = 'tick 1 | tick 2';
    assert.equal(summaryBeside({ event: 'tick', summary, records: 2 }), summary);
  });
});
