import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import type { Question } from '../../../../src/core/capture/judge.ts';
import { parseFilter } from '../../../../src/core/filter/parseFilter.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import { useCaptures } from '../../../support/capture/captureService.ts';

const encoder = new TextEncoder();
const text = flagsOf('text', 'in');
const sent = flagsOf('text', 'out');
const binary = flagsOf('binary', 'in');

function setUp(t: TestContext, url = 'ws://test/socket.io/?EIO=4') {
  const { service, workers } = useCaptures(t);
  const capture = service.open({ name: 'a', url, maxRows: Infinity, maxBytes: Infinity });
  const say = (words: string | Uint8Array, flags?: number) =>
    capture.append(
      1000,
      flags ?? (typeof words === 'string' ? text : binary),
      typeof words === 'string' ? encoder.encode(words) : words,
    );
  return { service, workers, capture, say };
}

const question = (filter: string, changed: Partial<Question> = {}): Question => {
  const { condition } = parseFilter(filter, { now: 0, startOfDay: 0 });
  assert.ok(condition);
  return { condition, wanted: 'first', from: 0, ...changed };
};

const ask = async (capture: Capture, ...questions: readonly Question[]) => {
  const answer = await capture.judge({ questions, to: capture.nextSeq });
  assert.ok(answer);
  return answer;
};

const found = async (capture: Capture, ...questions: readonly Question[]) =>
  (await ask(capture, ...questions)).matches.map(match => [match.question, match.seq]);

describe('What is asked of decoders', { timeout: 120_000 }, () => {
  it('is answered about received messages with no view open, in their order', async t => {
    const { capture, say } = setUp(t);
    say('40');
    say('421["ask",{"q":1}]', sent);
    say('431[{"answer":1.50}]');
    say('42["chat",{"text":"hi"}]');
    say('42["chat",{"text":"ho"}]');
    const hold = capture.holdDecoders();
    const { matches, undecoded } = await ask(
      capture,
      question('event:chat'),
      question('event:chat', { wanted: 'last', path: [1, 'text'] }),
      question('$[0].answer:1.5', { path: [0, 'answer'] }),
      question('event:ask'),
      question('event:chat', { from: 4 }),
      question('$[0].none'),
    );
    const said = matches.map(each => [each.question, each.seq, each.value, each.summary]);
    assert.deepEqual(said, [
      [2, 2, '1.50', 'ask = {"answer":1.50}'],
      [3, 2, undefined, 'ask = {"answer":1.50}'],
      [0, 3, undefined, 'chat {"text":"hi"}'],
      [1, 4, 'ho', 'chat {"text":"ho"}'],
      [4, 4, undefined, 'chat {"text":"ho"}'],
    ]);
    assert.equal(undecoded, 0);
    hold.dispose();
  });

  it('is asked of JSON as it is, and of values in compressed and binary messages', async t => {
    const { capture, say } = setUp(t, 'ws://test');
    say('{"a":1}');
    say(gzipSync('{"a":2}'));
    const of = (a: number) => question(`$.a:${a}`, { path: ['a'] });
    assert.deepEqual(await found(capture, of(1), of(2)), [
      [0, 0],
      [1, 1],
    ]);
    say(Uint8Array.of(0x81, 0xa1, 0x61, 0x03));
    capture.setDecoders([{ kind: 'binary', use: ['msgpack'] }]);
    assert.deepEqual(await found(capture, of(1), of(3)), [
      [0, 0],
      [1, 2],
    ]);
  });

  it('says of binary messages that nobody decodes them, and what they look like', async t => {
    const { capture, say } = setUp(t, 'ws://test');
    say(Uint8Array.of(0x81, 0xa1, 0x61, 0x03));
    const { matches, undecoded, settledTo } = await ask(capture, question('$.a'));
    assert.deepEqual([matches, undecoded, settledTo], [[], 1, 0]);
  });

  it('is answered again where more messages say how the first are decoded', async t => {
    const { capture, say } = setUp(t, 'ws://test');
    const map = (letter: number) =>
      Uint8Array.of(0x82, 0xa1, 0x61, letter, 0xa4, ...encoder.encode('name'), 0xa1, letter);
    say(map(1));
    assert.equal((await ask(capture, question('$.a:1'))).settledTo, 0);
    [2, 3, 4].forEach(letter => say(map(letter)));
    assert.deepEqual(await found(capture, question('$.a:1')), [[0, 0]]);
  });

  it('is answered by the worker that replaces one which was lost', async t => {
    const { capture, say, workers } = setUp(t);
    say('40');
    say('42["chat",1]');
    const hold = capture.holdDecoders();
    await capture.flush();
    await workers[0]?.terminate();
    assert.deepEqual(await found(capture, question('event:chat')), [[0, 1]]);
    hold.dispose();
  });

  it('leaves out what is too long, and says so; rows that are gone have no answer', async t => {
    const { capture, say } = setUp(t);
    say('40');
    say(`42["chat",{"text":"${'x'.repeat(1024 * 1024)}"}]`);
    const { matches, limited } = await ask(capture, question('$[0].text'));
    assert.deepEqual(matches, []);
    assert.match(limited ?? '', /longer than 1 MiB/);
    await capture.clear();
    assert.deepEqual(await found(capture, question('event:chat')), []);
  });

  it('holds no value that is longer than a message may be', async t => {
    const { capture, say } = setUp(t, 'ws://test');
    const long = Buffer.from(Array.from({ length: 2 * 1024 * 1024 }, () => 97 + Math.random() * 4));
    capture.setDecoders([{ use: ['gzip', 'json'] }]);
    say(gzipSync(JSON.stringify({ a: long.toString(), b: 1 })));
    assert.deepEqual(
      await found(capture, question('$.a', { path: ['a'] }), question('$.b', { path: ['b'] })),
      [[1, 0]],
    );
  });
});

