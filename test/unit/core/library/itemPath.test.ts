import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  foldersOf,
  isTaken,
  pathOfItem,
  readItemPath,
  writtenItemPath,
} from '../../../../src/core/library/itemPath.ts';
import { readLibrary } from '../../../../src/core/library/readLibrary.ts';

const { items } = readLibrary(
  {
    version: 1,
    items: [
      { name: 'login', text: 'a' },
      { name: 'a/b', text: 'a' },
      {
        folder: 'Orders',
        items: [
          { name: 'new', text: 'b' },
          { folder: 'Old', items: [] },
        ],
      },
    ],
  },
  'user',
).library;

describe('A path that a user writes', () => {
  it('is a name, with folders before it', () => {
    assert.deepEqual(readItemPath('login'), { folders: [], name: 'login' });
    assert.deepEqual(readItemPath(' Orders / Old/login '), {
      folders: ['Orders', 'Old'],
      name: 'login',
    });
  });

  it('has a slash in a name where that is marked, and is written so again', () => {
    const path = readItemPath('Rates\\/s/EUR\\/USD');
    assert.deepEqual(path, { folders: ['Rates/s'], name: 'EUR/USD' });
    assert.equal(writtenItemPath(path), 'Rates\\/s/EUR\\/USD');
    assert.equal(pathOfItem(path), 'Rates/s/EUR/USD');
  });

  it('is refused where a part of it is empty or too long', () => {
    for (const text of ['', ' ', '/login', 'Orders/', 'Orders//login', 'x'.repeat(181)]) {
      assert.equal(readItemPath(text), undefined, text);
    }
  });

  it('is taken by what is in its folder, or has the same path', () => {
    const taken = ['login', 'Orders', 'Orders/new', 'Orders/Old', 'a/b'];
    const free = ['new', 'Orders/login', 'Other/login', 'Login', 'a'];
    const isTakenPath = (text: string) => isTaken(items, readItemPath(text) ?? assert.fail(text));
    assert.deepEqual(taken.filter(isTakenPath), taken);
    assert.deepEqual(free.filter(isTakenPath), []);
  });
});

describe('The folders of a library', () => {
  it('are listed with those around them', () => {
    assert.deepEqual(foldersOf(items), [['Orders'], ['Orders', 'Old']]);
  });
});
