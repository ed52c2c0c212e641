import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { BatchReader, singleRowBatch } from '../../../../../src/core/record/batch.ts';
import { MemoryStore } from '../../../../../src/core/capture/log/memoryStore.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import type { ExportJob, ExportResult } from '../../../../../src/core/export/exportJob.ts';
import type { DecodingSlot } from '../../../../../src/node/captureWorker/decoding/decodingSlot.ts';
import { Exports } from '../../../../../src/node/captureWorker/export/exports.ts';
import { ViewSession } from '../../../../../src/node/captureWorker/sessions/viewSession.ts';
import { batchOf, scratchFolder, textRow } from '../../../../support/capture/captures.ts';

/** What the exports of one capture with one row need. */
function exportsOf(store: MemoryStore, decoding?: DecodingSlot) {
  const captures = new Map([[1, { store, ...(decoding && { decoding }) }]]);
  const views = new Map([[1, new ViewSession({ captures: [1] }, 0, captures)]]);
  views.get(1)?.work(Infinity);
  return new Exports({
    captures,
    viewOf: id => views.get(id),
    report: () => undefined,
    isBusy: () => false,
  });
}

describe('An export with decoded values', () => {
  it('has messages as they came where there are no decoders, and says why', async () => {
    using scratch = scratchFolder();
    const store = new MemoryStore();
    store.append(batchOf(0, [textRow('{"jsonrpc":"2.0"}')]));
    const problem = 'Messages cannot be decoded: a file is missing';
    let users = 0;
    const broken: Pick<DecodingSlot, 'decoding' | 'problem' | 'useLoaded' | 'leave'> = {
      decoding: undefined,
      problem,
      useLoaded: () => {
        users++;
        return Promise.resolve();
      },
      leave: () => {
        users--;
      },
    };
    const path = join(scratch.path, 'out');
    const connections = [{ capture: 1, name: 'a', url: '' }];
    const job: ExportJob = { view: 1, connections, format: 'csv', path, secrets: [] };
    const exportAs = async (slot: DecodingSlot | undefined, isDecoded: boolean) => {
      const params = { job: { ...job, isDecoded }, partPath: `${path}.part` };
      const request = { id: 1, request: 'export.open', key: 1, params } as const;
      const result = await (exportsOf(store, slot).perform(request) as Promise<ExportResult>);
      return { result, file: readFileSync(path, 'utf8') };
    };
    const plain = await exportAs(undefined, false);
    const fallen = await exportAs(broken as DecodingSlot, true);
    assert.equal(fallen.file, plain.file);
    assert.deepEqual(fallen.result, { ...plain.result, problem });
    assert.equal(users, 0);
  });
});

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
