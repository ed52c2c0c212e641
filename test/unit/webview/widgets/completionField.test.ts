import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { partsOf } from '../../../../src/webview/widgets/completionField.ts';

describe('The marks of a text box', () => {
  it('cut its text where they begin and end', () => {
    const problem = (from: number, to: number) => ({ from, to });
    const cut = (...problems: ReturnType<typeof problem>[]) =>
      partsOf('abcdef', problems).map(({ words, isWrong }) => (isWrong ? `[${words}]` : words));
    assert.deepEqual(cut(), ['abcdef']);
    assert.deepEqual(cut(problem(0, 2), problem(4, 6)), ['[ab]', 'cd', '[ef]']);
    assert.deepEqual(cut(problem(1, 4), problem(2, 5)), ['a', '[bcd]', '[e]', 'f']);
    assert.deepEqual(cut(problem(5, 99)), ['abcde', '[f]']);
  });
});
