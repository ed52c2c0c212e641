import assert from 'node:assert/strict';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import type { CaptureView, ViewQuery } from '../../../../src/core/capture/view.ts';
import type { ExportJob, ExportProgress } from '../../../../src/core/export/exportJob.ts';
import type { CaptureService } from '../../../../src/node/capture/captureService.ts';
import { startCaptures } from '../../../support/capture/captureService.ts';

const text = flagsOf('text', 'in');
const state = flagsOf('state', 'in');
const encoder = new TextEncoder();

interface Rig {
  readonly service: CaptureService;
  readonly capture: Capture;
  /** Where exports go. */
  readonly folder: string;
  readonly workers: readonly Worker[];
  readonly open: (query?: Partial<ViewQuery>) => CaptureView;
  readonly job: (view: CaptureView, changed?: Partial<ExportJob>) => ExportJob;
}

function setUp(t: TestContext): Rig {
  const { service, target: folder, workers, end } = startCaptures();
  t.after(end);
  const capture = service.open({
    name: 'prices',
    url: 'wss://example.com/feed',
    maxRows: Infinity,
    maxBytes: Infinity,
  });
  return {
    service,
    capture,
    folder,
    workers,
    open: query => service.openView({ captures: [capture.id], ...query }),
    job: (view, changed) => ({
      view: view.id,
      connections: [{ capture: capture.id, name: 'prices', url: 'wss://example.com/feed' }],
      format: 'ndjson',
      path: join(folder, 'out'),
      secrets: [],
      ...changed,
    }),
  };
}

function appendNumbers(capture: Capture, first: number, next: number): void {
  for (let number = first; number < next; number++) {
    capture.append(1000 + number, text, encoder.encode(`{"number":${number}}`));
  }
}

/** Requests in JSON-RPC, each with its answer seven milliseconds later. */
function appendCalls(capture: Capture, count: number): void {
  for (let id = 0; id < count; id++) {
    const request = { jsonrpc: '2.0', method: 'add', id, params: [id] };
    const answer = { jsonrpc: '2.0', id, result: id };
    capture.append(10 * id, flagsOf('text', 'out'), encoder.encode(JSON.stringify(request)));
    capture.append(10 * id + 7, text, encoder.encode(JSON.stringify(answer)));
  }
}

function appendOpening(capture: Capture, at: number, url: string): void {
  const handshake = { url, request: [], redirects: [], timings: [] };
  const row = { state: 'connected', severity: 'info', text: 'Connected.', handshake };
  capture.append(at, state, encoder.encode(JSON.stringify(row)));
}

function linesIn(path: string): readonly { readonly seq: number; readonly data: string }[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map(line => JSON.parse(line) as { seq: number; data: string });
}

