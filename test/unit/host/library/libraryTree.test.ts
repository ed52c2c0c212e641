import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import { Formats } from '../../../../src/core/base/format.ts';
import type { RunProgress } from '../../../../src/core/library/sequenceRun.ts';
import type { LibraryTreeParts } from '../../../../src/host/library/libraryTree.ts';
import type { LastRun, LibraryRun } from '../../../../src/host/library/runs/sequenceRunner.ts';
import '../../../support/host/fakeVscode.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { ManualClock } from '../../../support/manualClock.ts';

const { LibraryTree } = await import('../../../../src/host/library/libraryTree.ts');
const { readLibraryText } = await import('../../../../src/host/library/files/libraryText.ts');

const repeating: RunProgress = { state: 'repeating', step: 0, of: 1, name: 'Ticker', sent: 1 };

/** The tree of three messages as the editor shows it, with the labels of the rows that it redraws. */
function shownTree() {
  const clock = new ManualClock();
  const changed = new Emitter<undefined>();
  const nothing = () => ({ dispose: () => undefined });
  const runner = {
    onDidChange: changed.event,
    all: [] as LibraryRun[],
    last: undefined as LastRun | undefined,
    lastOf: (_origin: string, path: string) => (path === 'Ticker' ? runner.last : undefined),
  };
  const items = ['Hello', 'Ticker', 'Other'].map(name => ({ name, text: name }));
  const content = readLibraryText(JSON.stringify({ version: 1, items }), 'user');
  const parts = {
    library: { files: [{ origin: 'user', content }], onDidChange: nothing },
    runner,
    view: { visible: true, onDidChangeVisibility: nothing, onDidChangeSelection: nothing },
    clock,
    formats: new Formats('en', 'UTC'),
    log: silentLog,
    onError: (error: unknown) => assert.ifError(error),
  };
  const tree = new LibraryTree(parts as unknown as LibraryTreeParts);
  const show = () => tree.getChildren().map(node => tree.getTreeItem(node));
  show();
  const redrawn: string[] = [];
  tree.onDidChangeTreeData(nodes => {
    assert.ok(nodes, 'all rows are redrawn');
    redrawn.push(...nodes.map(({ name }) => name));
    nodes.forEach(node => tree.getTreeItem(node));
  });
  const run = (progress?: RunProgress) => {
    const id = { id: 'run1', connection: 'c1', origin: 'user', path: 'Ticker' } as const;
    runner.all = progress ? [{ ...id, progress }] : [];
    changed.fire(undefined);
  };
  return { clock, runner, redrawn, run, tree, texts: () => show().map(row => row.description) };
}

describe('The tree of saved messages', () => {
  it('redraws only the row whose item runs, once a second while its count changes', () => {
    const { clock, redrawn, run, texts } = shownTree();
    run(repeating);
    assert.deepEqual(redrawn, ['Ticker']);
    for (let sent = 2; sent <= 20; sent++) {
      clock.advance(100);
      run({ ...repeating, sent });
    }
    assert.deepEqual(redrawn, ['Ticker', 'Ticker']);
    clock.advance(1000);
    assert.deepEqual(redrawn, ['Ticker', 'Ticker', 'Ticker']);
    assert.deepEqual(texts(), ['text', 'repeating · 20 sent', 'text']);
  });

  it('shows within a quarter of a second that an item has ended', () => {
    const { clock, runner, redrawn, run } = shownTree();
    run(repeating);
    clock.advance(50);
    const progress = { ...repeating, state: 'stopped' } as const;
    const end = { connection: 'c1', endedAt: 0, elapsedMs: 10, sentence: 'Ended.' };
    runner.last = { ...end, progress };
    run(progress);
    clock.advance(250);
    assert.deepEqual(redrawn, ['Ticker', 'Ticker']);
  });

  it('redraws nothing when a run is forgotten whose row does not change', () => {
    const { clock, runner, redrawn, run } = shownTree();
    const progress = { ...repeating, state: 'done' } as const;
    const end = { connection: 'c1', endedAt: 0, elapsedMs: 10, sentence: 'Ended.' };
    runner.last = { ...end, progress };
    run(progress);
    clock.advance(5000);
    run();
    clock.advance(5000);
    assert.deepEqual(redrawn, ['Ticker']);
  });
});
