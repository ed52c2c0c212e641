import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UserError } from '../../../../src/core/base/errors.ts';
import { CommandId, InternalCommandId } from '../../../../src/shared/ids.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { editor } from '../../../support/host/fakeVscode.ts';

const { tapUrl } = await import('../../../../src/host/taps/tapCommands.ts');
const { registerCommands } = await import('../../../../src/host/ui/commands.ts');

type Parts = Parameters<typeof tapUrl>[0];
type Handlers = Awaited<ReturnType<Parameters<typeof registerCommands>[0]>>;

const log = { ...silentLog, show: () => undefined, dispose: () => undefined };
let taps: readonly object[] = [];
let started: string[] = [];

function tap(name: string): object {
  const profile = { upstream: { url: 'http://localhost:5173' } };
  return {
    name,
    state: 'stopped',
    profile,
    used: profile,
    rules: { rules: [] },
    start: () => Promise.resolve(void started.push(name)),
    address: () => `ws://127.0.0.1:40000/${name}`,
  };
}

/** Runs the command as the editor does, whose `${input:…}` may have no arguments. */
function run(id: string, ...args: readonly unknown[]): Promise<unknown> {
  const registered = editor.commands.get(id) ?? assert.fail(`${id} is not registered`);
  return Promise.resolve(registered(...args));
}

beforeEach(() => {
  started = [];
  editor.shown.length = 0;
  editor.answer = () => undefined;
  const parts = {
    taps: {
      get all() {
        return taps;
      },
      find: () => undefined,
    },
    log,
    areTapsIgnored: () => false,
  } as unknown as Parts;
  const ids = [...Object.values(CommandId), ...Object.values(InternalCommandId)];
  const failing = () => Promise.reject(new UserError('It failed.'));
  const handlers = {
    ...Object.fromEntries(ids.map(id => [id, failing])),
    [CommandId.TapUrl]: (target: unknown) => tapUrl(parts, target),
  } as unknown as Handlers;
  registerCommands(() => Promise.resolve(handlers), log);
});

afterEach(() => {
  editor.commands.clear();
});

describe('The URL of a tap for a task or a configuration', () => {
  it('is that of the only tap, without a question', async () => {
    taps = [tap('shop')];
    assert.equal(await run(CommandId.TapUrl), 'ws://127.0.0.1:40000/shop');
    assert.equal(
      await run(CommandId.TapUrl, { path: '/cable' }),
      'ws://127.0.0.1:40000/shop/cable',
    );
    assert.deepEqual(editor.shown, []);
  });

  it('is that of the tap that the user chooses of several', async () => {
    taps = [tap('shop'), tap('feed')];
    editor.answer = () => 'feed';
    assert.equal(await run(CommandId.TapUrl), 'ws://127.0.0.1:40000/feed');
    assert.deepEqual(
      editor.shown.map(({ text, choices }) => [text, choices]),
      [['Select the tap that the program connects to', ['shop', 'feed']]],
    );
    assert.deepEqual(started, ['feed']);
  });

  it('is refused in words where the user chooses none, so that nothing runs without it', async () => {
    taps = [tap('shop'), tap('feed')];
    for (const args of [[], [{ path: '/x' }]]) {
      await assert.rejects(run(CommandId.TapUrl, ...args), {
        message: 'Nothing was started, because no tap was chosen.',
      });
    }
    assert.deepEqual(started, []);
  });

  it('is refused where it fails, also without arguments; other commands show that', async () => {
    taps = [{ ...tap('shop'), start: () => Promise.reject(new UserError('It is in use.')) }];
    await assert.rejects(run(CommandId.TapUrl), /It is in use/);
    assert.deepEqual(editor.shown, [], 'the editor shows it');
    assert.equal(await run(CommandId.StartTap), undefined);
    assert.deepEqual(
      editor.shown.map(({ text }) => text),
      ['It failed.'],
    );
  });
});
