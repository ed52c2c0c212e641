import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ScriptReport } from '../../../../../src/core/decode/script/script.ts';
import { useChild, DecoderRig, decoderText } from '../../../../support/scripts/decoderFiles.ts';
import { until } from '../../../../support/until.ts';

const child = useChild();

/** One that has ended counts, although the thread that would have heard of it is gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'latin1') : '';
    return !stat.slice(0, 100).includes(' Z ');
  } catch {
    return false;
  }
}

/** Runs a decoder in a thread, ends that, and gives the number of the decoder's process. */
async function endedThread(rig: DecoderRig, body: string): Promise<number> {
  const print = `console.log(process.pid); if (text === 'a') return {};`;
  const { file } = rig.write('decoder.mjs', decoderText(print + body));
  const worker = new Worker(
    new URL('../../../../support/scripts/runnerThread.ts', import.meta.url),
    { workerData: { childPath: child.path, file, texts: ['a', 'b'] } },
  );
  const [report] = (await once(worker, 'message')) as [ScriptReport];
  assert.equal(report.is, 'log');
  await worker.terminate();
  return Number(report.text);
}

describe('The process of a decoder', () => {
  const bodies = {
    'waits for work': 'return {};',
    'is in a loop': 'for (;;);',
    'has timers': 'setInterval(() => undefined, 10); return {};',
  };
  for (const [what, body] of Object.entries(bodies)) {
    it(`ends with the thread that has started it while it ${what}`, async t => {
      const rig = new DecoderRig(t, { childPath: child.path });
      const pid = await endedThread(rig, body);
      await until('the process is gone', () => !isAlive(pid));
    });
  }
});
