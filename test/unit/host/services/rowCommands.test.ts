import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import '../../../support/host/fakeVscode.ts';
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

  it('opens what is selected at that moment, as the menu of the row does', () => {
    const ran: unknown[] = [];
    const run = (command: string) => (row: unknown) => ran.push([command, row]);
    const views = {
      connections: { selection: [] as string[] },
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
    );
    commands[InternalCommandId.OpenConnectionRow]();
    views.connections.selection = ['a line'];
    for (const command of Object.values(commands)) {
      command();
    }
    assert.deepEqual(ran, [
      ['open', 'a line'],
      ['capture', 'a capture'],
      ['edit', 'a message'],
    ]);
  });
});