describe('an export from the capture worker', () => {
  it('has every row that was appended before it, also those that were on their way', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    appendNumbers(capture, 0, 120_000);
    const seen: ExportProgress[] = [];
    const running = service.startExport(job(open()), progress => seen.push(progress));
    const result = await running.done;
    const lines = linesIn(join(folder, 'out'));
    assert.deepEqual([result.rows, result.missed, lines.length], [120_000, 0, 120_000]);
    assert.ok(lines.every(({ seq, data }, at) => seq === at && data === `{"number":${at}}`));
    assert.deepEqual(seen.at(-1), { rows: 120_000, of: 120_000, byteLength: result.byteLength });
    assert.deepEqual(readdirSync(folder), ['out']);
  });

  it('has what a filter shows, or what was selected of it', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    appendNumbers(capture, 0, 30_000);
    const condition = { is: 'text', text: '99}', exact: true } as const;
    const view = open({ condition });
    await service.startExport(job(view), () => undefined).done;
    const path = join(folder, 'out');
    assert.equal(linesIn(path).length, 300);
    const { first } = view.state;
    const ranges = [[first + 1, first + 3]] as const;
    await service.startExport(job(view, { ranges }), () => undefined).done;
    assert.deepEqual(
      linesIn(path).map(({ seq }) => seq),
      [199, 299],
    );
  });

  it('goes on in a flood, which it neither stops nor follows', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    appendNumbers(capture, 0, 100_000);
    await capture.flush();
    const view = open();
    let next = 100_000;
    const flood = setInterval(() => {
      appendNumbers(capture, next, (next += 500));
    }, 5);
    t.after(() => clearInterval(flood));
    await service.startExport(job(view), () => undefined).done;
    clearInterval(flood);
    const during = capture.extent.next;
    const lines = linesIn(join(folder, 'out'));
    assert.ok(lines.length >= 100_000 && lines.length <= next);
    assert.ok(lines.every(({ seq }, at) => seq === at));
    assert.ok(during > 100_000, 'nothing was stored meanwhile');
    await capture.flush();
    assert.equal(capture.extent.next, next);
  });

  it('leaves nothing when it is cancelled, at once or in the middle', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    appendNumbers(capture, 0, 200_000);
    await capture.flush();
    const view = open();
    writeFileSync(join(folder, 'out'), 'before');
    const early = service.startExport(job(view), () => undefined);
    early.cancel();
    await assert.rejects(early.done, { isCancelled: true });
    const late = service.startExport(job(view), () => late.cancel());
    await assert.rejects(late.done, { message: 'The export was cancelled.', isCancelled: true });
    late.cancel();
    assert.deepEqual(readdirSync(folder), ['out']);
    assert.equal(readFileSync(join(folder, 'out'), 'utf8'), 'before');
  });

  it('fails, and leaves nothing, when its worker dies; the next one works', async t => {
    const { service, capture, folder, open, job, workers } = setUp(t);
    appendNumbers(capture, 0, 200_000);
    await capture.flush();
    const view = open();
    const running = service.startExport(job(view), () => void workers.at(-1)?.terminate());
    await assert.rejects(running.done, { isCancelled: false, message: /failed\. Export again/ });
    assert.deepEqual(readdirSync(folder), []);
    await service.startExport(job(view), () => undefined).done;
    assert.equal(linesIn(join(folder, 'out')).length, 200_000);
    assert.equal(workers.length, 2);
  });

  it('ends with the service, and leaves nothing', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    appendNumbers(capture, 0, 200_000);
    await capture.flush();
    const running = service.startExport(job(open()), () => undefined);
    await Promise.all([assert.rejects(running.done), service.dispose()]);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('says so where its view is gone', async t => {
    const { service, open, job } = setUp(t);
    const view = open();
    view.dispose();
    const { done } = service.startExport(job(view), () => undefined);
    await assert.rejects(done, /list has changed/);
  });

  it('as HAR has each connection by itself, under the handshakes that came before', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    const other = service.open({
      name: 'other',
      url: 'ws://other',
      maxRows: Infinity,
      maxBytes: Infinity,
    });
    appendOpening(capture, 1, 'wss://example.com/1');
    appendOpening(other, 2, 'ws://other/1');
    for (let at = 3; at < 3000; at += 3) {
      capture.append(at, text, encoder.encode('a'));
      other.append(at + 1, text, encoder.encode('b'));
      if (at === 1500) {
        appendOpening(capture, at + 2, 'wss://example.com/2');
      }
    }
    const connections = [capture, other].map(({ id }) => ({ capture: id, name: '', url: '' }));
    const condition = { is: 'kind', kinds: ['text'] } as const;
    const view = open({ captures: [capture.id, other.id], condition });
    await service.startExport(job(view, { format: 'har', connections }), () => undefined).done;
    const { log } = JSON.parse(readFileSync(join(folder, 'out'), 'utf8')) as {
      log: { entries: { request: { url: string }; _webSocketMessages: { data: string }[] }[] };
    };
    assert.deepEqual(
      log.entries.map(({ request, _webSocketMessages: messages }) => [
        request.url,
        messages.length,
        [...new Set(messages.map(({ data }) => data))],
      ]),
      [
        ['wss://example.com/1', 500, ['a']],
        ['wss://example.com/2', 499, ['a']],
        ['ws://other/1', 999, ['b']],
      ],
    );
  });

  it('holds no secret, in whatever format', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    const secret = 'hunter22-"x"';
    appendOpening(capture, 1, `wss://example.com/?t=${encodeURIComponent(secret)}`);
    for (const echoed of [secret, JSON.stringify(secret), btoa(`me:${secret}`)]) {
      capture.append(2, text, encoder.encode(echoed));
      capture.append(2, flagsOf('binary', 'out'), encoder.encode(`\u0001${echoed}`));
    }
    const view = open();
    for (const format of ['ndjson', 'csv', 'har'] as const) {
      await service.startExport(job(view, { format, secrets: [secret] }), () => undefined).done;
      const file = readFileSync(join(folder, 'out'), 'utf8');
      const decoded = file.replace(/[A-Za-z0-9+/]{8,}={0,2}/g, all => {
        return `${all} ${Buffer.from(all, 'base64').toString('latin1')}`;
      });
      assert.doesNotMatch(decoded, /unter22/, format);
      assert.match(file, /•••/);
    }
  });

  it('has what decoders say, whether or not a view has the capture decoded', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    capture.setDecoders([{ use: ['jsonrpc'] }]);
    appendCalls(capture, 5000);
    const seen: ExportProgress[] = [];
    const condition = { is: 'text', text: '"id":2500', exact: true } as const;
    for (const changed of [{}, { format: 'csv' }, { format: 'har' }] as const) {
      const wanted = job(open({ condition }), { ...changed, isDecoded: true });
      const result = await service.startExport(wanted, progress => seen.push(progress)).done;
      assert.deepEqual([result.rows, result.problem], [2, undefined]);
      const file = readFileSync(join(folder, 'out'), 'utf8');
      assert.match(file, /add/);
      if (wanted.format === 'ndjson') {
        const decoded = file
          .split('\n')
          .slice(0, -1)
          .map(line => (JSON.parse(line) as { decoded: unknown }).decoded);
        const facts = { as: 'jsonrpc', event: 'add', id: '2500', ms: 7 };
        const both = { jsonrpc: '2.0', id: 2500 };
        assert.deepEqual(decoded, [
          { ...facts, type: 'request', value: { ...both, method: 'add', params: [2500] } },
          { ...facts, type: 'response', request: 5000, value: { ...both, result: 2500 } },
        ]);
      }
    }
    assert.ok(seen.some(({ decoding }) => decoding?.of === 10_000));
  });

  it('waits for a schema that is still being read', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    const awaited = { is: 'awaited', name: 'feed.proto', problem: 'It is being read.' };
    capture.setDecoders([{ use: [{ protobuf: { problem: awaited } }] }]);
    capture.append(2, flagsOf('binary', 'in'), Uint8Array.of(8, 5));
    const waiting = Promise.withResolvers<undefined>();
    const running = service.startExport(job(open(), { isDecoded: true }), () => {
      waiting.resolve(undefined);
    });
    await waiting.promise;
    const table = { M: { '1': { name: 'price', type: 'int32' } } };
    capture.setDecoders([{ use: [{ protobuf: { table, message: 'M' } }] }]);
    await running.done;
    assert.match(readFileSync(join(folder, 'out'), 'utf8'), /"value":\{"price":5\}/);
  });

  it('is the same as before where decoded values are not asked for', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    capture.setDecoders([{ use: ['jsonrpc'] }]);
    appendCalls(capture, 100);
    const files: string[] = [];
    for (const decode of [undefined, [], ['jsonrpc']]) {
      if (decode) {
        capture.setDecoders([{ use: decode }]);
      }
      await service.startExport(job(open()), () => undefined).done;
      files.push(readFileSync(join(folder, 'out'), 'utf8'));
    }
    assert.equal(new Set(files).size, 1);
    assert.doesNotMatch(files[0] ?? '', /decoded/);
    capture.setDecoders([{ use: [] }]);
    await service.startExport(job(open(), { isDecoded: true }), () => undefined).done;
    assert.equal(readFileSync(join(folder, 'out'), 'utf8'), files[0]);
  });

  it('holds no secret in decoded values, of binary and compressed messages either', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    const secret = 'hunter22-"x"';
    const rpc = JSON.stringify({ id: 1, method: secret, params: { [secret]: secret } });
    for (const use of [['jsonrpc'], ['gzip', 'jsonrpc']]) {
      capture.setDecoders([{ use }]);
      const bytes = use.length > 1 ? gzipSync(rpc) : encoder.encode(rpc);
      capture.append(2, use.length > 1 ? flagsOf('binary', 'in') : text, bytes);
      for (const format of ['ndjson', 'csv', 'har'] as const) {
        const wanted = job(open(), { format, secrets: [secret], isDecoded: true });
        await service.startExport(wanted, () => undefined).done;
        const file = readFileSync(join(folder, 'out'), 'utf8');
        assert.doesNotMatch(file, /unter22/, format);
        assert.match(file, /jsonrpc.*•••/);
      }
    }
  });

  it('leaves nothing when it is cancelled while it decodes', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    capture.setDecoders([{ use: ['jsonrpc'] }]);
    appendCalls(capture, 50_000);
    await capture.flush();
    const running = service.startExport(job(open(), { isDecoded: true }), progress => {
      assert.ok(progress.decoding);
      running.cancel();
    });
    await assert.rejects(running.done, { isCancelled: true });
    assert.deepEqual(readdirSync(folder), []);
  });

  it('replaces what a link leads to, not the link', async t => {
    const { service, capture, folder, open, job } = setUp(t);
    appendNumbers(capture, 0, 3);
    writeFileSync(join(folder, 'real'), '');
    symlinkSync(join(folder, 'real'), join(folder, 'out'));
    await service.startExport(job(open()), () => undefined).done;
    assert.equal(linesIn(join(folder, 'real')).length, 3);
  });
});
