import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scriptErrorOf } from '../../../src/decoderChild/scriptError.ts';

const file = '/ws/my decoders/a.mjs';

function thrown(stack: string): Error {
  return Object.assign(new TypeError('x'), { stack });
}

describe('An error of a decoder', () => {
  it('is where the first line of its stack is that is of its files', () => {
    const lines = [
      'TypeError: x',
      '    at JSON.parse (<anonymous>)',
      '    at f (node:internal/x:1:2)',
      '    at /ws/other/b.mjs:3:4',
      '    at new Part (file:///ws/my%20decoders/lib/b.mjs:5:6)',
      '    at Object.decode (/ws/my decoders/a.mjs:7:8)',
    ];
    assert.deepEqual(scriptErrorOf(thrown(lines.join('\n')), file), {
      message: 'TypeError: x',
      stack: ['TypeError: x', ...lines.slice(4)].join('\n'),
      file: '/ws/my decoders/lib/b.mjs',
      line: 5,
      column: 6,
    });
  });

  it('is at the arrow where a text cannot be parsed', () => {
    const stack = 'file:///ws/my%20decoders/a.mjs:2\n  const = 1;\n        ^\n\nSyntaxError: x';
    const { line, column } = scriptErrorOf(thrown(stack), file);
    assert.deepEqual([line, column], [2, 9]);
  });

  it('is bounded, whatever was thrown', () => {
    const long = 'x'.repeat(100_000);
    for (const each of [long, { long }, new Error(long), thrown(long)]) {
      const { message, stack = '' } = scriptErrorOf(each, file);
      assert.ok(message.length < 2100 && stack.length < 9000);
    }
  });
});
