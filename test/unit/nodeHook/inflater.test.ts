import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import zlib from 'node:zlib';
import { Inflater } from '../../../src/nodeHook/inflater.ts';

const inflated = (inflater: Inflater, payload: Buffer) =>
  new Promise<string | undefined>(resolve =>
    inflater.inflate(payload, bytes => resolve(bytes?.toString())),
  );

/** A message as it is on the wire: without its last four bytes (RFC 7692, section 7.2.1). */
function compressed(text: string, dictionary?: string): Buffer {
  return zlib
    .deflateRawSync(text, {
      finishFlush: zlib.constants.Z_SYNC_FLUSH,
      ...(dictionary !== undefined && { dictionary: Buffer.from(dictionary) }),
    })
    .subarray(0, -4);
}

describe('The inflater of a watched program', () => {
  it('goes on after a message whose last block is final, with what came before', async () => {
    const inflater = new Inflater(zlib);
    const first = 'the first message, which the second one refers to';
    const final = Buffer.concat([zlib.deflateRawSync(first), Buffer.from([0])]);
    assert.equal(await inflated(inflater, final), first);
    const second = `${first} again`;
    assert.ok(compressed(second, first).length < compressed(second).length);
    assert.equal(await inflated(inflater, compressed(second, first)), second);
    assert.equal(await inflated(inflater, final), first);
  });

  it('keeps a window over messages of all lengths', async () => {
    const inflater = new Inflater(zlib);
    let before = '';
    for (const length of [10, 40_000, 3, 32_768, 100, 70_000]) {
      const text = Array.from({ length }, (_, at) => (at * length) % 10).join('');
      const message = Buffer.concat([
        zlib.deflateRawSync(text, { dictionary: Buffer.from(before.slice(-32_768)) }),
        Buffer.from([0]),
      ]);
      assert.equal(await inflated(inflater, message), text);
      before += text;
    }
  });

  it('gives up at a message that grows too large, and at once', async () => {
    const inflater = new Inflater(zlib);
    const bomb = compressed('a'.repeat(200_000_000));
    assert.equal(await inflated(inflater, bomb), undefined);
    assert.equal(await inflated(inflater, compressed('b')), undefined);
  });

  it('gives up at what is not compressed', async () => {
    const inflater = new Inflater(zlib);
    assert.equal(await inflated(inflater, Buffer.from('no deflate')), undefined);
    assert.equal(await inflated(inflater, compressed('b')), undefined);
  });
});
