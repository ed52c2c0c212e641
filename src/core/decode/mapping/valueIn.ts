import { keyText, mapEntries } from '../../filter/pathTest.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { isContainer } from './exportJson.ts';

/**
 * The value at a path into one that `readJson` has read; `undefined` if the path leads nowhere. Of any element or member
 * the first that leads on. A name is also the text of a key that is no text, see `exportForm.ts`.
 */
export function valueIn(json: unknown, path: readonly PathStep[], from = 0): unknown {
  let value = json;
  for (let index = from; index < path.length; index++) {
    const step = path[index];
    if (!isContainer(value) || step === undefined) {
      return undefined;
    }
    if (typeof step === 'object') {
      return firstOf(valuesIn(value), path, index + 1);
    }
    if (typeof step === 'number' || Object.hasOwn(value, step)) {
      value = Object.hasOwn(value, step)
        ? (value as Readonly<Record<string | number, unknown>>)[step]
        : undefined;
    } else {
      value = mapEntries(value)?.find(([key]) => keyText(key) === step)?.[1];
    }
  }
  return value;
}

function valuesIn(container: object): readonly unknown[] {
  return mapEntries(container)?.map(([, value]) => value) ?? Object.values(container);
}

function firstOf(values: readonly unknown[], path: readonly PathStep[], index: number): unknown {
  for (const value of values) {
    const found = valueIn(value, path, index);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
