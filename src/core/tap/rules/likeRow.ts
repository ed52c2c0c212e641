import { readJson } from '../../json/readJson.ts';
import { isObject } from '../../json/json.ts';
import type { Direction } from '../../record/record.ts';

/** What messages are commonly told apart by, the likeliest first. */
const typeNames = [
  'type',
  'event',
  'op',
  'action',
  'method',
  'kind',
  'cmd',
  'command',
  'topic',
  'channel',
];
const maxValueLength = 100;

/**
 * A filter for messages like this one: of its direction and, if it is JSON with a member that names its
 * type, of that type; otherwise of its kind.
 *
 * @param text absent for a binary message
 */
export function matchLike(direction: Direction, text: string | undefined): string {
  const type = text === undefined ? undefined : typeTerm(text);
  return `${direction}: ${type ?? `kind:${text === undefined ? 'binary' : 'text'}`}`;
}

function typeTerm(text: string): string | undefined {
  const value = readJson(text)?.value;
  if (!isObject(value)) {
    return undefined;
  }
  for (const name of typeNames) {
    const found = Object.hasOwn(value, name) ? value[name] : undefined;
    if (typeof found === 'number') {
      return `$.${name}:${found}`;
    }
    if (typeof found === 'string' && found !== '' && found.length <= maxValueLength) {
      return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(found)
        ? `$.${name}:${found}`
        : `$.${name}:"${found.replace(/["\\]/g, '\\$&')}"`;
    }
  }
  return undefined;
}
