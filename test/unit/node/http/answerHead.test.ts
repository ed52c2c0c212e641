import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAnswerHead } from '../../../../src/node/http/answerHead.ts';
import { assertLinear } from '../../../support/growth.ts';

describe('readAnswerHead', () => {
  const lines: readonly (readonly [string, (blanks: string) => string])[] = [
    ['blanks in the status line', blanks => `HTTP/1.1 404${blanks}\rx\r\n\r\n`],
    ['blanks in a line without a colon', blanks => `HTTP/1.1 200 OK\r\na${blanks}b\r\n\r\n`],
    ['blanks before a colon', blanks => `HTTP/1.1 200 OK\r\na${blanks}: b\r\n\r\n`],
    ['blanks in a value', blanks => `HTTP/1.1 200 OK\r\na: b${blanks}c\r\n\r\n`],
  ];
  for (const [what, head] of lines) {
    it(`takes no more work for each of the ${what}`, () => {
      assertLinear(size => head(' '.repeat(size)), readAnswerHead, 4000);
    });
  }

  it('takes a status line with a carriage return', () => {
    const { status, oddities } = readAnswerHead('HTTP/1.1 404   \rx\r\n\r\n');
    assert.equal(status, 404);
    assert.deepEqual(oddities, ['a carriage return in the status line']);
  });
});
