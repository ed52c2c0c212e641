import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  answerRequest,
  RpcClient,
  type RpcAnswer,
  type RpcRequest,
} from '../../../../src/core/base/rpc.ts';

function setUp() {
  const posted: RpcRequest[] = [];
  return { posted, client: new RpcClient(message => posted.push(message)) };
}

describe('An RPC client', () => {
  it('settles each request by the answer with its id, in any order', async () => {
    const { posted, client } = setUp();
    const first = client.request('rows', { from: 1 });
    const second = client.request('rows', { from: 2 }, 7);
    assert.deepEqual(
      posted.map(({ request, params, key }) => ({ request, params, key })),
      [
        { request: 'rows', params: { from: 1 }, key: undefined },
        { request: 'rows', params: { from: 2 }, key: 7 },
      ],
    );
    client.settle({ id: posted[1]?.id ?? -1, error: 'There is no view 7' });
    client.settle({ id: posted[0]?.id ?? -1, result: ['a row'] });
    assert.deepEqual(await first, ['a row']);
    await assert.rejects(second, new Error('There is no view 7'));
    assert.deepEqual(client.unanswered, []);
  });

  it('keeps what is unanswered, in order, so that it can be sent again', () => {
    const { posted, client } = setUp();
    for (const request of ['a', 'b', 'c']) {
      void client.request(request, undefined);
    }
    client.settle({ id: posted[1]?.id ?? -1, result: undefined });
    assert.deepEqual(client.unanswered, [posted[0], posted[2]]);
  });

  it('keeps what it tells until it is settled by hand, and says if it failed', () => {
    const { posted, client } = setUp();
    const failures: string[] = [];
    const tell = (request: string) =>
      client.tell(request, undefined, 1, ({ message }) => failures.push(message));
    const [settle] = [tell('a'), tell('b'), tell('c')];
    assert.deepEqual(client.unanswered, posted);
    settle();
    client.settle({ id: posted[1]?.id ?? -1, error: 'full' });
    assert.deepEqual([client.unanswered, failures], [[posted[2]], ['full']]);
    client.close('ended');
    tell('d');
    assert.deepEqual([failures, posted.length], [['full', 'ended', 'ended'], 3]);
  });

  it('ignores an answer to a request that was answered, or was never sent', async () => {
    const { posted, client } = setUp();
    const asked = client.request('a', undefined);
    const id = posted[0]?.id ?? -1;
    client.settle({ id: id + 1, result: 'stray' });
    client.settle({ id, result: 1 });
    client.settle({ id, error: 'late' });
    assert.equal(await asked, 1);
  });

  it('rejects pending requests when it is closed, and later ones without sending them', async () => {
    const { posted, client } = setUp();
    const pending = client.request('a', undefined);
    client.close('The worker ended');
    client.close('A second reason');
    await assert.rejects(pending, new Error('The worker ended'));
    await assert.rejects(client.request('b', undefined), new Error('The worker ended'));
    assert.equal(posted.length, 1);
    assert.deepEqual(client.unanswered, []);
  });

  it('rejects a request that could not be posted', async () => {
    const client = new RpcClient(() => {
      throw new Error('no such file');
    });
    await assert.rejects(client.request('a', undefined), new Error('no such file'));
    assert.deepEqual(client.unanswered, []);
  });
});

describe('A request', () => {
  function answersTo(perform: () => unknown): readonly RpcAnswer[] {
    const answers: RpcAnswer[] = [];
    answerRequest({ id: 3 }, perform, answer => answers.push(answer));
    return answers;
  }

  it('is answered at once where its result is no promise', () => {
    assert.deepEqual(
      answersTo(() => 5),
      [{ id: 3, result: 5 }],
    );
  });

  it('fails if its result cannot be posted', async () => {
    const later = () => new Promise<void>(resolve => setImmediate(resolve));
    for (const perform of [() => 5, () => Promise.resolve(5)]) {
      const answers: RpcAnswer[] = [];
      answerRequest({ id: 3 }, perform, answer => {
        if ('result' in answer) {
          throw new Error('It cannot be cloned');
        }
        answers.push(answer);
      });
      await later();
      assert.deepEqual(answers, [{ id: 3, error: 'It cannot be cloned' }]);
    }
  });

  it('is answered when its promise settles', async () => {
    const answers = answersTo(() => Promise.resolve(5));
    const failures = answersTo(() => Promise.reject(new Error('The disk is full')));
    assert.deepEqual([...answers, ...failures], []);
    await new Promise(setImmediate);
    assert.deepEqual(
      [...answers, ...failures],
      [
        { id: 3, result: 5 },
        { id: 3, error: 'The disk is full' },
      ],
    );
  });

  it('that fails is answered by what the failure says', () => {
    const answers = answersTo(() => {
      throw new Error('The disk is full');
    });
    assert.deepEqual(answers, [{ id: 3, error: 'The disk is full' }]);
  });
});
