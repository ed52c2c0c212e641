import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseFilter } from '../../../../../src/core/filter/parseFilter.ts';
import {
  capturedNames,
  EditLimitError,
  replaceMatches,
  setValues,
} from '../../../../../src/core/tap/rules/editMessage.ts';

const noName = () => undefined;
const set = (text: string, path: readonly (string | number | { any: true })[], value: unknown) =>
  setValues(text, [{ path, value }], noName);

describe('Values of a message', () => {
  it('are set where there is a place for them, and nothing else changes', () => {
    assert.equal(
      set('{"n":12345678901234567890.10,"p":1}', ['p'], 2),
      '{"n":12345678901234567890.10,"p":2}',
    );
    assert.equal(set('{"a":{}}', ['a', 'b'], [1]), '{"a":{"b":[1]}}');
    assert.equal(set('{"a":[1,2]}', ['a', 1], null), '{"a":[1,null]}');
    assert.equal(set('[{"p":1},{"p":2}]', [{ any: true }, 'p'], 0), '[{"p":0},{"p":0}]');
    assert.equal(set('{"a":1}', ['__proto__'], 3), '{"a":1,"__proto__":3}');
  });

  it('leave the text as it is if there is no place', () => {
    for (const text of ['{ "a": 1 }', '[ 1 ]', 'no JSON', '7']) {
      assert.equal(set(text, ['x', 'y'], 1), text);
      assert.equal(set(text, [9], 1), text);
    }
  });

  it('have the names that the match captured filled in', () => {
    const { condition } = parseFilter('in: /symbol":"(?<name>\\w+)/', { now: 0, startOfDay: 0 });
    assert.ok(condition);
    const text = '{"symbol":"ACME"}';
    const names = capturedNames(condition, text);
    assert.equal(
      setValues(text, [{ path: ['was'], value: { of: ['${name}!', '${other}'] } }], name =>
        names.get(name),
      ),
      '{"symbol":"ACME","was":{"of":["ACME!","${other}"]}}',
    );
  });
});

describe('Matches in a message', () => {
  it('are replaced, all of them, with groups', () => {
    assert.equal(
      replaceMatches('ACME and ACME', /\bAC(?<rest>ME)\b/g, '$<rest>-$1'),
      'ME-ME and ME-ME',
    );
  });

  it('are replaced as JavaScript replaces them', () => {
    const text = 'one two three';
    for (const replacement of [
      '$1',
      '$2$1',
      '$12',
      '$3',
      '$0',
      '$00',
      '$01',
      '$$1',
      '$&$&',
      "[$`|$']",
      '$<b>',
      '$<none>',
      '$<b',
      '$',
    ]) {
      for (const what of [/(?<a>t)(?<b>w|h)/g, /(t)(x)?/g, /o/g]) {
        assert.equal(
          replaceMatches(text, what, replacement),
          text.replace(what, replacement),
          `${what} ${replacement}`,
        );
      }
    }
  });

  it('are left alone where the message would grow too long', () => {
    const long = 'a'.repeat(1_000_000);
    assert.throws(() => replaceMatches(long, /a/g, 'b'.repeat(300)), EditLimitError);
    assert.throws(
      () =>
        setValues(
          JSON.stringify(Array.from({ length: 100 }, () => 0)),
          [{ path: [{ any: true }], value: '${name}' }],
          () => long,
        ),
      EditLimitError,
    );
  });

  it('count all that is added, and not only texts', () => {
    const places = `[${'0,'.repeat(100_000)}0]`;
    const values = {
      names: { ['k'.repeat(1000)]: 1 },
      numbers: Array.from({ length: 60 }, (_, index) => index),
      brackets: [[[[[[[[[[[]]]]]]]]]]],
    };
    for (const [name, value] of Object.entries(values)) {
      assert.throws(() => set(places, [{ any: true }], value), EditLimitError, name);
    }
    assert.equal(set(places, [{ any: true }], 1).length, places.length);
  });

  it('are not set where reading could take long', () => {
    const nested = (depth: number) => `{"a":0,"b":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    assert.match(set(nested(999), ['a'], 1), /^\{"a":1,/);
    assert.throws(() => set(nested(1000), ['a'], 1), /nested more than 1000 deep/);
    assert.throws(() => set(`["${'x'.repeat(1024 * 1024)}"]`, [0], 1), EditLimitError);
    const quoted = `{"a":0,"b":"${'[\\"'.repeat(2000)}"}`;
    assert.equal(set(quoted, ['a'], 1), quoted.replace('0', '1'));
  });

  it('are never half a character', () => {
    assert.equal(replaceMatches('a😀b', /(?:)/g, '-'), '-a-😀-b-');
    assert.equal(replaceMatches('😀x', /./g, '.'), '😀.');
    assert.throws(() => replaceMatches('😀', /(.)(.)/g, '$2$1'), /half a character/);
    assert.equal(replaceMatches('😀x', /./gu, '.'), '..');
  });

  it('are not looked for where that could take long', () => {
    assert.throws(() => replaceMatches('a'.repeat(100_000), /a*b*c*$/g, ''), EditLimitError);
  });
});
