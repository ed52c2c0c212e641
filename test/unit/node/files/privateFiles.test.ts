import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import { flagsOf } from '../../../../src/core/record/record.ts';
import {
  closeFolderToOthers,
  makePrivateFile,
  makePrivateFolder,
} from '../../../../src/node/files/privateFiles.ts';
import {
  abandonedCapture,
  endedPid,
  leftCapture,
  scratchFolder,
} from '../../../support/capture/captures.ts';
import { unlimited, useCaptures } from '../../../support/capture/captureService.ts';
import { until } from '../../../support/until.ts';

const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8);

/** The modes of a folder and of all files in it. */
function modesIn(folder: string): readonly string[] {
  return [folder, ...readdirSync(folder).map(name => join(folder, name))].map(modeOf);
}

function append(capture: Capture, count: number): void {
  for (let number = 0; number < count; number++) {
    capture.append(number, flagsOf('text', 'in'), new TextEncoder().encode(`#${number}`));
  }
}

describe('What is captured', () => {
  let umask: number;
  before(() => (umask = process.umask(0o022)));
  after(() => process.umask(umask));

  it('is in a folder and in files that nobody else can read, while it is written and after', async t => {
    const { service, folder } = useCaptures(t);
    const capture = service.open(unlimited('mine'));
    append(capture, 5000);
    await capture.flush();
    assert.deepEqual(modesIn(folder), ['700', '600', '600', '600', '600']);
    await service.dispose();
    assert.deepEqual(modesIn(folder), ['700', '600', '600']);
  });

  it('is closed to others also where an early version left it open', async t => {
    const { service, folder } = useCaptures(t);
    mkdirSync(folder, { mode: 0o755 });
    leftCapture(folder, { startedAt: 1000, pid: endedPid(), rowCount: 3 });
    abandonedCapture(folder, 2000, endedPid(), 10);
    readdirSync(folder).forEach(name => chmodSync(join(folder, name), 0o644));
    writeFileSync(join(folder, 'not ours'), '', { mode: 0o644 });
    assert.equal(modeOf(folder), '755');
    const capture = service.open(unlimited('mine'));
    append(capture, 10);
    await capture.flush();
    assert.equal(modeOf(folder), '700');
    await service.archive.list();
    const open = readdirSync(folder).filter(name => modeOf(join(folder, name)) !== '600');
    assert.deepEqual(open, ['not ours']);
  });

  it('is closed to others also where the worker goes on with a file that was opened', async t => {
    const { service, folder, workers } = useCaptures(t);
    const capture = service.open(unlimited('mine'));
    append(capture, 10);
    await capture.flush();
    readdirSync(folder).forEach(name => chmodSync(join(folder, name), 0o666));
    await workers[0]?.terminate();
    append(capture, 10);
    await capture.flush();
    assert.deepEqual(modesIn(folder), ['700', '600', '600', '600', '600']);
    assert.equal(capture.extent.next, 20);
  });

  it('is written elsewhere in private, and replaces a file with the mode that it had', async t => {
    const { service, target } = useCaptures(t);
    const capture = service.open(unlimited('mine'));
    append(capture, 60_000);
    const seen = new Set<string>();
    const watching = setInterval(() => {
      for (const name of readdirSync(target).filter(each => /^new.*part/.test(each))) {
        seen.add(modeOf(join(target, name)));
      }
    }, 1);
    const view = service.openView({ captures: [capture.id] });
    const exportTo = (path: string) =>
      service.startExport(
        {
          view: view.id,
          format: 'ndjson',
          path,
          secrets: [],
          connections: [{ capture: capture.id, name: 'a', url: 'ws://a' }],
        },
        () => undefined,
      ).done;
    const [fresh, shared] = ['new', 'shared'].map(name => join(target, name)) as [string, string];
    writeFileSync(`${shared}.ndjson`, '');
    writeFileSync(`${shared}.sqlite`, '', { mode: 0o640 });
    await exportTo(`${fresh}.ndjson`);
    await exportTo(`${shared}.ndjson`);
    await service.archive.saveCopy(capture.id, `${fresh}.sqlite`);
    await service.archive.saveCopy(capture.id, `${shared}.sqlite`);
    clearInterval(watching);
    assert.deepEqual([...seen], ['600']);
    assert.deepEqual(
      readdirSync(target).map(name => `${name} ${modeOf(join(target, name))}`),
      ['new.ndjson 600', 'new.sqlite 600', 'shared.ndjson 644', 'shared.sqlite 640'],
    );
  });

  it("has its folder closed where that is the user's own, not where a link leads", async () => {
    using scratch = scratchFolder();
    const elsewhere = join(scratch.path, 'elsewhere');
    const link = join(scratch.path, 'link');
    mkdirSync(elsewhere, { mode: 0o755 });
    symlinkSync(elsewhere, link);
    makePrivateFolder(link);
    assert.equal(modeOf(elsewhere), '755');
    closeFolderToOthers(elsewhere);
    assert.equal(modeOf(elsewhere), '700');
    chmodSync(elsewhere, 0o555);
    closeFolderToOthers(elsewhere);
    assert.equal(modeOf(elsewhere), '500', 'what the user may do stays');
    chmodSync(elsewhere, 0o700);
    closeFolderToOthers(join(scratch.path, 'missing'));
    await until('nothing was made', () => !existsSync(join(scratch.path, 'missing')));
  });

  it('does not get its mode through a link', () => {
    using scratch = scratchFolder();
    const target = join(scratch.path, 'target');
    const link = join(scratch.path, 'link');
    writeFileSync(target, 'x', { mode: 0o644 });
    symlinkSync(target, link);
    makePrivateFile(link);
    assert.equal(modeOf(target), '644');
    assert.throws(() => makePrivateFile(join(dirname(target), 'missing', 'file')), /ENOENT/);
  });
});
