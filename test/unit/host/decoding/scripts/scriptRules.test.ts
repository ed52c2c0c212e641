import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Emitter } from '../../../../../src/core/base/event.ts';
import type { DecodeStep } from '../../../../../src/core/decode/decodeRule.ts';
import { findFileWithin } from '../../../../../src/node/files/findFileWithin.ts';
import { collectingLog } from '../../../../support/capture/captures.ts';
import { editor } from '../../../../support/host/fakeVscode.ts';
import { RuleProject } from '../../../../support/host/ruleProject.ts';
import { ManualClock } from '../../../../support/manualClock.ts';
import { until } from '../../../../support/until.ts';

const { DecoderRules } = await import('../../../../../src/host/decoding/decoderRules.ts');
const { ContributedDecoders } =
  await import('../../../../../src/host/decoding/scripts/contributedDecoders.ts');
const { Scripts } = await import('../../../../../src/host/decoding/scripts/scripts.ts');

let project: RuleProject;
let top: string;
let folder: string;

beforeEach(() => {
  project = new RuleProject();
  ({ top, folder } = project);
});

afterEach(() => project.end());

function write(path: string, text = 'export const decoder = {};'): string {
  return project.write(path, text);
}

/** @param use of the only rule */
function setRule(use: unknown, file?: string): void {
  project.setRule(use, file);
}

function open() {
  const clock = new ManualClock();
  const settings = new Emitter<undefined>();
  const { log, lines } = collectingLog();
  const scripts = new Scripts({ clock, log, findFile: findFileWithin });
  const contributed = new ContributedDecoders(log);
  const schemas = {
    get: () => undefined,
    whenRead: () => Promise.resolve(),
    retain: () => undefined,
    onDidChange: new Emitter<undefined>().event,
  };
  const onDidChangeSettings = settings.event;
  const rules = new DecoderRules({ schemas, scripts, contributed, log, onDidChangeSettings });
  project.own(rules, scripts, contributed);
  const changed = { count: 0 };
  rules.onDidChange(() => changed.count++);
  const steps = () => rules.for('any')[0]?.use;
  const isLookedFor = () => JSON.stringify([steps()]).includes('is looked for');
  return {
    clock,
    scripts,
    lines,
    changed,
    settingsChanged: () => settings.fire(undefined),
    /** Those of the only rule, once its files were looked for. */
    steps: async (): Promise<readonly DecodeStep[] | undefined> => {
      await until('the files were looked for', () => !isLookedFor());
      return steps();
    },
    /** The editor says that a file has changed, and it stays so. */
    save: (path: string) => {
      const file = join(top, path);
      editor.watched.filter(each => each.folder === dirname(file)).forEach(each => each.tell(file));
      clock.advance(100);
    },
  };
}

const path = '.vscode/decoders/acme.mjs';
const problemOf = (steps: readonly DecodeStep[] | undefined) =>
  ((steps?.[0] as Record<string, unknown>)['script'] as { readonly problem?: string }).problem;
const warnings = () => editor.shown.map(({ text }) => text);

