import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { boundedPattern } from '../../../../src/core/pattern/boundedPattern.ts';

const quantified = (atom: fc.Arbitrary<string>) =>
  fc
    .tuple(
      atom,
      fc.constantFrom('', '', '', '*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}', '{0}'),
    )
    .map(parts => parts.join(''));
const atoms = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\d',
  '\\w',
  '\\W',
  '\\s',
  '\\b',
  '\\B',
  '^',
  '$',
  'é',
  '-',
  '{',
  '\\u0061',
  '\\x62',
  '\\n',
  ']',
  '😀',
  '[😀x]',
  'K',
  '\\u{61}',
  '\\p{L}',
  '\\.',
  '(?:)',
  '\\e',
  '\\/',
);
const { sources } = fc.letrec<{ sources: string; part: string }>(tie => ({
  part: fc.oneof(
    { maxDepth: 4 },
    quantified(atoms),
    quantified(
      fc
        .tuple(fc.constantFrom('(', '(?:'), tie('sources'))
        .map(([open, inside]) => `${open}${inside})`),
    ),
    quantified(
      fc.tuple(tie('sources'), tie('sources')).map(([one, other]) => `(?:${one}|${other})`),
    ),
  ),
  sources: fc.array(tie('part'), { maxLength: 4 }).map(parts => parts.join('')),
}));
const characters = fc.constantFrom(
  'a',
  'b',
  'A',
  'B',
  '1',
  '-',
  ' ',
  '\n',
  '\r',
  '\u2028',
  'é',
  'É',
  '😀',
  '\ud83d',
  'K',
  'k',
  '\u212a',
  'ſ',
  's',
  '{',
  ']',
  '.',
  '_',
  'u',
  '6',
  'e',
  '/',
);
const texts = fc.array(characters, { maxLength: 8 }).map(all => all.join(''));
const flags = fc.constantFrom('', 'i', 'm', 's', 'u', 'iu', 'ms', 'imsu');

/**
 * V8 also tries places within a surrogate pair, such as `\B` in "a😀a", which a Unicode pattern may not
 * begin at (ECMA-262, AdvanceStringIndex). So the places are given to it one by one.
 */
function nativeFinds(native: RegExp, text: string): boolean {
  if (!native.unicode) {
    return native.test(text);
  }
  const sticky = new RegExp(native.source, `${native.flags}y`);
  const starts = Array.from(text).reduce(
    (all, each) => [...all, (all.at(-1) ?? 0) + each.length],
    [0],
  );
  return starts.some(start => {
    sticky.lastIndex = start;
    return sticky.test(text);
  });
}

/**
 * How many of the texts were compared with JavaScript's own matcher, which must agree; none where
 * JavaScript refuses the pattern.
 */
function agreeing(source: string, flag: string, texts: readonly string[]): number {
  let native: RegExp;
  try {
    native = new RegExp(source, flag);
  } catch {
    return 0;
  }
  const pattern = boundedPattern(source, flag);
  let compared = 0;
  for (const text of texts) {
    const found = pattern?.test(text);
    // Few are written as only old scripts write them.
    if (found !== undefined) {
      assert.equal(found, nativeFinds(native, text), JSON.stringify({ source, flag, text }));
      compared++;
    }
  }
  return compared;
}

