import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { libraryLimits } from '../../core/library/librarySchema.ts';
import { readLibrary } from '../../core/library/readLibrary.ts';
import type { Origin } from '../../core/variables/value.ts';
import type { JsonPath } from '../../core/json/jsonEdit.ts';
import { noContent, type LibraryContent, type TextProblem } from './libraryContent.ts';

/**
 * Reads a library's file, JSON with comments. Never fails. Nothing of a file that is no JSON is used,
 * for half of a message is none.
 *
 * @param origin whose file it is
 */
export function readLibraryText(text: string, origin: Origin): LibraryContent {
  if (text.trim() === '') {
    return noContent;
  }
  const excess = excessOf(text);
  if (excess) {
    return { ...noContent, problems: [excess], excess: excess.message };
  }
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (!root || error) {
    const { offset = 0, length = 1 } = error ?? {};
    const what = error ? printParseErrorCode(error.error) : 'ValueExpected';
    const message = `This is not JSON: ${what}. Nothing of the file is used.`;
    return { ...noContent, problems: [{ offset, length, message }] };
  }
  const { library, problems, places, ...rest } = readLibrary(getNodeValue(root), origin);
  return {
    library,
    ...rest,
    problems: [
      ...problems.map(message => ({ ...placeOf(message, root), message })),
      ...repeatedNames(root),
    ],
    places: new Map([...places].map(([item, place]) => [item, pathOf(place)])),
  };
}

/**
 * What of a file is more than is read: its brackets are within one another too deeply, which would
 * exhaust the stack of the parser, or it holds too many values.
 */
function excessOf(text: string): TextProblem | undefined {
  const { nesting, values } = libraryLimits;
  const scanner = createScanner(text, true);
  let depth = 0;
  let count = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const first = text.charAt(scanner.getTokenOffset());
    depth += '{['.includes(first) ? 1 : '}]'.includes(first) ? -1 : 0;
    count += '}],:'.includes(first) ? 0 : 1;
    if (depth > nesting || count > values) {
      const what =
        depth > nesting
          ? `The brackets here are nested more than ${nesting} deep.`
          : `The file holds more than ${values} values.`;
      const message = `${what} Nothing of the file is used.`;
      return { offset: scanner.getTokenOffset(), length: scanner.getTokenLength(), message };
    }
  }
  return undefined;
}

/** Names that stand twice in one object: what the earlier one holds is not used. */
function repeatedNames(root: Node): readonly TextProblem[] {
  const problems: TextProblem[] = [];
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    const names = new Map<unknown, Node>();
    for (const child of node.children ?? []) {
      const name = node.type === 'object' ? child.children?.[0] : undefined;
      const before = name && names.get(name.value);
      if (before && problems.length < libraryLimits.problems) {
        const { offset, length } = before;
        const message = 'The same name stands here again further on. Only the last one is used.';
        problems.push({ offset, length, message });
      }
      if (name) {
        names.set(name.value, name);
      }
      open.push(child);
    }
  }
  return problems.sort((a, b) => a.offset - b.offset);
}

/** Where an item of a file is in its text; `undefined` where it is not there any more. */
export function spanOf(text: string, place: JsonPath): Omit<TextProblem, 'message'> | undefined {
  const root = parseTree(text);
  const node = root && nodeAt(root, place);
  return node && { offset: node.offset, length: node.length };
}

/** `items[1].steps[0]` as names and positions. */
export function pathOf(place: string): JsonPath {
  return [...place.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([word, index]) =>
    index === undefined ? word : Number(index),
  );
}

/** The reader's sentences begin with a place, or with a name in quotes. */
function placeOf(sentence: string, root: Node): Omit<TextProblem, 'message'> {
  const [, place, key] =
    /^(?:((?:items|environments|extractors)[\w.[\]-]*)|"([^"]+)")/.exec(sentence) ?? [];
  let path = place === undefined ? (key === undefined ? [] : [key]) : pathOf(place);
  // What is missing has no place of its own: then the nearest thing around it.
  while (path.length > 0) {
    const node = nodeAt(root, path);
    if (node) {
      return spanIn(node);
    }
    path = path.slice(0, -1);
  }
  return { offset: root.offset, length: 1 };
}

/** A member with its name. Of lists and objects only the beginning: a whole file that is marked tells nothing. */
function spanIn(node: Node): Omit<TextProblem, 'message'> {
  const member = node.parent?.type === 'property' ? node.parent : node;
  const isLong = node.type === 'object' || node.type === 'array';
  const name = member === node ? undefined : member.children?.[0];
  return {
    offset: member.offset,
    length: isLong ? (name?.length ?? 1) : member.length,
  };
}

function nodeAt(root: Node, path: JsonPath): Node | undefined {
  return findNodeAtLocation(root, [...path]);
}

/** What a document holds at a place; `undefined` where it has none. */
export function valueIn(text: string, place: JsonPath): unknown {
  const root = parseTree(text);
  const node = root && nodeAt(root, place);
  return node && (getNodeValue(node) as unknown);
}
