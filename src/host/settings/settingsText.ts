import {
  getNodeValue,
  parseTree,
  printParseErrorCode,
  visit,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { UserError } from '../../core/base/errors.ts';
import type { JsonEdit, JsonPath } from '../../core/json/jsonEdit.ts';
import { BracketText } from './bracketText.ts';

/**
 * The text of a settings file after some edits. Comments, the order and the form of everything that
 * no edit names stay.
 *
 * @param name what the file is called, for the errors
 * @throws UserError where the text is no JSON with comments, or an edit does not fit it
 */
export function editJson(text: string, edits: readonly JsonEdit[], name: string): string {
  return edits.reduce((current, edit) => apply(current, edit, name), text);
}

/**
 * The value at a path; `undefined` where there is none.
 *
 * @throws UserError as `editJson`
 */
export function readJson(text: string, path: JsonPath, name: string): unknown {
  const root = parse(text, name);
  const node = root && nodeAt(root, path);
  return node && (getNodeValue(node) as unknown);
}

/**
 * Where a setting is, or is to be: as one dotted name, which is usual, or as an object in an object.
 *
 * @param within the path of the object that has the settings: of a settings.json, none
 * @throws UserError as `editJson`
 */
export function pathOfSetting(
  text: string,
  within: JsonPath,
  key: readonly [section: string, name: string],
  name: string,
): JsonPath {
  const root = parse(text, name);
  const dotted = [...within, key.join('.')];
  const nested = [...within, ...key];
  return root && !nodeAt(root, dotted) && nodeAt(root, nested) ? nested : dotted;
}

function parse(text: string, name: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error) {
    const before = text.slice(0, error.offset).split(/\r\n?|\n/);
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const what = printParseErrorCode(error.error);
    throw new UserError(
      `${name} is not valid JSON (${what} at ${place}). Nothing was written: mend it first.`,
    );
  }
  if (root && root.type !== 'object') {
    throw new UserError(`${name} holds no settings: it must be an object. Nothing was written.`);
  }
  return root;
}

function apply(text: string, edit: JsonEdit, name: string): string {
  const root = parse(text, name);
  if (!root) {
    const lead = text.trim() === '' ? '' : `${text.trimEnd()}${lineBreakOf(text)}`;
    return apply(`${lead}{}${lineBreakOf(text)}`, edit, name);
  }
  switch (edit.kind) {
    case 'set':
      return set(text, root, edit.path, edit.value, name);
    case 'replace':
      return replaceAll(text, root, edit, name);
    case 'append':
      return extend(text, root, edit.path, [edit.value], name);
    case 'extend':
      return extend(text, root, edit.path, edit.values, name);
    case 'remove':
      return remove(text, root, edit.path);
    case 'move': {
      const list = nodeAt(root, edit.path);
      const count = list?.children?.length ?? 0;
      if (!list || ![edit.from, edit.to].every(at => at >= 0 && at < count)) {
        throw new UserError(`${name} has changed meanwhile. Try again.`);
      }
      const pieces = new BracketText(text, list);
      pieces.move(edit.from, edit.to);
      return replaced(text, list, pieces.toString(lineBreakOf(text)));
    }
  }
}

function set(text: string, root: Node, path: JsonPath, value: unknown, name: string): string {
  const known = nodeAt(root, path);
  if (known) {
    const body = written(value, styleOf(text), () => indentAt(text, known.offset));
    return replaced(text, known, body);
  }
  const key = path.at(-1);
  const parent = nodeAt(root, path.slice(0, -1));
  if (!parent) {
    return set(text, root, path.slice(0, -1), { [String(key)]: value }, name);
  }
  if (parent.type !== 'object' || typeof key !== 'string') {
    // Something else is where an object should be: only the whole of it can be put right.
    throw new UserError(`${name} has changed meanwhile. Try again.`);
  }
  return replaced(text, parent, appended(text, parent, [value], key));
}

function extend(
  text: string,
  root: Node,
  path: JsonPath,
  values: readonly unknown[],
  name: string,
): string {
  const list = nodeAt(root, path);
  if (values.length === 0) {
    return text;
  }
  return list?.type === 'array'
    ? replaced(text, list, appended(text, list, values))
    : set(text, root, path, values, name);
}

