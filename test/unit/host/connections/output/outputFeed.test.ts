import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { toDisposable } from '../../../../../src/core/base/lifecycle.ts';
import { SecretRedactor } from '../../../../../src/core/secrets/redact.ts';
import { flagsOf } from '../../../../../src/core/record/record.ts';
import { OutputFeed } from '../../../../../src/host/connections/output/outputFeed.ts';
import { Formats } from '../../../../../src/core/base/format.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { runOf } from '../../../../support/textRuns.ts';

const received = flagsOf('text', 'in');
const encoder = new TextEncoder();
const formats = new Formats('en-GB');

describe('The messages output', () => {
  let clock = new ManualClock();
  let texts: string[] = [];
  let feed = new OutputFeed(clock, { enabled: true, maxCharacters: 20 }, () => undefined);

  beforeEach(() => {
    clock = new ManualClock();
    texts = [];
    feed = new OutputFeed(clock, { enabled: true, maxCharacters: 20 }, text => texts.push(text));
  });

  afterEach(() => {
    feed.dispose();
    assert.deepEqual(clock.pending, []);
  });

  const message = (text: string, flags = received, name = '') =>
    feed.message(clock.now(), name, flags, encoder.encode(text));

  /** Everything written so far, as lines without their times. */
  const lines = () => {
    const all = texts.join('').split('\n');
    assert.equal(all.pop(), '', 'Each text ends in a newline');
    return all.map(line => line.replace(/^\d\d:\d\d:\d\d\.\d{3} /, ''));
  };

  it('is a line for each message, with its time and direction', () => {
    message('hello');
    message('there', flagsOf('text', 'out'));
    clock.advance(250);
    const time = formats.clock(1_700_000_000_000);
    assert.match(time, /^\d\d:\d\d:\d\d\.000$/);
    assert.equal(texts.join(''), `${time} ← hello\n${time} → there\n`);
  });

  it('has the times of the user, and names their zone where it is not plain', () => {
    const zone: { timeZone: string | undefined; zoneToName: string | undefined } = {
      timeZone: 'Asia/Tokyo',
      zoneToName: undefined,
    };
    const options = { enabled: true, maxCharacters: 20 };
    const there = new OutputFeed(clock, options, text => texts.push(text), zone);
    const say = (text: string) => there.message(clock.now(), '', received, encoder.encode(text));
    say('plain');
    Object.assign(zone, { timeZone: 'America/New_York', zoneToName: 'America/New_York' });
    say('a');
    say('b');
    Object.assign(zone, { zoneToName: undefined });
    say('c');
    there.dispose();
    assert.deepEqual(texts.join('').split('\n'), [
      '07:13:20.000 ← plain',
      '17:13:20.000 · Times are in America/New_York.',
      '17:13:20.000 ← a',
      '17:13:20.000 ← b',
      '17:13:20.000 · Times are in your time zone.',
      '17:13:20.000 ← c',
      '',
    ]);
  });

  it('names the connection where there are several', () => {
    message('a', received, 'prices');
    message('b', received, 'ev\u202eil\n');
    clock.advance(250);
    assert.deepEqual(lines(), ['← [prices] a', '← [ev⟨U+202E⟩il↵] b']);
  });

  it('shows state changes and what they say, on one line', () => {
    const row = { state: 'retry', severity: 'warning', text: 'Lost.\nRetry \u202e1.' } as const;
    feed.state(clock.now(), 'prices', row);
    assert.deepEqual(lines(), ['· [prices] Lost.↵Retry ⟨U+202E⟩1.']);
  });

  it('shows binary and control frames as their size and a hex preview', () => {
    feed.message(clock.now(), '', flagsOf('binary', 'in'), Uint8Array.of(0, 255, 16));
    feed.message(clock.now(), '', flagsOf('binary', 'in'), new Uint8Array(70).fill(1));
    feed.message(clock.now(), '', flagsOf('ping', 'out', true), new Uint8Array());
    feed.message(clock.now(), '', flagsOf('close', 'in'), Uint8Array.of(3, 232));
    clock.advance(250);
    assert.deepEqual(lines(), [
      '← [binary 3 bytes] 00 ff 10',
      `← [binary 70 bytes] ${Array(64).fill('01').join(' ')} …`,
      '→ [ping 0 bytes]',
      '← [close 1000 Normal Closure]',
    ]);
  });

  it('cuts a long message, says how long it is, and cuts no character in half', () => {
    const texts = ['x'.repeat(20), 'x'.repeat(21), '😀'.repeat(10), `${'x'.repeat(19)}😀`];
    [...texts, '€'.repeat(5000)].forEach(text => message(text));
    clock.advance(250);
    assert.deepEqual(lines(), [
      `← ${'x'.repeat(20)}`,
      `← ${'x'.repeat(20)} … (21 B in all)`,
      `← ${'😀'.repeat(10)}`,
      `← ${'x'.repeat(19)} … (23 B in all)`,
      `← ${'€'.repeat(20)} … (15.0 kB in all)`,
    ]);
  });

  it('leaves nothing of a secret that it cuts', () => {
    const { text: redact } = new SecretRedactor(['hunter2-tail']);
    message(`${'x'.repeat(10)}hunter2-tail`);
    clock.advance(250);
    assert.deepEqual(lines().map(redact), [`← ${'x'.repeat(10)}••• … (22 B in all)`]);
  });

  it('shows what is hidden in a message, also a byte order mark, and bytes that are no text', () => {
    message('\ufeffa\r\nb\tc\u001b[2J');
    feed.message(clock.now(), '', received, Uint8Array.of(0x61, 0xff));
    clock.advance(250);
    assert.deepEqual(lines(), ['← ⟨U+FEFF⟩a↵b⇥c␛[2J', '← a\ufffd']);
  });

  it('appends at once, then at most every 250 ms', () => {
    message('a');
    message('b');
    clock.advance(249);
    message('c');
    const before = texts.length;
    clock.advance(1);
    const after = texts.length;
    clock.advance(1000);
    assert.deepEqual([before, after, texts.length], [1, 2, 2]);
    assert.deepEqual(lines(), ['← a', '← b', '← c']);
  });

  it('writes and counts the texts of a run like those that come one by one', () => {
    feed.texts(clock.now(), '', received, runOf(['a', 'b']));
    feed.texts(clock.now(), '', received, runOf(Array.from({ length: 1500 }, () => 'x')));
    feed.texts(clock.now(), '', received, runOf(['y', 'z']));
    clock.advance(2000);
    assert.deepEqual(
      [lines().length, lines().slice(0, 3), lines().at(-1)],
      [
        1001,
        ['← a', '← b', '← x'],
        '· 504 messages are not shown here (more than 1,000 a second); the monitor has them all.',
      ],
    );
  });

  it('leaves out what is more than a channel can bear, and counts it once the second is over', () => {
    for (let index = 0; index < 2500; index++) {
      message('x');
    }
    feed.state(clock.now(), '', { state: 'closing', severity: 'info', text: 'State.' });
    clock.advance(999);
    const before = lines();
    clock.advance(251);
    message('y');
    clock.advance(250);
    assert.deepEqual(
      { shown: before.length, last: before.at(-1), then: lines().slice(before.length) },
      {
        shown: 1001,
        last: '· State.',
        then: [
          '· 1,500 messages are not shown here (more than 1,000 a second); the monitor has them all.',
          '← y',
        ],
      },
    );
  });

  it('counts what was left out before what follows in the next second', () => {
    for (let index = 0; index < 1001; index++) {
      message('x');
    }
    feed.message(clock.now() + 1000, '', received, encoder.encode('next'));
    clock.advance(250);
    assert.deepEqual(lines().slice(-2), [
      '· 1 message is not shown here (more than 1,000 a second); the monitor has them all.',
      '← next',
    ]);
  });

  it('is written in full when it ends, with the count of what was left out', () => {
    for (let index = 0; index < 1007; index++) {
      message('x');
    }
    feed.dispose();
    assert.equal(lines().length, 1001);
    assert.match(lines().at(-1) ?? '', /^· 7 messages are not shown/);
  });

  it('can be switched off and on, and follows a new length', () => {
    feed.setOptions({ enabled: false, maxCharacters: 20 });
    message('a');
    feed.state(clock.now(), '', { state: 'closing', severity: 'info', text: 'State.' });
    feed.setOptions({ enabled: true, maxCharacters: 1 });
    message('bc');
    assert.deepEqual(lines(), ['← b … (2 B in all)']);
  });
});

