import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { PageRow } from '../../../../../src/shared/monitorProtocol.ts';
import { RowSelection } from '../../../../../src/webview/list/places/rowSelection.ts';
import { SelectionNames } from '../../../../../src/webview/list/places/selectionNames.ts';

const rowAt = (position: number) => ({ connection: 'a', seq: position * 2, position }) as PageRow;

it('names rows that were known when they were selected', () => {
  const names = new SelectionNames();
  const selection = new RowSelection();
  selection.only(3);
  assert.equal(names.of(selection, rowAt), undefined);
  selection.toggle(5000);
  const find = (position: number) => (position > 4000 ? rowAt(position) : undefined);
  const both = [
    { connection: 'a', seq: 6 },
    { connection: 'a', seq: 10_000 },
  ];
  assert.deepEqual(names.of(selection, find), both);
  selection.toggle(3);
  assert.equal(names.of(selection, find), undefined);
});

it('names rows that were selected in a list before', () => {
  const names = new SelectionNames();
  const selection = new RowSelection();
  selection.only(3);
  selection.add(7);
  selection.add(7);
  assert.deepEqual([selection.active, selection.count], [3, 2]);
  names.learn(7, { connection: 'b', seq: 1 });
  const known = names.of(selection, position => (position === 3 ? rowAt(3) : undefined));
  assert.deepEqual(known, [
    { connection: 'a', seq: 6 },
    { connection: 'b', seq: 1 },
  ]);
});

it('names none of very many', () => {
  const selection = new RowSelection();
  selection.all(0, 10_000_000);
  assert.equal(new SelectionNames().of(selection, rowAt), undefined);
});
