import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { visibleLine, visibleText } from '../../../../src/core/text/visibleText.ts';

it('leaves ordinary text of all scripts alone', () => {
  for (const text of [
    '{"price": 1.5}',
    'naïve 日本語 שלום مرحبا',
    '👍🏽 ☎️ 1️⃣ 👩‍👩‍👧',
    'می‌خواهم',
    'a  b',
  ]) {
    assert.equal(visibleText(text), text);
    assert.equal(visibleLine(text), text);
  }
});

it('turns control characters into pictures', () => {
  assert.equal(visibleText('\0\u001b[31m\u007f'), '␀␛[31m␡');
  assert.equal(visibleText('\u0085'), '⟨U+0085⟩');
});

it('keeps lines as lines, but not a carriage return that stands alone', () => {
  assert.equal(visibleText('a\nb\r\nc\rd\te'), 'a\nb\nc␍d\te');
});

it('puts everything on one line for the list', () => {
  assert.equal(visibleLine('a\nb\r\nc\rd\te\u2028f'), 'a↵b↵c␍d⇥e⟨U+2028⟩f');
});

it('disarms what reorders its neighbours', () => {
  assert.equal(visibleLine('a\u202Egnp.exe\u2066\u200F'), 'a⟨U+202E⟩gnp.exe⟨U+2066⟩⟨U+200F⟩');
});

it('shows what hides between other characters', () => {
  assert.equal(
    visibleLine('pass\u200Bword\u200D\uFEFF\u00AD\u{E0041}x\uFE0F\u3164'),
    'pass⟨U+200B⟩word⟨U+200D⟩⟨U+FEFF⟩⟨U+00AD⟩⟨U+E0041⟩x⟨U+FE0F⟩⟨U+3164⟩',
  );
});

it('names a surrogate without its partner', () => {
  assert.equal(visibleText('\ud800 \udc00 \ud83d\ude00'), '⟨U+D800⟩ ⟨U+DC00⟩ 😀');
});

it('never lets a control, a direction or a lone surrogate through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.doesNotMatch(visibleLine(text), /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u);
      assert.doesNotMatch(visibleText(text), /(?![\n\t])[\p{Cc}\p{Cs}\p{Bidi_Control}]/u);
    }),
  );
});
