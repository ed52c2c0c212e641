import { batchOf } from '../batch.ts';
import type { Decoder } from '../decoder.ts';
import { Layer } from '../layer.ts';
import { maxRecords } from '../limits.ts';
import type { Problem, Reading } from '../reading.ts';
import { readCbor } from './cbor.ts';
import { recordOf } from './valueReading.ts';

/** Data items one behind the other, each of which is a record (RFC 8742). */
export const cborSequence: Decoder = {
  name: 'cbor-sequence',
  title: 'CBOR sequence',
  takes: 'bytes',
  read: layer => {
    const { bytes } = layer;
    const records: Reading[] = [];
    let problem: Problem | undefined;
    for (let at = 0; at < bytes.length && !problem;) {
      if (records.length === maxRecords) {
        problem = { at, is: 'too-long' };
        break;
      }
      const item = readCbor(bytes, at);
      const isFailed = item.severity === 'error';
      const end = isFailed ? bytes.length : item.end;
      const begin = layer.begin === undefined ? undefined : layer.begin + at;
      const part = Layer.ofBytes(bytes.subarray(at, end), begin);
      records.push({
        ...recordOf(item),
        range: [at, end],
        next: isFailed ? undefined : part.withValue(() => item.value()),
      });
      at = end;
    }
    return { ...batchOf(records, problem), type: undefined };
  },
};
