import type { PathStep } from '../condition.ts';
import { ExactNumber, jsonText } from '../../json/exactNumber.ts';
import { readJson } from '../../json/readJson.ts';

const decoder = new TextDecoder();

/**
 * What a JSON message holds at a path, as text: strings as they are, numbers as they were written, all
 * else as JSON. `undefined` where the message is no JSON or the path leads nowhere.
 */
export function valueAt(payload: Uint8Array, path: readonly PathStep[]): string | undefined {
  const value = readJson(decoder.decode(payload), { keepsNumbers: true })?.value;
  const found = follow(value, path);
  return typeof found === 'string' || found === undefined ? found : jsonText(found);
}

/** Of any element or member the first that leads on. */
function follow(value: unknown, path: readonly PathStep[]): unknown {
  const [step, ...rest] = path;
  if (step === undefined) {
    return value;
  }
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) {
    return undefined;
  }
  if (typeof step === 'object') {
    for (const each of Object.values(value)) {
      const found = follow(each, rest);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
  const key =
    Array.isArray(value) && typeof step === 'number' && step < 0 ? value.length + step : step;
  const members = value as Readonly<Record<string | number, unknown>>;
  return Object.hasOwn(value, key) ? follow(members[key], rest) : undefined;
}
