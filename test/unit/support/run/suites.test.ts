import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Counts } from '../../../support/run/suites.ts';

const execute = promisify(execFile);
const suites = new URL('../../../support/run/suites.ts', import.meta.url).href;

const passing = `import { it } from 'node:test';
it('passes', () => {});`;

const failing = `${passing}
it('fails', () => { throw new Error('always'); });`;

/** Fails until the file is there that it makes. */
const busy = `import { existsSync, writeFileSync } from 'node:fs';
${passing}
it('waits too short', () => {
  const marker = import.meta.filename + '.marker';
  if (!existsSync(marker)) {
    writeFileSync(marker, '');
    throw new Error('only once');
  }
});`;

describe('A suite of which files with failures run again', () => {
  let folder: string;

  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'suite-'))));
  afterEach(() => rm(folder, { recursive: true }));

  /** Runs files in a process of its own, since a test file can run no others. */
  const countsOf = async (files: Readonly<Record<string, string>>, maxAgain: number) => {
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(folder, `${name}.test.ts`), text);
    }
    const suite = { folder, concurrency: 2, maxAgain, limitMs: 60_000 };
    const script = `import { runNodeSuite } from '${suites}';
      const counts = await runNodeSuite(${JSON.stringify(suite)});
      console.log('\\n' + JSON.stringify(counts));`;
    const runner = join(folder, 'run.mjs');
    await writeFile(runner, script);
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const { stdout } = await execute(process.execPath, [runner], { env });
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Counts;
  };

  it('has passed where the second run passes, and tells what failed in the first', async () => {
    const { passed, failed, failures, passedAgain } = await countsOf({ passing, busy }, 1);
    assert.deepEqual([passed, failed, failures], [3, 0, []]);
    assert.equal(passedAgain?.length, 1);
    assert.match(
      passedAgain[0] ?? '',
      /^✖ waits too short\n {2}at .*busy\.test\.ts:\d+\n.*only once/,
    );
  });

  it('has failed where the second run fails as well, and tells both failures', async () => {
    const { passed, failed, failures, passedAgain } = await countsOf({ failing, busy }, 2);
    assert.deepEqual([passed, failed], [3, 1]);
    assert.equal(failures.filter(each => each.includes('always')).length, 2);
    assert.equal(failures.length, 2);
    assert.equal(passedAgain?.length, 1);
  });

  it('has failed where too many files have failures, of which none runs again', async () => {
    const { passed, failed, failures, passedAgain } = await countsOf({ failing, busy }, 1);
    assert.deepEqual([passed, failed, failures.length, passedAgain], [2, 2, 2, []]);
  });

  it('counts a file that cannot be loaded', async () => {
    const broken = `throw new Error('broken');`;
    const { passed, failed, failures } = await countsOf({ passing, broken }, 1);
    assert.deepEqual([passed, failed, failures.length], [1, 1, 2]);
  });
});
