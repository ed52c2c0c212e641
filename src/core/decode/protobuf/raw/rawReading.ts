import { once } from '../../../base/once.ts';
import { maxValues } from '../../limits.ts';
import type { Problem, Reading } from '../../reading.ts';
import { byteCount, oneLine } from '../../summaryText.ts';
import type { Cast } from './casts.ts';
import { RawText } from './rawText.ts';
import { readRaw } from './rawTree.ts';
import { WireReader } from '../wire/wire.ts';

/** Characters of a value that a summary may need. */
export const summaryLength = 2048;

/**
 * What is known of a message without a schema. Only its outermost fields are read at once: what does not parse within them is no
 * problem, but bytes.
 */
export function rawReading(bytes: Uint8Array, begin: number, end: number, cast?: Cast): Reading {
  const text = once(() => {
    const tree = readRaw(bytes, begin, end, cast);
    return { tree, text: new RawText(tree) };
  });
  const problem = problemOf(bytes, begin, end) ?? lateProblem(text, end - begin);
  return {
    ...(problem && { problem, severity: 'error' }),
    summary: () =>
      problem && text().tree.count === 1
        ? byteCount(end - begin)
        : oneLine(text().text.json(0, summaryLength)),
    ...(!problem && { value: () => text().text.json() }),
    fields: () => text().text.fields(0, new Map([[0, '$']])),
  };
}

function problemOf(bytes: Uint8Array, begin: number, end: number): Problem | undefined {
  const reader = new WireReader(bytes);
  return reader.skipFields(begin, end, 0, 0) < 0 ? reader.problem : undefined;
}

/** Only long messages may have more values than are read. */
function lateProblem(
  text: () => { readonly tree: { readonly problem: Problem | undefined } },
  length: number,
): Problem | undefined {
  return length > 2 * maxValues ? text().tree.problem : undefined;
}
