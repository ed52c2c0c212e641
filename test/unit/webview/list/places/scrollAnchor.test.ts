import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Located } from '../../../../../src/core/capture/view.ts';
import type { PageRow } from '../../../../../src/shared/monitorProtocol.ts';
import type { RowPlace } from '../../../../../src/webview/list/places/rowSeeker.ts';
import { ScrollAnchor } from '../../../../../src/webview/list/places/scrollAnchor.ts';

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

const nextTask = () => new Promise(setImmediate);

/** An anchor in lists that have every other row of the list before. */
function makeAnchor() {
  const places: RowPlace[] = [];
  const heard: string[] = [];
  let answer: Partial<Located> | Error = {};
  const anchor = new ScrollAnchor(
    ({ place }) => {
      places.push(place);
      const seq = 'seq' in place ? place.seq : 0;
      const position = Math.ceil(seq / 2);
      return answer instanceof Error
        ? Promise.reject(answer)
        : Promise.resolve({ position, isExact: seq % 2 === 0, isScanned: true, ...answer });
    },
    {
      onAnchor: top => heard.push(`top ${top}`),
      onActive: position => heard.push(`active ${position}`),
      onHold: (position, offset, isPointedOut) =>
        heard.push(`hold ${position} at ${offset}${isPointedOut ? ' pointed out' : ''}`),
      onSelected: (position, { seq }) => heard.push(`selected ${position} for ${seq}`),
      onSettled: () => heard.push('settled'),
      onFailure: reason => heard.push(reason),
    },
  );
  const turn = async (more: Partial<Parameters<ScrollAnchor['turnTo']>[1]> = {}) => {
    const turned = { following: false, next: 50, anchor: undefined, activeOffset: undefined };
    anchor.turnTo(1, { ...turned, ...more });
    await nextTask();
    return heard.splice(0);
  };
  const choose = (seq: number, isLookedAt = true) => {
    anchor.activate(row(seq));
    anchor.choose(undefined, isLookedAt);
  };
  const answerWith = (next: Partial<Located> | Error) => (answer = next);
  return { anchor, places, heard, turn, choose, answerWith };
}

const following = true;

it('finds the top and the pause in another list', async () => {
  const { anchor, turn } = makeAnchor();
  anchor.seen(row(20), 20.5);
  anchor.pause(1, 41, row(40));
  assert.deepEqual(await turn(), ['active undefined', 'settled', 'top 10.5']);
  assert.equal(anchor.pausedAt, 21);
  assert.equal(anchor.isPending, false);
});

it('learns what is new in a list that has not come to the pause yet', async () => {
  const { anchor, heard } = makeAnchor();
  anchor.pause(1, undefined, row(40));
  assert.equal(anchor.pausedAt, undefined);
  await nextTask();
  assert.deepEqual(heard, ['settled']);
  assert.equal(anchor.pausedAt, 21);
});

it('brings the active row into sight, where it was or in the middle', async () => {
  const { anchor, turn, choose } = makeAnchor();
  choose(30);
  anchor.seen(row(20), 20);
  assert.deepEqual(await turn(), ['active 15', 'hold 15 at undefined']);
  assert.equal(anchor.isPending, false);
  assert.deepEqual(await turn({ activeOffset: 7.5 }), ['active 15', 'hold 15 at 7.5']);
  assert.deepEqual(await turn({ following }), ['active 15', 'hold 15 at undefined']);
});

it('keeps what is at the top where the active row is left out, and comes back to it later', async () => {
  const { anchor, turn, choose, answerWith } = makeAnchor();
  choose(31);
  anchor.seen(row(20), 20);
  assert.deepEqual(await turn(), ['active undefined', 'top 10']);
  assert.deepEqual(anchor.describe(false), {
    anchor: { name: { connection: 'a', seq: 20 }, offset: 0 },
    active: { connection: 'a', seq: 31 },
  });
  assert.deepEqual(await turn(), ['active undefined', 'top 10']);
  assert.deepEqual(await turn({ following }), ['active undefined', 'settled']);
  answerWith({ position: 31, isExact: true });
  assert.deepEqual(await turn({ following }), ['active 31', 'hold 31 at undefined']);
});

it('follows the tail on from where End selected a row, but holds that row once it is paused', async () => {
  const { turn, choose } = makeAnchor();
  choose(30, false);
  assert.deepEqual(await turn({ following }), ['active 15']);
  assert.deepEqual(await turn(), ['active 15', 'hold 15 at undefined']);
});

