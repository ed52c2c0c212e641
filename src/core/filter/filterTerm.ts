import { lenientWords, stringIn } from '../json/readJson.ts';
import { quoted, type JsonValues } from '../json/jsonValues.ts';

/** The filter language takes no longer paths. */
const mostSteps = 32;

/**
 * A term of the filter language for all messages with the same value at the same place, such as
 * `$.a[0].b:"x y"`; `undefined` where there is none: for objects and arrays, for what is in no container,
 * and for texts that no line can hold.
 */
export function filterTerm(values: JsonValues, node: number): string | undefined {
  const depth = values.nodes.depth(node);
  if (values.isContainer(node) || depth === 0 || depth > mostSteps) {
    return undefined;
  }
  const raw = values.valueText(node);
  const isString = values.kind(node) === 'string';
  // Words of other languages are read as those of JSON.
  const plain = Object.hasOwn(lenientWords, raw) ? String(lenientWords[raw]) : raw;
  const term = `${values.path(node)}:${isString ? quoted(stringIn(raw)) : plain}`;
  return /\p{Cc}/u.test(term) ? undefined : term;
}
