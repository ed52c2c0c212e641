import assert from 'node:assert/strict';
import { it } from 'node:test';
import { oneLine } from '../../../../src/core/decode/summaryText.ts';

it('A summary is one line, and says where it was cut', () => {
  assert.equal(oneLine('a\r\n\tb'), 'a b');
  assert.equal(oneLine('x'.repeat(512)), 'x'.repeat(512));
  assert.equal(oneLine('x'.repeat(513)), `${'x'.repeat(511)}…`);
  assert.equal(oneLine(`${'\n'.repeat(2047)}ab`), ' a…');
});