describe('Summaries', { timeout: 120_000 }, () => {
  it('are those of the list, also where only some rows are wanted', async t => {
    const { capture, say } = setUp(t);
    say('40');
    say('421["ask",{"q":1}]', sent);
    say('431["ok"]');
    say('hello', flagsOf('ping', 'in'));
    assert.deepEqual(await capture.summaries([1, 2, 3, 9]), [
      'ask {"q":1}',
      'ask = "ok"',
      undefined,
      undefined,
    ]);
    assert.deepEqual(await capture.summaries([]), []);
  });

  it('are there of rows that were cleared and brought back, also of sessions that were over', async t => {
    const { capture, say } = setUp(t);
    const hold = capture.holdDecoders();
    const handshake = { url: 'ws://test/socket.io/?EIO=4', subprotocol: '' };
    const opened = JSON.stringify({ state: 'connected', text: '', handshake });
    const open = () => say(opened, flagsOf('state', 'in'));
    open();
    say('42["chat",1]');
    open();
    say('42["chat",2]');
    assert.deepEqual(await capture.summaries([1, 3]), ['chat 1', 'chat 2']);
    await capture.clear();
    say('42["chat",3]');
    assert.deepEqual(await capture.summaries([4]), ['chat 3']);
    assert.equal(await capture.restore(), true);
    assert.deepEqual(await capture.summaries([1, 3, 4]), ['chat 1', 'chat 2', 'chat 3']);
    hold.dispose();
  });

  it('are absent of texts that can be read and whose decoders are a guess, and of raw ones', async t => {
    const { capture, say } = setUp(t, 'ws://test');
    ['1', '2', '3', '4'].forEach(id => say(`[2,"${id}","Heartbeat",{}]`));
    assert.deepEqual(await capture.summaries([0, 1]), [undefined, undefined]);
    capture.setDecoders([{ use: ['ocpp'] }]);
    assert.deepEqual(await capture.summaries([0]), ['Heartbeat {}']);
    capture.setDecoders([{ use: [] }]);
    assert.deepEqual(await capture.summaries([0]), [undefined]);
  });
});
