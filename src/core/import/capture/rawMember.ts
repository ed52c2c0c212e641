/**
 * The text of a member's value in the text of a JSON object, which must be valid: with its digits and
 * spellings. `undefined` if there is no such member; of several the last, as `JSON.parse` does.
 */
export function rawMember(json: string, name: string): string | undefined {
  let found: string | undefined;
  let at = json.indexOf('{') + 1;
  for (;;) {
    const key = json.indexOf('"', at);
    if (key < 0) {
      return found;
    }
    const keyEnd = endOfString(json, key);
    const begin = json.indexOf(':', keyEnd) + 1;
    at = endOfValue(json, begin);
    if (JSON.parse(json.slice(key, keyEnd)) === name) {
      found = json.slice(begin, at).trim();
    }
  }
}

/** After the string that begins at `begin`. */
function endOfString(json: string, begin: number): number {
  let at = begin + 1;
  while (at < json.length && json[at] !== '"') {
    at += json[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** At the comma or the brace after the value. */
function endOfValue(json: string, begin: number): number {
  let depth = 0;
  let at = begin;
  while (at < json.length) {
    const character = json[at];
    if (character === '"') {
      at = endOfString(json, at);
      continue;
    }
    if (depth === 0 && (character === ',' || character === '}')) {
      return at;
    }
    if (character === '{' || character === '[') {
      depth++;
    } else if (character === '}' || character === ']') {
      depth--;
    }
    at++;
  }
  return at;
}
