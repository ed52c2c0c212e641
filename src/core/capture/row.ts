import { preview } from '../record/preview.ts';
import type { Row } from './capture.ts';
import { directionOf, isHeartbeat, kindOf } from '../record/record.ts';

/**
 * A row out of what is stored of it.
 *
 * @param head the first bytes of the payload, as many as `previewByteLength` asks for
 */
export function rowOf(
  seq: number,
  at: number,
  flags: number,
  byteLength: number,
  head: Uint8Array,
): Row {
  return {
    seq,
    at,
    kind: kindOf(flags),
    direction: directionOf(flags),
    heartbeat: isHeartbeat(flags),
    byteLength,
    preview: preview(flags, head),
  };
}
