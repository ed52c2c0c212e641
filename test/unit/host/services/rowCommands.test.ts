import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import '../../../support/host/fakeVscode.ts';
import { ManualClock } from '../../../support/manualClock.ts';
import { CommandId, InternalCommandId } from '../../../../src/shared/ids.ts';

const { rowCommands } = await import('../../../../src/host/services/commandHandlers.ts');
const { clickedBy } = await import('../../../../src/host/ui/trees.ts');

describe('A click on a row of a tree', () => {
  it('runs a command without arguments, which the editor forgets when it redraws the row', () => {
    assert.deepEqual(clickedBy(InternalCommandId.OpenCaptureRow, 'Open'), {
      command: InternalCommandId.OpenCaptureRow,
      title: 'Open',
    });
    const root = new URL('../../../../src/host', import.meta.url).pathname;
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const set = files
      .filter(name => name.endsWith('.ts'))
      .flatMap(name => readFileSync(join(root, name), 'utf8').match(/\bitem\.command = .*/g) ?? [])
      .filter(line => !line.includes(' = command;'));
    assert.ok(set.length >= 4);
    for (const line of set) {
      assert.match(line, /item\.command = (clickedBy|openCommand)\(/);
    }
  });

  const rowsOf = (connections: readonly string[]) => {
    const ran: unknown[] = [];
    const clock = new ManualClock();
    const run = (command: string) => (row: unknown) => ran.push([command, row]);
    const views = {
      connections: { selection: connections },
      captures: { selection: ['a capture'] },
      messages: { selection: ['a message'] },
    };
    const commands = rowCommands(
      {
        [CommandId.OpenMonitor]: run('open'),
        [CommandId.OpenCapture]: run('capture'),
        [CommandId.EditSaved]: run('edit'),
      },
      views,
      clock,
    );
    return { ran, clock, views, commands };
  };

  it('opens what is selected at that moment, as the menu of the row does', async () => {
    const { ran, commands } = rowsOf(['a line']);
    await Promise.all(Object.values(commands).map(command => command()));
    assert.deepEqual(ran, [
      ['open', 'a line'],
      ['capture', 'a capture'],
      ['edit', 'a message'],
    ]);
  });

  it('opens it as soon as the editor knows it again, if it reads the tree anew', async () => {
    const { ran, clock, views, commands } = rowsOf([]);
    const opened = commands[InternalCommandId.OpenConnectionRow]();
    clock.advance(20);
    await setImmediate();
    assert.deepEqual(ran, []);
    views.connections.selection = ['a line'];
    clock.advance(20);
    await opened;
    assert.deepEqual(ran, [['open', 'a line']]);
  });

  it('opens nothing if the row has gone', async () => {
    const { ran, clock, commands } = rowsOf([]);
    const opened = commands[InternalCommandId.OpenConnectionRow]();
    for (let elapsed = 0; elapsed < 5000; elapsed += 20) {
      clock.advance(20);
      await setImmediate();
    }
    await opened;
    assert.deepEqual([ran, clock.pending], [[], []]);
  });
});
