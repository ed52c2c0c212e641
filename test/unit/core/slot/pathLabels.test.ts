import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathLabels } from '../../../../src/core/slot/pathLabels.ts';

/** What a tree of 250 pixels has room for, beside indents and the icon. */
const room = 30;

describe('pathLabels', () => {
  it('leaves alone what is short', () => {
    assert.deepEqual(pathLabels(['/', '/ws', '/ws', '']), ['/', '/ws', '/ws', '']);
  });

  it('keeps as many of the last parts as there is room for', () => {
    assert.deepEqual(pathLabels(['/api/v1/markets/europe/stocks/trades']), [
      '…/europe/stocks/trades',
    ]);
    const long = 'x'.repeat(200);
    assert.match(pathLabels([`/api/${long}`])[0] ?? '', /^…\/x+ … x+$/);
  });

  it('keeps what differs where paths end alike', () => {
    const paths = ['a1b2c3d4e5', 'f6a7b8c9d0'].map(id => `/api/rooms/${id}/messages/stream`);
    assert.deepEqual(pathLabels(paths), ['…/a1b2c3d4e5/…', '…/f6a7b8c9d0/…']);
    assert.deepEqual(
      pathLabels(['/one/deeply/nested/path/to/the/stream', '/deeply/nested/path/to/the/stream']),
      ['…/one/deeply/…', '…/deeply/…'],
    );
  });

  const words = ['api', 'v1', 'rooms', 'a'.repeat(36), 'b'.repeat(36), 'stream', ''];
  const number = (seed: number) => ((seed * 2654435761) >>> 0) / 2 ** 32;

  it('gives different names to different paths, and short ones unless parts are long', () => {
    for (let seed = 0; seed < 500; seed++) {
      const paths = Array.from({ length: 6 }, (_, index) => {
        const parts = Array.from({ length: 1 + ((seed + index) % 7) }, (_part, at) => {
          const chosen = Math.floor(number(seed * 97 + index * 13 + at) * words.length);
          return words[chosen] ?? '';
        });
        return `/${parts.join('/')}`;
      });
      const labels = pathLabels(paths);
      for (const [at, path] of paths.entries()) {
        for (const [other, otherPath] of paths.entries()) {
          assert.equal(labels[at] === labels[other], path === otherPath, `${seed}: ${path}`);
        }
      }
    }
    const ids = Array.from({ length: 50 }, (_, index) => `/cable/sessions/${index}/updates/live`);
    assert.ok(pathLabels(ids).every(label => label.length <= room));
  });
});