function replaceAll(
  text: string,
  root: Node,
  { path, values }: JsonEdit & { readonly kind: 'replace' },
  name: string,
): string {
  const holder = nodeAt(root, path);
  const style = styleOf(text);
  const changes = values.map(([place, value]) => {
    const node = holder && nodeAt(holder, place);
    if (!node) {
      throw new UserError(`${name} has changed meanwhile. Try again.`);
    }
    return { node, body: written(value, style, () => indentAt(text, node.offset)) };
  });
  const pieces: string[] = [];
  let end = 0;
  for (const { node, body } of changes.sort((a, b) => a.node.offset - b.node.offset)) {
    pieces.push(text.slice(end, node.offset), body);
    end = node.offset + node.length;
  }
  return pieces.join('') + text.slice(end);
}

function remove(text: string, root: Node, path: JsonPath): string {
  const node = nodeAt(root, path);
  const isMember = node?.parent?.type === 'property';
  const piece = isMember ? node.parent : node;
  const holder = piece?.parent;
  if (!piece || !holder) {
    return text;
  }
  const pieces = new BracketText(text, holder);
  pieces.remove(holder.children?.indexOf(piece) ?? -1);
  return replaced(text, holder, pieces.toString(lineBreakOf(text)));
}

function appended(text: string, holder: Node, values: readonly unknown[], key?: string): string {
  const style = styleOf(text);
  const { lineBreak } = style;
  const indent = indentAt(text, holder.offset);
  const inner = indent + style.unit;
  const head = key === undefined ? '' : `${JSON.stringify(key)}: `;
  const pieces = new BracketText(text, holder);
  for (const value of values) {
    pieces.append(head + written(value, style, () => inner), indent, inner, lineBreak);
  }
  return pieces.toString(lineBreak);
}

/** The node at a path. Of members with one name the last counts, as for the editor. */
function nodeAt(root: Node, path: JsonPath): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    const children: readonly Node[] = node?.children ?? [];
    if (typeof step === 'number') {
      node = node?.type === 'array' ? children[step] : undefined;
    } else {
      const members: readonly Node[] = node?.type === 'object' ? children : [];
      const member = members.findLast(({ children: pair }) => pair?.[0]?.value === step);
      node = member?.children?.[1];
    }
  }
  return node;
}

function replaced(text: string, { offset, length }: Node, by: string): string {
  return text.slice(0, offset) + by + text.slice(offset + length);
}

/** How a document is written. It is found out once for many values, since all of the text is looked at. */
interface Style {
  readonly lineBreak: string;
  /** What each level is indented by. */
  readonly unit: string;
}

function styleOf(text: string): Style {
  return { lineBreak: lineBreakOf(text), unit: indentUnit(text) };
}

/** A value as JSON whose lines begin as those around them; most values have one line only. */
function written(value: unknown, { lineBreak, unit }: Style, indent: () => string): string {
  const json = JSON.stringify(value, undefined, unit);
  return json.includes('\n') ? json.replaceAll('\n', lineBreak + indent()) : json;
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** What the first indented line is indented by; the editor's own settings have four spaces. */
function indentUnit(text: string): string {
  return /^\{?\s*[\r\n]+([ \t]+)"/m.exec(text)?.[1] ?? '    ';
}

function indentAt(text: string, offset: number): string {
  const lineStart =
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}

/** The numbers in JSON messages of `onOpen`, as they are written; also of a text with mistakes. */
export function messageNumbersIn(text: string): readonly string[] {
  const numbers: string[] = [];
  visit(text, {
    onLiteralValue: (value, offset, length, _line, _character, pathSupplier) => {
      if (typeof value === 'number' && isInMessage(pathSupplier())) {
        numbers.push(text.slice(offset, offset + length));
      }
    },
  });
  return numbers;
}

/** `…onOpen`, the place of a message, and its `json`. */
function isInMessage(path: JsonPath): boolean {
  return path.some(
    (step, index) => /(?:^|\.)onOpen$/.test(String(step)) && path[index + 2] === 'json',
  );
}
