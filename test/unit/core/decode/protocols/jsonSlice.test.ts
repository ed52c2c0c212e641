import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { JsonSlice } from '../../../../../src/core/decode/protocols/json/jsonSlice.ts';

const read = (text: string) => JsonSlice.read(new TextEncoder().encode(text));

function sliceOf(text: string): JsonSlice {
  const slice = read(text);
  assert.ok(typeof slice === 'object');
  return slice;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('A slice of JSON', () => {
  it('is read of what JSON.parse reads, and of nothing else', () => {
    const jsonLike = fc.array(
      fc.constantFrom(
        ...'[]{}",:\\ \n01.-+eEutrfalsn\u0001üb'.split(''),
        'true',
        'null',
        '"a":',
        '\\u00',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(jsonLike, parts => {
        const text = parts.join('');
        assert.equal(typeof read(text) === 'object', isJson(text), text);
      }),
      { numRuns: 3000 },
    );
  });

  it('says at which byte no JSON can go on', () => {
    const cases: readonly (readonly [text: string, at: number])[] = [
      ['', 0],
      ['  ', 2],
      ['nonsense', 1],
      ['[1,]', 3],
      ['{"a":1,}', 7],
      ['{"ü" 1}', 6],
      ['"\\x"', 2],
      ['"\\u12g4"', 5],
      ['"a\nb"', 2],
      ['01', 1],
      ['1.', 2],
      ['-', 1],
      ['1e+', 3],
      ['[[[', 3],
      ['[}', 1],
      ['1 2', 2],
      ['\ufeff1', 0],
      ['"abc', 4],
      ['"\\', 2],
    ];
    for (const [text, at] of cases) {
      assert.equal(read(text), at, text);
    }
  });

  it('knows its members and elements as they were written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
        const slice = sliceOf(JSON.stringify(value, undefined, indent));
        assert.equal(slice.text, JSON.stringify(value, undefined, indent));
        const all = Array.isArray(value)
          ? [...slice.elements()].map(each => JSON.parse(each.text) as unknown)
          : slice.isObject
            ? new Map([...slice.entries()].map(([k, v]) => [k, JSON.parse(v.text) as unknown]))
            : value;
        const expected: unknown = slice.isObject ? new Map(Object.entries(value ?? {})) : value;
        assert.deepEqual(JSON.stringify(all), JSON.stringify(expected));
        if (JSON.stringify(value).length < 1000) {
          assert.equal(slice.shown, JSON.stringify(value));
        }
      }),
    );
  });

  it('takes no stack for depth, and time that grows with its length only', () => {
    const deep = '['.repeat(500_000) + ']'.repeat(500_000);
    const slice = sliceOf(deep);
    assert.equal(slice.firstElement?.end, deep.length - 1);
    assert.equal(slice.shown.length, 3200);
    assert.equal(read('['.repeat(1_000_000)), 1_000_000);
    assert.ok(sliceOf(`[${'1,'.repeat(500_000)}1]`).shownElements(1).length < 10_000);
  });

  it('is shown without spaces and escapes that JSON does not need', () => {
    const cases: Readonly<Record<string, string>> = {
      '{ "a" : "\\u4f60\\u00e9 \\ud83d\\ude00" }': '{"a":"你é 😀"}',
      '"a\\/b\\n\\t\\"\\\\u0041"': '"a/b\\n\\t\\"\\\\u0041"',
      '"\\u0022\\u005C\\u000a\\u0001\\ud83d"': '"\\"\\\\\\n\\u0001\\ud83d"',
    };
    for (const [text, shown] of Object.entries(cases)) {
      assert.equal(sliceOf(text).shown, shown);
    }
    const long = sliceOf(JSON.stringify('\u0001'.repeat(600)));
    assert.equal(long.shown.slice(0, 3198), `"${'\\u0001'.repeat(533).slice(0, 3197)}`);
    assert.equal(
      sliceOf(`"${'\\u4f60'.repeat(1000)}"`).shown.slice(0, 513),
      `"${'你'.repeat(512)}`,
    );
  });

  it('says what a long string begins with, to its last whole escape', () => {
    for (const [said, written] of [
      ['line\n', 'line\\n'],
      ['"\\', '\\"\\\\'],
      ['你😀', '\\u4f60\\ud83d\\ude00'],
      ['é', 'é'],
    ] as const) {
      for (const shift of ['', 'x', 'xx', 'xxx', 'xxxx', 'xxxxx']) {
        const { message, label } = sliceOf(`"${shift}${written.repeat(3000)}"`);
        const whole = shift + said.repeat(3000);
        assert.ok(message.length >= 512 && whole.startsWith(message), message);
        assert.equal(label, `${whole.slice(0, 511)}…`);
      }
    }
    assert.equal(sliceOf(`{"a":"${'\\n'.repeat(3000)}"}`).message.slice(0, 8), '{"a":"\\n');
  });

  it('cuts labels that are long', () => {
    assert.equal(sliceOf(JSON.stringify('a'.repeat(600))).label?.length, 512);
    assert.equal(sliceOf(JSON.stringify('ü'.repeat(60_000))).label?.length, 512);
    assert.equal(sliceOf('9'.repeat(400)).label, '9'.repeat(400));
    assert.equal(sliceOf('true').label, undefined);
  });
});