it('looks for no place at the top while the tail is followed', async () => {
  const { anchor, places, turn } = makeAnchor();
  anchor.seen(row(20), 20);
  assert.deepEqual(await turn({ following }), ['active undefined']);
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

it('shows the tail until the scan comes to the active row', async () => {
  const { anchor, turn, choose, answerWith } = makeAnchor();
  choose(30);
  answerWith({ isExact: false, isScanned: false });
  const turned = turn({ following });
  assert.equal(anchor.isPending, true);
  assert.deepEqual(await turned, ['settled']);
  assert.equal(anchor.isPending, false);
  // The list becomes another before that, and the row is still the one to come back to.
  answerWith({});
  assert.deepEqual(await turn({ following }), ['active 15', 'hold 15 at undefined']);
});

it('keeps the place on screen over lists that are never drawn', async () => {
  const { turn, choose, answerWith } = makeAnchor();
  choose(30);
  answerWith({ isExact: false, isScanned: false });
  await turn({ activeOffset: 4 });
  answerWith({});
  assert.deepEqual(await turn(), ['active 15', 'hold 15 at 4']);
});

it('forgets what it looks for when the user goes elsewhere, but not what is selected', async () => {
  const { anchor, turn, choose } = makeAnchor();
  choose(30);
  anchor.seen(row(20), 20);
  const turned = turn();
  anchor.leave();
  assert.equal(anchor.isPending, false);
  assert.deepEqual(await turned, ['active 15']);
});

it('restores a place without going to the active row, and holds that row from then on', async () => {
  const { anchor, turn } = makeAnchor();
  const active = { connection: 'a', seq: 30 };
  anchor.restore({ active, anchor: { name: { connection: 'a', seq: 20 }, offset: 0 } });
  assert.deepEqual(await turn(), ['active 15', 'top 10']);
  anchor.restore({ active });
  assert.deepEqual(await turn({ following }), ['active 15']);
  assert.deepEqual(await turn({ following }), ['active 15', 'hold 15 at undefined']);
});

it('does not end a restoration where the list cannot answer yet', async () => {
  const { anchor, turn, answerWith } = makeAnchor();
  anchor.restore({ active: { connection: 'a', seq: 30 } });
  answerWith(new Error('The list has changed'));
  assert.deepEqual(await turn({ following }), []);
  answerWith({});
  assert.deepEqual(await turn({ following }), ['active 15']);
});

it('points a row out, in this list or in the one to come', async () => {
  const { anchor, heard, turn, choose } = makeAnchor();
  choose(6);
  anchor.pointOut(1, { connection: 'a', seq: 30 }, false);
  await nextTask();
  assert.deepEqual(heard.splice(0), ['active 15', 'hold 15 at undefined pointed out']);
  assert.deepEqual(await turn(), ['active 15', 'hold 15 at undefined']);
  anchor.pointOut(1, { connection: 'a', seq: 40 }, true);
  await nextTask();
  assert.deepEqual(heard.splice(0), []);
  assert.deepEqual(await turn({ following, activeOffset: 4 }), [
    'active 20',
    'hold 20 at undefined pointed out',
  ]);
});

it('finds the other selected rows one after the other, unless the user selects anew', async () => {
  const { anchor, turn } = makeAnchor();
  anchor.activate(row(30));
  anchor.choose(
    [30, 31, 40].map(seq => ({ connection: 'a', seq })),
    true,
  );
  assert.deepEqual(await turn(), [
    'active 15',
    'hold 15 at undefined',
    'selected 15 for 30',
    'selected 20 for 40',
  ]);
  assert.equal(anchor.describe(true).selected?.length, 3);
  anchor.choose(undefined, true);
  assert.deepEqual(await turn(), ['active 15', 'hold 15 at undefined']);
});

describe('over any lists in turn', () => {
  /** Numbers that look random and are the same in each run. */
  function* numbers(seed: number): Generator<number, never> {
    for (let state = seed; ;) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      yield state / 2 ** 32;
    }
  }

  for (let seed = 1; seed <= 20; seed++) {
    it(`the row that the user looks at comes back wherever a list has it (${seed})`, async () => {
      const random = numbers(seed);
      const next = () => random.next().value;
      let list: readonly number[] = [];
      let generation = 0;
      let isFollowing = next() < 0.5;
      let active: number | undefined;
      let held: number | undefined;
      const anchor: ScrollAnchor = new ScrollAnchor(
        ({ generation: asked, place }) => {
          if (asked !== generation) {
            return Promise.reject(new Error('The list has changed'));
          }
          const seq = 'seq' in place ? place.seq : 0;
          const position = list.findIndex(each => each >= seq);
          const at = position < 0 ? list.length : position;
          return Promise.resolve({ position: at, isExact: list[at] === seq, isScanned: true });
        },
        {
          onAnchor: () => undefined,
          onActive: position => (active = position),
          onHold: position => {
            held = position;
            isFollowing = false;
          },
          onSelected: () => undefined,
          onSettled: () => undefined,
          onFailure: reason => assert.fail(reason),
        },
      );
      const wanted = Math.floor(next() * 100);
      anchor.activate(row(wanted));
      anchor.choose(undefined, true);
      for (let step = 0; step < 30; step++) {
        const share = next();
        list = Array.from({ length: 100 }, (_, seq) => seq).filter(() => next() < share);
        generation++;
        held = undefined;
        anchor.turnTo(generation, {
          following: isFollowing,
          next: list.length,
          anchor: { name: { connection: 'a', seq: Math.floor(next() * 100) }, offset: 0 },
          activeOffset: next() < 0.3 ? 3 : undefined,
        });
        if (next() < 0.5) {
          await nextTask();
          const position = list.indexOf(wanted);
          assert.equal(active, position < 0 ? undefined : position);
          assert.equal(held, active);
          assert.equal(anchor.isPending, false);
          isFollowing ||= next() < 0.3;
        }
      }
    });
  }
});
