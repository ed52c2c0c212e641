import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import '../../../../support/host/fakeVscode.ts';
import { runnablesOf } from '../../../../../src/core/library/library.ts';
import { assertLinear } from '../../../../support/growth.ts';

const { LibraryEdit, stepsNaming } =
  await import('../../../../../src/host/library/files/editLibrary.ts');
const { readLibraryText, spanOf } =
  await import('../../../../../src/host/library/files/libraryText.ts');

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

describe('The JSON of a message', () => {
  const jsonOf = (text: string) => {
    const [item] = runnablesOf(readLibraryText(text, 'user').library.items);
    return item?.kind === 'message' && item.body.as === 'json' ? item.body.text : undefined;
  };

  it('keeps all digits and members of the same name, without comments and trailing commas', () => {
    const json = '{ "id": 12345678901234567890, /* twice */ "a": 1.0, "a": ["\\u00e4", {}, [],], }';
    const text = `{ "version": 1, "items": [{ "name": "A", "json": ${json} }] }`;
    assert.equal(
      jsonOf(text),
      '{\n  "id": 12345678901234567890,\n  "a": 1.0,\n  "a": [\n    "\\u00e4",\n    {},\n    []\n  ]\n}',
    );
  });

  it('is what JSON.stringify writes, where nothing can be lost', () => {
    fc.assert(
      fc.property(fc.json(), json => {
        const value = JSON.parse(json) as unknown;
        const text = JSON.stringify({ version: 1, items: [{ name: 'A', json: value }] });
        assert.equal(jsonOf(text), JSON.stringify(value, undefined, 2));
      }),
    );
  });

  it('is saved as it was written', () => {
    const json = '{"id": 12345678901234567890,\n "a": 1, "a": 2}';
    const added = edit();
    const path = { folders: ['Orders'], name: 'Big' };
    const place = added.addAt(['items'], path, { name: '' }, json);
    assert.deepEqual(place, ['items', 1, 'items', 2]);
    assert.match(added.text, /"json": \{"id": 12345678901234567890,\n +"a": 1, "a": 2\}/);
    assert.deepEqual(pathsOf(added.text).at(3), 'Orders/Big');
    assert.deepEqual(commentsOf(added.text), commentsOf(file));
  });
});

describe('An item', () => {
  it('is added in folders that are there or are made, and not under a name that is taken', () => {
    const added = edit();
    const place = added.addAt(
      ['items'],
      { folders: ['Orders', 'Old'], name: 'Login' },
      { name: '', text: 'x' },
    );
    assert.deepEqual(place, ['items', 1, 'items', 2, 'items', 0]);
    assert.deepEqual(pathsOf(added.text), [
      'Login',
      'Orders/New',
      'Orders/Close',
      'Orders/Old/Login',
      'All',
    ]);
    assert.deepEqual(commentsOf(added.text), commentsOf(file));
    assert.throws(
      () => edit().addAt(['items'], { folders: ['Orders'], name: 'New' }, { name: '', text: 'x' }),
      /There is already "New" in the file\. Choose another name\./,
    );
  });

  it('gets another name, and the steps that name it follow', () => {
    const renamed = edit().relocate(['items', 0], ['items'], { folders: [], name: 'Sign in' });
    assert.deepEqual(pathsOf(renamed.text), ['Sign in', 'Orders/New', 'Orders/Close', 'All']);
    assert.match(
      renamed.text,
      /"steps": \["Sign in", \{ "message": "Orders\/New", "delay": 1 \}\]/,
    );
    assert.deepEqual([...renamed.moved], [['Login', 'Sign in']]);
    assert.deepEqual(commentsOf(renamed.text), commentsOf(file));
  });

  it('gets another folder, which may be new, and keeps its comments', () => {
    const path = { folders: ['Orders', 'Old'], name: 'In' };
    const moved = edit().relocate(['items', 0], ['items'], path);
    assert.deepEqual(pathsOf(moved.text), ['Orders/New', 'Orders/Close', 'Orders/Old/In', 'All']);
    assert.match(moved.text, /"steps": \["Orders\/Old\/In"/);
    assert.ok(commentsOf(moved.text).includes('// no old ones'));
  });

  it('is a folder, whose messages keep being found', () => {
    const renamed = edit().relocate(['items', 1], ['items'], {
      folders: ['All of'],
      name: 'Trades',
    });
    assert.match(renamed.text, /"message": "All of\/Trades\/New"/);
    assert.deepEqual(renamed.moved.get('Orders/Close'), 'All of/Trades/Close');
    const inside = { folders: ['Orders'], name: 'Orders' };
    assert.throws(
      () => edit().relocate(['items', 1], ['items'], inside),
      /cannot be moved into itself/,
    );
  });

  it('keeps its own name, and gets none that is taken', () => {
    const same = edit().relocate(['items', 0], ['items'], { folders: [], name: 'Login' });
    assert.deepEqual([same.text, same.moved.size], [file, 0]);
    const taken = { folders: [], name: 'All' };
    assert.throws(() => edit().relocate(['items', 0], ['items'], taken), /already "All"/);
    const folder = { folders: ['Orders'], name: 'Close' };
    assert.throws(() => edit().relocate(['items', 0], ['items'], folder), /already "Close"/);
    const other = edit(file.replace('"Login", "text"', '"New", "text"'));
    assert.throws(() => other.move(['items', 0], ['items', 1, 'items'], 0), /already "New"/);
  });

  it('is named by sequences, which are found by it', () => {
    assert.deepEqual(stepsNaming(file, new Set(['Login']), 'the file'), ['All']);
    assert.deepEqual(stepsNaming(file, new Set(['Orders/Close']), 'the file'), []);
  });
});

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
      '{ "version": 1, "color": 1, "environments": {}, "items": [{ "name": "A", "text": "a", "delay": -1 }, 7] }';
    const marked = readLibraryText(text, 'user').problems.map(({ offset, length }) =>
      text.slice(offset, offset + length),
    );
    assert.deepEqual(marked, ['"color": 1', '"delay": -1', '7', '"environments"']);
  });

  it('says which of its names stand twice in one object', () => {
    const text =
      '{ "version": 1, "items": [{ "name": "A", "text": "a" }], "items": [{ "name": "B", "json": { "b": 1, "c": 2, "b": 3 } }] }';
    const { library, problems } = readLibraryText(text, 'user');
    assert.deepEqual(
      library.items.map(({ path }) => path),
      ['B'],
    );
    assert.deepEqual(
      problems.map(({ offset }) => offset),
      [text.indexOf('"items"')],
      'JSON to be sent may have them',
    );
    assert.match(problems[0]?.message ?? '', /Only the last one is used/);
    const { problems: many } = readLibraryText(`{${'"a":1,'.repeat(5000)}"version":1}`, 'user');
    assert.ok(many.length <= 102, String(many.length));
  });

  it('that is no JSON is not used, and says where it ends to be some', () => {
    const { library, problems } = readLibraryText(
      '{ "version": 1, "items": [ { "name": "A" ',
      'user',
    );
    assert.deepEqual(library.items, []);
    assert.match(problems[0]?.message ?? '', /not valid JSON/);
    assert.deepEqual(readLibraryText('', 'user').problems, []);
  });
});

