import {
  createScanner,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { libraryLimits } from '../../../core/library/librarySchema.ts';
import { readLibrary } from '../../../core/library/readLibrary.ts';
import type { Origin } from '../../../core/variables/value.ts';
import type { JsonPath } from '../../../core/json/jsonEdit.ts';
import { nodeAt } from '../../json/jsonText.ts';
import { noContent, type LibraryContent, type TextProblem } from './libraryContent.ts';

/**
 * Reads a library file, which is JSON with comments. Never throws. Nothing of an invalid file is
 * used, since half a message would be wrong.
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
    const message = `This is not valid JSON: ${what}. The file is not used.`;
    return { ...noContent, problems: [{ offset, length, message }] };
  }
  const { library, problems, places, ...rest } = readLibrary(getNodeValue(root), origin, place => {
    const node = nodeAt(root, pathOf(place));
    return node && writtenJson(text, node, '');
  });
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
 * The limit that a file exceeds: its brackets are nested too deeply, which would exhaust the stack
 * of the parser, or it has too many values.
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
          ? `Brackets are nested more than ${nesting} levels deep here.`
          : `The file has more than ${values} values.`;
      const message = `${what} The file is not used.`;
      return { offset: scanner.getTokenOffset(), length: scanner.getTokenLength(), message };
    }
  }
  return undefined;
}

/** JSON with a line for each member and without comments; its tokens are as they are in the text. */
function writtenJson(text: string, node: Node, indent: string): string {
  const { children = [], type, offset, length } = node;
  const inner = `${indent}  `;
  const list = (open: string, items: readonly string[], close: string) =>
    items.length === 0
      ? open + close
      : `${open}\n${items.map(item => inner + item).join(',\n')}\n${indent}${close}`;
  switch (type) {
    case 'object':
      return list(
        '{',
        children.map(member => writtenJson(text, member, inner)),
        '}',
      );
    case 'array':
      return list(
        '[',
        children.map(item => writtenJson(text, item, inner)),
        ']',
      );
    case 'property':
      return children.map(part => writtenJson(text, part, indent)).join(': ');
    case 'boolean':
    case 'null':
    case 'number':
    case 'string':
      return text.slice(offset, offset + length);
  }
}

/** Names that occur twice in one object: only the last member is used, but in JSON to be sent. */
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
        const message = 'The same name occurs again below. Only the last one is used.';
        problems.push({ offset, length, message });
      }
      if (name) {
        names.set(name.value, name);
      }
      if (name?.value !== 'json') {
        open.push(child);
      }
    }
  }
  return problems.sort((a, b) => a.offset - b.offset);
}

/** The span of an item in the text of its file; `undefined` if it is gone. */
export function spanOf(text: string, place: JsonPath): Omit<TextProblem, 'message'> | undefined {
  const root = parseTree(text);
  const node = root && nodeAt(root, place);
  return node && { offset: node.offset, length: node.length };
}

/** Turns `items[1].steps[0]` into a path of names and indexes. */
export function pathOf(place: string): JsonPath {
  return [...place.matchAll(/\[(\d+)\]|[^.[\]]+/g)].map(([word, index]) =>
    index === undefined ? word : Number(index),
  );
}

/** The span that a problem is about: its sentence begins with a place, or with a name in quotes. */
function placeOf(sentence: string, root: Node): Omit<TextProblem, 'message'> {
  const [, place, key] =
    /^(?:((?:items|environments|extractors)[\w.[\]-]*)|"([^"]+)")/.exec(sentence) ?? [];
  let path = place === undefined ? (key === undefined ? [] : [key]) : pathOf(place);
  // Something that is missing has no place: then the nearest thing around it.
  while (path.length > 0) {
    const node = nodeAt(root, path);
    if (node) {
      return spanIn(node);
    }
    path = path.slice(0, -1);
  }
  return { offset: root.offset, length: 1 };
}

/**
 * A member with its name. Of lists and objects only the beginning is marked, since they may be
 * long.
 */
function spanIn(node: Node): Omit<TextProblem, 'message'> {
  const member = node.parent?.type === 'property' ? node.parent : node;
  const isLong = node.type === 'object' || node.type === 'array';
  const name = member === node ? undefined : member.children?.[0];
  return {
    offset: member.offset,
    length: isLong ? (name?.length ?? 1) : member.length,
  };
}
