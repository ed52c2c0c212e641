import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readFileWithin } from '../../../../src/node/files/readFileWithin.ts';
import { scratchFolder } from '../../../support/capture/captures.ts';

/** A folder with a file in it, and another with one that must not be read. */
function setUp(t: TestContext) {
  const scratch = scratchFolder();
  t.after(() => scratch[Symbol.dispose]());
  const inside = join(scratch.path, 'project');
  const outside = join(scratch.path, 'project-private');
  mkdirSync(join(inside, 'sub'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(inside, 'sub', 'a.txt'), 'mine');
  writeFileSync(join(inside, '..b.txt'), 'dots');
  writeFileSync(join(outside, 'key.txt'), 'PRIVATE');
  const read = async (path: string, mostBytes = 100) => {
    const found = await readFileWithin(path, [inside], mostBytes);
    return found.kind === 'bytes' ? Buffer.from(found.bytes).toString() : found.kind;
  };
  return { inside, outside, read, root: scratch.path };
}

describe('A file that must be in a folder', () => {
  it('is read where it is there, however it is written', async t => {
    const { inside, root, read } = setUp(t);
    assert.equal(await read(join(inside, 'sub', 'a.txt')), 'mine');
    assert.equal(await read(`${inside}/sub/../sub/./a.txt`), 'mine');
    assert.equal(await read(`${inside}/..b.txt`), 'dots');
    symlinkSync(join(inside, 'sub'), join(inside, 'link'));
    assert.equal(await read(join(inside, 'link', 'a.txt')), 'mine');
    symlinkSync(inside, join(root, 'opened'));
    const opened = await readFileWithin(
      join(root, 'opened', 'sub', 'a.txt'),
      [join(root, 'opened')],
      9,
    );
    assert.equal(opened.kind, 'bytes', 'the folder itself may be a link');
    const real = await readFileWithin(join(inside, 'sub', 'a.txt'), [join(root, 'opened')], 9);
    assert.equal(real.kind, 'bytes', 'or be named by where it is');
  });

  it('is not read by a path that leads out', async t => {
    const { inside, outside, root, read } = setUp(t);
    for (const path of [
      join(outside, 'key.txt'),
      `${inside}/../project-private/key.txt`,
      `${inside}/sub/../../project-private/key.txt`,
      `${inside}-private/key.txt`,
      root,
      inside,
      '/etc/passwd',
      `\\\\?\\${outside}/key.txt`,
      '\\\\evil.example\\share\\x',
      '//evil.example/share/x',
      'project/sub/a.txt',
    ]) {
      assert.equal(await read(path), 'outside', path);
    }
  });

  it('is not read by a link that leads out, at any part of its path', async t => {
    const { inside, outside, read } = setUp(t);
    symlinkSync(join(outside, 'key.txt'), join(inside, 'file'));
    symlinkSync(outside, join(inside, 'folder'));
    symlinkSync(join('..', '..', 'project-private'), join(inside, 'sub', 'relative'));
    symlinkSync(join(inside, 'file'), join(inside, 'chain'));
    for (const path of ['file', 'folder/key.txt', 'sub/relative/key.txt', 'chain']) {
      assert.equal(await read(join(inside, path)), 'outside', path);
    }
  });

  it('is not read by a link that is turned round in the meantime', async t => {
    const { inside, outside, read } = setUp(t);
    const link = join(inside, 'turning');
    const turn = (target: string) => {
      symlinkSync(target, `${link}.new`);
      renameSync(`${link}.new`, link);
    };
    turn(join(outside, 'key.txt'));
    for (let round = 0; round < 200; round++) {
      turn(join(inside, 'sub', 'a.txt'));
      const reading = read(link);
      await new Promise(resolve => setImmediate(resolve));
      turn(join(outside, 'key.txt'));
      assert.notEqual(await reading, 'PRIVATE');
    }
  });

  it('is a file, and no larger than it may be', async t => {
    const { inside, read } = setUp(t);
    assert.equal(await read(join(inside, 'sub')), 'folder');
    assert.equal(await read(join(inside, 'sub', 'a.txt'), 3), 'tooLarge');
    execFileSync('mkfifo', [join(inside, 'pipe')]);
    assert.equal(await read(join(inside, 'pipe')), 'special');
    await assert.rejects(read(join(inside, 'none')), /ENOENT/);
    const endless = await readFileWithin('/dev/zero', undefined, 100);
    assert.equal(endless.kind, 'special');
    const grown = await readFileWithin('/proc/self/status', undefined, 100);
    assert.equal(grown.kind, 'tooLarge', 'though it says that it has no size');
  });
});
