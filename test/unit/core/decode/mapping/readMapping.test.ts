import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readMapping } from '../../../../../src/core/decode/mapping/readMapping.ts';

function saidOf(value: unknown): readonly string[] {
  return readMapping(value).problems?.map(({ path, message }) => `${path}: ${message}`) ?? [];
}

describe('The members of a mapping', () => {
  it('are all described', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../../../docs/decoders.md'), 'utf8');
    const [{ message } = { message: '' }] = readMapping({ unknown: 1 }).problems ?? [];
    const [, members = ''] = /known are (.*)\.$/.exec(message) ?? [];
    const missing = members.split(', ').filter(member => !docs.includes(`| \`${member}\` `));
    assert.deepEqual([members === '', missing], [false, []]);
  });
});

describe('What is wrong with a mapping', () => {
  it('is nothing, if it is a mapping', () => {
    const mapping = {
      event: '$.e | $["a b"] or so',
      types: { 1: 'a' },
      request: true,
      json: ['$.data', '$[0].x'],
      batch: true,
      cases: [{ when: 'out:', body: '$ | $.x' }],
    };
    assert.deepEqual(readMapping(mapping), { mapping });
  });

  it('is said for each member, with what is allowed', () => {
    assert.deepEqual(
      saidOf({
        event: 5,
        topic: '$.a | ',
        id: '$.a[',
        body: 'a $.b',
        error: '$.a:',
        heartbeat: 'after:10:30',
        request: false,
        when: true,
        types: { a: 1 },
        json: ['$.*'],
        batch: 'yes',
        subprotocol: 1,
        cases: [],
      }),
      [
        'event: It must be a text such as "$.data.id".',
        'topic: It takes paths such as $.data.id and words; “|” stands between alternatives.',
        'id: It takes paths such as $.data.id and words; “|” stands between alternatives.',
        'body: It takes one path such as $.data, or several with “|” between them.',
        'error: It is no filter: A value is missing: a number, a word, or text in quotes.',
        'heartbeat: It asks for what no message says of itself; it takes $.path:value, in:, out:, kind:, size:, words and patterns.',
        'request: It must be a filter such as "$.type:ping", or true.',
        'when: It must be a filter such as "$.type:ping".',
        'types: It must be an object of at most 1000 texts, such as { "2": "call" }.',
        'json: It must be a list of at most 16 paths such as "$.data", without alternatives.',
        'batch: It must be true or false.',
        'subprotocol: It must be a text.',
        'cases: It must be a list of 1 to 100 objects.',
      ],
    );
  });

  it('is said of cases with their number', () => {
    assert.deepEqual(saidOf({ cases: [{}, { when: '' }, 5] }), [
      'cases[1].when: It asks for nothing.',
      'cases[2]: It must be an object.',
    ]);
    assert.match(
      saidOf({ cases: [{ batch: true }] })[0] ?? '',
      /^cases\[0\]\.batch: It is not known/,
    );
  });

  it('is said of members that there are not, and of what is no object', () => {
    assert.match(saidOf({ evnet: '$.e' })[0] ?? '', /^evnet: It is not known; known are when, /);
    for (const value of [undefined, null, 5, [], 'x']) {
      assert.deepEqual(saidOf(value), [': It must be an object.']);
    }
  });

  it('is said of texts that are too long to be tried on each message', () => {
    assert.deepEqual(saidOf({ event: 'a'.repeat(3000), error: 'a'.repeat(3000) }), [
      'event: It has at most 2000 characters.',
      'error: It is no filter: A filter has at most 2000 characters.',
    ]);
    assert.deepEqual(saidOf({ event: `$${'.a'.repeat(33)}` }).length, 1);
  });
});
