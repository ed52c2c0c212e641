import {
  createCaptureService,
  type CaptureService,
} from '../../src/node/capture/captureService.ts';
import { systemClock } from '../../src/node/systemClock.ts';
import { silentLog, workerPath } from '../support/capture/captures.ts';

/** The captures of a measurement, with the worker that the build made, in this folder. */
export function openCaptures(folder: { readonly path: string }): CaptureService {
  return createCaptureService({
    workerPath,
    folder: folder.path,
    clock: systemClock,
    log: silentLog,
  });
}
