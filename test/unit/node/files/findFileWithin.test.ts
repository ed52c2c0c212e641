import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findFileWithin } from '../../../../src/node/files/findFileWithin.ts';

describe('findFileWithin', () => {
  let top: string;
  const at = (...path: readonly string[]) => join(top, ...path);

  before(() => {
    top = realpathSync(mkdtempSync(join(tmpdir(), 'find-')));
    mkdirSync(at('in/folder'), { recursive: true });
    writeFileSync(at('in/file'), '');
    writeFileSync(at('out'), '');
    symlinkSync(at('in'), at('link'));
    symlinkSync(at('out'), at('in/leading-out'));
    symlinkSync(at('nowhere'), at('in/dangling'));
  });

  after(() => rmSync(top, { recursive: true }));

  it('finds a file by its path with all links followed', async () => {
    const file = { kind: 'file', path: at('in/file') };
    assert.deepEqual(await findFileWithin(at('link/file'), [at('link')]), file);
    assert.deepEqual(await findFileWithin(at('link/file'), undefined), file);
  });

  it('finds none outside of the folders, also behind a link', async () => {
    const outside = { kind: 'outside' };
    for (const path of ['out', 'in/../out', 'in/leading-out', 'in']) {
      assert.deepEqual(await findFileWithin(at(path), [at('in')]), outside);
    }
    assert.deepEqual(await findFileWithin('in/file', [at('in')]), outside);
    const file = { kind: 'file', path: at('out') };
    assert.deepEqual(await findFileWithin(at('in/leading-out'), undefined), file);
  });

  it('tells folders, and paths where nothing is', async () => {
    assert.deepEqual(await findFileWithin(at('in/folder'), [at('in')]), { kind: 'folder' });
    for (const path of ['in/nothing', 'in/dangling', 'in/file/below']) {
      assert.deepEqual(await findFileWithin(at(path), [at('in')]), { kind: 'missing' });
    }
  });
});
