import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import '../../../support/host/fakeVscode.ts';
import { parse } from 'jsonc-parser';
import { isSameJson } from '../../../../src/core/json/json.ts';
import { editsBetween, type JsonEdit } from '../../../../src/core/json/jsonEdit.ts';

const { editJson, valueInJsonText: readJson } =
  await import('../../../../src/host/json/jsonText.ts');
const { pathOfSetting } = await import('../../../../src/host/settings/settingsText.ts');

const list = 'websocketMonitor.connections';
const edit = (text: string, ...edits: readonly JsonEdit[]) =>
  editJson(text, edits, 'settings.json');
const append = (value: unknown): JsonEdit => ({ kind: 'append', path: [list], value });
const remove = (...path: readonly (string | number)[]): JsonEdit => ({ kind: 'remove', path });
const set = (value: unknown, ...path: readonly (string | number)[]): JsonEdit => ({
  kind: 'set',
  path,
  value,
});
const move = (from: number, to: number): JsonEdit => ({ kind: 'move', path: [list], from, to });

const settings = `// My settings
{
  "editor.tabSize": 2, // two
  "websocketMonitor.connections": [
    // Quotes
    { "name": "a", "url": "ws://a" }, // fast
    /* Orders */ { "name": "b", "url": "ws://b" },
    {
      "name": "c",
      // by night
      "url": "ws://c",
      "reconnect": { "maxAttempts": 3, /* few */ "jitter": 0 },
    }, // slow
  ],
  "files.eol": "\\n",
}
`;

