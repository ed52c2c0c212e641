import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  maxSentenceLength,
  plainLine,
  plainMarkdown,
  plainSentence,
  plainText,
  shortened,
} from '../../../../src/core/text/plainText.ts';
import { hostileTexts, longHostileText } from '../../../support/hostileTexts.ts';

/** As the editor finds them in notifications and input boxes, and in labels. */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const icon = /\$\([a-z0-9-]+(?:~[a-z]+)?\)/i;
const hidden = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/u;

/** What the editor makes of a notification's text before it looks for links. */
const asNotification = (text: string) => text.slice(0, 1000).replace(/\r\n|\n|\r/g, ' ');

describe('A plain line', () => {
  it('leaves ordinary text as it is', () => {
    for (const text of [
      'The peer closed the connection (1008): "try later".',
      'values[0] costs $5 (net); f(x)[y] && z',
      'https://example.com/a?b=[c]&d=(e) 日本語 שלום 👩‍👩‍👧',
      '${secret:token}',
    ]) {
      assert.equal(plainLine(text), text);
    }
  });

  it('holds no link and no icon', () => {
    for (const [what, text] of Object.entries(hostileTexts)) {
      const shown = plainLine(text);
      assert.doesNotMatch(asNotification(shown), link, what);
      assert.doesNotMatch(shown, icon, what);
      assert.doesNotMatch(shown, hidden, what);
    }
    assert.equal(plainLine('[a](command:b) $(zap)'), '[a] (command:b) $ (zap)');
  });

  it('holds none either where a part of it was left out', () => {
    fc.assert(
      fc.property(fc.nat(900), fc.nat(900), (before, after) => {
        const text = 'x'.repeat(before) + '[a](command:b) $(zap)' + 'y'.repeat(after);
        assert.doesNotMatch(asNotification(plainLine(text)), link);
        assert.doesNotMatch(plainLine(text), icon);
      }),
    );
  });

  it('holds none of any text', () => {
    const piece = fc.constantFrom('[', ']', '(', ')', '$', 'command:a', ' ', '\n', '\u200b', 'zap');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const shown = plainLine(pieces.join(''));
        assert.doesNotMatch(asNotification(shown), link);
        assert.doesNotMatch(shown, icon);
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps both ends of a text that is too long', () => {
    const shown = plainLine(longHostileText);
    assert.ok(shown.length <= maxSentenceLength + 50);
    assert.match(shown, /^xxx.* … .*\(command:/);
    assert.match(plainLine(`${'x'.repeat(5000)} Do this instead.`), /Do this instead\.$/);
  });

  it('is never cut within a character', () => {
    for (let longest = 10; longest < 30; longest++) {
      assert.doesNotMatch(shortened('😀'.repeat(40), longest), /\p{Cs}/u);
    }
  });
});

it('keeps the lines of a text of several', () => {
  assert.equal(plainText('a\n[b](command:c)', 100), 'a\n[b] (command:c)');
});

describe('A plain sentence', () => {
  it('puts its parts in once, whatever they hold', () => {
    assert.equal(plainSentence('{0} and {1}', ['{1}', 'b$&']), '{1} and b$&');
    assert.equal(plainSentence('{0} of {2}', [1]), '1 of {2}');
  });

  it('holds no link that only its parts make together', () => {
    const sentences = [
      plainSentence('{0}{1}', ['[a]', '(command:b)']),
      plainSentence('[{0}](command:{1})', ['a', 'b']),
      plainSentence('{0}: {1}', ['[a', 'b](command:c)']),
      plainSentence('[Open]{0}', ['(command:b)']),
      plainSentence('{0}(zap)', ['$']),
    ];
    for (const sentence of sentences) {
      assert.doesNotMatch(sentence, link);
      assert.doesNotMatch(sentence, icon);
    }
  });

  it('can be read to its end where a part is long', () => {
    const sentence = plainSentence('"{0}" is no URL. Begin it with ws://.', ['x'.repeat(10_000)]);
    assert.match(sentence, /^"xxx.* … x+" is no URL\. Begin it with ws:\/\/\.$/);
    assert.ok(sentence.length < 500);
  });
});

describe('Plain Markdown', () => {
  it('takes its meaning from all punctuation', () => {
    for (const text of Object.values(hostileTexts)) {
      const shown = plainMarkdown(text);
      const left = shown.replace(/\\[!-/:-@[-`{-~]/g, '');
      assert.doesNotMatch(left, /[!-/:-@[-`{-~]/);
      assert.doesNotMatch(left, hidden);
      assert.doesNotMatch(shown, /^ | {2}/);
    }
  });
});
