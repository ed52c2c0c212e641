import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Layer } from '../../../../../src/core/decode/layer.ts';
import { text } from '../../../../../src/core/decode/values/text.ts';
import { testHostile } from '../../../../support/decode/fuzz.ts';

const message = { seq: 0, direction: 'in' } as const;

testHostile(text, [{ name: 'a text', messages: [{ dir: 'in', text: 'é\n"x"', expect: {} }] }]);

describe('text', () => {
  it('gives a text as a string', () => {
    const reading = text.read(Layer.ofText('a\n"b"'), undefined, message);
    assert.equal(reading.value?.(), '"a\\n\\"b\\""');
    assert.equal(reading.summary(), 'a "b"');
    assert.equal(reading.problem, undefined);
  });

  it('warns of bytes that are no text', () => {
    const reading = text.read(Layer.ofBytes(Uint8Array.of(0x61, 0xff)), undefined, message);
    assert.equal(reading.value?.(), '"a\ufffd"');
    assert.deepEqual(reading.problem, { at: 1, is: 'bad-utf8' });
  });
});
