import { quoted, type JsonValues } from './jsonValues.ts';

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
  const term = `${values.path(node)}:${isString ? quoted(String(JSON.parse(raw))) : raw}`;
  return /\p{Cc}/u.test(term) ? undefined : term;
}
