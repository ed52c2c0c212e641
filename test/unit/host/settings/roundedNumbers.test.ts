import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Emitter } from '../../../../src/core/base/event.ts';
import { readSettings, type ReadSettings } from '../../../../src/core/settings/profile.ts';
import { warnOfRoundedNumbers } from '../../../../src/host/settings/roundedNumbers.ts';
import { silentLog } from '../../../support/capture/captures.ts';
import { userSettings } from '../../../support/host/settings.ts';

const settingsWith = (...numbers: readonly number[]) =>
  readSettings(userSettings(key => (key === 'onOpen' ? [{ json: numbers }] : undefined)));

it('warns of each rounded number once for as long as it stays, also where no file can be read', async () => {
  const changes = new Emitter<ReadSettings>();
  const warnings: string[] = [];
  let written: readonly string[] | undefined = ['9007199254740993'];
  const watch = warnOfRoundedNumbers({
    settings: { current: settingsWith(2 ** 53), onDidChange: changes.event },
    log: silentLog,
    readWritten: () => (written ? Promise.resolve(written) : Promise.reject(new Error('gone'))),
    warn: sentence => warnings.push(sentence),
  });
  const change = async (...numbers: readonly number[]) => {
    changes.fire(settingsWith(...numbers));
    await turn();
  };
  await turn();
  await change(2 ** 53);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /9007199254740993 as 9007199254740992/);
  await change(1);
  await change(2 ** 53);
  assert.equal(warnings.length, 2);
  written = undefined;
  await change(2 ** 60);
  assert.match(warnings[2] ?? '', /1152921504606847000 may be a different one/);
  watch.dispose();
});
