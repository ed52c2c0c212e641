import '../../../../support/host/fakeVscode.ts';
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { undoMs } from '../../../../../src/core/capture/capture.ts';
import type { MonitoredConnection } from '../../../../../src/host/connections/monitoredConnection.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const { Clearing } = await import('../../../../../src/host/connections/commands/clearing.ts');

/** A connection that knows only how many rows it shows, and how many are hidden. */
class Rows {
  readonly name: string;
  shown = 0;
  hidden = 0;
  canRestore = true;
  #removed = 0;

  constructor(name: string) {
    this.name = name;
  }

  get connection(): MonitoredConnection {
    return this as unknown as MonitoredConnection;
  }

  readonly capture = this.#makeCapture();

  #makeCapture() {
    const firstOf = () => this.#removed;
    return {
      get extent() {
        return { first: firstOf() };
      },
      clear: () => {
        this.#removed += this.shown;
        this.hidden += this.shown;
        this.shown = 0;
        return Promise.resolve(this.canRestore);
      },
      restore: () => {
        this.shown += this.hidden;
        this.hidden = 0;
        return Promise.resolve(this.canRestore);
      },
    };
  }
}

describe('clearing', () => {
  let clock: ManualClock;
  let clearing: InstanceType<typeof Clearing>;
  let [a, b] = [new Rows('a'), new Rows('b')];

  beforeEach(() => {
    clock = new ManualClock();
    clearing = new Clearing(clock);
    [a, b] = [new Rows('a'), new Rows('b')];
    a.shown = 5;
    b.shown = 7;
  });

  const clear = (...rows: readonly Rows[]) => clearing.clear(rows.map(each => each.connection));

  it('undoes what was cleared last, then what was cleared before', async () => {
    await clear(a);
    await clear(b);
    assert.deepEqual(clearing.last, { names: ['b'], rows: 7 });
    await clearing.undo();
    assert.deepEqual([clearing.last, a.shown, b.shown], [{ names: ['a'], rows: 5 }, 0, 7]);
    await clearing.undo();
    assert.deepEqual([clearing.last, a.shown], [undefined, 5]);
  });

  it('brings back all that was cleared of a connection in the meantime', async () => {
    await clear(a, b);
    assert.deepEqual(clearing.last, { names: ['a', 'b'], rows: 12 });
    a.shown = 2;
    await clear(a);
    assert.deepEqual(clearing.last, { names: ['a'], rows: 7 });
    await clearing.undo();
    assert.deepEqual([a.shown, clearing.last], [7, { names: ['b'], rows: 7 }]);
  });

  it('keeps the offer when there was nothing left to clear', async () => {
    await clear(a);
    await clear(a);
    assert.deepEqual(clearing.last, { names: ['a'], rows: 5 });
  });

  it('offers it for ten seconds, and says so when it is too late', async () => {
    let changes = 0;
    clearing.onDidChange(() => changes++);
    await clear(a);
    clock.advance(undoMs - 1);
    assert.ok(clearing.last);
    clock.advance(1);
    assert.deepEqual([clearing.last, changes], [undefined, 2]);
    await assert.rejects(clearing.undo(), /are gone: .* ten seconds only/);
  });

  it('offers nothing that cannot be brought back', async () => {
    a.canRestore = false;
    await clear(a);
    assert.equal(clearing.last, undefined);
    await clear(b);
    b.canRestore = false;
    await assert.rejects(clearing.undo(), /are gone/);
  });
});
