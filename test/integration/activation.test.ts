import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { commands, TabInputWebview, window, workspace } from 'vscode';
import {
  settingKeys,
  settingsSection,
  settingsTable,
} from '../../src/core/settings/settingsTable.ts';
import { CommandId, ViewType } from '../../src/shared/ids.ts';
import { activeExtension, run } from './support.ts';

describe('The extension in its host', () => {
  it('is awake when one of its commands has run, and has every command', async () => {
    await run(CommandId.OpenMonitor);
    assert.equal(activeExtension()?.isActive, true);
    const known = new Set(await commands.getCommands(true));
    assert.deepEqual(
      Object.values(CommandId).filter(command => !known.has(command)),
      [],
    );
  });

  it('opens one monitor tab, however often it is asked', async () => {
    await run(CommandId.OpenMonitor);
    await run(CommandId.OpenMonitor);
    const tabs = window.tabGroups.all
      .flatMap(group => group.tabs)
      .filter(
        ({ input }) =>
          input instanceof TabInputWebview && input.viewType.endsWith(ViewType.Monitor),
      );
    assert.equal(tabs.length, 1);
  });

  it('has the defaults that the code expects', () => {
    const configuration = workspace.getConfiguration(settingsSection);
    for (const key of settingKeys) {
      assert.deepEqual(configuration.inspect(key)?.defaultValue, settingsTable[key].fallback, key);
    }
  });
});
