import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import type { ExportJob } from '../../../../../src/core/export/exportJob.ts';
import { Exports } from '../../../../../src/node/captureWorker/export/exports.ts';
import { ViewSession } from '../../../../../src/node/captureWorker/sessions/viewSession.ts';

describe('An export of all rows', () => {
  it('ends with a sentence where its list is closed before it was filled', async () => {
    const store = new MemoryStore();
    const payload = new TextEncoder().encode('a');
    store.append(new BatchReader(singleRowBatch(0, 0, flagsOf('text', 'in'), payload)));
    const captures = new Map([[1, { store }]]);
    const condition = { is: 'text', text: 'a', exact: true } as const;
    const views = new Map([[1, new ViewSession({ captures: [1], condition }, 0, captures)]]);
    const exports = new Exports({
      captures,
      viewOf: id => views.get(id),
      report: () => undefined,
      isBusy: () => false,
    });
    const path = join(tmpdir(), 'never-written.ndjson');
    const job: ExportJob = { view: 1, connections: [], format: 'ndjson', path, secrets: [] };
    const params = { job, partPath: `${path}.part` };
    const done = exports.perform({ id: 1, request: 'export.open', key: 1, params });
    views.clear();
    await assert.rejects(done as Promise<unknown>, /The list has changed since/);
  });
});
