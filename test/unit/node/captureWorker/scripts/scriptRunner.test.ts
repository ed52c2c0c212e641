import assert from 'node:assert/strict';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Script } from '../../../../../src/core/decode/script/script.ts';
import {
  batchOf,
  useChild,
  DecoderRig,
  decoderText,
  valuesOf,
} from '../../../../support/scripts/decoderFiles.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { until } from '../../../../support/until.ts';

const child = useChild();

describe('A runner of decoders', () => {
  it('gives messages with their facts to a decoder, and its answers back', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const answers = await rig.decode(
      `if (text === 'b') return undefined;
       return { text, ...context, own: bytes.buffer.byteLength };`,
      ['a', 'b'],
    );
    assert.deepEqual(answers, [
      {
        is: 'read',
        value: {
          text: 'a',
          direction: 'in',
          isText: true,
          url: 'ws://localhost/feed',
          subprotocol: 'acme',
          connection: 'Feed',
          seq: 0,
          record: 0,
          time: 1000,
          state: undefined,
          own: 1,
        },
      },
      { is: 'passed' },
    ]);
  });

  it('gives texts to a decoder that takes text, and passes what it does not take', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const kind = `decode(given) { return { kind: typeof given, given } }`;
    const takesText = rig.write('text.mjs', `export const decoder = { takes: 'text', ${kind} };`);
    const takesBytes = rig.write(
      'bytes.mjs',
      `export const decoder = { takes: 'bytes', ${kind} };`,
    );
    assert.deepEqual(valuesOf(await rig.run(takesText, ['ä'])), [{ kind: 'string', given: 'ä' }]);
    assert.deepEqual(valuesOf(await rig.run(takesBytes, ['ä'])), ['passed']);
  });

  it('answers many batches in their order, by one process', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write(
      'count.mjs',
      `let count = 0; export const decoder = { decode() { return { count: ++count }; } };`,
    );
    const texts = Array.from({ length: 256 }, () => 'x');
    const batches = await Promise.all(
      Array.from({ length: 20 }, (_, at) => rig.runner.run(batchOf(script, texts, at))),
    );
    const counts = batches.flat().map(answer => (answer.is === 'read' ? answer.value : undefined));
    assert.deepEqual(
      counts,
      Array.from({ length: 20 * 256 }, (_, at) => ({ count: at + 1 })),
    );
  });

  it('has what a decoder said when it said it, also if it changes its object later', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const values = valuesOf(
      await rig.decode(
        `const own = (globalThis.own ??= { list: [], map: new Map() });
         own.list.length = 0;
         own.list.push(text);
         own.map.set(text, 1);
         return text === 'c' ? own : { list: own.list };`,
        ['a', 'b', 'c', 'd'],
      ),
    );
    const map = new Map(['a', 'b', 'c'].map(text => [text, 1]));
    assert.deepEqual(values, [
      { list: ['a'] },
      { list: ['b'] },
      { list: ['c'], map },
      { list: ['d'] },
    ]);
  });

  it('keeps the state of each session of an ordered decoder apart', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write('ordered.mjs', counting());
    assert.deepEqual(valuesOf(await rig.run(script, ['a', 'b'], 1)), [{ count: 1 }, { count: 2 }]);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'], 2)), [{ count: 1 }]);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'], 1)), [{ count: 3 }]);
    rig.runner.endSession(1);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'], 1)), [{ count: 1 }]);
  });

  it('goes on with the state of a session after its process had to be ended', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write('ordered.mjs', counting(`if (text === 'loop') for (;;);`));
    await rig.run(script, ['a', 'b']);
    const tooLong = 'The decoder took too long';
    assert.deepEqual(valuesOf(await rig.run(script, ['a', 'loop', 'b'])), [
      { count: 3 },
      tooLong,
      { count: 4 },
    ]);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'])), [{ count: 5 }]);
  });

  it('tells of a state that is too large or cannot be kept', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const large = `context.state.large = 'x'.repeat(70_000); return {};`;
    await rig.run(rig.write('large.mjs', decoderText(large, 'ordered: true,')), ['a']);
    const cyclic = `context.state.self = context.state; return {};`;
    await rig.run(rig.write('cyclic.mjs', decoderText(cyclic, 'ordered: true,')), ['a']);
    const [first, second] = rig.of('error').map(({ error }) => error.message);
    assert.match(first ?? '', /^context\.state takes more than 64 KiB as JSON/);
    assert.match(second ?? '', /^context\.state cannot be kept as JSON: .*circular/);
  });

  it('loads a file again with its imports when it has changed, and says so', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const main = `import { value } from './part.mjs';
      export const decoder = { decode() { return { value } } };`;
    rig.write('part.mjs', 'export const value = 1;');
    assert.deepEqual(valuesOf(await rig.run(rig.write('main.mjs', main), ['a'])), [{ value: 1 }]);
    rig.write('part.mjs', 'export const value = 2;');
    assert.deepEqual(valuesOf(await rig.run(rig.write('main.mjs', main), ['a'])), [{ value: 2 }]);
    assert.equal(rig.of('loaded').length, 2);
  });

  it('ends a process without work after a minute, and goes on with the state', async t => {
    const clock = new ManualClock();
    const rig = new DecoderRig(t, { childPath: child.path, clock });
    const script = rig.write('ordered.mjs', counting(`console.log('process', process.pid);`));
    await rig.run(script, ['a']);
    clock.advance(60_000);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'])), [{ count: 2 }]);
    assert.equal(new Set(rig.of('log').map(({ text }) => text)).size, 2);
  });

  it('runs more decoders than it may have processes, one after the other', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const scripts = Array.from({ length: 10 }, (_, at) =>
      rig.write(`d${at}.mjs`, decoderText(`return { at: ${at} };`)),
    );
    const answers = await Promise.all(scripts.map(script => rig.run(script, ['a'])));
    assert.deepEqual(
      answers.map(valuesOf),
      scripts.map((_, at) => [{ at }]),
    );
  });

  it('tells the last of many errors, and not each of them', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write('throws.mjs', decoderText('throw new Error(text);'));
    for (let at = 0; at < 50; at++) {
      await rig.run(script, [`error ${at}`]);
    }
    await until('the last is told', () => rig.of('error').at(-1)?.error.message === 'error 49');
    assert.ok(rig.of('error').length < 40, `${rig.of('error').length} reports`);
  });

  it('breaks a slow batch off once its session has ended, and nobody is told', async t => {
    const clock = new ManualClock();
    const rig = new DecoderRig(t, { childPath: child.path, clock });
    const slow = `if (text === 'slow') { console.log('at it'); Atomics.wait(new Int32Array(
      new SharedArrayBuffer(4)), 0, 0, 90); } return { text };`;
    const script = rig.write('slow.mjs', counting(slow));
    await rig.run(script, ['a'], 2);
    const many = Array.from({ length: 256 }, () => 'slow');
    const running = rig.run(script, many);
    const waiting = rig.run(script, many);
    const other = rig.run(script, ['b'], 2);
    await until('it is at it', () => rig.of('log').length > 0);
    rig.runner.endSession(1);
    clock.advance(300);
    assert.deepEqual(valuesOf(await other), [{ text: 'b' }]);
    const answers = [...(await running), ...(await waiting)];
    assert.ok(answers.filter(({ is }) => is === 'read').length < 100);
    assert.deepEqual([rig.of('error'), rig.of('stopped')], [[], []]);
    assert.deepEqual(valuesOf(await rig.run(script, ['c'], 2)), [{ text: 'c' }]);
  });

  it('breaks off what a session has asked, but not where the order matters', async t => {
    const clock = new ManualClock();
    const rig = new DecoderRig(t, { childPath: child.path, clock });
    const pause = (ms: number) =>
      `if (text !== 'a') { console.log('at it'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms}); }`;
    const slow = rig.write('slow.mjs', decoderText(`${pause(90)} return { text };`));
    const ordered = rig.write('ordered.mjs', counting(pause(5)));
    const countOf = async (script: Script) => {
      await rig.run(script, ['a']);
      const logged = rig.of('log').length;
      const running = rig.run(
        script,
        Array.from({ length: 100 }, () => 'b'),
      );
      await until('it is at it', () => rig.of('log').length > logged);
      rig.runner.breakOff(1);
      clock.advance(300);
      return (await running).filter(({ is }) => is === 'read').length;
    };
    assert.ok((await countOf(slow)) < 50);
    assert.equal(await countOf(ordered), 100);
    assert.deepEqual(valuesOf(await rig.run(ordered, ['a'])), [{ count: 102 }]);
    assert.deepEqual(valuesOf(await rig.run(slow, ['a'])), [{ text: 'a' }]);
    assert.deepEqual(rig.of('error'), []);
  });

  it('does not run a file that has become a link since it was found, or is gone', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const elsewhere = rig.write('other/elsewhere.mjs', decoderText('return { is: 1 };'));
    const script = rig.write('own/decoder.mjs', decoderText('return {};'));
    rmSync(script.file);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'])), [
      'The file of the decoder is not there any more',
    ]);
    symlinkSync(elsewhere.file, script.file);
    assert.deepEqual(valuesOf(await rig.run({ ...script, version: 9 }, ['a'])), [
      'The file of the decoder has become a link to another, or its folder has',
    ]);
    rmSync(join(rig.folder, 'own'), { recursive: true });
    symlinkSync(join(rig.folder, 'other'), join(rig.folder, 'own'));
    const inLinked = { ...script, file: join(rig.folder, 'own/elsewhere.mjs') };
    assert.match(String(valuesOf(await rig.run(inLinked, ['a']))[0]), /has become a link/);
  });

  it('refuses where Node cannot confine a process', async t => {
    const runtime = { nodeVersion: '18.0.0', isElectron: false, options: new Set<string>() };
    const rig = new DecoderRig(t, { childPath: child.path, runtime });
    const refusal = 'Node 18.0.0 of this editor cannot confine the process of a decoder';
    assert.deepEqual(valuesOf(await rig.decode('return {};')), [refusal]);
    assert.deepEqual(
      rig.of('error').map(({ error }) => error.message),
      [refusal],
    );
  });

  it('says why its process cannot be started', async t => {
    const rig = new DecoderRig(t, { childPath: child.path, execPath: '/nowhere/node' });
    const [message] = valuesOf(await rig.decode('return {};'));
    assert.match(String(message), /^The decoder's process ended while it was loaded: .*ENOENT/);
  });
});

/** An ordered decoder that counts what it reads of a session. */
function counting(first = ''): string {
  return decoderText(
    `context.state.count = (context.state.count ?? 0) + 1;
     ${first}
     return { count: context.state.count };`,
    'ordered: true,',
  );
}
