import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UnmaskedHandshakes } from '../../../../src/core/secrets/unmaskedHandshakes.ts';

const facts = (url: string) => ({ url, request: [], redirects: [], timings: [] });

describe('Handshakes with their values', () => {
  it('are had by their key for as long as the window is open', () => {
    let count = 0;
    const plain = new UnmaskedHandshakes(() => `key ${++count}`);
    const keys = ['a', 'b'].map(url => plain.keep(facts(url)));
    assert.deepEqual(
      keys.map(key => plain.get(key)?.url),
      ['a', 'b'],
    );
    assert.equal(plain.get('key of another window'), undefined);
  });

  it('are the last two hundred', () => {
    let count = 0;
    const plain = new UnmaskedHandshakes(() => String(++count));
    const keys = Array.from({ length: 250 }, (_, index) => plain.keep(facts(String(index))));
    const kept = keys.filter(key => plain.get(key));
    assert.deepEqual([kept.length, kept[0]], [200, '51']);
  });
});
