import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Row } from '../../../src/core/capture/capture.ts';
import type { RowsAnswer } from '../../../src/shared/protocol.ts';
import { RowSource, type RowQuestion } from '../../../src/webview/rowSource.ts';

const extent = { first: 0, next: 10_000, byteLength: 0 };

function row(seq: number): Row {
  return {
    seq,
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
    answer(rows?: readonly Row[]): Promise<void>;
    fail(): void;
  })[] = [];
  const heard: string[] = [];
  const source = new RowSource(
    question =>
      new Promise<RowsAnswer>((resolve, reject) => {
        const all = () => Array.from({ length: question.count }, (_, i) => row(question.from + i));
        questions.push({
          ...question,
          answer: async (rows = all()) => {
            resolve({ extent, rows });
            await new Promise(setImmediate);
          },
          fail: () => reject(new Error('gone')),
        });
      }),
    {
      onAnswer: extent => heard.push(extent ? 'answer' : 'answer for another'),
      onFailure: reason => heard.push(reason),
    },
  );
  source.open('a');
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

it('does not ask again for rows that are not there, until the capture changes', async () => {
  const { source, questions } = makeSource();
  source.want(0, 10);
  await questions[0]?.answer([row(5)]);
  source.want(0, 10);
  assert.equal(questions.length, 1);
  source.forgetAbsent();
  source.want(0, 10);
  assert.equal(questions.length, 2);
  assert.equal(source.find(5)?.seq, 5);
});

it('keeps nothing of another connection', async () => {
  const { source, questions, heard } = makeSource();
  source.want(0, 10);
  source.open('b');
  await questions[0]?.answer();
  assert.equal(source.find(5), undefined);
  assert.deepEqual(heard, ['answer for another']);
  source.want(0, 10);
  assert.equal(questions[1]?.connection, 'b');
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
