import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../../../support/until.ts';
import { RowSeeker } from '../../../../../src/webview/list/places/rowSeeker.ts';

describe('RowSeeker', () => {
  function makeSeeker() {
    const asked: ((scanned: boolean) => void)[] = [];
    const failures: string[] = [];
    const seeker = new RowSeeker(
      () =>
        new Promise((resolve, reject) => {
          asked.push(isScanned => resolve({ position: 7, isExact: true, isScanned }));
          rejects.push(() => reject(new Error('gone')));
        }),
      reason => failures.push(reason),
    );
    const rejects: (() => void)[] = [];
    return { seeker, asked, rejects, failures };
  }

  it('asks again until the list has come to the row', async () => {
    const { seeker, asked } = makeSeeker();
    const heard: boolean[] = [];
    seeker.seek(1, { at: 0 }, ({ isScanned }) => heard.push(isScanned));
    asked[0]?.(false);
    await until(
      () => 'it did not ask again',
      () => asked.length === 2,
    );
    assert.ok(seeker.isSeeking);
    asked[1]?.(true);
    await new Promise(setImmediate);
    assert.deepEqual(heard, [false, true]);
    assert.equal(seeker.isSeeking, false);
  });

  it('says nothing of what is no longer looked for', async () => {
    const { seeker, asked, rejects, failures } = makeSeeker();
    const heard: boolean[] = [];
    seeker.seek(1, { at: 0 }, () => heard.push(true));
    seeker.cancel();
    asked[0]?.(true);
    seeker.seek(1, { at: 0 }, () => heard.push(true));
    seeker.cancel();
    rejects[1]?.();
    await new Promise(setImmediate);
    assert.deepEqual([heard, failures], [[], []]);
  });

  it('tells why it failed', async () => {
    const { seeker, rejects, failures } = makeSeeker();
    seeker.seek(1, { at: 0 }, () => assert.fail());
    rejects[0]?.();
    await new Promise(setImmediate);
    assert.deepEqual(failures, ['gone']);
  });
});
