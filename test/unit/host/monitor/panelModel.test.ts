import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ViewPlace } from '../../../../src/core/capture/view.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import '../../../support/host/fakeVscode.ts';

const { PanelModel } = await import('../../../../src/host/monitor/panelModel.ts');

type Ports = ConstructorParameters<typeof PanelModel>[0];

describe('a row that the page holds on to', () => {
  it('is in no list any more once its capture is closed, and does not keep the list from coming', async () => {
    const source = { kind: 'capture', id: 'file:a', capture: { id: 7 } };
    let open = [source];
    const asked: ViewPlace[] = [];
    const model = new PanelModel({
      sources: {
        get all() {
          return open;
        },
        find: (id: string) => open.find(each => each.id === id),
        successorOf: () => undefined,
      },
      notConnected: { all: [], find: () => undefined, sourceOf: () => undefined },
      openView: () => ({
        state: { first: 1, next: 9, scanned: 8, total: 8, hidden: 0, dropped: 0 },
        onDidChange: () => ({ dispose: () => undefined }),
        locate: (place: ViewPlace) => {
          asked.push(place);
          return Promise.resolve({ position: 4, isExact: true, isScanned: true });
        },
        dispose: () => undefined,
      }),
      now: () => 0,
      log: silentLog,
    } as unknown as Ports);
    model.open();
    const { generation } = model.list;
    const locate = () => model.locate({ generation, place: { connection: 'file:a', seq: 3 } });
    assert.deepEqual(await locate(), { position: 4, isExact: true, isScanned: true });
    assert.deepEqual(asked, [{ capture: 7, seq: 3 }]);
    open = [];
    assert.deepEqual(await locate(), { position: 9, isExact: false, isScanned: true });
    assert.equal(asked.length, 1);
    model.dispose();
  });
});
