import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatJson, jsonParts, type JsonBlock } from '../../../../src/core/json/formatJson.ts';
import { looksLikeJson } from '../../../../src/core/json/looksLikeJson.ts';
import type { JsonProblem } from '../../../../src/core/json/jsonScanner.ts';

function format(text: string, blockLength?: number) {
  const blocks: JsonBlock[] = [];
  const generator = formatJson(text, blockLength);
  let next = generator.next();
  for (; !next.done; next = generator.next()) {
    blocks.push(next.value);
  }
  return { text: blocks.map(block => block.text).join('\n'), blocks, problem: next.value };
}

describe('formatJson', () => {
  it('indents objects and arrays', () => {
    assert.equal(
      format('{"a":1,"b":{"c":[{"d":true},null]},"e":{},"f":[ ]}').text,
      [
        '{',
        '  "a": 1,',
        '  "b": {',
        '    "c": [',
        '      {',
        '        "d": true',
        '      },',
        '      null',
        '    ]',
        '  },',
        '  "e": {},',
        '  "f": []',
        '}',
      ].join('\n'),
    );
  });

  it('keeps a short array of plain values on one line', () => {
    assert.equal(format('[["50000.10","]"],[1,\n2]]').text, '[\n  ["50000.10", "]"],\n  [1, 2]\n]');
    const long = `[${'"0123456789",'.repeat(8)}1]`;
    assert.equal(format(long).text.split('\n').length, 11);
  });

  it('keeps tokens as they were sent', () => {
    const tokens = [
      '9007199254740993',
      '1.10',
      '-0',
      '1E+2',
      '12.50000000000000000001',
      '"\\ud800"',
      '"\\u0041\\/"',
      '"\u2028"',
    ];
    for (const token of tokens) {
      assert.equal(format(token).text, token);
      assert.equal(format(` { "k" : ${token} , "k":1}`).text, `{\n  "k": ${token},\n  "k": 1\n}`);
    }
  });

  it('takes a byte order mark before the text', () => {
    assert.equal(format('\ufeff{}').text, '{}');
  });

  it('takes the same characters for a mark in bytes as text, which is no JSON', () => {
    assert.equal(format('\u00ef\u00bb\u00bf{}').problem?.found, '\u00ef');
  });

  it('refuses what is only near to JSON', () => {
    const near = [
      "{'a':1}",
      '[None]',
      '[NaN]',
      '[-Infinity]',
      String.raw`["\'"]`,
      String.raw`["\x41"]`,
    ];
    assert.deepEqual(
      near.map(text => format(text).problem?.column),
      [2, 2, 2, 2, 3, 3],
    );
  });

  it('says where a text stops being JSON', () => {
    const problems: Readonly<Record<string, Omit<JsonProblem, 'offset'>>> = {
      '': { line: 1, column: 1 },
      'hello': { line: 1, column: 1, found: 'h' },
      '{"a":1,}': { line: 1, column: 8, found: '}' },
      '[1,]': { line: 1, column: 4, found: ']' },
      '[1 2]': { line: 1, column: 4, found: '2' },
      '[1}': { line: 1, column: 3, found: '}' },
      '{"a" 1}': { line: 1, column: 6, found: '1' },
      '{a:1}': { line: 1, column: 2, found: 'a' },
      '{"a":\n  nan}': { line: 2, column: 3, found: 'n' },
      '01': { line: 1, column: 2, found: '1' },
      '1.': { line: 1, column: 2, found: '.' },
      '[-]': { line: 1, column: 2, found: '-' },
      '"a\nb"': { line: 1, column: 3, found: '\n' },
      '"\\x"': { line: 1, column: 2, found: '\\' },
      '"\\u12"': { line: 1, column: 2, found: '\\' },
      '"abc': { line: 1, column: 5 },
      '{"a":[1,2': { line: 1, column: 10 },
      '{} {}': { line: 1, column: 4, found: '{' },
      '[😀]': { line: 1, column: 2, found: '😀' },
    };
    for (const [text, problem] of Object.entries(problems)) {
      const lineStart = text
        .split('\n')
        .slice(0, problem.line - 1)
        .join('\n').length;
      const offset = (problem.line > 1 ? lineStart + 1 : 0) + problem.column - 1;
      assert.deepEqual(format(text).problem, { ...problem, offset }, text);
    }
  });

  it('accepts and refuses what JSON.parse does', () => {
    const piece = fc.constantFrom(
      ...'{ } [ ] " , : \\ 0 1 2 . e E + - t true false null "a" \\u00e9 \n'.split(' '),
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.array(piece).map(parts => parts.join('')),
        ),
        text => {
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          assert.equal(format(text).problem === undefined, isJson);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('means the same as before, whatever the blocks', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 80 }), (value, blockLength) => {
        const { text, blocks } = format(JSON.stringify(value), blockLength);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        for (const block of blocks) {
          assert.equal(block.lineCount, block.text.split('\n').length);
          assert.equal([...jsonParts(block)].map(part => part.text).join(''), block.text);
        }
      }),
    );
  });

  it('names the tokens of a block', () => {
    const [block] = format('{"a":[1,null],"b":"x"}').blocks;
    assert.ok(block);
    const named = [...jsonParts(block)].filter(({ kind }) => kind && kind !== 'punctuation');
    assert.deepEqual(
      named.map(({ text, kind }) => `${kind} ${text}`),
      ['key "a"', 'number 1', 'word null', 'key "b"', 'string "x"'],
    );
  });

  it('takes deep nesting without a deep stack or a long text', () => {
    const depth = 100_000;
    const { text, problem } = format('[['.repeat(depth) + ']]'.repeat(depth));
    assert.equal(problem, undefined);
    assert.ok(text.length < depth * 4 + 10_000);
  });
});

it('looksLikeJson tells objects and arrays from other text', () => {
  assert.deepEqual(
    ['{}', ' \n[1', '\ufeff{', 'hello', '', '42', '42["event"]'].map(looksLikeJson),
    [true, true, true, false, false, false, false],
  );
});
