import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import type { CaptureStore } from '../../../../../src/core/capture/captureStore.ts';
import { nativeMatcher } from '../../../../../src/node/captureWorker/sessions/nativeMatcher.ts';
import { RegexTimeGuard } from '../../../../../src/node/captureWorker/sessions/regexTimeGuard.ts';
import { ViewPositions } from '../../../../../src/node/captureWorker/sessions/viewPositions.ts';
import { ViewSource } from '../../../../../src/node/captureWorker/sessions/viewSource.ts';
import { batchOf, textRow } from '../../../../support/capture/captures.ts';

/** A capture with a row at each of the times. */
function storeOf(...times: readonly number[]): CaptureStore {
  const store = new MemoryStore();
  const rows = times.map(at => textRow(String(at), at));
  store.append(batchOf(0, rows));
  return store;
}

/** The positions of a view of these captures that shows the rows with the text, and has looked at all. */
function positionsOf(stores: readonly CaptureStore[], { free = 0, text = '' } = {}): ViewPositions {
  const test = nativeMatcher({ condition: { is: 'text', text, exact: false } });
  const judge = new RegexTimeGuard(test);
  const isEach = stores.length > 1;
  const positions = new ViewPositions(
    free,
    stores.map((_, capture) => capture),
    (capture, onShown) =>
      new ViewSource({ capture, test, judge, onShown, isEach, slotOf: () => undefined }),
  );
  for (const [capture, source] of positions.sources.entries()) {
    source.refresh(stores[capture]);
  }
  for (let source = positions.sought; source?.isCaughtUp === false; source = positions.sought) {
    source.work(Infinity);
    positions.merge();
  }
  return positions;
}

const shown = (positions: ViewPositions) =>
  [...positions.rows(positions.first, positions.next)]
    .flat()
    .map(({ position, capture, seq }) => [position, capture, seq]);

describe('The positions of a view', () => {
  it('begin behind those that were used, and leave one for the row about dropped ones', () => {
    const store = storeOf(0, 1, 2);
    const positions = positionsOf([store], { free: 10 });
    assert.deepEqual(shown(positions), [
      [11, 0, 0],
      [12, 0, 1],
      [13, 0, 2],
    ]);
    store.enforce({ maxRows: 2, maxBytes: Infinity });
    positions.drop();
    const { first, dropped } = store.extent;
    assert.ok(dropped > 0);
    assert.equal(positions.first, 10 + first);
    const [[note] = []] = [...positions.rows(positions.first, positions.first + 1)];
    assert.deepEqual([note?.position, note?.kind, note?.seq], [10 + first, 'state', first - 1]);
    assert.equal(positions.locate({ capture: 0, seq: first }).position, 11 + first);
  });

  it('follow the times of several captures', () => {
    const positions = positionsOf([storeOf(0, 30, 40), storeOf(10, 20, 50)]);
    assert.deepEqual(shown(positions), [
      [1, 0, 0],
      [2, 1, 0],
      [3, 1, 1],
      [4, 0, 1],
      [5, 0, 2],
      [6, 1, 2],
    ]);
    assert.deepEqual(positions.locate({ at: 20 }), { position: 3, isExact: true, isScanned: true });
    assert.equal(positions.locate({ at: 21 }).position, 4);
  });

  it('are all new once rows are added by their times, and others are taken out', () => {
    const positions = positionsOf([storeOf(1, 30, 41), storeOf(10, 21, 50)], { text: '1' });
    assert.deepEqual(shown(positions), [
      [1, 0, 0],
      [2, 1, 0],
      [3, 1, 1],
      [4, 0, 2],
    ]);
    const isEdited = positions.edit([
      { source: 0, seq: 1, at: 30, isAdded: true },
      { source: 1, seq: 0, at: 10, isAdded: false },
    ]);
    assert.equal(isEdited, true);
    assert.deepEqual(shown(positions), [
      [6, 0, 0],
      [7, 1, 1],
      [8, 0, 1],
      [9, 0, 2],
    ]);
  });

  it('stay where the view has what is to be added, and lacks what is to be taken out', () => {
    const store = storeOf(1, 2, 11);
    const positions = positionsOf([store], { text: '1' });
    const before = shown(positions);
    const isEdited = positions.edit([
      { source: 0, seq: 2, at: 11, isAdded: true },
      { source: 0, seq: 1, at: 2, isAdded: false },
    ]);
    assert.equal(isEdited, false);
    assert.deepEqual(shown(positions), before);
  });
});
