import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RowIndex } from '../../../../src/core/capture/rowIndex.ts';

interface Entry {
  readonly source: number;
  readonly seq: number;
}

/** An index and the same as an array, in which the place is the position. */
function filled(runs: readonly (readonly [source: number, gap: number, count: number])[]) {
  const index = new RowIndex();
  const model: Entry[] = [];
  const nexts = [0, 0, 0];
  for (const [source, gap, count] of runs) {
    const seq = (nexts[source] ?? 0) + gap;
    nexts[source] = seq + count;
    index.append(source, seq, count);
    for (let row = 0; row < count; row++) {
      model.push({ source, seq: seq + row });
    }
  }
  return { index, model };
}

function contentOf(index: RowIndex): readonly Entry[] {
  return [...index.runs(index.first, index.next)].flatMap(({ source, seq, length }) =>
    Array.from({ length }, (_, row) => ({ source, seq: seq + row })),
  );
}

const runs = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 3 }), fc.nat(5)),
  { maxLength: 60 },
);

describe('RowIndex', () => {
  it('is the array of its rows', () => {
    fc.assert(
      fc.property(runs, fc.nat(400), (parts, position) => {
        const { index, model } = filled(parts);
        assert.deepEqual(contentOf(index), model);
        assert.deepEqual(index.at(position), model[position]);
      }),
    );
  });

  it('finds a row, or the next one of its source', () => {
    fc.assert(
      fc.property(runs, fc.integer({ min: 0, max: 2 }), fc.nat(100), (parts, source, seq) => {
        const { index, model } = filled(parts);
        const expected = model.findIndex(entry => entry.source === source && entry.seq >= seq);
        assert.equal(index.positionOf(source, seq), expected < 0 ? undefined : expected);
      }),
    );
  });

  it('has the same rows after an edit but for those that were taken out or added', () => {
    const flips = fc.uniqueArray(fc.nat(300), { maxLength: 20 });
    fc.assert(
      fc.property(runs, flips, fc.nat(200), fc.nat(20), (parts, seqs, dropped, gap) => {
        // Of one source, every second of its rows may be missing.
        const { index, model } = filled(parts.map(([, ...run]) => [0, ...run]));
        index.dropBelow(dropped);
        const left = model.slice(index.first);
        const least = left[0]?.seq ?? 0;
        const had = new Set(left.map(({ seq }) => seq));
        const flipped = seqs.filter(seq => seq >= least).sort((one, other) => one - other);
        const edits = flipped.map(seq => ({
          position: index.positionOf(0, seq) ?? index.next,
          source: 0,
          seq,
          isAdded: !had.has(seq),
        }));
        edits.sort((one, other) => one.position - other.position || one.seq - other.seq);
        const edited = index.edited(index.next + gap, edits);
        const expected = new Set([...had].concat(flipped).filter(seq => has(seq)));
        function has(seq: number): boolean {
          return had.has(seq) !== flipped.includes(seq);
        }
        assert.deepEqual(
          contentOf(edited).map(({ seq }) => seq),
          [...expected].sort((one, other) => one - other),
        );
        assert.equal(edited.first, index.next + gap);
        for (const seq of expected) {
          assert.equal(edited.at(edited.positionOf(0, seq) ?? -1)?.seq, seq);
        }
      }),
    );
  });

  it('goes on after an edit far behind many rows', () => {
    const index = new RowIndex(5);
    for (let row = 0; row < 20_000; row++) {
      index.append(row % 3, row);
    }
    index.dropBelow(100);
    const expected = contentOf(index);
    const edited = index.edited(50_000, [
      { position: 15_005, source: 0, seq: 15_000, isAdded: false },
    ]);
    edited.append(1, 20_002);
    assert.deepEqual(contentOf(edited), [
      ...expected.filter(({ seq }) => seq !== 15_000),
      { source: 1, seq: 20_002 },
    ]);
    assert.equal(edited.positionOf(0, 15_000), edited.positionOf(0, 15_003));
    edited.dropBelow(60_000);
    assert.equal(edited.first, 60_000);
  });

  it('keeps the positions of what is left when rows are dropped', () => {
    fc.assert(
      fc.property(runs, fc.nat(400), runs, (parts, position, more) => {
        const { index, model } = filled(parts);
        index.dropBelow(position);
        const first = Math.min(position, model.length);
        assert.equal(index.first, first);
        assert.deepEqual(contentOf(index), model.slice(first));
        let seq = 10_000;
        for (const [source, , count] of more) {
          index.append(source, seq, count);
          seq += count + 1;
        }
        assert.deepEqual(contentOf(index).slice(0, model.length - first), model.slice(first));
      }),
    );
  });

  it('holds scattered rows over many chunks, and beyond what 32 bits count', () => {
    const index = new RowIndex(5);
    const base = 2 ** 33;
    for (let row = 0; row < 20_000; row++) {
      index.append(row % 2, row < 10_000 ? row * 3 : base + row * 3);
    }
    assert.equal(index.next, 20_005);
    assert.deepEqual(index.at(5 + 15_001), { source: 1, seq: base + 45_003 });
    assert.equal(index.positionOf(0, base), 5 + 10_000);
    assert.equal(index.positionOf(1, 29_997), 5 + 9999);
    index.dropBelow(15_000);
    assert.deepEqual(index.at(14_999), undefined);
    assert.deepEqual(index.at(15_000), { source: 1, seq: base + 14_995 * 3 });
  });

  it('takes next to nothing for rows that follow each other', () => {
    const index = new RowIndex();
    for (let row = 0; row < 10_000_000; row += 4096) {
      index.append(0, row, 4096);
    }
    assert.equal([...index.runs(0, index.next)].length, 1);
  });
});
