import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LineIndex } from '../../../../src/core/text/lineIndex.ts';
import { assertLinear } from '../../../support/growth.ts';

describe('An index of lines', () => {
  it('knows the line and character of each offset, whatever ends the lines', () => {
    const part = fc.constantFrom('a', '😀', '\n', '\r', '\r\n', '');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), parts => {
        const text = parts.join('');
        const index = new LineIndex(text);
        for (let offset = 0; offset <= text.length; offset++) {
          // Between the two of a line end no editor puts anything.
          if (text.slice(offset - 1, offset + 1) !== '\r\n') {
            const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
            assert.deepEqual(index.at(offset), {
              line: lines.length - 1,
              character: lines.at(-1)?.length,
            });
          }
        }
      }),
    );
  });

  it('keeps places within the text', () => {
    const index = new LineIndex('ab\ncd');
    assert.deepEqual(index.at(99), { line: 1, character: 2 });
    assert.deepEqual(index.at(-1), { line: 0, character: 0 });
  });

  it('does as much work for each place of a long text as for each of a short one', () => {
    assertLinear(
      size => 'xx\n'.repeat(size),
      text => {
        const index = new LineIndex(text);
        for (let offset = 0; offset < text.length; offset += 3) {
          index.at(offset);
        }
      },
      40_000,
    );
  });
});
