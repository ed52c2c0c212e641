import {
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import type { JsonEdit, JsonPath } from '../../core/json/jsonEdit.ts';
import { BracketText } from './bracketText.ts';

/**
 * The text of a JSON file with comments after some edits. Comments, the order and the format of
 * everything else are kept.
 *
 * @param name the name of the file, for the errors
 * @throws UserError if the text is not valid JSON with comments, or does not have what an edit changes
 */
export function editJson(text: string, edits: readonly JsonEdit[], name: string): string {
  return edits.reduce((current, edit) => apply(current, edit, name), text);
}

/**
 * The value at a path; `undefined` if there is none.
 *
 * @throws UserError as `editJson`
 */
export function valueInJsonText(text: string, path: JsonPath, name: string): unknown {
  const root = parseObject(text, name);
  const node = root && nodeAt(root, path);
  return node && (getNodeValue(node) as unknown);
}

/** @throws UserError as `editJson` */
export function parseObject(text: string, name: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error) {
    const before = text.slice(0, error.offset).split(/\r\n?|\n/);
    throw new UserError(
      l10n.t(
        '{0} is not valid JSON ({1} at line {2}, column {3}). Nothing was written. Fix the file and try again.',
        name,
        printParseErrorCode(error.error),
        before.length,
        (before.at(-1)?.length ?? 0) + 1,
      ),
    );
  }
  if (root && root.type !== 'object') {
    throw new UserError(l10n.t('{0} must contain a JSON object. Nothing was written.', name));
  }
  return root;
}

/** The file no longer has what is to be changed. */
export function fileChanged(name: string): UserError {
  return new UserError(l10n.t('{0} has changed in the meantime. Try again.', name));
}

function apply(text: string, edit: JsonEdit, name: string): string {
  const root = parseObject(text, name);
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
        throw fileChanged(name);
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
    // The parent is not an object, so the value cannot be added to it.
    throw fileChanged(name);
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
      throw fileChanged(name);
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

/** The node at a path. Of members with the same name the last one counts, as for the editor. */
export function nodeAt(root: Node, path: JsonPath): Node | undefined {
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

/** The format of a document. It is determined once for many values, because that reads the whole text. */
interface Style {
  readonly lineBreak: string;
  /** The indent of each level. */
  readonly unit: string;
}

function styleOf(text: string): Style {
  return { lineBreak: lineBreakOf(text), unit: indentUnit(text) };
}

/** A value as JSON, indented like the lines around it; most values have one line only. */
function written(value: unknown, { lineBreak, unit }: Style, indent: () => string): string {
  const json = JSON.stringify(value, undefined, unit);
  return json.includes('\n') ? json.replaceAll('\n', lineBreak + indent()) : json;
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/** The indent of the first indented line; the editor's own settings have four spaces. */
function indentUnit(text: string): string {
  return /^\{?\s*[\r\n]+([ \t]+)"/m.exec(text)?.[1] ?? '    ';
}

/** The white space at the beginning of the line of an offset. */
export function indentAt(text: string, offset: number): string {
  const lineStart =
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? '';
}
