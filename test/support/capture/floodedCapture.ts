import { writeSync } from 'node:fs';
import { flagsOf } from '../../../src/core/record/record.ts';
import { createCaptureService } from '../../../src/node/capture/captureService.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import { silentLog, workerPath } from './captures.ts';

/**
 * A process that stores numbered messages in the folder it is given until somebody kills it, about
 * 100,000 a second. It prints, as lines of three numbers, how many it has appended, how many it
 * knows to be stored, and when: before the next one is appended.
 */
const [folder = ''] = process.argv.slice(2);
const service = createCaptureService({ workerPath, folder, clock: systemClock, log: silentLog });
const capture = service.open({
  name: 'flooded',
  url: 'ws://localhost/flood',
  maxRows: Infinity,
  maxBytes: Infinity,
});
const encoder = new TextEncoder();
const padding = ' '.repeat(80);
const flags = flagsOf('text', 'in');
let appended = 0;
let isPaused = false;
capture.onDidChangePressure(isHigh => (isPaused = isHigh));

setInterval(() => {
  if (!isPaused) {
    for (let count = 0; count < 100; count++) {
      capture.append(systemClock.now(), flags, encoder.encode(`#${appended++}${padding}`));
    }
  }
  writeSync(1, `${appended} ${capture.extent.next} ${systemClock.monotonic()}\n`);
}, 1);
