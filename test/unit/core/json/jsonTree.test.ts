import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { filterTerm, JsonValues } from '../../../../src/core/json/jsonValues.ts';
import { indexJson } from '../../../../src/core/json/jsonIndex.ts';
import type { JsonProblem } from '../../../../src/core/json/jsonScanner.ts';
import type { JsonNodes } from '../../../../src/core/json/jsonIndex.ts';
import { JsonTree } from '../../../../src/core/json/jsonTree.ts';
import { exactNumber } from '../../../../src/core/json/exactNumber.ts';
import { lenientWords, readJson, stringIn } from '../../../../src/core/json/readJson.ts';
import { formatJson } from '../../../../src/core/json/formatJson.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function finish<T, R>(work: Generator<T, R>): R {
  for (;;) {
    const next = work.next();
    if (next.done) {
      return next.value;
    }
  }
}

function index(text: string | Uint8Array, maxNodes?: number, sliceLength?: number) {
  const bytes = typeof text === 'string' ? encode(text) : text;
  return finish(indexJson(bytes, maxNodes, sliceLength));
}

function nodesOf(text: string | Uint8Array, maxNodes?: number): JsonNodes {
  const { nodes } = index(text, maxNodes);
  assert.ok(nodes);
  return nodes;
}

function treeOf(text: string): JsonTree {
  const tree = new JsonTree(nodesOf(text));
  finish(tree.begin());
  return tree;
}

/** The lines as `path value`. */
function lines(tree: JsonTree): readonly string[] {
  return Array.from({ length: tree.lineCount }, (_, line) => tree.values.path(tree.nodeAt(line)));
}

/** The value again, out of nodes. */
type ReadLeaf = (raw: string) => unknown;

function rebuild(values: JsonValues, node = 0, leaf: ReadLeaf = JSON.parse): unknown {
  const { nodes } = values;
  const children: number[] = [];
  for (let child = node + 1; child < nodes.next(node); child = nodes.next(child)) {
    children.push(child);
  }
  assert.equal(nodes.childCount(node), children.length);
  children.forEach((child, place) => {
    assert.equal(nodes.place(child), place);
    assert.equal(nodes.parent(child), node);
    assert.equal(nodes.depth(child), nodes.depth(node) + 1);
  });
  switch (values.kind(node)) {
    case 'array':
      return children.map(child => rebuild(values, child, leaf));
    case 'object':
      return Object.fromEntries(
        children.map(child => [
          stringIn(values.key(child, Infinity)?.text ?? ''),
          rebuild(values, child, leaf),
        ]),
      );
    case 'string':
    case 'number':
    case 'word':
      return leaf(values.valueText(node));
  }
}

function readLeaf(raw: string): unknown {
  if (/^["']/.test(raw)) {
    return stringIn(raw);
  }
  return Object.hasOwn(lenientWords, raw)
    ? lenientWords[raw]
    : /^[a-z]/.test(raw)
      ? JSON.parse(raw)
      : exactNumber(raw);
}

const token = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"\\u00e9"',
  '"\\x"',
  '"\n"',
  '1',
  '-',
  '01',
  '1.',
  '1e400',
  'true',
  'nul',
  ' ',
  '\n',
  '\ufeff',
  '"',
  '\\',
  '😀',
  '1.5E+3',
  '.5',
);
/** Texts of which many are JSON, and more are nearly. */
const { value: nearValue } = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '1',
      '-0.50',
      '9007199254740993',
      'true',
      'null',
      '"a"',
      "'a'",
      "'\\x41\\''",
      '"\t"',
      'NaN',
      '-Infinity',
      'None',
      'True',
      'nan',
      'nulL',
      '"\\u00e9"',
      '"\\\'"',
      "'",
      '1.',
      '"\0"',
    ),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), fc.constantFrom('', ' ', ',', ', '))
      .map(([all, end]) => `[${all.join(', ')}${end}]`),
    fc
      .tuple(
        fc.array(fc.tuple(fc.constantFrom('"a"', "'b'", '"__proto__"', 'c'), tie('value'))),
        fc.constantFrom('', '', ' ', ','),
      )
      .map(([all, end]) => `{${all.map(([key, value]) => `${key} :${value}`).join(',')}${end}}`),
  ),
}));
const nearJson = fc.oneof(
  nearValue,
  nearValue.map(text => `\ufeff ${text}`),
  fc.array(token, { maxLength: 12 }).map(tokens => tokens.join('')),
);

