import { Emitter } from '../../../src/core/base/event.ts';
import { readSettings } from '../../../src/core/settings/profile.ts';
import { silentLog } from '../capture/captures.ts';
import { FakeCaptures } from '../capture/fakeCapture.ts';
import { ManualClock } from '../manualClock.ts';
import './fakeVscode.ts';
import { userSettings } from './settings.ts';
import { noOutput } from '../textRuns.ts';

const { Slots } = await import('../../../src/host/slots/slots.ts');

/** Slots with the default settings, whose captures keep nothing. */
export function testSlots() {
  const clock = new ManualClock();
  const slots = new Slots({
    clock,
    log: silentLog,
    openCapture: new FakeCaptures().open,
    output: noOutput,
    redact: text => text,
    settings: {
      current: readSettings(userSettings(() => undefined)),
      onDidChange: new Emitter<never>().event,
    },
    named: () => [],
  });
  return { clock, slots };
}
