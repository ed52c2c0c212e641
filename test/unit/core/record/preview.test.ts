import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { hexPreview, preview, previewByteLength } from '../../../../src/core/record/preview.ts';

const text = flagsOf('text', 'in');
const state = flagsOf('state', 'in');
const encoder = new TextEncoder();

function previewOf(flags: number, payload: Uint8Array): string {
  return preview(flags, payload.subarray(0, previewByteLength(flags)));
}

describe('the preview of a row', () => {
  it('is the text itself where that is short, also with NUL, bidi marks and a byte order mark', () => {
    const payload = '\ufeffa\0b \u202eevil\u2066 \u{1f600}';
    assert.equal(previewOf(text, encoder.encode(payload)), payload);
  });

  it('is the beginning of a long text, whose last code point is whole', () => {
    const unit = fc.oneof(
      fc.constantFrom('a', 'é', '€', '\u{1f600}'),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 900 }), parts => {
        const whole = parts.join('');
        const shown = previewOf(text, encoder.encode(whole));
        assert.ok(whole.startsWith(shown));
        assert.ok(!/\p{Surrogate}/u.test(shown));
        assert.ok(shown === whole || shown.length === 512 || shown.length === 511);
      }),
    );
  });

  it('shows what is not UTF-8 as replacement characters, at most 512', () => {
    const surrogate = Uint8Array.of(0x61, 0xed, 0xa0, 0x80, 0x62);
    assert.equal(previewOf(text, surrogate), 'a\ufffd\ufffd\ufffdb');
    assert.equal(previewOf(text, new Uint8Array(5000).fill(0xff)), '\ufffd'.repeat(512));
  });

  it('is the whole JSON of a state change', () => {
    const json = JSON.stringify({ reason: 'x'.repeat(5000) });
    assert.equal(previewOf(state, encoder.encode(json)), json);
  });

  it('leaves the handshake out of a state change, and nothing else', () => {
    const row = { state: 'failed', text: 'handshake', code: 401, more: { handshake: 1 } };
    for (const handshake of [{ request: [['A', 'x'.repeat(9000)]] }, null, 'x', []]) {
      const json = JSON.stringify({ handshake, ...row });
      assert.equal(previewOf(state, encoder.encode(json)), JSON.stringify(row));
    }
  });

  it('leaves out the calls that opened a socket, but not the session that has it', () => {
    const row = { state: 'connecting', text: 'Opening', watch: { session: 's' } };
    const watch = { session: 's', openedAt: [{ url: 'a.js', line: 1, column: 1 }] };
    const json = JSON.stringify({ ...row, watch });
    assert.equal(previewOf(state, encoder.encode(json)), JSON.stringify(row));
  });

  it('keeps a state change that is no object as it is, and cuts one that is no JSON', () => {
    for (const json of ['null', '17', '"handshake"', '["handshake"]', ' { "a" : 1 } ']) {
      assert.equal(previewOf(state, encoder.encode(json)), json);
    }
    const broken = `{"handshake":${'x'.repeat(5000)}`;
    assert.equal(previewOf(state, encoder.encode(broken)), broken.slice(0, 512));
  });

  it('cuts a state change that only a file can hold: too long, or nested too deeply', () => {
    const long = JSON.stringify({ text: 'x'.repeat(100_000) });
    const deep = `{"handshake":1,"text":"${'y'.repeat(600)}","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    for (const json of [long, deep]) {
      assert.equal(previewOf(state, encoder.encode(json)), json.slice(0, 512));
    }
  });

  it('is hex pairs of the first 64 bytes of what is binary, and of all of a close frame', () => {
    const bytes = Uint8Array.from({ length: 125 }, (_, index) => index * 2);
    assert.deepEqual(
      [
        previewOf(flagsOf('binary', 'in'), bytes),
        previewOf(flagsOf('ping', 'out'), Uint8Array.of(0, 15, 255)),
        previewOf(flagsOf('close', 'in'), bytes),
        previewOf(flagsOf('pong', 'in'), new Uint8Array()),
      ],
      [hexPreview(bytes.subarray(0, 64)), '00 0f ff', hexPreview(bytes), ''],
    );
  });
});
