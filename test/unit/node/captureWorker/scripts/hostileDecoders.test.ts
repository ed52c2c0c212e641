import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  useChild,
  DecoderRig,
  decoderText,
  valuesOf,
} from '../../../../support/scripts/decoderFiles.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { until } from '../../../../support/until.ts';

const child = useChild();

const tooLong = 'The decoder took too long';

/** What comes of four messages where a decoder does this at the third. */
async function atThird(rig: DecoderRig, body: string): Promise<readonly unknown[]> {
  const decode = `if (text === 'bad') { ${body} } return { text };`;
  return valuesOf(await rig.decode(decode, ['a', 'b', 'bad', 'c']));
}

describe('A hostile decoder', () => {
  const bodies: readonly [what: string, body: string, message: string | RegExp][] = [
    ['loops for ever', 'for (;;);', tooLong],
    ['backtracks for ever', '/^(a+)+$/.test("a".repeat(40) + "b");', tooLong],
    ['catches everything and goes on', 'for (;;) try { for (;;); } catch {} finally {}', tooLong],
    ['waits for nobody', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);', tooLong],
    [
      'fills the heap',
      'const a = []; for (;;) a.push({ x: new Array(100).fill(1) });',
      /^The decoder took too (long|much memory)$/,
    ],
    [
      'fills buffers',
      'const a = []; for (;;) a.push(new Uint8Array(1e6).fill(1));',
      /^The decoder took too (long|much memory)$/,
    ],
    ['calls itself for ever', 'const f = () => f(); f();', /Maximum call stack/],
    [
      'reads a file elsewhere',
      `process.getBuiltinModule('node:fs').readFileSync('/etc/passwd');`,
      /^A decoder may read files of its own folder only/,
    ],
    ['ends its process', 'process.exit();', /may not call process\.exit/],
    ['aborts its process', 'process.abort();', /may not call process\.abort/],
    ['kills the editor', 'process.kill(process.ppid);', /may not call process\.kill/],
    [
      'slows the editor',
      `process.getBuiltinModule('node:os').setPriority(process.ppid, 19);`,
      /may not set priorities/,
    ],
    [
      'answers more than fits',
      'return { value: "x".repeat(17 * 1024 * 1024) };',
      'The answers to a batch of messages are larger than 16 MiB',
    ],
    [
      'answers with a function',
      'return { value() {} };',
      /^decode has returned what cannot be copied: .*could not be cloned/,
    ],
    [
      'answers with a symbol',
      'return { value: Symbol("x") };',
      /^decode has returned what cannot be copied: .*could not be cloned/,
    ],
    [
      'answers with a getter that throws',
      'return { get value() { throw new Error("x"); } };',
      /^decode has returned what cannot be copied: x/,
    ],
    ['answers with a getter that loops', 'return { get value() { for (;;); } };', tooLong],
    ['answers with a promise', 'return (async () => ({}))();', /returned a promise/],
    [
      'answers with a promise of its own making',
      'return { then() {} };',
      'decode has returned a promise. It has to return the answer itself',
    ],
    ['answers with a generator', 'return (function* () {})();', /could not be cloned/],
    ['answers with a proxy that loops', 'return new Proxy({}, { has() { for (;;); } });', tooLong],
    [
      'answers with what is nested too deep',
      'const all = {}; for (let at = all, i = 0; i < 1e5; i++) at = at.a = {}; return all;',
      /^decode has returned what cannot be copied: .*call stack/,
    ],
    ['answers with a number', 'return 1;', /has returned a number/],
    ['answers with a list', 'return [];', /has returned an array/],
    ['throws a symbol', 'throw Symbol("s");', /^The decoder has thrown Symbol\(s\)$/],
    [
      'throws what loops when it is looked at',
      'throw { [Symbol.for("nodejs.util.inspect.custom")]() { for (;;); } };',
      tooLong,
    ],
    [
      'throws an error without texts',
      'throw Object.assign(new Error(), { message: {}, stack: 5 });',
      'What the decoder has thrown cannot be read',
    ],
    ['throws nothing', 'throw undefined;', 'The decoder has thrown undefined'],
    [
      'throws what cannot be read',
      'throw new Proxy(new Error(), { get() { throw 1; }, getPrototypeOf() { throw 1; } });',
      'What the decoder has thrown cannot be read',
    ],
  ];
  for (const [what, body, message] of bodies) {
    it(`that ${what} fails for that message only`, async t => {
      const rig = new DecoderRig(t, { childPath: child.path });
      const values = await atThird(rig, body);
      assert.deepEqual(
        [values[0], values[1], values[3]],
        [{ text: 'a' }, { text: 'b' }, { text: 'c' }],
      );
      assert.match(String(values[2]), typeof message === 'string' ? asPattern(message) : message);
    });
  }

  const denied: readonly [what: string, expression: string][] = [
    ['files elsewhere', `require('node:fs').readFileSync('/etc/passwd')`],
    ['whether files are there', `require('node:fs').statSync('/etc/passwd')`],
    ['to write beside itself', `require('node:fs').writeFileSync(__filename + '.x', '')`],
    ['other programs', `require('node:child_process').spawnSync('ls').status.x.x`],
    ['threads', `new (require('node:worker_threads').Worker)('1', { eval: true })`],
    ['the insides of Node', `process.binding('fs')`],
    ['native code', `process.dlopen({ exports: {} }, '/x.node')`],
    ['a debugger', `require('node:inspector').open(0)`],
    ['to evaluate text', `eval('1')`],
    ['databases', `new (require('node:sqlite').DatabaseSync)('${join(tmpdir(), 'd.db')}')`],
    ['a debugger of the editor', `process._debugProcess(process.ppid)`],
  ];
  it('is denied what is not its own', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const tries = denied.map(([, expression]) => `() => { ${expression} }`);
    const script = rig.write(
      'tries.cjs',
      `const tries = [${tries.join(',')}];
       exports.decoder = { decode(bytes, { seq }) {
         try { tries[seq](); return { isAllowed: true }; } catch { return { isAllowed: false }; }
       } };`,
    );
    const answers = valuesOf(
      await rig.run(
        script,
        denied.map(([what]) => what),
      ),
    );
    const allowed = denied.filter((_, at) => {
      const answer = answers[at] as { readonly isAllowed?: boolean };
      return answer.isAllowed !== false;
    });
    assert.deepEqual(allowed, []);
    assert.ok(!existsSync(`${script.file}.x`));
  });

  it('sees nothing of the environment', async t => {
    process.env['DECODER_SECRET'] = 'secret';
    t.after(() => delete process.env['DECODER_SECRET']);
    const rig = new DecoderRig(t, { childPath: child.path });
    const [answer] = valuesOf(
      await rig.decode('return { env: { ...process.env }, args: process.execArgv.join() };'),
    );
    const { env, args } = answer as { readonly env: object; readonly args: string };
    assert.deepEqual(env, {});
    assert.doesNotMatch(args, /inspect/);
  });

  it('cannot answer for its process, or end a batch', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write(
      'forger.cjs',
      `const { writeSync } = require('node:fs');
       const { serialize } = require('node:v8');
       const forge = message => {
         const body = serialize(message);
         const head = Buffer.alloc(4);
         head.writeUInt32LE(body.length);
         writeSync(3, head);
         writeSync(3, body);
       };
       exports.decoder = { decode(bytes, { seq }) {
         forge({ is: 'answers', id: seq, answers: [{ is: 'read', value: 'forged' }] });
         forge({ is: 'done', id: 1 });
         forge({ is: 'broken', id: 0, error: null });
         forge(null);
         forge([1]);
         return { seq };
       } };`,
    );
    assert.deepEqual(valuesOf(await rig.run(script, ['a', 'b'])), [{ seq: 0 }, { seq: 1 }]);
  });

  it('that writes rubbish in place of answers is ended', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write(
      'rubbish.cjs',
      `exports.decoder = { decode() { require('node:fs').writeSync(3, Buffer.alloc(64, 255)); return {}; } };`,
    );
    const values = valuesOf(await rig.run(script, ['a', 'b', 'c', 'd']));
    assert.ok(values.every(value => typeof value === 'string'));
    assert.equal(rig.of('stopped').length, 1);
  });

  it('that changes what all objects have spoils no answer of others', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const spoil = `Object.prototype.is = 'passed'; Array.prototype.toString = () => 'x';
      globalThis.performance.now = () => 0; process.memoryUsage = () => { throw 1; };
      require = undefined; JSON.stringify = () => { throw 1; }; return { text };`;
    assert.deepEqual(await atThird(rig, spoil.replace('require = undefined;', '')), [
      { text: 'a' },
      { text: 'b' },
      { text: 'bad' },
      { text: 'c' },
    ]);
  });

  it('that reads what is written to its process takes no request away', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const reads = `import { stdin } from 'node:process';
      stdin.on('data', () => undefined); process.stdin.resume();
      const pause = ms => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);`;
    // The next request is there before this one's turn is over.
    const decode = 'setTimeout(pause, 0, 50); pause(5); return { text };';
    const script = rig.write('reads.mjs', `${reads} ${decoderText(decode)}`);
    for (const text of ['a', 'b', 'c']) {
      assert.deepEqual(valuesOf(await rig.run(script, [text])), [{ text }]);
    }
    assert.deepEqual(rig.of('error'), []);
  });

  it('that fails after the fact is told of, and goes on', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write(
      'later.mjs',
      decoderText(`if (text === 'a') {
        setImmediate(() => { throw new Error('thrown later'); });
        Promise.reject(new Error('rejected later'));
      }
      return { text };`),
    );
    assert.deepEqual(valuesOf(await rig.run(script, ['a'])), [{ text: 'a' }]);
    assert.deepEqual(valuesOf(await rig.run(script, ['b'])), [{ text: 'b' }]);
    assert.deepEqual(valuesOf(await rig.run(script, ['c'])), [{ text: 'c' }]);
    assert.match(
      rig
        .of('error')
        .map(({ error }) => error.message)
        .join(),
      /later/,
    );
  });

  it('that hangs once it has answered is started again, and told of', async t => {
    const clock = new ManualClock();
    const rig = new DecoderRig(t, { childPath: child.path, clock });
    const hangs = `if (text === 'bad') { setImmediate(() => { for (;;); }); } return { text };`;
    const script = rig.write('hangs.mjs', decoderText(hangs));
    assert.deepEqual(valuesOf(await rig.run(script, ['a', 'bad'])), [
      { text: 'a' },
      { text: 'bad' },
    ]);
    const answers = rig.run(script, ['b', 'c']);
    await until('it is waited for', () => clock.pending.length > 0);
    clock.advance(3000);
    assert.deepEqual(valuesOf(await answers), [{ text: 'b' }, { text: 'c' }]);
    const message = `${tooLong}, and no message alone is the reason. It was started again`;
    assert.deepEqual(rig.reports, [
      { is: 'loaded', file: script.file },
      { is: 'error', file: script.file, error: { message, file: script.file } },
    ]);
  });

  it('that ends once it has answered is told of, and stopped the third time', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const ends = `setImmediate(() => { const a = []; for (;;) a.push(new Array(1e6).fill(0)); });
      return { text };`;
    const script = rig.write('ends.mjs', decoderText(ends));
    const answers: unknown[] = [];
    for (const text of ['a', 'b', 'c', 'd']) {
      answers.push(...valuesOf(await rig.run(script, [text])));
    }
    assert.deepEqual(answers.slice(0, 3), [{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
    assert.match(String(answers[3]), /3 times within a minute$/);
    assert.equal(rig.of('stopped').length, 1);
    assert.match(rig.of('error')[0]?.error.message ?? '', /no message alone is the reason/);
  });

  it('is stopped the third time within a minute, until its file changes', async t => {
    const clock = new ManualClock();
    const rig = new DecoderRig(t, { childPath: child.path, clock });
    const loops = `if (text === 'bad') for (;;); return { text };`;
    const script = rig.write('loops.mjs', decoderText(loops));
    await rig.run(script, ['bad']);
    clock.advance(60_000);
    await rig.run(script, ['bad', 'bad']);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'])), [{ text: 'a' }]);
    const [first, ...others] = valuesOf(await rig.run(script, ['bad', 'a', 'b']));
    assert.equal(first, tooLong);
    const reason = `${tooLong}. It is not run again until its file changes, since its process ended 3 times within a minute`;
    assert.deepEqual(others, [reason, reason]);
    assert.deepEqual(rig.of('stopped'), [{ is: 'stopped', file: script.file, reason }]);
    assert.deepEqual(valuesOf(await rig.run(script, ['a'])), [reason]);
    const changed = rig.write('loops.mjs', decoderText(loops));
    assert.deepEqual(valuesOf(await rig.run(changed, ['a'])), [{ text: 'a' }]);
  });

  it('that never loads is ended after ten seconds', async t => {
    const clock = new ManualClock();
    const rig = new DecoderRig(t, { childPath: child.path, clock });
    const script = rig.write('loops.mjs', `console.log('loading'); for (;;);`);
    const answers = rig.run(script, ['a']);
    const isDone = answers.then(() => true);
    while (!(await Promise.race([isDone, new Promise(resolve => setImmediate(resolve, false))]))) {
      clock.advance(1000);
    }
    assert.deepEqual(valuesOf(await answers), ['The decoder took longer than 10 seconds to load']);
  });
});

