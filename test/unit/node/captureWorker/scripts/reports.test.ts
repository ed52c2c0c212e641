import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScriptReport } from '../../../../../src/core/decode/script/script.ts';
import { ScriptReports } from '../../../../../src/node/captureWorker/scripts/reports.ts';
import { ManualClock } from '../../../../support/manualClock.ts';

const file = '/ws/a.mjs';
const error = (message: string): ScriptReport => ({ is: 'error', file, error: { message } });
const log: ScriptReport = { is: 'log', file, level: 'log', text: 'line' };

describe('Reports of a decoder', () => {
  it('have the last of many errors twice a second, and all else at once', () => {
    const clock = new ManualClock();
    const told: ScriptReport[] = [];
    const reports = new ScriptReports(clock, report => told.push(report));
    [error('1'), error('2'), log, error('3')].forEach(each => reports.tell(each));
    assert.deepEqual(told, [error('1'), log]);
    clock.advance(500);
    assert.deepEqual(told.slice(2), [error('3')]);
  });

  it('have an error before what follows from it', () => {
    const told: ScriptReport[] = [];
    const reports = new ScriptReports(new ManualClock(), report => told.push(report));
    const stopped: ScriptReport = { is: 'stopped', file, reason: 'x' };
    [error('1'), error('2'), stopped].forEach(each => reports.tell(each));
    assert.deepEqual(told, [error('1'), error('2'), stopped]);
  });
});
