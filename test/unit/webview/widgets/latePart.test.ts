import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LatePart } from '../../../../src/webview/widgets/latePart.ts';

describe('A part that is loaded later', () => {
  it('is loaded once, whoever needs it', async () => {
    let count = 0;
    const part = new LatePart(() => Promise.resolve(++count));
    part.prepare();
    assert.deepEqual(await Promise.all([part.need(), part.need()]), [1, 1]);
    part.prepare();
    assert.equal(await part.need(), 1);
  });

  it('is tried again after a failure by who needs it, and not in advance', async () => {
    let count = 0;
    const part = new LatePart(() =>
      ++count < 3 ? Promise.reject(new Error(`failure ${count}`)) : Promise.resolve('there'),
    );
    part.prepare();
    await assert.rejects(part.need(), /failure 1/);
    part.prepare();
    assert.equal(count, 1);
    await assert.rejects(part.need(), /failure 2/);
    assert.equal(await part.need(), 'there');
  });
});
