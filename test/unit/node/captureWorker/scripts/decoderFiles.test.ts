import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ScriptError } from '../../../../../src/core/decode/script/script.ts';
import { useChild, DecoderRig, decoderText } from '../../../../support/scripts/decoderFiles.ts';

const child = useChild();

/** Writes files, of which the last is the decoder, and gives the only answer. */
async function firstOf(rig: DecoderRig, files: Readonly<Record<string, string>>) {
  const scripts = Object.entries(files).map(([name, text]) => rig.write(name, text));
  const script = scripts.at(-1);
  assert.ok(script);
  const [answer] = await rig.run(script, ['a']);
  assert.ok(answer);
  return answer;
}

async function errorOf(
  rig: DecoderRig,
  files: Readonly<Record<string, string>>,
): Promise<ScriptError> {
  const answer = await firstOf(rig, files);
  assert.equal(answer.is, 'failed');
  return answer.error;
}

describe('A file of a decoder', () => {
  const reads: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'an ES module with imports': {
      'sub/part.mjs': 'export const value = 1;',
      'main.mjs': `import { value } from './sub/part.mjs'; ${decoderText('return { value };')}`,
    },
    'a default export of an ES module': {
      'main.mjs': 'export default { decode: () => ({ value: 1 }) };',
    },
    'a CommonJS module with imports': {
      'part.cjs': 'module.exports = 1;',
      'main.cjs': `const value = require('./part.cjs');
        exports.decoder = { decode: () => ({ value }) };`,
    },
    'a CommonJS module that is the decoder': {
      'main.js': 'module.exports = { decode: () => ({ value: 1 }) };',
    },
    'TypeScript with imports': {
      'part.ts': 'export type Value = number; export const value: Value = 1;',
      'main.mts': `import { value, type Value } from './part.ts';
        export const decoder = { decode(): { value: Value } { return { value }; } };`,
    },
    'what awaits at its top': {
      'main.mjs': `const value = await Promise.resolve(1);
        export const decoder = { decode: () => ({ value }) };`,
    },
    'a text with a byte order mark': {
      'main.mts': '\ufeffexport const decoder = { decode: (): object => ({ value: 1 }) };',
    },
    'in a folder of any name': {
      'a bé#%41?,b/part.mjs': 'export const value = 1;',
      'a bé#%41?,b/main.mjs': `import { value } from './part.mjs'; ${decoderText('return { value };')}`,
    },
    'the object of a class': {
      'main.mjs': `class Own { one = 1; decode() { return { value: this.one }; } }
        export const decoder = new Own();`,
    },
  };
  for (const [kind, files] of Object.entries(reads)) {
    it(`may be ${kind}`, async t => {
      const rig = new DecoderRig(t, { childPath: child.path });
      assert.deepEqual(await firstOf(rig, files), { is: 'read', value: { value: 1 } });
    });
  }

  const wrong: readonly [why: string, files: Readonly<Record<string, string>>, message: RegExp][] =
    [
      ['exports nothing', { 'a.mjs': 'export const x = 1;' }, /^a\.mjs exports no decoder\. Write/],
      ['has no decode', { 'a.mjs': 'export const decoder = {};' }, /has no function decode/],
      [
        'takes what there is not',
        { 'a.mjs': `export const decoder = { takes: 'x', decode() {} };` },
        /may take 'bytes', 'text' or 'both'/,
      ],
      [
        'is not truly ordered',
        { 'a.mjs': `export const decoder = { ordered: 1, decode() {} };` },
        /ordered has to be true or false/,
      ],
      [
        'has no name but a number',
        { 'a.mjs': `export const decoder = { name: 1, decode() {} };` },
        /name .* has to be a text/,
      ],
      [
        'imports what is not there',
        { 'a.mjs': `import './b.mjs';` },
        /Cannot find module .*b\.mjs/,
      ],
      [
        'never loads',
        { 'a.mjs': 'await new Promise(() => undefined);' },
        /ended while it was loaded, for what it awaits never comes$/,
      ],
      ['is a function', { 'a.mjs': 'export default function () {}' }, /exports no decoder/],
      ['is a text', { 'a.mjs': 'export default "a";' }, /exports no decoder/],
      ['is a list', { 'a.mjs': 'export const decoder = [];' }, /has no function decode/],
      [
        'has a getter that throws',
        { 'a.mjs': 'export const decoder = { get decode() { throw new Error("no"); } };' },
        /^no$/,
      ],
      [
        'is CommonJS and an ES module',
        { 'a.js': 'export const a = 1;\nmodule.exports.decoder = {};' },
        /module is not defined in ES module scope/,
      ],
      ['is an ES module by a wrong name', { 'a.cjs': 'export const a = 1;' }, /token 'export'/],
    ];
  for (const [why, files, message] of wrong) {
    it(`is refused, with the reason, where it ${why}`, async t => {
      const rig = new DecoderRig(t, { childPath: child.path });
      const error = await errorOf(rig, files);
      assert.match(error.message, message);
      assert.equal(error.file, join(rig.folder, Object.keys(files)[0] ?? ''));
      assert.deepEqual(rig.reports, [{ is: 'error', file: error.file, error }]);
    });
  }

  const places: readonly [what: string, files: Readonly<Record<string, string>>, place: string][] =
    [
      [
        'throws',
        { 'a.mjs': `export const decoder = { decode() {\n  throw new Error('x');\n} };` },
        'a.mjs:2:9',
      ],
      [
        'throws in what it imports',
        {
          'b.mjs': `export function f() {\n\n    null.x; }`,
          'a.mjs': `import { f } from './b.mjs';\nexport const decoder = { decode() { f(); } };`,
        },
        'b.mjs:3:10',
      ],
      [
        'throws in TypeScript',
        {
          'a.ts': `interface A { b: number }\nexport const decoder = { decode(): A { const a: A = { b: 1 }; throw new Error('x'); } };`,
        },
        'a.ts:2:69',
      ],
      [
        'throws in CommonJS',
        { 'a.cjs': `exports.decoder = { decode() {\n throw new Error('x'); } };` },
        'a.cjs:2:8',
      ],
      ['throws while it is loaded', { 'a.mjs': `\n  throw new Error('x');` }, 'a.mjs:2:9'],
      ['cannot be parsed', { 'a.mjs': `export const a = 1;\nconst b = ];` }, 'a.mjs:2:11'],
      [
        'imports what cannot be parsed',
        { 'b.mjs': `\nfoo(;`, 'a.mjs': `import './b.mjs';` },
        'b.mjs:2:5',
      ],
      ['is CommonJS that cannot be parsed', { 'a.cjs': `\n  const a = ;` }, 'a.cjs:2:13'],
      ['is TypeScript that cannot be stripped', { 'a.ts': `\nenum A { B }` }, 'a.ts:2:1'],
      ['is TypeScript with decorators', { 'a.ts': `\n@d class A {}` }, 'a.ts:2:1'],
    ];
  for (const [what, files, place] of places) {
    it(`that ${what} has the place of that in its error`, async t => {
      const rig = new DecoderRig(t, { childPath: child.path });
      const { file, line, column } = await errorOf(rig, files);
      assert.equal(`${file ?? ''}:${line ?? ''}:${column ?? ''}`, join(rig.folder, place));
    });
  }

  it('has a stack of its own lines only in its errors', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const error = await errorOf(rig, {
      'a.mjs': `function f() { throw new TypeError('x'); }
export const decoder = { decode() { f(); } };`,
    });
    const stack = (error.stack ?? '').split('\n');
    assert.equal(stack[0], 'TypeError: x');
    assert.equal(stack.length, 3);
    assert.ok(stack.slice(1).every(line => line.includes('a.mjs')));
  });
});
