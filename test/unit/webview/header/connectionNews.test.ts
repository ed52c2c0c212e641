import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { Formats } from '../../../../src/core/base/format.ts';
import type { ConnectionView } from '../../../../src/shared/monitorProtocol.ts';
import { ConnectionNews } from '../../../../src/webview/header/connectionNews.ts';
import '../../../support/page/englishTexts.ts';

describe('What screen readers are told about a connection', () => {
  let news: ConnectionNews;
  let said: [at: number, sentence: string][];
  let now: number;
  let hasFocus: boolean;

  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ['setTimeout'] });
    said = [];
    now = 0;
    hasFocus = true;
    const ports = {
      say: (sentence: string) => said.push([now, sentence]),
      now: () => now,
      hasFocus: () => hasFocus,
    };
    news = new ConnectionNews(ports, new Formats('en', () => 'UTC'));
  });

  const show = (label: string, received: number) =>
    news.follow({
      id: 'c1',
      name: 'prices',
      label,
      cause: '',
      received,
      sent: 0,
    } as ConnectionView);
  const pass = (ms: number) => {
    for (const end = now + ms; now < end;) {
      now += 50;
      mock.timers.tick(50);
    }
  };
  const flood = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      show('connected', now);
      pass(50);
    }
  };

  it('is a new state at once, and a count five seconds later', () => {
    show('connected', 0);
    show('connected', 7);
    pass(10_000);
    assert.deepEqual(said, [
      [0, 'prices: connected. '],
      [5000, '7 messages'],
    ]);
  });

  it('is no more than one sentence in five seconds, and of states the last', () => {
    show('connected', 0);
    for (const label of ['retry 1', 'connecting', 'retry 2', 'connecting']) {
      pass(500);
      show(label, 0);
    }
    pass(20_000);
    assert.deepEqual(said, [
      [0, 'prices: connected. '],
      [5000, 'prices: connecting. '],
    ]);
  });

  it('is no count any more after three that nobody heeded, until the user does something', () => {
    show('connected', 0);
    flood(60_000);
    assert.equal(said.length, 4);
    for (const [index, [at]] of said.entries()) {
      assert.ok(index === 0 || at - (said[index - 1]?.[0] ?? 0) >= 5000);
    }
    show('retry 1', 0);
    pass(100);
    assert.equal(said.at(-1)?.[1], 'prices: retry 1. ');
    show('connected', 1);
    news.heed();
    flood(12_000);
    assert.match(said.at(-1)?.[1] ?? '', /messages$/);
  });

  it('is nothing while the user is elsewhere, and the state when the user comes back', () => {
    hasFocus = false;
    show('connected', 0);
    flood(30_000);
    assert.equal(said.length, 0);
    hasFocus = true;
    news.heed();
    assert.deepEqual(
      said.map(([, sentence]) => sentence),
      ['prices: connected. '],
    );
  });
});
