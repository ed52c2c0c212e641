import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ScaledList } from '../../../../src/webview/widgets/scaledList.ts';

function listOf(first: number, next: number): ScaledList {
  const list = new ScaledList();
  list.setMetrics(22, 660);
  list.setExtent(first, next);
  return list;
}

/** Puts the bar where it belongs, as the page does between two events. */
function settle(list: ScaledList): void {
  list.barMoved(Math.round(list.barOffset));
}

describe('a list that fits into one box', () => {
  it('shows the rows under the scroll bar', () => {
    const list = listOf(0, 1000);
    assert.equal(list.boxHeight, 22_000);
    list.scrolled(225);
    assert.deepEqual(list.window, { from: 10, to: 41, shift: 5 });
  });

  it('shows all of few rows and does not scroll', () => {
    const list = listOf(7, 10);
    assert.deepEqual(list.window, { from: 7, to: 10, shift: 0 });
    assert.equal(list.boxHeight, 66);
    assert.ok(list.isAtEnd);
  });
});

describe('a list of ten million rows', () => {
  it('stays below what browsers lay out', () => {
    assert.equal(listOf(0, 10_000_000).boxHeight, 8_000_000);
  });

  it('reaches both ends and every row between', () => {
    const list = listOf(0, 10_000_000);
    list.toEnd();
    assert.deepEqual(list.window, { from: 9_999_970, to: 10_000_000, shift: 0 });
    for (const seq of [0, 1, 4_999_999, 9_999_999]) {
      list.reveal(seq);
      const { from, to } = list.window;
      assert.ok(from <= seq && seq < to, String(seq));
    }
  });

  it('moves by pixels with the wheel', () => {
    const list = listOf(0, 10_000_000);
    list.top = 5_000_000;
    settle(list);
    let offset = Math.round(list.barOffset);
    for (let step = 0; step < 33; step++) {
      offset += 100;
      list.scrolled(offset);
    }
    assert.deepEqual(list.window, { from: 5_000_150, to: 5_000_180, shift: 0 });
  });

  it('moves by pixels with a wheel that spins freely', () => {
    const list = listOf(0, 10_000_000);
    list.top = 5_000_000;
    settle(list);
    list.scrolled(Math.round(list.barOffset) + 3300, true);
    assert.equal(list.window.from, 5_000_150);
  });

  it('can be scrolled on in small steps near its ends', () => {
    const list = listOf(0, 10_000_000);
    list.toEnd();
    settle(list);
    list.scrolled(Math.round(list.barOffset) - 220);
    for (let step = 0; step < 9; step++) {
      settle(list);
      list.scrolled(Math.round(list.barOffset) + 22);
    }
    assert.equal(list.window.to, 9_999_999);
    assert.ok(!list.isAtEnd);
    settle(list);
    list.scrolled(Math.round(list.barOffset) + 22);
    assert.ok(list.isAtEnd);
  });

  it('moves in proportion with the thumb, and snaps at the ends', () => {
    const list = listOf(0, 10_000_000);
    assert.equal(list.scrolled(4_000_000), 'down');
    assert.ok(Math.abs(list.top - 5_000_000) < 1000);
    assert.equal(list.scrolled(8_000_000 - 660), 'down');
    assert.ok(list.isAtEnd);
    assert.equal(list.scrolled(0), 'up');
    assert.equal(list.top, 0);
  });
});

it('keeps its rows in place while others come and go', () => {
  const list = listOf(0, 100_000);
  list.top = 50_000.5;
  const before = list.window;
  list.setExtent(40_000, 900_000);
  assert.deepEqual(list.window, before);
  settle(list);
  assert.equal(list.scrolled(Math.round(list.barOffset)), undefined);
  assert.deepEqual(list.window, before);
});

it('moves on when its own rows go', () => {
  const list = listOf(0, 1000);
  list.setExtent(500, 1500);
  assert.equal(list.window.from, 500);
});

it('takes no notice of what the page itself did to the scroll bar', () => {
  const list = listOf(0, 1000);
  list.barMoved(500);
  assert.equal(list.scrolled(500.4), undefined);
  assert.equal(list.scrolled(520), 'down');
  assert.equal(list.scrolled(500), 'up');
});

it('never shows rows that are not there', () => {
  const step = fc.record({
    first: fc.nat(1_000_000),
    count: fc.nat(5_000_000),
    offset: fc.nat(9_000_000),
    viewport: fc.nat(2000),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1 }), steps => {
      const list = new ScaledList();
      for (const { first, count, offset, viewport } of steps) {
        list.setMetrics(22, viewport);
        list.setExtent(first, first + count);
        list.scrolled(offset);
        const { from, to, shift } = list.window;
        assert.ok(from >= first && to <= first + count && from <= to, `${from} ${to}`);
        assert.ok(shift >= 0 && shift < 22);
        assert.ok((to - from) * 22 - shift >= Math.min(viewport, count * 22) - 1);
      }
    }),
  );
});
