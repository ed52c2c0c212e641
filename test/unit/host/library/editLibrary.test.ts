import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runnablesOf } from '../../../../src/core/library/library.ts';
import { LibraryEdit } from '../../../../src/host/library/editLibrary.ts';
import { readLibraryText, spanOf } from '../../../../src/host/library/libraryText.ts';

const file = `// Made to be shared.
{
  "version": 1,
  "items": [
    // Comes first.
    { "name": "Login", "text": "login" }, // at once
    {
      "folder": "Orders",
      "items": [
        {
          "name": "New", // no old ones
          "json": { "op": "new" }
        },
        { "name": "Close", "text": "close" },
      ]
    },
    { "name": "All", "steps": ["Login", { "message": "Orders/New", "delay": 1 }] }
  ],
  /* Where to. */
  "environments": [{ "name": "dev", "variables": {} }]
}
`;

const edit = (text = file) => new LibraryEdit(text, 'the file');

function pathsOf(text: string): readonly string[] {
  const { library, problems } = readLibraryText(text, 'user');
  assert.deepEqual(problems, []);
  return runnablesOf(library.items).map(({ path }) => path);
}

function commentsOf(text: string): readonly string[] {
  return (text.match(/\/\/.*|\/\*.*?\*\//g) ?? []).toSorted();
}

describe("A library's file", () => {
  it('is read with comments and trailing commas, and each item has its place', () => {
    const { places } = readLibraryText(file, 'user');
    const byPath = Object.fromEntries([...places].map(([{ path }, place]) => [path, place]));
    assert.deepEqual(byPath['Orders/Close'], ['items', 1, 'items', 1]);
    const span = spanOf(file, byPath['Orders/Close'] ?? []);
    assert.ok(file.slice(span?.offset).startsWith('{ "name": "Close"'));
  });

  it('has its problems where they are', () => {
    const text =
      '{ "version": 1, "color": 1, "items": [{ "name": "A", "text": "a", "delay": -1 }, 7] }';
    const marked = readLibraryText(text, 'user').problems.map(({ offset, length }) =>
      text.slice(offset, offset + length),
    );
    assert.deepEqual(marked, ['"color": 1', '"delay": -1', '7']);
  });

  it('that is no JSON is not used, and says where it ends to be some', () => {
    const { library, problems } = readLibraryText(
      '{ "version": 1, "items": [ { "name": "A" ',
      'user',
    );
    assert.deepEqual(library.items, []);
    assert.match(problems[0]?.message ?? '', /not JSON/);
    assert.deepEqual(readLibraryText('', 'user').problems, []);
  });
});

describe('A change of a library', () => {
  it('makes a file where there was none', () => {
    const { text } = edit('').addItems(['items'], [{ name: 'A', text: 'a' }]);
    assert.deepEqual(pathsOf(text), ['A']);
  });

  it('adds items, by names that are free', () => {
    const { text } = edit()
      .addItems(['items'], [{ name: 'Login', text: 'x' }])
      .addItems(['items', 1, 'items'], [{ name: 'Last', hex: '00' }])
      .addEnvironments([{ name: 'dev', variables: { a: 'b' } }]);
    assert.deepEqual(pathsOf(text), [
      'Login',
      'Orders/New',
      'Orders/Close',
      'Orders/Last',
      'All',
      'Login 2',
    ]);
    assert.deepEqual(
      readLibraryText(text, 'user').library.environments.map(({ name }) => name),
      ['dev', 'dev 2'],
    );
    assert.deepEqual(commentsOf(text), commentsOf(file));
  });

  it('takes away an item with what is said about it, and nothing else', () => {
    const { text } = edit().remove(['items', 0]);
    assert.deepEqual(commentsOf(text), [
      '/* Where to. */',
      '// Made to be shared.',
      '// no old ones',
    ]);
    assert.equal(readLibraryText(text, 'user').library.items.length, 2);
  });

  it('copies an item behind it', () => {
    assert.deepEqual(pathsOf(edit().duplicate(['items', 0]).text), [
      'Login',
      'Login 2',
      'Orders/New',
      'Orders/Close',
      'All',
    ]);
  });

  it('moves items within a list, out of a folder and into one, comments and names with them', () => {
    const within = edit().move(['items', 0], ['items'], 3).text;
    assert.deepEqual(pathsOf(within), ['Orders/New', 'Orders/Close', 'All', 'Login']);
    const out = edit().move(['items', 1, 'items', 0], ['items'], 0).text;
    assert.deepEqual(pathsOf(out), ['New', 'Login', 'Orders/Close', 'All']);
    assert.match(out, /"message": "New"/);
    const into = edit().move(['items', 0], ['items', 1, 'items'], 1).text;
    assert.deepEqual(pathsOf(into), ['Orders/New', 'Orders/Login', 'Orders/Close', 'All']);
    assert.match(into, /\["Orders\/Login", /);
    for (const text of [within, out]) {
      assert.deepEqual(commentsOf(text), commentsOf(file));
    }
  });

  it('is refused where it cannot be', () => {
    assert.throws(() => edit().move(['items', 1], ['items', 1, 'items'], 0), /into itself/);
    assert.throws(() => edit().remove(['items', 9]), /changed meanwhile/);
    assert.throws(() => edit().duplicate(['items', 9]), /changed meanwhile/);
    assert.throws(() => edit('{ "version": 1, ').remove(['items', 0]), /not valid JSON/);
    assert.throws(() => edit('{ "version": 2 }'), /later version/);
  });

  it('keeps every item, however they are moved about', () => {
    const paths = fc.constantFrom<readonly (string | number)[]>(
      ['items', 0],
      ['items', 1],
      ['items', 2],
      ['items', 1, 'items', 0],
      ['items', 1, 'items', 1],
    );
    const lists = fc.constantFrom<readonly (string | number)[]>(['items'], ['items', 1, 'items']);
    fc.assert(
      fc.property(paths, lists, fc.nat(5), (from, list, index) => {
        if (from.length === 2 && from[1] === 1 && list.length === 3) {
          return;
        }
        const { text } = edit().move(from, list, index);
        const names = pathsOf(text).map(path => path.replace(/^.*\//, ''));
        assert.deepEqual(names.toSorted(), ['All', 'Close', 'Login', 'New']);
      }),
    );
  });
});
