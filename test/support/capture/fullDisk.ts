import { statSync } from 'node:fs';
import * as sqlite from 'node:sqlite';
import { isEmpty } from '../../../src/core/capture/captureStore.ts';
import type { FallbackChange } from '../../../src/core/capture/log/fallbackStore.ts';
import { LogStore } from '../../../src/node/captureWorker/store/logStore.ts';
import { LossAwareStore } from '../../../src/node/captureWorker/store/lossAwareStore.ts';
import { segmentsOf } from '../../../src/node/files/segmentFiles.ts';
import { batchOf, textRow } from './captures.ts';

/**
 * A process that writes to the log at the path it is given until the disk takes no more, clears it then,
 * and goes on. Its files may not grow as they like: somebody has seen to that. It prints as JSON what it
 * has seen.
 */
const [path = ''] = process.argv.slice(2);
const changes: FallbackChange['kind'][] = [];
const failures: unknown[] = [];
const open = () =>
  LogStore.open(sqlite, path, {
    facts: { name: 'full', url: 'ws://localhost/full', startedAt: 1 },
    maxBytes: Infinity,
  });
const store = new LossAwareStore({
  primary: open(),
  path,
  remake: open,
  reserveByteLength: 1e6,
  onDidChange: change => {
    changes.push(change.kind);
    if (change.kind === 'failed') {
      failures.push(change.error instanceof Error && 'code' in change.error && change.error.code);
    }
  },
});
const byteLength = () => segmentsOf(path).reduce((sum, each) => sum + statSync(each.path).size, 0);

function append(): void {
  const { next } = store.extent;
  // Less in each, so that one is torn that is not the first that does not fit.
  store.append(batchOf(next, [textRow(`#${next} `.padEnd(9001 - (next % 7)))]));
}

function numbers(): readonly number[] {
  const { first, next } = store.extent;
  return store.rows(first, next - first).map(({ preview }) => Number.parseInt(preview.slice(1)));
}

while (changes.length === 0) {
  append();
}
const lengthWhenFull = byteLength();
append();
const whenFull = numbers();
const canRestore = store.clear();
const lengthWhenCleared = byteLength();
append();
append();
const whenCleared = numbers();
const wasEmpty = isEmpty(store.extent);
store.close();
process.stdout.write(
  JSON.stringify({
    changes,
    failures,
    lengthWhenFull,
    whenFull,
    canRestore,
    lengthWhenCleared,
    whenCleared,
    wasEmpty,
  }),
);
