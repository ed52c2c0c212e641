import { ExactNumber, jsonText } from './exactNumber.ts';
import { readJson } from './readJson.ts';

/** A step into a JSON value: a member's name, an element's index, or any of them. */
export type PathStep = string | number | { readonly any: true };

const maxPaths = 200;
const maxDepth = 8;

const token = /"((?:[^"\\]|\\[^])*)"|[{}[\],:]|[^\s"{}[\],:]+/g;
const plainName = /^[\p{L}\p{N}\p{M}_$@-]+$/u;

/** A container that is open while a text is read: its path, and what its next value is. */
interface Level {
  readonly path: string;
  readonly isArray: boolean;
  /** The member whose value follows. */
  name: string | undefined;
}

/**
 * Paths to the values in beginnings of JSON texts, in the language of filters and in the order in
 * which they come: `$.data.price`, `$.items[*].id`. Texts that are cut, or are no JSON at all, do no
 * harm.
 */
export function jsonPathsOf(texts: Iterable<string>): readonly string[] {
  const paths = new Set<string>();
  for (const text of texts) {
    if (/^\s*[{[]/.test(text)) {
      addPaths(text, paths);
    }
    if (paths.size >= maxPaths) {
      break;
    }
  }
  return [...paths].slice(0, maxPaths);
}

function addPaths(text: string, paths: Set<string>): void {
  const levels: Level[] = [];
  for (const { 0: found, 1: string } of text.matchAll(token)) {
    const level = levels.at(-1);
    if (found === '{' || found === '[') {
      levels.push({ path: level ? pathIn(level) : '$', isArray: found === '[', name: undefined });
      if (levels.length > maxDepth) {
        return;
      }
    } else if (found === '}' || found === ']') {
      levels.pop();
    } else if (found === ',' && level) {
      level.name = undefined;
    } else if (level && !level.isArray && level.name === undefined && string !== undefined) {
      level.name = string;
      paths.add(pathIn(level));
    }
  }
}

function pathIn({ path, isArray, name = '' }: Level): string {
  if (isArray) {
    return `${path}[*]`;
  }
  // An escape in a name is left as it is: the filter reads it as JSON does.
  return path + (plainName.test(name) ? `.${name}` : `["${name}"]`);
}

const decoder = new TextDecoder();

/**
 * What a JSON message holds at a path, as text: strings as they are, numbers as they were written, all
 * else as JSON. `undefined` if the message is not JSON or has no value at the path.
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