describe('A rule with a decoder in a file', () => {
  it('goes to the worker with the path of the file', async () => {
    const file = write(`project/${path}`);
    setRule(['gzip', { script: path }]);
    const script = { name: 'acme', title: 'acme.mjs', file, version: 1 };
    assert.deepEqual(await open().steps(), ['gzip', { script }]);
    assert.deepEqual(warnings(), []);
  });

  it('counts up when the file changes, or what is beside it, and not for tests and types', async () => {
    write(`project/${path}`);
    setRule({ script: path });
    const { steps, save, changed } = open();
    const versionNow = async () =>
      ((await steps())?.[0] as { readonly script: { readonly version: number } }).script.version;
    assert.equal(await versionNow(), 1);
    save(`project/${path}`);
    await until('the rules have changed', () => changed.count === 2);
    save('project/.vscode/decoders/tables.json');
    await until('the rules have changed again', () => changed.count === 3);
    save('project/.vscode/decoders/acme.test.mjs');
    save('project/.vscode/decoders/websocket-monitor-decoder.d.ts');
    assert.deepEqual([await versionNow(), changed.count], [3, 3]);
  });

  it('says that there is no file, and finds it as soon as there is one', async () => {
    setRule({ script: path });
    const { steps, save, changed } = open();
    assert.equal(problemOf(await steps()), `The decoder "${path}" was not found.`);
    const file = write(`project/${path}`);
    save(`project/${path}`);
    await until('the rules have changed', () => changed.count === 2);
    assert.equal(((await steps())?.[0] as { script: { file: string } }).script.file, file);
    rmSync(file);
    save(`project/${path}`);
    await until('the rules have changed again', () => changed.count === 3);
    assert.equal(problemOf(await steps()), `The decoder "${path}" was not found.`);
  });

  it('may name only files of the workspace, with links followed, unless it is the user’s', async () => {
    const outside = write('elsewhere/acme.mjs');
    symlinkSync(outside, join(folder, 'linked.mjs'));
    for (const script of [outside, '../elsewhere/acme.mjs', 'linked.mjs']) {
      setRule({ script });
      assert.match(problemOf(await open().steps()) ?? '', /may only name files that are in it/);
    }
    editor.files.clear();
    setRule({ script: outside }, editor.userFile);
    const script = { name: 'acme', title: 'acme.mjs', file: outside, version: 1 };
    assert.deepEqual(await open().steps(), [{ script }]);
  });

  it('has no folder watched that is not of the workspace', async () => {
    write('elsewhere/acme.mjs');
    for (const script of [join(top, 'elsewhere/acme.mjs'), '../elsewhere/acme.mjs']) {
      setRule({ script });
      await open().steps();
    }
    assert.deepEqual(editor.watched, []);
  });

  it('runs nothing until the workspace is trusted, nor looks for anything, also of the user', async () => {
    const file = write('elsewhere/acme.mjs');
    setRule({ script: file }, editor.userFile);
    editor.isTrusted = false;
    const { steps, settingsChanged } = open();
    const problem = 'The decoder "acme.mjs" runs once the workspace is trusted.';
    assert.equal(problemOf(await steps()), problem);
    assert.deepEqual(editor.watched, []);
    editor.isTrusted = true;
    settingsChanged();
    assert.equal(problemOf(await steps()), undefined);
  });

  it('says that a folder, or a file that is not on a disk, is none that runs', async () => {
    mkdirSync(join(folder, 'folder.mjs'));
    setRule({ script: 'folder.mjs' });
    assert.equal(problemOf(await open().steps()), 'The decoder "folder.mjs" is not a file.');
    editor.folders = ['vscode-vfs:/github/acme'];
    assert.match(problemOf(await open().steps()) ?? '', /it must be on a disk/);
    editor.folders = [];
    assert.match(problemOf(await open().steps()) ?? '', /no folder is open/);
  });

  it('is called by the name of its file, except where a decoder that is built in is called so', async () => {
    write('project/json.mjs');
    setRule({ script: 'json.mjs' });
    const [step] = (await open().steps()) ?? [];
    assert.equal((step as { script: { name: string } }).script.name, 'json.mjs');
  });

  it('is known to the user by the path in the workspace', async () => {
    write('project/real/acme.mjs');
    renameSync(join(folder, 'real'), join(folder, 'moved'));
    symlinkSync(join(folder, 'moved'), join(folder, 'named'));
    setRule({ script: 'named/acme.mjs' });
    const { steps, scripts } = open();
    await steps();
    const uri = scripts.uriOf(join(folder, 'moved/acme.mjs'));
    assert.equal(uri?.fsPath, join(folder, 'named/acme.mjs'));
    assert.equal(scripts.uriOf(join(folder, 'named/acme.mjs')), undefined);
  });
});

describe('A rule with a decoder of another extension', () => {
  const install = (id: string, decoder: object, displayName = 'Acme Tools') => {
    const packageJSON = { displayName, contributes: { 'websocketMonitor.decoders': [decoder] } };
    const extension = { id, path: join(top, id), packageJSON };
    editor.extensions = [...editor.extensions, extension];
  };
  const acme = { name: 'acme', title: 'Acme', module: './dist/acme.mjs' };

  it('runs the file of the extension, also behind a path', async () => {
    const file = write('acme.tools/dist/acme.mjs');
    install('acme.tools', acme);
    setRule([{ at: '$.data', as: 'acme' }, 'json']);
    const script = { name: 'acme', title: 'Acme', file, version: 1 };
    assert.deepEqual(await open().steps(), [{ at: '$.data' }, { script }, 'json']);
    assert.deepEqual(warnings(), []);
  });

  it('is left out with a sentence until the extension is installed', async () => {
    write('acme.tools/dist/acme.mjs');
    setRule('acme');
    const { steps, changed } = open();
    assert.equal(await steps(), undefined);
    assert.deepEqual(warnings(), [
      '"use" of "decoders[0]" names the decoder "acme", which is not built in, and which no extension that is installed contributes.',
    ]);
    install('acme.tools', acme);
    editor.extensionsChanged.fire(undefined);
    assert.equal(changed.count, 1);
    assert.equal(problemOf(await steps()), undefined);
  });

  it('runs no file outside of the folder of the extension', async () => {
    write('outside.mjs');
    mkdirSync(join(top, 'acme.tools'));
    symlinkSync(join(top, 'outside.mjs'), join(top, 'acme.tools/linked.mjs'));
    install('acme.tools', { ...acme, module: 'linked.mjs' });
    install('acme.other', { ...acme, name: 'other', module: '../outside.mjs' });
    setRule('acme');
    const { steps, lines } = open();
    assert.match(
      problemOf(await steps()) ?? '',
      /is not in the folder of its extension acme.tools/,
    );
    assert.match(lines.join('\n'), /acme\.other contributes the decoder .*other.*module/);
  });

  it('leaves names to decoders that are built in, and to the extension whose id is first', async () => {
    write('a.first/dist/acme.mjs');
    install('b.second', { ...acme, title: 'Second' });
    install('a.first', acme);
    install('c.third', { ...acme, name: 'json' });
    setRule('acme');
    const { steps, lines } = open();
    const [step] = (await steps()) ?? [];
    assert.equal((step as { script: { title: string } }).script.title, 'Acme');
    const said = lines.join('\n');
    assert.match(said, /b\.second contributes .*That of a\.first is used/);
    assert.match(said, /c\.third contributes the decoder .*json.* built in/);
  });
});