describe('boundedPattern', () => {
  it('finds what JavaScript finds', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        sources,
        flags,
        fc.array(texts, { minLength: 4, maxLength: 4 }),
        (source, flag, all) => {
          compared += agreeing(source, flag, all);
        },
      ),
      { numRuns: 4000 },
    );
    assert.ok(compared > 5000, String(compared));
  });

  it('finds what JavaScript finds where it looks ahead from the beginning', () => {
    const looks = fc
      .array(fc.tuple(fc.constantFrom('(?=', '(?!'), sources), { minLength: 1, maxLength: 2 })
      .map(all => all.map(([open, inside]) => `${open}${inside})`).join(''));
    const rests = fc.oneof(
      sources,
      fc.tuple(sources, sources).map(all => all.join('|')),
    );
    const repeats = fc.constantFrom('', '', '', '', '*', '?', '{0}', '{2}');
    const several = fc.array(texts, { minLength: 6, maxLength: 6 });
    let compared = 0;
    fc.assert(
      fc.property(looks, repeats, rests, flags, several, (look, repeat, rest, flag, all) => {
        const source = `^${look}${repeat}${rest}`;
        compared += agreeing(source, flag, all);
      }),
      { numRuns: 6000 },
    );
    assert.ok(compared > 1000, String(compared));
  });

  it('looks ahead from the beginning of a text of any length', () => {
    const long = 'x'.repeat(500_000);
    for (const [source, text, expected] of [
      ['^(?!.*ping).*$', `${long}pong`, true],
      ['^(?!.*ping).*$', `${long}ping`, false],
      ['^(?=.*price)(?=.*EUR)', `${long}EUR price`, true],
      ['^(?=.*price)(?!.*EUR).*x', `${long}EUR price`, false],
    ] as const) {
      assert.equal(boundedPattern(source, '')?.test(text), expected, source);
    }
  });

  it('takes at most two and a half times the steps for twice the text', () => {
    const hostile: readonly (readonly [source: string, text: (length: number) => string])[] = [
      ['.*pong.*', length => 'pon'.repeat(length / 3)],
      ['a.*b.*c.*d', length => 'abc'.repeat(length / 3)],
      ['^(\\w+\\s?)*:ok$', length => 'a'.repeat(length)],
      ['(a+)+b', length => 'a'.repeat(length)],
      ['(x+x+)+y', length => 'x'.repeat(length)],
      ['(a|a)*$b', length => 'a'.repeat(length)],
      ['\\s*,\\s*;', length => ' '.repeat(length)],
      ['(.*a){12}b', length => 'a'.repeat(length)],
      ['(?:a|b)*a(?:a|b){10}c', length => 'abbab'.repeat(length / 5)],
      [
        '[^x]*\\u{1f600}',
        length =>
          Array.from({ length }, (_, i) => String.fromCharCode(0x400 + (i % 20_000))).join(''),
      ],
    ];
    for (const [source, text] of hostile) {
      const steps = [32_768, 65_536].map(length => {
        const pattern = boundedPattern(source, source.includes('{1f') ? 'u' : '');
        assert.equal(pattern?.test(text(length)), false, source);
        return pattern.steps;
      });
      assert.ok((steps[1] ?? 0) <= 2.5 * (steps[0] ?? 0), `${source}: ${steps.join(', ')}`);
      assert.ok((steps[1] ?? 0) < 2_000_000, source);
    }
  });

  it('takes one step for each character of a text, once it knows the characters', () => {
    const text = Array.from({ length: 100_000 }, (_, i) =>
      String.fromCharCode(0x4e00 + (i % 9000)),
    );
    for (const source of ['.*pong.*', '^(\\w+\\s?)*:ok$', '(a|a?)+!']) {
      const pattern = boundedPattern(source, '');
      assert.equal(pattern?.test(text.join('')), false);
      const { steps } = pattern;
      assert.equal(pattern.test(text.join('')), false);
      assert.ok(steps < 1_000_000 && pattern.steps <= 101_000, `${source}: ${pattern.steps}`);
    }
  });

  it('counts what it takes to look at new characters, of which a stranger has thousands', () => {
    const text = Array.from({ length: 60_000 }, (_, i) =>
      String.fromCharCode(0x400 + (i % 50_000)),
    );
    assert.equal(boundedPattern('^(\\w+\\s?)*:ok$', '')?.test(text.join('')), undefined);
  });

  it('gives up where there are too many ways at once, and never takes long', () => {
    const pattern = boundedPattern('(?:a|b)*a(?:a|b){600}c', '');
    let seed = 1;
    const next = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    const text = Array.from({ length: 500_000 }, () => (next() < 0.5 ? 'a' : 'b')).join('');
    assert.ok(pattern);
    assert.equal(pattern.test(text), undefined);
    assert.ok(pattern.steps < 2_010_000, String(pattern.steps));
  });

  it('tries what is not regular on short texts only, or not at all', () => {
    const ahead = boundedPattern('(?=.*pong)x.*', '');
    assert.equal(ahead?.test('x pong'), true);
    assert.equal(ahead.test('y'.repeat(100_000)), undefined);
    assert.equal(boundedPattern('(a+)\\1b', ''), undefined);
    assert.equal(boundedPattern('(?!(a+)+b)', ''), undefined);
    assert.throws(() => boundedPattern('(', ''), SyntaxError);
    // Counts that cannot be written out.
    assert.equal(boundedPattern('(?:a{1000}){1000}', '')?.test('b'.repeat(1000)), undefined);
  });

  it('keeps no place between calls', () => {
    const pattern = boundedPattern('a', 'gy');
    assert.deepEqual([pattern?.test('ba'), pattern?.test('ba')], [true, true]);
  });
});
