import { flagKindsOf, type BlockFacts, type BlockHeader } from './blockFormat.ts';
import { valuesPerFrame, type PackedFrames } from './frameFacts.ts';

/** What the format says of flags. */
const knownFlags = 0xffff;

/**
 * Whether the columns of a block can be what was written: a file may hold anything, with a checksum
 * that is right. If they cannot, what they say of one row could be another row's.
 */
export function areSound(facts: BlockFacts, header: BlockHeader): boolean {
  const { rowCount, times, flags, ends, frames } = facts;
  let before = 0;
  for (let row = 0; row < rowCount; row++) {
    const end = ends[row] ?? 0;
    if (end < before || Number.isNaN(times[row]) || (flags[row] ?? 0) > knownFlags) {
      return false;
    }
    before = end;
  }
  const kinds = flagKindsOf(flags, rowCount);
  return (
    before === header.payloadByteLength &&
    times[0] === header.firstAt &&
    kinds.opcodes === header.kinds.opcodes &&
    kinds.some === header.kinds.some &&
    kinds.all === header.kinds.all &&
    areFramesOf(frames, rowCount)
  );
}

function areFramesOf(frames: PackedFrames, rowCount: number): boolean {
  for (let begin = 0; begin < frames.length; begin += valuesPerFrame) {
    const row = frames[begin] ?? 0;
    if (!Number.isInteger(row) || row < 0 || row >= rowCount) {
      return false;
    }
  }
  return !frames.some(Number.isNaN);
}