describe('indexJson', () => {
  it('finds every value, however the text is spaced and sliced', () => {
    const spaces = fc.constantFrom(undefined, 1, '\t', ' \r\n ');
    fc.assert(
      fc.property(
        fc.jsonValue(),
        spaces,
        fc.integer({ min: 1, max: 50 }),
        (value, space, slice) => {
          const text = JSON.stringify(value, undefined, space);
          const { nodes } = index(text, undefined, slice);
          assert.ok(nodes);
          assert.deepEqual(rebuild(new JsonValues(nodes)), JSON.parse(text));
          assert.equal(new JsonValues(nodes).valueText(0), text);
        },
      ),
    );
  });

  it('agrees with the formatter on what is JSON, and where it stops being so', () => {
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        (tokens, slice) => {
          const text = tokens.join('');
          const { problem } = index(text, undefined, slice);
          const formatted = finish(formatJson(text));
          assert.deepEqual(
            problem && withoutOffset(problem),
            formatted && withoutOffset(formatted),
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('takes the very texts that `readJson` takes, and says where the first is not by the letter', () => {
    fc.assert(
      fc.property(nearJson, fc.integer({ min: 1, max: 9 }), (text, slice) => {
        const { nodes, deviation, problem } = index(text, undefined, slice);
        const read = readJson(text);
        const isContainer = /^\ufeff?\s*[[{]/.test(text);
        // A lone word is no message that anybody looks into.
        fc.pre(isContainer || read !== undefined);
        assert.equal(read === undefined, problem !== undefined);
        assert.equal(read?.isStrict, nodes && deviation === undefined);
        if (nodes && read) {
          assert.deepEqual(rebuild(new JsonValues(nodes), 0, readLeaf), read.value);
        }
      }),
      { numRuns: 5000 },
    );
    assert.deepEqual(index('{"é":1,\n "a": NaN}').deviation, {
      line: 2,
      column: 7,
      found: 'N',
      offset: 15,
    });
    const mark = index('\ufeff[1]').deviation;
    assert.deepEqual(mark, { line: 1, column: 1, found: '\ufeff', offset: 0 });
  });

  it('says where the problem is in bytes, and in lines and UTF-16 units', () => {
    assert.deepEqual(index('{"é":1,\n "😀": nan}').problem, {
      line: 2,
      column: 8,
      found: 'n',
      offset: 18,
    });
  });

  it('takes any depth, and bytes that are no UTF-8 within strings', () => {
    const depth = 300_000;
    const deep = '['.repeat(depth) + ']'.repeat(depth);
    const nodes = nodesOf(deep);
    assert.equal(nodes.count, depth);
    assert.equal(nodes.childCount(0), 1);
    assert.equal(new JsonValues(nodes).valueEnd(0), 2 * depth);
    assert.ok(index('['.repeat(depth)).problem);
    const values = new JsonValues(nodesOf(Uint8Array.of(0x22, 0xff, 0x22)));
    assert.equal(values.valueText(0), '"\ufffd"');
  });

  it('stops at a number of values, says so, and still finds errors', () => {
    const full = nodesOf('[[1,2],[3,4],{"a":[5]},6]', 3);
    assert.deepEqual([full.count, full.isFull], [3, true]);
    assert.deepEqual([full.next(0), full.next(1), full.childCount(1)], [3, 3, 1]);
    assert.ok(index('[[1,2],[3,4],{"a":[5}]]', 3).problem);
    assert.equal(nodesOf('[1,2]', 3).isFull, false);
  });
});

function withoutOffset({ offset, ...problem }: JsonProblem): Omit<JsonProblem, 'offset'> {
  assert.ok(offset >= 0);
  return problem;
}

describe('JsonValues', () => {
  it('keeps tokens as they came: numbers, keys that come twice, __proto__', () => {
    const text = '{"n":900719925474099312, "n" : 1e400,"__proto__":-0.10,"s":"\\u0041\\/"}';
    const values = new JsonValues(nodesOf(text));
    assert.deepEqual(
      [1, 2, 3, 4].map(node => [values.key(node, 99)?.text, values.valueText(node)]),
      [
        ['"n"', '900719925474099312'],
        ['"n"', '1e400'],
        ['"__proto__"', '-0.10'],
        ['"s"', '"\\u0041\\/"'],
      ],
    );
  });

  it('cuts long values between characters and says so', () => {
    const values = new JsonValues(nodesOf(`["${'é'.repeat(100)}"]`));
    assert.deepEqual(values.value(1, 6), { text: '"éé', isCut: true });
    assert.deepEqual(values.value(1, 202), { text: `"${'é'.repeat(100)}"`, isCut: false });
  });

  it('passes the ends of values within values once, however many of them are asked for', () => {
    const depth = 3000;
    const text = `[7,${'{"a": [ '.repeat(depth)}1${' ] }'.repeat(depth)} ]`;
    const nodes = nodesOf(text);
    let climbed = 0;
    const parent = nodes.parent.bind(nodes);
    nodes.parent = node => {
      climbed++;
      return parent(node);
    };
    const values = new JsonValues(nodes);
    const ends = Array.from({ length: nodes.count }, (_, node) => values.valueEnd(node));
    assert.ok(climbed < 30 * nodes.count, String(climbed));
    for (const node of [0, 1, 2, 3, 100, nodes.count - 40, nodes.count - 2]) {
      JSON.parse(text.slice(values.valueBegin(node), ends[node]));
    }
  });

  it('finds the end of long strings with many escapes', () => {
    const string = `"${'\\"\\\\'.repeat(50_000)}"`;
    const values = new JsonValues(nodesOf(`[${string},1]`));
    assert.equal(values.valueText(1), string);
    assert.equal(values.valueText(1).length, values.valueEnd(1) - 1);
    assert.equal(values.valueText(2), '1');
  });

  it('writes paths and terms as filters read them', () => {
    const values = new JsonValues(
      nodesOf('{"a":[{"b c":"x \\"y\\\\"},12345678901234567890],"ü":"two\\nlines","":null}'),
    );
    const found = Array.from({ length: values.nodes.count }, (_, node) => [
      values.path(node),
      filterTerm(values, node),
    ]);
    assert.deepEqual(found, [
      ['$', undefined],
      ['$.a', undefined],
      ['$.a[0]', undefined],
      ['$.a[0]["b c"]', '$.a[0]["b c"]:"x \\"y\\\\"'],
      ['$.a[1]', '$.a[1]:12345678901234567890'],
      ['$.ü', undefined],
      ['$[""]', '$[""]:null'],
    ]);
  });
});

describe('JsonTree', () => {
  const text = '{"a":{"b":[{"c":1},2],"d":3},"e":4}';

  it('opens and closes, and remembers what was open inside', () => {
    const tree = treeOf(text);
    const all = ['$', '$.a', '$.a.b', '$.a.b[0]', '$.a.b[0].c', '$.a.b[1]', '$.a.d', '$.e'];
    finish(tree.openAll());
    assert.deepEqual(lines(tree), all);
    tree.toggle(2);
    assert.deepEqual(lines(tree), ['$', '$.a', '$.a.b', '$.a.d', '$.e']);
    tree.toggle(1);
    assert.deepEqual(lines(tree), ['$', '$.a', '$.e']);
    tree.toggle(1);
    assert.deepEqual(lines(tree), ['$', '$.a', '$.a.b', '$.a.d', '$.e']);
    tree.closeAll();
    assert.deepEqual(lines(tree), ['$', '$.a', '$.e']);
    assert.equal(tree.lineOf(2), undefined);
    assert.equal(tree.reveal(4), 4);
    assert.deepEqual(lines(tree), all);
    tree.toggle(7);
    assert.deepEqual(lines(tree), all);
  });

  it('leaves short lists closed at first, and long ones', () => {
    const long = Array.from({ length: 5000 }, (_, i) => i).join();
    const tree = treeOf(`{"bids":[["1","2"],["3","4"]],"long":[${long}],"empty":[]}`);
    assert.deepEqual(lines(tree), ['$', '$.bids', '$.bids[0]', '$.bids[1]', '$.long', '$.empty']);
    assert.equal(treeOf(`[${long}]`).lineCount, 5001);
    assert.equal(treeOf('17').lineCount, 1);
  });

  it('stays right under any sequence of opening and closing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.nat(30)), (value, toggled) => {
        const tree = treeOf(JSON.stringify(value));
        for (const place of toggled) {
          tree.toggle(place % tree.lineCount);
          assert.deepEqual(lines(tree), visiblePaths(tree));
        }
      }),
    );
  });
});

/** The slow way: every node whose containers are all open. */
function visiblePaths(tree: JsonTree): readonly string[] {
  const { nodes } = tree.values;
  return Array.from({ length: nodes.count }, (_, node) => node)
    .filter(node => {
      let isVisible = true;
      for (let up = nodes.parent(node); up !== undefined; up = nodes.parent(up)) {
        isVisible &&= tree.isOpen(up);
      }
      return isVisible;
    })
    .map(node => tree.values.path(node));
}
