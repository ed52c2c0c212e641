import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { editor } from '../../../support/host/fakeVscode.ts';
import { readFileWithin } from '../../../../src/node/files/readFileWithin.ts';
import { scratchFolder } from '../../../support/capture/captures.ts';
import type { Author } from '../../../../src/host/sending/messageFiles.ts';

const { MessageFiles } = await import('../../../../src/host/sending/messageFiles.ts');

function setUp(t: TestContext) {
  const scratch = scratchFolder();
  const folder = join(scratch.path, 'project');
  const second = join(scratch.path, 'second');
  mkdirSync(folder);
  mkdirSync(second);
  writeFileSync(join(folder, 'a.json'), 'A');
  writeFileSync(join(second, 'b.json'), 'B');
  const outside = join(scratch.path, 'key.txt');
  writeFileSync(outside, 'PRIVATE');
  symlinkSync(outside, join(folder, 'link.json'));
  const before = editor.folders;
  editor.folders = [folder, second];
  t.after(() => {
    editor.folders = before;
    editor.answer = () => undefined;
    scratch[Symbol.dispose]();
  });
  const files = new MessageFiles(readFileWithin);
  const read = async (path: string, author: Author) => {
    try {
      return Buffer.from(await files.read(path, author)).toString();
    } catch (error) {
      return String(error);
    }
  };
  return { folder, second, outside, files, read };
}

describe('The file of a message', () => {
  it('is any where the user names it', async t => {
    const { folder, outside, read } = setUp(t);
    for (const [path, expected] of [
      ['a.json', 'A'],
      [outside, 'PRIVATE'],
      ['../key.txt', 'PRIVATE'],
      [join(folder, 'link.json'), 'PRIVATE'],
    ] as const) {
      assert.equal(await read(path, 'user'), expected);
    }
    assert.match(
      await read('none.json', 'user'),
      /^UserError: The file "none.json" cannot be read/,
    );
  });

  it('is one of the workspace where the workspace names it', async t => {
    const { folder, second, outside, files, read } = setUp(t);
    assert.equal(await read('a.json', 'workspace'), 'A');
    assert.equal(await read(join(second, 'b.json'), 'workspace'), 'B');
    editor.answer = () => outside;
    await files.pick();
    const refused = [
      outside,
      '../key.txt',
      'link.json',
      './link.json',
      join(folder, 'link.json'),
      '~/.bashrc',
      join(homedir(), '.bashrc'),
      '/etc/passwd',
      '\\\\?\\C:\\key.txt',
      '\\\\evil.example\\share\\key.txt',
      'C:\\key.txt',
    ];
    for (const path of refused) {
      assert.match(
        await read(path, 'workspace'),
        /^UserError: The file ".*" is not sent: a workspace/,
        path,
      );
    }
  });

  it('is one of the workspace, or one that was picked, where the page names it', async t => {
    const { outside, files, read } = setUp(t);
    assert.equal(await read('a.json', 'page'), 'A');
    for (const path of [outside, 'link.json', '../key.txt']) {
      assert.match(await read(path, 'page'), /^UserError: Choose the file ".*" first/, path);
    }
    editor.answer = () => outside;
    assert.equal(await files.pick(), outside);
    assert.equal(await read(outside, 'page'), 'PRIVATE');
  });

  it('is none where it is a folder', async t => {
    const { folder, read } = setUp(t);
    assert.match(await read(join(folder, '..'), 'user'), /is a folder/);
  });
});
