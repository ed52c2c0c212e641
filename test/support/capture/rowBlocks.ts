import { packFrame, valuesPerFrame } from '../../../src/core/record/frameFacts.ts';
import type { Block } from '../../../src/core/record/block.ts';
import type { ModelRow } from './modelStore.ts';

/** A block of any number of rows, of which each may be of any length. */
export function blockOfRows(firstSeq: number, rows: readonly Omit<ModelRow, 'seq'>[]): Block {
  const ends = new Uint32Array(rows.length);
  const payload = Buffer.concat(rows.map(row => row.payload));
  const framed = rows.flatMap(({ frame }, row) => (frame ? [{ frame, row }] : []));
  const frames = new Float64Array(valuesPerFrame * framed.length);
  framed.forEach(({ frame, row }, index) => packFrame(frames, index, row, frame));
  let end = 0;
  for (const [index, row] of rows.entries()) {
    end += row.payload.length;
    ends[index] = end;
  }
  return {
    firstSeq,
    rowCount: rows.length,
    times: Float64Array.from(rows, ({ at }) => at),
    flags: Uint32Array.from(rows, row => row.flags),
    ends,
    frames,
    payload: new Uint8Array(payload),
  };
}
