import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeHtml, jsonForScript } from '../../../../src/core/text/markup.ts';

describe('Text in markup', () => {
  it('is neither an element nor the end of an attribute', () => {
    assert.equal(
      escapeHtml(`<b a="1" c='2'>&amp;</b>`),
      '&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;&lt;/b&gt;',
    );
  });

  it('holds no character that markup knows, and can be read back', () => {
    const characters: Readonly<Record<string, string>> = {
      '&amp;': '&',
      '&lt;': '<',
      '&gt;': '>',
      '&quot;': '"',
      '&#39;': "'",
    };
    const unit = fc.constantFrom('<', '>', '&', '"', "'", ';', 'l', 't', '#');
    fc.assert(
      fc.property(fc.string({ unit }), text => {
        const escaped = escapeHtml(text);
        assert.doesNotMatch(escaped, /[<>"']/);
        assert.equal(
          escaped.replace(/&[^;]*;/g, entity => characters[entity] ?? '?'),
          text,
        );
      }),
    );
  });
});

describe('JSON in a script', () => {
  it('cannot end the script', () => {
    assert.equal(
      jsonForScript({ a: '</script><!--&\u2028\u2029' }),
      '{"a":"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\\u2029"}',
    );
  });

  it('is the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const json = jsonForScript(value);
        assert.doesNotMatch(json, /[<>&\u2028\u2029]/);
        assert.equal(JSON.stringify(JSON.parse(json)), JSON.stringify(value));
      }),
    );
  });
});
