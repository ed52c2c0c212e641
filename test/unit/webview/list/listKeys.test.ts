import assert from 'node:assert/strict';
import { it } from 'node:test';
import { listCommand } from '../../../../src/webview/list/listKeys.ts';

it('listCommand leaves to the editor what it does not know', () => {
  const none = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };
  const command = (key: string, change: Partial<typeof none> = {}) =>
    listCommand({ ...none, ...change, key });
  assert.equal(command('a', { ctrlKey: true }), 'all');
  assert.equal(command('A', { metaKey: true }), 'all');
  assert.equal(command('ArrowDown', { shiftKey: true }), 'extend');
  assert.equal(command('ArrowDown', { ctrlKey: true }), 'move');
  assert.equal(command(' ', { ctrlKey: true }), 'toggle');
  assert.equal(command('/'), 'filter');
  assert.equal(command('/', { shiftKey: true }), 'filter');
  assert.equal(command('Enter', { ctrlKey: true }), 'context');
  assert.equal(command('Enter', { metaKey: true }), 'context');
  assert.equal(command('/', { ctrlKey: true }), undefined);
  assert.equal(command('F10', { shiftKey: true }), 'menu');
  assert.equal(command('F3', { shiftKey: true }), 'findPrevious');
  for (const key of ['p', 'Tab', 'F1']) {
    assert.equal(command(key), undefined);
  }
  assert.equal(command('p', { ctrlKey: true }), undefined);
  assert.equal(command('ArrowUp', { altKey: true }), undefined);
});
