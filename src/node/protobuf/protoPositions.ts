import { messageOf } from '../../core/base/errors.ts';

/** From 1 on. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What the parser has thrown: where that is, as far as it says so, and its sentence without the place. */
export function positionOfProblem(
  error: unknown,
  path: string,
  text: string,
): { readonly position: Position; readonly message: string } {
  const said = messageOf(error);
  const place = /(?:,| \() ?line (\d+)\)$/.exec(said);
  const message = said
    .replace(` (${path}, line ${place?.[1] ?? ''})`, '')
    .replace(/ \(line \d+\)$/, '')
    .replace(/^illegal end of input 'null'$/, 'illegal end of input');
  const word = /'([^']*)'/.exec(message)?.[1] ?? '';
  if (!place) {
    return { position: positionOfNumber(text, message) ?? lastPositionOf(text, word), message };
  }
  const line = Number(place[1]);
  const column = wordAt(text.split('\n')[line - 1] ?? '', word, 0);
  return { position: { line, column: Math.max(0, column) + 1 }, message };
}

/**
 * Where a word is in a file.
 *
 * @param next the word that follows it in the same line
 */
export function positionOfWord(text: string, word: string, next?: string): Position {
  for (const [index, line] of text.split('\n').entries()) {
    const at = wordAt(line, word, 0);
    if (at >= 0 && (next === undefined || wordAt(line, next, at + word.length) >= 0)) {
      return { line: index + 1, column: at + 1 };
    }
  }
  return { line: 1, column: 1 };
}

/** Of a number that a type has twice: where it has it for the second time. */
function positionOfNumber(text: string, message: string): Position | undefined {
  const [, number = '', type = ''] = /^duplicate id (-?\d+) in \w+ (\w+)$/.exec(message) ?? [];
  let isWithin = false;
  let seen = 0;
  for (const [index, line] of type === '' ? [] : text.split('\n').entries()) {
    isWithin ||= wordAt(line, type, 0) >= 0;
    for (const found of isWithin ? line.matchAll(/=\s*(-?\d+)/g) : []) {
      seen += found[1] === number ? 1 : 0;
      if (seen === 2) {
        return { line: index + 1, column: found.index + found[0].length - number.length + 1 };
      }
    }
  }
  return undefined;
}

/** Of what is declared twice, the second is wrong. */
function lastPositionOf(text: string, word: string): Position {
  const lines = text.split('\n');
  for (let index = lines.length - 1; index >= 0 && word !== ''; index--) {
    const at = wordAt(lines[index] ?? '', word, 0);
    if (at >= 0) {
      return { line: index + 1, column: at + 1 };
    }
  }
  return { line: 1, column: 1 };
}

/** Where a word begins that is not a part of a longer one; -1 if it is nowhere. */
function wordAt(line: string, word: string, from: number): number {
  for (let at = line.indexOf(word, from); at >= 0 && word !== ''; at = line.indexOf(word, at + 1)) {
    const isWhole =
      !isOfWord(line[at - 1] ?? '') || !isOfWord(word[0] ?? '')
        ? !isOfWord(line[at + word.length] ?? '') || !isOfWord(word.at(-1) ?? '')
        : false;
    if (isWhole) {
      return at;
    }
  }
  return -1;
}

function isOfWord(character: string): boolean {
  return /^\w$/.test(character);
}
