import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Capture } from '../../../../src/core/capture/capture.ts';
import { createCaptureService } from '../../../../src/node/capture/captureService.ts';
import { systemClock } from '../../../../src/node/systemClock.ts';
import { scratchFolder, silentLog, workerPath } from '../../../support/capture/captures.ts';

const floodedCapture = fileURLToPath(
  new URL('../../../support/capture/floodedCapture.ts', import.meta.url),
);

/**
 * What is stored may be this much behind. A machine that is busy with something else may starve the
 * worker of one flood for longer, but not of each: then more floods are tried than the first three.
 */
const longestLagMs = 100;
const floodMs = [150, 400, 900, 150, 400, 900];

/** What the process said at a time: how many it had appended, and how many it knew to be stored. */
interface Report {
  readonly appended: number;
  readonly stored: number;
  readonly at: number;
}

/** Starts a flood, kills its process after `ms` of storing, and returns what it had said. */
async function killInMidFlood(folder: string, ms: number): Promise<readonly Report[]> {
  const child = spawn(process.execPath, [floodedCapture, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let isKillDue = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (!isKillDue && /^\d+ [1-9]/m.test(chunk)) {
      isKillDue = true;
      systemClock.schedule(ms, () => child.kill('SIGKILL'));
    }
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  const lines = output.split('\n').slice(0, -1);
  return lines.map(line => {
    const [appended = NaN, stored = NaN, at = NaN] = line.split(' ').map(Number);
    return { appended, stored, at };
  });
}

/** The first row that does not say its own number. */
async function firstFault(capture: Capture): Promise<number | undefined> {
  const { next } = capture.extent;
  for (let from = 0; from < next; from += 10_000) {
    const rows = await capture.rows(from, 10_000);
    const expected = Math.min(10_000, next - from);
    for (let index = 0; index < expected; index++) {
      const row = rows[index];
      if (row?.seq !== from + index || row.preview.trimEnd() !== `#${from + index}`) {
        return from + index;
      }
    }
  }
  return undefined;
}

it('a host that is killed in mid-flood leaves a capture that is whole up to a moment ago', async t => {
  using folder = scratchFolder();
  const service = createCaptureService({
    workerPath,
    folder: folder.path,
    clock: systemClock,
    log: silentLog,
  });
  let leastLagMs = Infinity;
  try {
    for (const [round, ms] of floodMs.entries()) {
      if (round >= 3 && leastLagMs <= longestLagMs) {
        break;
      }
      const reports = await killInMidFlood(folder.path, ms);
      const last = reports.at(-1);
      assert.ok(last && last.stored > 0);
      assert.equal(await service.archive.hasAbandoned(), true);
      const [left] = await service.archive.list();
      assert.ok(left?.isAbandoned && left.name === 'flooded' && left.problem === undefined);
      const { capture } = await service.archive.open(left.key);
      const { first, next } = capture.extent;
      assert.deepEqual([first, next], [0, left.rowCount]);
      assert.equal(await firstFault(capture), undefined);
      assert.ok(next >= last.stored, `${next} rows of ${last.stored} that were acknowledged`);
      const upTo = reports.findLast(({ appended }) => appended <= next);
      const lagMs = last.at - (upTo?.at ?? -Infinity);
      t.diagnostic(`${next} rows stored of ${last.appended}, ${lagMs.toFixed(1)} ms behind`);
      leastLagMs = Math.min(leastLagMs, lagMs);
      capture.dispose();
      await service.archive.remove(left.key);
    }
  } finally {
    await service.dispose();
  }
  assert.ok(leastLagMs <= longestLagMs, `${leastLagMs} ms behind`);
  assert.deepEqual(readdirSync(folder.path), []);
});