describe('What a decoder writes to the console', () => {
  it('is told with its level, also by an imported console', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    const script = rig.write(
      'log.mjs',
      `import { warn } from 'node:console';
       ${decoderText(`console.log('a %d', 1, { b: 2 }); warn('w'); console.error(new Error('x').message);
         console.table([{ a: 1 }]); return {};`)}`,
    );
    await rig.run(script, ['a']);
    const lines = rig.of('log').map(({ level, text }) => `${level} ${text}`);
    assert.deepEqual(lines.slice(0, 3), ['log a 1 { b: 2 }', 'warn w', 'error x']);
    assert.match(lines[3] ?? '', /^log ┌/);
  });

  it('is bounded in length and number', async t => {
    const rig = new DecoderRig(t, { childPath: child.path });
    await rig.decode(`for (let i = 0; i < 250; i++) console.log('x'.repeat(9000)); return {};`);
    // It is told behind the answers.
    await until('what was left out is told', () => rig.of('log').length > 200);
    const lines = rig.of('log');
    assert.equal(lines.length, 201);
    assert.equal(lines[0]?.text, `${'x'.repeat(8192)}…`);
    assert.equal(lines[200]?.text, '… 50 lines left out');
  });
});

function asPattern(text: string): RegExp {
  return new RegExp(`^${text.replace(/[.]/g, '\\.')}$`);
}