describe("A library's file that holds too much", () => {
  it('is not used, and says what is too much', () => {
    const deep = '['.repeat(100_000);
    for (const [text, sentence] of [
      [deep, /nested more than 200 levels deep/],
      [`{"version":1,"items":${deep}`, /nested more than 200 levels deep/],
      [`[${'0,'.repeat(400_000)}0]`, /more than 400000 values/],
    ] as const) {
      const { library, problems, excess } = readLibraryText(text, 'user');
      assert.deepEqual([library.items.length, problems.length], [0, 1]);
      assert.equal(excess, problems[0]?.message);
      assert.match(problems[0]?.message ?? '', sentence);
    }
  });

  it('takes no more work for each of its mistakes', () => {
    assertLinear(
      size => `{ "version": 1, "items": [\n${'{ "name": "x" },\n'.repeat(size)} ] }`,
      text => readLibraryText(text, 'user'),
      4000,
    );
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

  it('adds many as it adds one, and takes no more work for each', () => {
    const items = (count: number) =>
      Array.from({ length: count }, () => ({ name: 'A', text: 'a' }));
    const environments = (count: number) =>
      Array.from({ length: count }, () => ({ name: 'e', variables: { a: 'b' } }));
    const oneByOne = edit();
    for (const item of items(3)) {
      oneByOne.addItems(['items'], [item]);
    }
    assert.equal(edit().addItems(['items'], items(3)).text, oneByOne.text);
    assert.equal(edit().addItems(['items'], []).addEnvironments([]).text, file);
    assertLinear(items, list => edit().addItems(['items'], list), 1500);
    assertLinear(environments, list => edit().addEnvironments(list), 1500);
  });

  it('follows the names of moved messages in all steps at once', () => {
    const text = (count: number) =>
      JSON.stringify({
        version: 1,
        items: [
          {
            folder: 'F',
            items: Array.from({ length: count }, (_, n) => ({ name: `${n}`, text: '' })),
          },
          { folder: 'G', items: [] },
          { name: 's', steps: Array.from({ length: count }, (_, n) => ({ message: `F/${n}` })) },
        ],
      });
    const moved = (before: string) =>
      edit(before).move(['items', 0], ['items', 1, 'items'], 0).text;
    assert.deepEqual(readLibraryText(moved(text(20)), 'user').problems, []);
    assertLinear(text, moved, 500);
  });

  it('that would make a file which is not read again is refused', () => {
    const add = (count: number, text: string) =>
      edit().addItems(
        ['items'],
        Array.from({ length: count }, () => ({ name: 'A', text })),
      );
    assert.throws(() => add(5, 'x'.repeat(1024 * 1024)).requireReadable(), /larger than 4 MiB/);
    assert.throws(() => add(10_001, '').requireReadable(), /only \d+ of \d+ are used.*Add less/);
    add(10, 'a').requireReadable();
    // What is too long already may be made shorter.
    edit(add(10_001, '').text).remove(['items', 0]).requireReadable();
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
    assert.throws(() => edit().remove(['items', 9]), /changed in the meantime/);
    assert.throws(() => edit().duplicate(['items', 9]), /changed in the meantime/);
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
