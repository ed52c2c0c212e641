import { takePath } from '../../filter/parseFilter.ts';
import { Scanner } from '../../filter/scanner.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { exportJson, isEmptyBut } from './exportJson.ts';
import type { MappedText } from './mapping.ts';
import { valueIn } from './valueIn.ts';

type Path = readonly PathStep[];

/** A word, or a path with the members of what it leads to that an earlier path has named. */
type Piece =
  { readonly word: string } | { readonly path: Path; readonly except: ReadonlySet<string> };

interface Alternative {
  readonly pieces: readonly Piece[];
  readonly hasPath: boolean;
  /** Where the alternative is nothing but one path. */
  readonly only: Path | undefined;
}

/** In UTF-16 code units. Names and ids are kept for each call. */
const maxTextLength = 512;
/** In UTF-16 code units. More would only serve to take time for each message. */
const maxSourceLength = 2000;
const maxPathSteps = 32;

const textRule = 'takes paths such as $.data.id and words; “|” stands between alternatives';

/** A mapped text, compiled. */
export class TextMap {
  readonly #alternatives: readonly Alternative[];

  private constructor(alternatives: readonly Alternative[]) {
    this.#alternatives = alternatives;
  }

  /** @returns a clause about what is wrong with the text */
  static read(text: MappedText): TextMap | string {
    if (text.length > maxSourceLength) {
      return `has at most ${maxSourceLength} characters`;
    }
    const scanner = new Scanner(text);
    const alternatives: Alternative[] = [];
    for (;;) {
      const pieces = takePieces(scanner);
      if (!pieces || pieces.length === 0) {
        return textRule;
      }
      alternatives.push(alternativeOf(pieces));
      if (scanner.isAtEnd) {
        return new TextMap(alternatives);
      }
      scanner.at++;
    }
  }

  /** Where each alternative is one path. */
  get isPaths(): boolean {
    return this.#alternatives.every(({ only }) => only);
  }

  get paths(): readonly Path[] {
    return this.#alternatives.flatMap(({ pieces }) =>
      pieces.flatMap(piece => ('path' in piece ? [piece.path] : [])),
    );
  }

  /** One line for people; `undefined` if no path of any alternative leads to anything but null. */
  textIn(json: unknown): string | undefined {
    for (const alternative of this.#alternatives) {
      const text = lineOf(alternative, json);
      if (text !== undefined) {
        return text.length <= maxTextLength ? text : `${text.slice(0, maxTextLength - 1)}…`;
      }
    }
    return undefined;
  }

  /** What the first path leads to that leads anywhere, and which path that is. */
  valueIn(json: unknown): { readonly value: unknown; readonly path: Path } | undefined {
    for (const { only } of this.#alternatives) {
      const value = only && valueIn(json, only);
      if (only && value !== undefined) {
        return { value, path: only };
      }
    }
    return undefined;
  }

  /** The same for values that name something: as JSON, so that 1 and "1" differ. Words stand for themselves. */
  keyIn(json: unknown): string | undefined {
    for (const alternative of this.#alternatives) {
      const { only } = alternative;
      const value = only ? valueIn(json, only) : lineOf(alternative, json);
      if (value !== undefined && value !== null) {
        return shortKey(exportJson(value));
      }
    }
    return undefined;
  }
}

/** Up to a `|` or the end; `undefined` if there is something else that is neither word nor path. */
function takePieces(scanner: Scanner): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  const paths: Path[] = [];
  for (;;) {
    scanner.skipSpace();
    const first = scanner.peek();
    if (first === '' || first === '|') {
      return pieces;
    }
    if (first === '$' && /^[.[\s|]?$/.test(scanner.peek(1))) {
      const path = takeWholePath(scanner);
      if (!path) {
        return undefined;
      }
      pieces.push({ path, except: membersBelow(path, paths) });
      paths.push(path);
    } else if (first === '"') {
      const quoted = scanner.takeQuoted();
      if (!quoted) {
        return undefined;
      }
      pieces.push({ word: quoted.text });
    } else {
      pieces.push({ word: scanner.take(/[^\s|"]+/y)?.[0] ?? '' });
    }
  }
}

/** `$` alone is the whole message. */
function takeWholePath(scanner: Scanner): Path | undefined {
  if (/[.[]/.test(scanner.peek(1))) {
    const path = takePath(scanner);
    return path && path.length <= maxPathSteps ? path : undefined;
  }
  scanner.at++;
  return [];
}

function alternativeOf(pieces: readonly Piece[]): Alternative {
  const [first] = pieces;
  return {
    pieces,
    hasPath: pieces.some(piece => 'path' in piece),
    only: pieces.length === 1 && first && 'path' in first ? first.path : undefined,
  };
}

/** `undefined` if it has paths, and none of them leads to anything but null. */
function lineOf({ pieces, hasPath }: Alternative, json: unknown): string | undefined {
  const parts: string[] = [];
  let isFound = !hasPath;
  for (const piece of pieces) {
    const part = 'word' in piece ? piece.word : textAt(json, piece.path, piece.except);
    isFound ||= part !== undefined && 'path' in piece;
    if (part) {
      parts.push(part);
    }
  }
  return isFound ? parts.join(' ') : undefined;
}

const nothing: ReadonlySet<string> = new Set();

/** The members directly below `path` that are on one of `paths`. */
export function membersBelow(path: Path, paths: readonly Path[]): ReadonlySet<string> {
  const names = paths.flatMap(other => {
    const name = other[path.length];
    const isBelow =
      other.length === path.length + 1 && path.every((step, index) => isSame(step, other[index]));
    return isBelow && typeof name === 'string' ? [name] : [];
  });
  return names.length > 0 ? new Set(names) : nothing;
}

function isSame(one: PathStep, other: PathStep | undefined): boolean {
  return typeof one === 'object' ? typeof other === 'object' : one === other;
}

function textAt(json: unknown, path: Path, except: ReadonlySet<string>): string | undefined {
  const value = valueIn(json, path);
  if (typeof value === 'string' || value === undefined) {
    return value;
  }
  if (value === null || (except.size > 0 && isEmptyBut(value, except))) {
    return undefined;
  }
  return exportJson(value, maxTextLength, except);
}

/** So long that no two are the same by chance, and no longer: keys are kept as long as calls are open. */
const maxKeyLength = 256;

function shortKey(key: string): string {
  if (key.length <= maxKeyLength) {
    return key;
  }
  // FNV-1a, twice with other beginnings.
  let one = 0x811c9dc5;
  let other = 0x01234567;
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x01000193);
  }
  return `${key.slice(0, maxKeyLength)} ${key.length} ${one >>> 0} ${other >>> 0}`;
}
