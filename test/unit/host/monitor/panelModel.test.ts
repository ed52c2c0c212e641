import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../src/core/base/event.ts';
import type {
  ViewPlace,
  ViewReport,
  ViewRow,
  ViewState,
} from '../../../../src/core/capture/view.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import '../../../support/host/fakeVscode.ts';

const { PanelModel } = await import('../../../../src/host/monitor/panelModel.ts');

type Ports = ConstructorParameters<typeof PanelModel>[0];

const start: ViewState = { first: 1, next: 9, scanned: 8, total: 8, hidden: 0, dropped: 0 };

/** A model of two captures, the views that it has opened, and what they were asked. */
function openModel() {
  const all = [7, 8].map(id => ({ kind: 'capture', id: `file:${id}`, capture: { id } }));
  const sources = { all, asked: [] as ViewPlace[] };
  const tails: number[] = [];
  let state = start;
  const reports = new Emitter<ViewReport>();
  const model = new PanelModel({
    sources: {
      get all() {
        return sources.all;
      },
      find: (id: string) => sources.all.find(each => each.id === id),
      successorOf: () => undefined,
    },
    notConnected: { all: [], find: () => undefined, sourceOf: () => undefined },
    openView: (_query: unknown, tail: number) => {
      tails.push(tail);
      return {
        get state() {
          return state;
        },
        onDidChange: reports.event,
        setTail: (count: number) => tails.push(count),
        locate: (place: ViewPlace) => {
          sources.asked.push(place);
          return Promise.resolve({ position: 4, isExact: true, isScanned: true });
        },
        dispose: () => undefined,
      };
    },
    now: () => 0,
    log: silentLog,
  } as unknown as Ports);
  model.set({ selected: 'file:7' });
  model.open();
  const report = (change: Partial<ViewState>, positions: readonly number[]) => {
    state = { ...state, ...change };
    reports.fire({ ...state, tail: positions.map(rowAt) });
  };
  /** The positions of the rows that come with the list. */
  const taken = () => model.takeList().tail?.map(({ position }) => position);
  return { model, sources, tails, report, taken };
}

function rowAt(position: number): ViewRow {
  return {
    position,
    capture: 7,
    seq: position - 1,
    at: 0,
    kind: 'text',
    direction: 'in',
    heartbeat: false,
    byteLength: 1,
    preview: 'x',
  };
}

describe('a row that the page holds on to', () => {
  it('is in no list any more once its capture is closed, and does not keep the list from coming', async () => {
    const { model, sources } = openModel();
    const { generation } = model.list;
    const locate = () => model.locate({ generation, place: { connection: 'file:7', seq: 3 } });
    assert.deepEqual(await locate(), { position: 4, isExact: true, isScanned: true });
    assert.deepEqual(sources.asked, [{ capture: 7, seq: 3 }]);
    sources.all = [];
    assert.deepEqual(await locate(), { position: 9, isExact: false, isScanned: true });
    assert.equal(sources.asked.length, 1);
    model.dispose();
  });
});

describe('a list that has just been opened', () => {
  it('says that nothing is known of its rows until the first report', () => {
    const { model, report } = openModel();
    assert.equal(model.list.isPending, true);
    report({}, []);
    assert.equal(model.list.isPending, undefined);
    model.set({ filter: 'x' });
    assert.equal(model.list.isPending, true);
    report({}, []);
    assert.equal(model.list.isPending, undefined);
    model.set({ filter: 'x or y' });
    model.close();
    assert.equal(model.list.isPending, undefined);
    model.dispose();
  });
});

describe('the newest rows', () => {
  it('go to the page once, with the names of their connections', () => {
    const { model, report, taken } = openModel();
    model.setTail(3);
    report({ next: 11 }, [9, 10]);
    const { capture, ...row } = rowAt(9);
    assert.deepEqual(model.takeList().tail?.[0], { ...row, connection: `file:${capture}` });
    assert.equal(taken(), undefined);
    report({ next: 13 }, [11, 12]);
    report({ next: 15 }, [13, 14]);
    assert.deepEqual(taken(), [12, 13, 14]);
    assert.equal(model.list.tail, undefined);
    model.dispose();
  });

  it('are asked for while one source is followed by a page', () => {
    const { model, tails } = openModel();
    const last = () => tails.at(-1);
    assert.equal(last(), 0);
    model.setTail(40);
    assert.equal(last(), 40);
    model.set({ following: false });
    assert.equal(last(), 0);
    model.set({ following: true });
    model.set({ filter: 'x' });
    assert.equal(last(), 40);
    model.set({ merged: ['file:7', 'file:8'] });
    assert.equal(last(), 0);
    model.set({ merged: [] });
    assert.equal(last(), 40);
    model.close();
    model.open();
    assert.equal(last(), 0);
    model.dispose();
  });

  it('are not kept for a page that is paused or hidden', () => {
    const { model, report, taken } = openModel();
    for (const stop of [() => model.set({ following: false }), () => model.setTail(0)]) {
      model.set({ following: true });
      model.setTail(40);
      report({}, [8]);
      stop();
      report({}, [8]);
      assert.equal(taken(), undefined);
    }
    model.dispose();
  });

  it('are not those that went before the page is told, nor those of another list', () => {
    const { model, report, taken } = openModel();
    model.setTail(40);
    report({ next: 12 }, [9, 10, 11]);
    report({ first: 10, dropped: 9 }, []);
    assert.deepEqual(taken(), [11]);
    report({ next: 13 }, [12]);
    report({ first: 13, dropped: 0 }, []);
    assert.equal(taken(), undefined);
    report({ next: 15 }, [13, 14]);
    model.set({ filter: 'x' });
    assert.equal(taken(), undefined);
    model.dispose();
  });
});
