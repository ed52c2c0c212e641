import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { DecodingSlot } from '../../../../../src/node/captureWorker/decoding/decodingSlot.ts';
import { ViewSession } from '../../../../../src/node/captureWorker/sessions/viewSession.ts';
import { batchOf } from '../../../../support/capture/captures.ts';
import { FakeScripts } from '../../../../support/decode/fakeScripts.ts';
import { until } from '../../../../support/until.ts';

describe('The layers of a message', () => {
  it('are what each decoder was given, and behind the last what that has left', async () => {
    const payload = gzipSync('tick 1');
    const store = new MemoryStore(0);
    store.append(batchOf(0, [{ at: 0, flags: flagsOf('binary', 'in'), payload }]));
    const decoding = new DecodingSlot({
      store,
      url: 'ws://h/',
      rules: [{ use: ['gzip'] }],
      connection: 'feed',
      scripts: new FakeScripts(),
    });
    const captures = new Map([[1, { store, decoding }]]);
    const view = new ViewSession({ captures: [1], isDecoded: true }, 0, captures, () => undefined);
    const layerAt = (layer: number) => decoding.layer(0, layer, 0, 100);
    await until('the message is decoded', () => {
      view.work(Infinity);
      return layerAt(0) !== undefined;
    });
    assert.deepEqual(Buffer.from(layerAt(0)?.bytes ?? []), payload);
    assert.equal(Buffer.from(layerAt(1)?.bytes ?? []).toString(), 'tick 1');
    assert.equal(layerAt(2), undefined);
  });
});
