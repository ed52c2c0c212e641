import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { moveCaptures } from '../../../../../src/node/captureWorker/archive/completeLog.ts';
import { segmentPath } from '../../../../../src/node/files/segmentFiles.ts';
import { scratchFolder } from '../../../../support/capture/captures.ts';

describe('captures that are moved', () => {
  const names = ['a.sqlite', 'b.sqlite'];

  /** Two captures with two segments each, of which one is to replace another file. */
  function putTwo(from: string, to: string) {
    for (const name of names) {
      for (const path of [name, segmentPath(name, 1), segmentPath(name, 12)]) {
        writeFileSync(join(from, path), `new ${path}`);
      }
    }
    writeFileSync(join(to, 'a.sqlite'), 'old a.sqlite');
    return names.map(name => ({ from: join(from, name), to: join(to, name) }));
  }

  it('have all of their files at the new place', () => {
    using from = scratchFolder();
    using to = scratchFolder();
    moveCaptures(putTwo(from.path, to.path));
    assert.deepEqual(readdirSync(from.path), []);
    assert.deepEqual(
      readdirSync(to.path).map(name => readFileSync(join(to.path, name), 'utf8')),
      names.flatMap(name => [
        `new ${name}`,
        `new ${segmentPath(name, 1)}`,
        `new ${segmentPath(name, 12)}`,
      ]),
    );
  });

  for (const blocked of [segmentPath('a.sqlite', 12), segmentPath('b.sqlite', 1), 'a.sqlite']) {
    it(`leave nothing there where one file cannot be moved: ${blocked}`, () => {
      using from = scratchFolder();
      using to = scratchFolder();
      const moves = putTwo(from.path, to.path);
      const [first = { from: '', to: '' }, second = first] = moves;
      const there = blocked === 'a.sqlite' ? ['a.sqlite'] : ['a.sqlite', blocked].sort();
      if (blocked === 'a.sqlite') {
        // What is not there any more is not moved either.
        moves.splice(0, 2, second, { from: join(from.path, 'gone'), to: first.to });
      } else {
        mkdirSync(join(to.path, blocked));
      }
      assert.throws(() => moveCaptures(moves), /EISDIR|ENOENT|EPERM/);
      assert.deepEqual(readdirSync(to.path), there);
      assert.equal(readFileSync(join(to.path, 'a.sqlite'), 'utf8'), 'old a.sqlite');
    });
  }
});