describe('A list in a settings file', () => {
  const text = `{
  "onOpen": [
    // signs in
    "login", // first
    /* prices */ { "json": { "op": "sub" } },
    "bye" // last
  ]
}
`;
  const before = ['login', { json: { op: 'sub' } }, 'bye'];
  const changed = (...after: readonly unknown[]) =>
    edit(text, ...editsBetween([], { onOpen: before }, { onOpen: after }));

  it('keeps the comments of each item, wherever it is moved', () => {
    const moved = changed('bye', 'login', { json: { op: 'sub' } });
    assert.deepEqual(parse(moved), { onOpen: ['bye', 'login', { json: { op: 'sub' } }] });
    assert.match(
      moved,
      /"bye", \/\/ last[^]*\/\/ signs in\s+"login", \/\/ first[^]*\/\* prices \*\/ \{/,
    );
  });

  it('keeps them while an item is changed, and loses those of one that is gone', () => {
    const timed = changed('login', { json: { op: 'sub' }, when: 'first' }, 'bye');
    assert.match(timed, /\/\* prices \*\/ \{ "json": \{ "op": "sub" \}, "when": "first" \}/);
    const object = changed({ text: 'login', delay: 1 }, { json: { op: 'sub' } }, 'bye');
    assert.match(object, /\/\/ signs in\s+\{[^]*\/\/ first/);
    const fewer = changed({ json: { op: 'sub' } }, 'bye');
    assert.doesNotMatch(fewer, /signs in|first/);
    assert.match(fewer, /prices[^]*last/);
  });

  it('becomes any other list', () => {
    const item = fc.oneof(
      fc.constantFrom('a', 'b', 'c'),
      fc.record({ json: fc.constantFrom(1, 2), when: fc.constantFrom('first', 'every') }),
      fc.constant(null),
    );
    const someList = fc.array(item, { maxLength: 6 });
    fc.assert(
      fc.property(someList, someList, (one, other) => {
        const edits = editsBetween([], { onOpen: one }, { onOpen: other });
        const text = edit(JSON.stringify({ onOpen: one }), ...edits);
        assert.ok(isSameJson(parse(text), { onOpen: other }), text);
      }),
    );
  });
});

describe('The text of a settings file', () => {
  it('takes a connection at the end of the list, and nothing else changes', () => {
    assert.equal(
      edit(settings, append({ name: 'd', url: 'ws://d' })),
      settings.replace(
        '}, // slow\n',
        '}, // slow\n    {\n      "name": "d",\n      "url": "ws://d"\n    },\n',
      ),
    );
  });

  it('loses a connection with the comments about it, and no other', () => {
    assert.equal(
      edit(settings, remove(list, 0)),
      settings.replace('    // Quotes\n    { "name": "a", "url": "ws://a" }, // fast\n', ''),
    );
    assert.equal(
      edit(settings, remove(list, 1)),
      settings.replace('    /* Orders */ { "name": "b", "url": "ws://b" },\n', ''),
    );
  });

  it('has connections in another order, each with its comments', () => {
    const text = edit(settings, move(0, 2));
    const words = ['Orders', 'slow', 'Quotes', 'fast'];
    assert.deepEqual(text.match(RegExp(words.join('|'), 'g')), words);
    assert.deepEqual(
      (readJson(text, [list], 'settings.json') as { name: string }[]).map(({ name }) => name),
      ['b', 'c', 'a'],
    );
    assert.equal(edit(text, move(2, 0)), settings);
  });

  it('takes one value in the middle of a connection', () => {
    assert.equal(
      edit(settings, set(5, list, 2, 'reconnect', 'maxAttempts')),
      settings.replace('"maxAttempts": 3', '"maxAttempts": 5'),
    );
    assert.equal(
      edit(settings, set(false, list, 0, 'heartbeat', 'ping')),
      settings.replace(
        '{ "name": "a", "url": "ws://a" }',
        `{ "name": "a", "url": "ws://a",
      "heartbeat": {
        "ping": false
      }
    }`,
      ),
    );
    assert.equal(
      edit(settings, remove(list, 2, 'reconnect', 'maxAttempts')),
      settings.replace('"maxAttempts": 3, /* few */ "jitter"', '/* few */ "jitter"'),
    );
  });

  it('begins with nothing, or with nothing but comments', () => {
    const entry = { name: 'a', url: 'ws://a' };
    for (const text of ['', ' \n', '{}', '{\n}\n', '// all of it\n', '{ /* none */ }']) {
      const after = edit(text, append(entry), append(entry));
      assert.deepEqual(parse(after), { [list]: [entry, entry] }, text);
      assert.ok(after.includes(text.trim().replaceAll(/[{}]/g, '').trim()), after);
    }
    assert.equal(
      edit('{}', append(entry)),
      `{
    "websocketMonitor.connections": [
        {
            "name": "a",
            "url": "ws://a"
        }
    ]
}`,
    );
  });

  it('keeps its tabs, its line breaks and its trailing commas', () => {
    const text = '{\r\n\t"a": 1,\r\n}\r\n';
    assert.equal(
      edit(text, set('ws://a', 'websocketMonitor.url')),
      '{\r\n\t"a": 1,\r\n\t"websocketMonitor.url": "ws://a",\r\n}\r\n',
    );
    assert.equal(
      edit(`{\r\n\t"${list}": [\r\n\t]\r\n}`, append({ name: 'a' })),
      `{\r\n\t"${list}": [\r\n\t\t{\r\n\t\t\t"name": "a"\r\n\t\t}\r\n\t]\r\n}`,
    );
  });

  it('keeps a comment after the last member at that member', () => {
    assert.equal(edit('{\n  "a": 1 // one\n}', set(2, 'b')), '{\n  "a": 1, // one\n  "b": 2\n}');
    assert.equal(edit('{"a": 1, "b": 2}', remove('a')), '{"b": 2}');
    assert.equal(
      edit('{"a": 1 // one\n, "b": 2}', set(3, 'c')),
      '{"a": 1, // one\n "b": 2, "c": 3}',
    );
  });

  it('finds the settings of a workspace file, and those written as objects in objects', () => {
    const name = 'x.code-workspace';
    const key = ['websocketMonitor', 'connections'] as const;
    const nested = '{ "settings": { "websocketMonitor": { "connections": [1] } } }';
    assert.deepEqual(pathOfSetting(nested, ['settings'], key, name), [
      'settings',
      'websocketMonitor',
      'connections',
    ]);
    assert.deepEqual(pathOfSetting('{ "folders": [] }', ['settings'], key, name), [
      'settings',
      list,
    ]);
    assert.deepEqual(parse(edit('{ "folders": [] }', { ...append(1), path: ['settings', list] })), {
      folders: [],
      settings: { [list]: [1] },
    });
  });

  it('is not touched where it is no JSON, and the place is named', () => {
    assert.throws(() => edit('{\n  "a": 1,\n  "b": ]\n}', append(1)), {
      message:
        'settings.json is not valid JSON (ValueExpected at line 3, column 8). Nothing was written. Fix the file and try again.',
    });
    assert.throws(() => edit('[1]', append(1)), /must contain a JSON object/);
    assert.throws(() => edit(`{ "${list}": [] }`, move(0, 1)), /changed in the meantime/);
    assert.throws(
      () => edit(`{ "${list}": 5 }`, set(1, list, 0, 'name')),
      /changed in the meantime/,
    );
  });

  it('means what the edits say, whatever stands between the items', () => {
    const space = fc.constantFrom(
      '',
      ' ',
      '\n  ',
      ' // x\n',
      '/* , */',
      '\n// [1, {\n\n',
      ' /* { */ // y\n',
    );
    const items = fc.array(
      fc.tuple(space, fc.constantFrom('1', '{"a": 2}', '"/*,"', '[3]'), space),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(items, space, fc.boolean(), fc.nat(), fc.nat(), (made, tail, comma, one, two) => {
        const inner = made.map(parts => parts.join('')).join(',') + (comma ? ',' : '') + tail;
        const text = `{"${list}": [${inner}]}`;
        const values = (parse(text) as Record<string, unknown[]>)[list] ?? [];
        const [from, to] = [one % values.length, two % values.length];
        const comments = text.match(/\/\/|\/\*/g)?.length;
        const moved = edit(text, move(from, to));
        assert.equal(moved.match(/\/\/|\/\*/g)?.length, comments, moved);
        assert.ok(isSameJson(readJson(moved, [list], ''), reordered(values, from, to)), moved);
        const removed = edit(text, remove(list, from));
        assert.ok(isSameJson(readJson(removed, [list], ''), values.toSpliced(from, 1)), removed);
        const added = edit(text, append({ b: [1] }));
        assert.ok(isSameJson(readJson(added, [list], ''), [...values, { b: [1] }]), added);
        assert.equal(added.match(/\/\/|\/\*/g)?.length, comments, added);
      }),
    );
  });
});

function reordered(values: readonly unknown[], from: number, to: number): readonly unknown[] {
  const rest = values.toSpliced(from, 1);
  return rest.toSpliced(to, 0, values[from]);
}