describe('The messages output, decoded', () => {
  function setUp(isDecoded = true) {
    const clock = new ManualClock();
    const texts: string[] = [];
    const options = { enabled: true, maxCharacters: 20, isDecoded };
    const feed = new OutputFeed(clock, options, text => texts.push(text));
    const asked: (readonly number[])[] = [];
    const answers: ((summaries: readonly (string | undefined)[]) => void)[] = [];
    let isClosed = false;
    let holders = 0;
    const rows = {
      summaries: (seqs: readonly number[]) => {
        asked.push(seqs);
        return isClosed
          ? Promise.reject(new Error('closed'))
          : new Promise<readonly (string | undefined)[]>(resolve => answers.push(resolve));
      },
      holdDecoders: () => {
        holders++;
        return toDisposable(() => holders--);
      },
    };
    const message = (text: string, seq: number, flags = received) =>
      feed.message(clock.now(), '', flags, encoder.encode(text), rows, seq);
    const answer = async (...summaries: readonly (string | undefined)[]) => {
      answers.shift()?.(summaries);
      await new Promise(setImmediate);
    };
    const lines = () => texts.join('').replace(/^\d\d:\d\d:\d\d\.\d{3} /gm, '');
    const state = () => ({ holders, asked });
    const close = () => (isClosed = true);
    return { clock, feed, rows, message, answer, lines, state, close, options };
  }

  it('has what decoders read in place of what came, and what they do not read as it came', async () => {
    const { clock, feed, rows, message, answer, lines, state } = setUp();
    feed.state(clock.now(), '', { state: 'connected', severity: 'info', text: 'Fine.' });
    message('42["chat",1]', 3);
    message('plain', 4);
    message('', 5, flagsOf('ping', 'in'));
    feed.texts(clock.now(), '', received, runOf(['43[1]', 'x']), rows, 6);
    clock.advance(250);
    assert.deepEqual([state().asked, lines()], [[[3, 4, 6, 7]], '· Fine.\n']);
    await answer('chat "\u202e0123456789abcdef"', undefined, 'a = 1');
    assert.equal(
      lines(),
      '· Fine.\n← chat "\u27e8U+202E\u27e90123456789abc …\n← plain\n← [ping 0 bytes]\n← a = 1\n← x\n',
    );
    assert.equal(state().holders, 1);
    feed.dispose();
    assert.equal(state().holders, 0);
  });

  it('keeps its order, and writes what came where decoders are late', async () => {
    const { clock, feed, message, answer, lines } = setUp();
    message('a', 0);
    clock.advance(250);
    message('b', 1);
    feed.state(clock.now(), '', { state: 'connected', severity: 'info', text: 'Fine.' });
    clock.advance(250);
    clock.advance(480);
    assert.equal(lines(), '');
    clock.advance(20);
    assert.equal(lines(), '← a\n');
    await answer('late');
    await answer('B');
    assert.equal(lines(), '← a\n← B\n· Fine.\n');
    feed.dispose();
  });

  it('loses nothing when a capture is closed, or the window', async () => {
    const { clock, feed, message, answer, lines, state, close } = setUp();
    message('a', 0);
    clock.advance(250);
    close();
    message('b', 1);
    clock.advance(250);
    await answer('A');
    assert.equal(lines(), '← A\n← b\n');
    message('c', 2);
    feed.dispose();
    assert.deepEqual([lines(), state().holders, clock.pending], ['← A\n← b\n← c\n', 0, []]);
  });

  it('asks no decoder unless it is wanted', () => {
    const { clock, feed, message, lines, state, options } = setUp(false);
    message('a', 0);
    clock.advance(250);
    assert.deepEqual([lines(), state()], ['← a\n', { holders: 0, asked: [] }]);
    feed.setOptions({ ...options, isDecoded: true });
    message('b', 1);
    clock.advance(250);
    assert.equal(state().holders, 1);
    feed.setOptions(options);
    assert.equal(state().holders, 0);
    feed.dispose();
  });
});
