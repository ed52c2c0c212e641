import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ListView, PageRow, RowsAnswer } from '../../../../../src/shared/monitorProtocol.ts';
import { RowSource, type RowQuestion } from '../../../../../src/webview/list/places/rowSource.ts';

const list: ListView = {
  generation: 1,
  first: 0,
  next: 10_000,
  scanned: 10_000,
  total: 10_000,
  hidden: 0,
  dropped: 0,
};

function row(position: number): PageRow {
  return {
    position,
    connection: 'a',
    seq: position * 2,
    at: 0,
    kind: 'text',
    direction: 'in',
    heartbeat: false,
    byteLength: 1,
    preview: '',
  };
}

function makeSource() {
  const questions: (RowQuestion & {
    answer(rows?: readonly PageRow[], list?: ListView): Promise<void>;
    fail(): void;
  })[] = [];
  const heard: string[] = [];
  const source = new RowSource(
    question =>
      new Promise<RowsAnswer>((resolve, reject) => {
        const all = () => Array.from({ length: question.count }, (_, i) => row(question.from + i));
        questions.push({
          ...question,
          answer: async (rows = all(), standing = list) => {
            resolve({ list: standing, rows });
            await new Promise(setImmediate);
          },
          fail: () => reject(new Error('gone')),
        });
      }),
    {
      onAnswer: ({ generation }) => heard.push(`answer ${generation}`),
      onFailure: reason => heard.push(reason),
    },
  );
  source.follow(list);
  return { source, questions, heard };
}

it('asks one question at a time, and only for what it does not know', async () => {
  const { source, questions } = makeSource();
  source.want(100, 140);
  source.want(200, 240);
  assert.equal(questions.length, 1);
  await questions[0]?.answer();
  assert.ok(source.covers(100, 140));
  source.want(90, 120);
  assert.deepEqual(
    questions.map(({ from, count }) => [from, count]),
    [
      [100, 40],
      [90, 10],
    ],
  );
});

it('does not ask again for rows that are not there, until the list changes', async () => {
  const { source, questions } = makeSource();
  source.want(0, 10);
  await questions[0]?.answer([row(5)]);
  source.want(0, 10);
  assert.equal(questions.length, 1);
  source.follow({ ...list, next: 10_001 });
  source.want(0, 10);
  assert.equal(questions.length, 2);
  assert.equal(source.find(5)?.seq, 10);
});

it('keeps nothing of another list', async () => {
  const { source, questions, heard } = makeSource();
  source.want(0, 10);
  source.follow({ ...list, generation: 2 });
  await questions[0]?.answer();
  assert.equal(source.find(5), undefined);
  assert.deepEqual(heard, ['answer 1']);
  source.want(0, 10);
  assert.equal(questions[1]?.generation, 2);
});

it('takes no rows from a host that is at another list already', async () => {
  const { source, questions, heard } = makeSource();
  source.want(0, 10);
  await questions[0]?.answer([], { ...list, generation: 2 });
  assert.deepEqual(heard, ['answer 2']);
  assert.equal(source.covers(0, 1), false);
});

it('asks again for the row that tells what was dropped, and shows the old one until then', async () => {
  const { source, questions } = makeSource();
  source.want(0, 100);
  await questions[0]?.answer();
  source.follow({ ...list, first: 50, dropped: 50 });
  assert.ok(source.covers(50, 100));
  source.want(50, 100);
  assert.deepEqual([questions[1]?.from, questions[1]?.count], [50, 1]);
  await questions[1]?.answer([{ ...row(50), kind: 'state' }]);
  assert.equal(source.find(50)?.kind, 'state');
  source.want(50, 100);
  assert.equal(questions.length, 2);
});

it('asks for no rows that came with the list', async () => {
  const { source, questions } = makeSource();
  source.want(9_960, 10_000);
  await questions[0]?.answer();
  const tail = [row(10_000), row(10_001)];
  source.follow({ ...list, next: 10_002, tail });
  source.want(9_962, 10_002);
  assert.equal(questions.length, 1);
  assert.deepEqual([source.find(10_000), source.find(10_001)], tail);
});

it('knows the tail of another list, and nothing else', () => {
  const { source, questions } = makeSource();
  source.follow({ ...list, generation: 2, next: 3, tail: [row(1), row(2)] });
  assert.ok(source.covers(1, 3));
  source.want(0, 3);
  assert.deepEqual([questions[0]?.from, questions[0]?.count], [0, 1]);
});

it('still asks for the row that tells what was dropped when a tail has come', async () => {
  const { source, questions } = makeSource();
  source.want(0, 100);
  await questions[0]?.answer();
  source.follow({ ...list, first: 50, dropped: 50, tail: [row(50)] });
  source.want(50, 100);
  assert.deepEqual([questions[1]?.from, questions[1]?.count], [50, 1]);
});

it('forgets what is far from the tails that come, although it asks for nothing', () => {
  const { source, questions } = makeSource();
  const length = 200;
  for (let next = length; next <= 8000; next += length) {
    const tail = Array.from({ length }, (_, index) => row(next - length + index));
    source.follow({ ...list, next, tail });
  }
  assert.equal(source.find(0), undefined);
  assert.ok(source.covers(7800, 8000));
  assert.equal(questions.length, 0);
});

it('tells of a failure and may ask again', async () => {
  const { source, questions, heard } = makeSource();
  source.want(0, 10);
  questions[0]?.fail();
  await new Promise(setImmediate);
  assert.deepEqual(heard, ['gone']);
  source.want(0, 10);
  assert.equal(questions.length, 2);
});

it('forgets what is far away', async () => {
  const { source, questions } = makeSource();
  for (let from = 0; from < 6000; from += 400) {
    source.want(from, from + 400);
    await questions.at(-1)?.answer();
  }
  assert.equal(source.find(0), undefined);
  assert.ok(source.covers(5600, 6000));
});
