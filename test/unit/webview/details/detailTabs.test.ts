import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from '../../../../src/core/capture/capture.ts';
import type { Severity } from '../../../../src/core/connection/report.ts';
import { bestTab, firstLiked, tabsOf } from '../../../../src/webview/details/detailTabs.ts';

/** A change of state whose handshake is in the payload only. */
function rowOf(severity: Severity): Row {
  const preview = JSON.stringify({ text: 'Something happened.', severity, state: 'failed' });
  const byteLength = preview.length + 1000;
  return { seq: 0, at: 0, kind: 'state', direction: 'in', heartbeat: false, byteLength, preview };
}

describe('The tab that a row opens on', () => {
  it('has the cause of a failure, although the user has looked at handshakes', () => {
    const liked = { ...firstLiked, state: 'handshake' } as const;
    for (const severity of ['error', 'warning'] as const) {
      assert.deepEqual(tabsOf(rowOf(severity)), ['state', 'handshake']);
      assert.equal(bestTab(rowOf(severity), liked), 'state');
    }
    assert.equal(bestTab(rowOf('info'), liked), 'handshake');
  });

  it('is what decoders say, and what the user has chosen of a decoded row', () => {
    const plain: Row = { ...rowOf('info'), kind: 'text', preview: '42["a"]' };
    const decoded: Row = { ...plain, decoded: { event: 'a' } };
    assert.equal(tabsOf(decoded)[0], 'decoded');
    assert.equal(bestTab(decoded, firstLiked), 'decoded');
    assert.equal(bestTab(decoded, { ...firstLiked, decoded: 'hex' }), 'hex');
    const waiting: Row = { ...plain, decoded: 'waiting' };
    assert.ok(!tabsOf(waiting).includes('decoded'));
    assert.equal(bestTab(waiting, { ...firstLiked, decoded: 'hex' }), bestTab(plain, firstLiked));
  });
});
