import { readBase64 } from '../../../core/base/base64.ts';
import type { JsonValues } from '../../../core/json/jsonValues.ts';
import { stringIn } from '../../../core/json/readJson.ts';

/** How decoded values have bytes, see `exportForm.ts`. */
const bytesForm = /^\{"\$bytes":"([^"\\]*)"\}$/;
const encoder = new TextEncoder();

/** What a value of JSON holds: a text as UTF-8, bytes that a decoder has read, all else as it is written. */
export function bytesOfValue(values: JsonValues, node: number): Uint8Array {
  const raw = values.valueText(node);
  if (values.kind(node) === 'string') {
    return encoder.encode(stringIn(raw));
  }
  const base64 = bytesForm.exec(raw)?.[1];
  const bytes = base64 === undefined ? undefined : readBase64(base64);
  return bytes && bytes.badAt === undefined ? bytes.bytes : encoder.encode(raw);
}
