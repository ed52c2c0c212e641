import { readJson } from '../../json/readJson.ts';
import type { Layer } from '../layer.ts';
import type { Problem } from '../reading.ts';
import { jsonProblem } from '../values/json/jsonProblem.ts';

/** What a layer says as JSON: the value that a decoder before has read, or its own text. */
export interface JsonLayer {
  /** See `readJson`: numbers with all their digits. `undefined`: it is no JSON. */
  readonly value: unknown;
  readonly json: () => string;
  /** Where its own text begins in the layer's bytes; `undefined`: the JSON is not its own. */
  readonly begin: number | undefined;
  readonly problem: Problem | undefined;
}

/** A number that JavaScript may write in another way than it was written. */
const mayDiffer = /(?:^|[:,[\s])(?:-0|-?\d+[.eE]|-?\d{16})/;
/** In characters. */
const maxHeaderLength = 1000;

export function jsonOfLayer(layer: Layer): JsonLayer {
  const { value } = layer;
  if (value) {
    const json = value();
    // The value of a text may be the text itself.
    const begin = layer.kind === 'text' && json === layer.text ? 0 : undefined;
    return { value: exactJson(json), json: () => json, begin, problem: undefined };
  }
  const header = headerLength(layer.text);
  const text = header > 0 ? layer.text.slice(header) : layer.text;
  // A header is ASCII: what is not is no header, and no JSON either.
  const read = exactJson(text);
  const problem =
    read === undefined
      ? ({ at: problemAt(layer.bytes, header), is: 'bad-json' } as const)
      : undefined;
  return { value: read, json: () => text, begin: header, problem };
}

/** `undefined` if it is no JSON by the letter. */
export function exactJson(text: string): unknown {
  if (mayDiffer.test(text)) {
    const read = readJson(text, { keepsNumbers: true });
    return read?.isStrict ? read.value : undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Language servers and debug adapters send headers in front of messages, as they do without WebSocket. */
function headerLength(text: string): number {
  if (!text.startsWith('Content-')) {
    return 0;
  }
  const end = text.indexOf('\r\n\r\n');
  return end > 0 && end < maxHeaderLength ? end + 4 : 0;
}

function problemAt(bytes: Uint8Array, begin: number): number {
  return jsonProblem(bytes, begin, bytes.length) ?? begin;
}
