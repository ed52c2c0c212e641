import assert from 'node:assert/strict';
import { appendFileSync, ftruncateSync, openSync, closeSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { blockByteLength, packBlock } from '../../../../../src/core/record/blockFormat.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import { copyCapture, numberedBatch, scratchFolder } from '../../../../support/capture/captures.ts';
import { searchingMatcher } from '../../../../support/capture/foundRows.ts';
import { lyingBytes, type Lie } from '../../../../support/capture/lyingBlocks.ts';
import { openLog } from '../../../../support/capture/logs.ts';
import { blockOfRows } from '../../../../support/capture/rowBlocks.ts';

const options = { segmentByteLength: 100_000 };

const frame = { fragmentCount: 2, wireByteLength: 9, isCompressed: false, durationMs: 1 };

function fourRows(firstSeq: number) {
  return blockOfRows(
    firstSeq,
    ['lie0', 'lie1', 'lie2', 'lie3'].map(text => ({
      at: 1000,
      flags: flagsOf('text', 'in'),
      payload: Buffer.from(text),
      frame,
    })),
  );
}

/** A log of ten rows, four that lie and two more; as a window left it, or as it has ended. */
function setUp(t: TestContext, lie: Lie, hasEnded: boolean): string {
  const folder = scratchFolder();
  t.after(() => folder[Symbol.dispose]());
  const [live, left] = ['live', 'left'].map(name => join(folder.path, name)) as [string, string];
  const { store } = openLog(live, options);
  store.append(numberedBatch(0, 10));
  const segment = segmentPath(live, 1);
  appendFileSync(segment, lyingBytes(fourRows(10), lie));
  store.close();
  const whole = openLog(live, options).store;
  whole.append(numberedBatch(14, 2));
  if (hasEnded) {
    whole.close();
  }
  copyCapture(live, left);
  if (!hasEnded) {
    whole.close();
  }
  return left;
}

function textsOf(store: CaptureStore): readonly string[] {
  return store.rows(0, 100).map(({ seq, preview }) => `${seq}: ${preview}`);
}

const others = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15].map(seq => `${seq}: #${seq}`);

describe('A block whose checksum is right and whose columns cannot be', () => {
  const lies: Readonly<Record<string, Lie>> = {
    'payloads end before they begin': { ends: [4, 2, 12, 16] },
    'a payload ends behind all payloads': { ends: [4, 8, 12, 4000] },
    'payloads end long behind the block': { ends: [0xffff_ffff] },
    'no row has what is behind the last': { ends: [4, 8, 12, 12] },
    'a time is no number': { at: NaN },
    'the first time is another than in the header': { at: 5 },
    'flags are beyond those that there are': { flags: 0x10001 },
    'flags are others than in the header': { flags: flagsOf('binary', 'in') },
    'the header says of all rows what none is': { all: flagsOf('text', 'out') },
    'frame facts are of no row': { frameRow: 4 },
    'frame facts are of a part of a row': { frameRow: 0.5 },
    'frame facts are of what is no number': { frameRow: NaN },
  };
  for (const [what, lie] of Object.entries(lies)) {
    for (const [when, hasEnded] of [
      ['as a window left it', false],
      ['of a window that ended', true],
    ] as const) {
      it(`has no rows: ${what}, ${when}`, t => {
        const { store } = openLog(setUp(t, lie, hasEnded), { ...options, isReadOnly: true });
        assert.deepEqual(textsOf(store), others);
        assert.equal(store.payload(11, 0, 10), undefined);
        const matcher = searchingMatcher({ condition: { is: 'text', text: 'lie', exact: true } });
        assert.deepEqual([...store.find(matcher, 0, 100, false)], []);
        store.close();
      });
    }
  }

  it('is no reason to drop more than the limits say', t => {
    const path = setUp(t, {}, true);
    const { store } = openLog(path, { segmentByteLength: 10 });
    for (const seq of [16, 17, 18, 19, 20]) {
      store.append(numberedBatch(seq, 1));
    }
    // Another program changes the file meanwhile, and what was read of it is not in memory any more.
    const segment = openSync(segmentPath(path, 1), 'r+');
    const lying = lyingBytes(fourRows(10), { ends: [0xffff_ffff] });
    writeSync(
      segment,
      lying,
      0,
      lying.length,
      blockByteLength(packBlock(numberedBatch(0, 10)).header),
    );
    closeSync(segment);
    store.rows(0, 100);
    store.enforce({ maxRows: Infinity, maxBytes: store.extent.byteLength - 36 });
    assert.deepEqual(textsOf(store), ['16: #16', '17: #17', '18: #18', '19: #19', '20: #20']);
    store.close();
  });
});

describe('A header that claims what nobody writes', () => {
  const claims: Readonly<Record<string, Lie>> = {
    'four thousand million rows': { rowCount: 0xffff_ffff },
    'as many frame facts': { frameCount: 0xffff_ffff },
    'a payload that is longer than is read at once': { payloadByteLength: 0xffff_ffff },
  };
  for (const [what, claim] of Object.entries(claims)) {
    it(`is none, even if the file is as long: ${what}`, t => {
      const path = setUp(t, {}, true);
      const segment = openSync(segmentPath(path, 2), 'wx');
      writeSync(segment, lyingBytes(fourRows(16), claim));
      // A file with a hole takes no room on the disk.
      ftruncateSync(segment, 2 ** 38);
      closeSync(segment);
      const { store } = openLog(path, { ...options, isReadOnly: true });
      assert.equal(store.extent.next, 16);
      assert.equal(store.rows(0, 100).length, 16);
      store.close();
    });
  }
});
