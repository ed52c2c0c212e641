import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { suggestFilter } from '../../../../../src/core/filter/hints/suggestion.ts';

describe('suggestFilter', () => {
  const rewritten: Readonly<Record<string, string>> = {
    'type=trade': '$.type:trade',
    'type==trade': '$.type:trade',
    'type===trade': '$.type:trade',
    'type:trade': '$.type:trade',
    'type = trade': '$.type:trade',
    'type:"new order"': '$.type:"new order"',
    "type='x'": '$.type:"x"',
    '"type": "trade"': '$.type:"trade"',
    '{"type":"trade","n":1}': '$.type:"trade",n:1',
    'price>100 in:': '$.price:>100 in:',
    'price => 100': '$.price:>=100',
    'price!=5': '$.price:!=5',
    'data.items[0].id=5': '$.data.items[0].id:5',
    '-type=trade': '-$.type:trade',
    '(type=a or type=b) out:': '($.type:a or $.type:b) out:',
    '$type:trade': '$.type:trade',
    '$.type==trade': '$.type:trade',
    'error:': '$.error',
    '.error': '$.error',
    'items[0].id': '$.items[0].id',
    'kind=text': 'kind:text',
    'size>1k': 'size:>1k',
    'kind=trade': '$.kind:trade',
    'id>5': '$.id:>5',
    'event:~chat': '$.event:~chat',
    'latency>1s': 'latency:>1s',
    'call=done': 'call:done',
  };
  for (const [filter, suggestion] of Object.entries(rewritten)) {
    it(`makes ${suggestion} of ${filter}`, () => {
      assert.equal(suggestFilter(filter, []), suggestion);
    });
  }

  it('leaves alone what is likely to be meant as it is', () => {
    const meant = [
      '',
      'word',
      'two words',
      '"a=b"',
      '/a=b/i',
      'https://x/',
      '10:30',
      'a.example.com',
    ];
    for (const filter of [
      ...meant,
      'kind:text',
      '$.type:trade',
      '$.n:>5',
      'C:\\x',
      '-kind:ping',
      'event:chat|join',
      'latency:>1s',
      '=',
    ]) {
      assert.equal(suggestFilter(filter, []), undefined, filter);
    }
  });

  it('takes a path as messages have it', () => {
    const paths = ['$.data.type', '$.side'];
    assert.equal(suggestFilter('type=trade', paths), '$.data.type:trade');
    assert.equal(suggestFilter('side=buy', paths), '$.side:buy');
    assert.equal(suggestFilter('data.type', paths), '$.data.type');
    assert.equal(suggestFilter('data.other', paths), undefined);
  });

  it('asks decoders where they know the messages, and no member has that name', () => {
    assert.equal(suggestFilter('event=chat', [], true), 'event:chat');
    assert.equal(suggestFilter('-id > 5', [], true), '-id:>5');
    assert.equal(suggestFilter('event=chat', ['$.event'], true), '$.event:chat');
    assert.equal(suggestFilter('event:chat', [], true), '$.event:chat');
  });

  it('never suggests what is not a filter, and reads any text in no time', () => {
    for (const filter of ['a=b)', 'a='.repeat(1000), 'a.'.repeat(999), '"'.repeat(1999)]) {
      assert.doesNotThrow(() => suggestFilter(filter, []));
    }
    assert.equal(suggestFilter('a=b)', []), undefined);
  });
});
