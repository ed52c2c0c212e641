import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { protobufQuote } from '../../../../src/node/demo/protobufQuote.ts';
import { demoMessages } from '../../../support/demoMessages.ts';

describe('The demo server', () => {
  it('quotes prices as compressed JSON', async t => {
    const [message] = await demoMessages(t, '/gzip', 1);
    const quote = JSON.parse(gunzipSync(message ?? new Uint8Array()).toString()) as object;
    assert.deepEqual(Object.keys(quote), ['seq', 'symbol', 'price', 'change', 'volume', 'at']);
  });

  it('quotes prices as Protobuf', async t => {
    const [message] = await demoMessages(t, '/protobuf', 1);
    assert.deepEqual(
      [...(message?.subarray(0, 8) ?? [])],
      [0x08, 1, 0x12, 4, ...Buffer.from('ACME')],
    );
  });

  it('writes every field of Protobuf, but none that is 0', () => {
    const quote = { seq: 300, symbol: 'ACME', price: 101.25, change: -0.5, volume: 7 };
    const at = '2026-11-29T18:00:00.250Z';
    const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    assert.equal(
      hexOf(protobufQuote({ ...quote, at })),
      '08ac02' +
        '120441434d45' +
        '190000000000505940' +
        '21000000000000e0bf' +
        '2807' +
        '320b08a0d0b1d8061080e59a77',
    );
    assert.equal(
      hexOf(protobufQuote({ ...quote, seq: 0, change: 0, volume: 0, at: '1970-01-01T00:00:00Z' })),
      '120441434d45190000000000505940' + '3200',
    );
  });
});
