import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RowDecoding } from '../../../../../src/core/decode/rowDecoding.ts';
import type { ListDecoding, PageRow } from '../../../../../src/shared/monitorProtocol.ts';
import { DecodedColumns } from '../../../../../src/webview/list/rows/decodedColumns.ts';

const row = (connection: string, decoded: RowDecoding | 'waiting'): PageRow => ({
  at: 0,
  seq: 1,
  position: 1,
  connection,
  direction: 'in',
  kind: 'text',
  heartbeat: false,
  preview: '',
  byteLength: 0,
  decoded,
});
const decoding = (change: Partial<ListDecoding>): ListDecoding => ({
  connection: 'a',
  as: ['json'],
  title: 'JSON',
  from: 'messages',
  shown: 'applied',
  version: 0,
  ...change,
});
const known = (columns: DecodedColumns, ...connections: readonly string[]) =>
  [...columns.of(connections).known].join();

describe('The columns of decoders', () => {
  it('come with the first row that has something for them', () => {
    const columns = new DecodedColumns();
    columns.note(decoding({}));
    assert.deepEqual(columns.of(['a']), { isDecoded: true, known: new Set() });
    assert.equal(columns.see(row('a', 'waiting')), false);
    assert.equal(columns.see(row('a', { summary: '{}' })), false);
    assert.equal(columns.see(row('a', { event: 'chat', role: 'part' })), true);
    assert.equal(known(columns, 'a'), 'event');
    assert.equal(columns.see(row('a', { event: 'chat', role: 'request' })), true);
    assert.equal(columns.see(row('a', { event: 'chat', role: 'request' })), false);
    assert.equal(known(columns, 'a'), 'event,latency');
  });

  it('stay whatever the next session is, and whichever of several connections has it', () => {
    const columns = new DecodedColumns();
    columns.note(decoding({}));
    columns.see(row('a', { event: 'chat' }));
    columns.note(decoding({ connection: 'b', from: null, shown: 'none' }));
    columns.note(decoding({ from: null, shown: 'none' }));
    assert.equal(known(columns, 'a', 'b'), 'event');
    assert.deepEqual(columns.of(['b']), { isDecoded: false, known: new Set() });
  });

  it('go where the user wants messages as they are, also while old rows are on screen', () => {
    const columns = new DecodedColumns();
    columns.note(decoding({}));
    columns.see(row('a', { event: 'chat' }));
    columns.note(decoding({ from: 'setting', shown: 'none' }));
    assert.equal(columns.see(row('a', { event: 'chat' })), false);
    assert.equal(columns.of(['a']).isDecoded, false);
    columns.note(decoding({ from: 'setting' }));
    columns.see(row('a', { event: 'chat' }));
    assert.equal(known(columns, 'a'), 'event');
  });
});
