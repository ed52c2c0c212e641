import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Located } from '../../../../src/core/capture/view.ts';
import type { PageRow } from '../../../../src/shared/monitorProtocol.ts';
import type { RowPlace } from '../../../../src/webview/list/rowSeeker.ts';
import { ScrollAnchor } from '../../../../src/webview/list/scrollAnchor.ts';

function row(seq: number): PageRow {
  return {
    position: seq,
    connection: 'a',
    seq,
    at: 0,
    kind: 'text',
    direction: 'in',
    heartbeat: false,
    byteLength: 1,
    preview: '',
  };
}

/** An anchor in lists that have every other row of the list before. */
function makeAnchor() {
  const places: RowPlace[] = [];
  const heard: string[] = [];
  let answer: Partial<Located> = {};
  const anchor = new ScrollAnchor(
    ({ place }) => {
      places.push(place);
      const seq = 'seq' in place ? place.seq : 0;
      const position = Math.ceil(seq / 2);
      return Promise.resolve({ position, isExact: seq % 2 === 0, isScanned: true, ...answer });
    },
    {
      onAnchor: top => heard.push(`top ${top}`),
      onActive: position => heard.push(`active ${position}`),
      onPausedAt: () => heard.push('paused'),
      onFailure: reason => heard.push(reason),
    },
  );
  const turn = async (following = false) => {
    anchor.turnTo(1, { following, next: 50, anchor: undefined });
    await new Promise(setImmediate);
    return heard.splice(0);
  };
  return { anchor, places, turn, answerWith: (next: Partial<Located>) => (answer = next) };
}

it('finds the top, the active row and the pause in another list', async () => {
  const { anchor, turn } = makeAnchor();
  anchor.activate(row(30));
  anchor.seen(row(20), 20.5);
  anchor.pause(41, row(40));
  assert.deepEqual(await turn(), ['active 15', 'paused', 'top 10.5']);
  assert.equal(anchor.pausedAt, 21);
  assert.equal(anchor.isPending, false);
});

it('keeps its names while the list is another, for the one that follows', async () => {
  const { anchor, turn } = makeAnchor();
  anchor.activate(row(31));
  anchor.seen(row(20), 20);
  assert.deepEqual(await turn(), ['active undefined', 'top 10']);
  assert.deepEqual(anchor.describe(false), {
    anchor: { name: { connection: 'a', seq: 20 }, offset: 0 },
    active: { connection: 'a', seq: 31 },
  });
});

it('looks for no place at the top while the tail is followed', async () => {
  const { anchor, places, turn } = makeAnchor();
  anchor.seen(row(20), 20);
  assert.deepEqual(await turn(true), ['active undefined']);
  assert.deepEqual(places, []);
  assert.deepEqual(anchor.describe(true), {});
});

it('is pending until there is a first place, which need not be the last', async () => {
  const { anchor, turn, answerWith } = makeAnchor();
  anchor.seen(row(20), 20);
  answerWith({ position: 3, isExact: false, isScanned: false });
  const turned = turn();
  assert.equal(anchor.isPending, true);
  assert.deepEqual(await turned, ['active undefined', 'top 3']);
  assert.equal(anchor.isPending, false);
  anchor.leave();
});

it('forgets what it looks for when the user goes elsewhere', async () => {
  const { anchor, turn } = makeAnchor();
  anchor.seen(row(20), 20);
  const turned = turn();
  anchor.leave();
  assert.equal(anchor.isPending, false);
  assert.deepEqual(await turned, ['active undefined']);
});
