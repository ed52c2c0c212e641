import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { endpointName, type Named } from '../../../../src/core/endpoint/endpointName.ts';

/** The names that URLs get one after the other. */
function namesOf(...urls: readonly string[]): readonly string[] {
  const taken: Named[] = [];
  for (const url of urls) {
    taken.push({ name: endpointName(url, taken), url });
  }
  return taken.map(({ name }) => name);
}

describe('The name of a URL', () => {
  it('is its host and port, and the end of its path', () => {
    assert.deepEqual(
      [
        'ws://localhost:36259',
        'ws://localhost:36259/prices',
        'wss://user:pass@example.com/v2/feed/orders/?token=hush',
        'wss://[::1]:8080/a/',
      ].map(url => endpointName(url, [])),
      ['localhost:36259', 'localhost:36259/prices', 'example.com/…/orders', '[::1]:8080/a'],
    );
  });

  it('has as much of the path as tells it from others', () => {
    assert.deepEqual(
      namesOf(
        'ws://h:1/prices',
        'ws://h:1/orders',
        'ws://h:1/v1/a/feed',
        'ws://h:1/v1/b/feed',
        'ws://h:1/v2/b/feed',
        'ws://h:2/prices',
      ),
      ['h:1/prices', 'h:1/orders', 'h:1/…/feed', 'h:1/…/b/feed', 'h:1/v2/b/feed', 'h:2/prices'],
    );
  });

  it('has the scheme, the names of a query or a number where nothing else differs', () => {
    assert.deepEqual(
      namesOf(
        'ws://h/feed',
        'wss://h/feed',
        'ws://h/feed?symbol=BTC',
        'ws://h/feed?symbol=ETH',
        'ws://h/feed?eyJhbGciOiJub25lIn0',
      ),
      ['h/feed', 'wss://h/feed', 'h/feed?symbol', 'h/feed (2)', 'h/feed (3)'],
    );
  });

  it('has no more of the path where that is the same', () => {
    assert.deepEqual(
      namesOf('ws://h/a/feed?token=hush', 'ws://h/a/feed?token=hush2', 'ws://h/b/feed'),
      ['h/…/feed', 'h/…/feed (2)', 'h/b/feed'],
    );
    assert.equal(
      endpointName('ws://h/a/feed', [{ name: 'mine', url: 'ws://h/a/feed' }]),
      'h/…/feed',
    );
  });

  it('keeps the end of a long part, and names no reference', () => {
    const long = `ws://h/${'x'.repeat(80)}-end`;
    assert.match(endpointName(long, []), /^h\/…x{20}-end$/);
    assert.equal(endpointName('wss://h/feed/${secret:key}', []), 'h/feed');
    assert.equal(endpointName('wss://h/${env:PATH}', []), 'h');
  });

  it('differs from all others, and never has a value of the query', () => {
    const part = fc.constantFrom('a', 'b', 'feed');
    const url = fc
      .tuple(
        fc.constantFrom('ws', 'wss'),
        fc.constantFrom('h', 'h:81'),
        fc.array(part, { maxLength: 3 }),
        fc.constantFrom('', '?k=hush', '?hush', '?k=hush&l=hush2', '?k=&l=hush'),
      )
      .map(([scheme, host, path, query]) => `${scheme}://${host}/${path.join('/')}${query}`);
    fc.assert(
      fc.property(fc.array(url, { maxLength: 12 }), urls => {
        const names = namesOf(...urls);
        assert.equal(new Set(names).size, names.length);
        assert.ok(!names.some(name => name.includes('hush')), names.join(' '));
      }),
    );
  });

  it('reads the URL of each connection once, however long the list is', () => {
    const urls = Array.from({ length: 600 }, (_, index) => `wss://h${index}/v1/feed?token=x`);
    const timeOf = (task: () => void) => {
      const began = performance.now();
      task();
      return performance.now() - began;
    };
    const named = () => timeOf(() => namesOf(...urls));
    const read = () => timeOf(() => urls.forEach(url => endpointName(url, [])));
    read();
    // Reading all for each is 600 times as long.
    assert.ok(Math.min(named(), named()) < 150 * Math.max(read(), read()));
  });
});
