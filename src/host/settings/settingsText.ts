import { getNodeValue, parseTree, visit, type Node } from 'jsonc-parser';
import { isObject, isSameJson } from '../../core/json/json.ts';
import type { JsonPath } from '../../core/json/jsonEdit.ts';
import { settingsSection } from '../../core/settings/settingsTable.ts';
import { nodeAt, parseObject } from '../json/jsonText.ts';

/**
 * Where a setting is, or is to be written: under one name with a dot, which is usual, or in an object.
 *
 * @param within the path of the object that has the settings; empty in a settings.json
 * @throws UserError as `editJson`
 */
export function pathOfSetting(
  text: string,
  within: JsonPath,
  key: readonly [section: string, name: string],
  name: string,
): JsonPath {
  const root = parseObject(text, name);
  const dotted = [...within, key.join('.')];
  const nested = [...within, ...key];
  return root && !nodeAt(root, dotted) && nodeAt(root, nested) ? nested : dotted;
}

/** A connection in a settings file, or one of its settings. */
export interface ConnectionPlace {
  /** Absent for one that is not in the file yet. */
  readonly entry?: object | undefined;
  /** The name that it goes by; an entry without one goes by its URL. */
  readonly name?: string | undefined;
  /** The key of a setting, such as `reconnect.rules`. */
  readonly key?: string | undefined;
}

/**
 * The part of a text that is nearest to a place: the setting of the connection, the connection, the
 * list of all, or the end of the file. Never fails, as the text may be in the middle of a change.
 *
 * @param within as in `pathOfSetting`
 */
export function placeOfConnection(
  text: string,
  within: JsonPath,
  { entry, name, key }: ConnectionPlace,
): { readonly offset: number; readonly length: number } {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const settingNode = (setting: string) =>
    root &&
    (nodeAt(root, [...within, `${settingsSection}.${setting}`]) ??
      nodeAt(root, [...within, settingsSection, setting]));
  const list = settingNode('connections');
  const found = entry && list && itemOf(list, entry, name);
  if (found) {
    return key === undefined ? found : (memberOf(found, key) ?? found);
  }
  const single = settingNode('url');
  if (single && entry && isObject(entry) && entry['url'] === getNodeValue(single)) {
    return single.parent ?? single;
  }
  if (list) {
    const last = list.children?.at(-1);
    return last ? { offset: last.offset + last.length, length: 0 } : inside(list);
  }
  const holder = root && nodeAt(root, within);
  return holder?.type === 'object' ? inside(holder) : { offset: text.length, length: 0 };
}

/** The place before the closing bracket. */
function inside({ offset, length, children = [] }: Node) {
  const last = children.at(-1);
  return { offset: last ? last.offset + last.length : offset + Math.max(length - 1, 0), length: 0 };
}

/** The item that is that entry, or has its name. */
function itemOf(list: Node, entry: object, name: string | undefined): Node | undefined {
  const items = list.children ?? [];
  const valueOf = (node: Node): unknown => getNodeValue(node);
  return (
    items.find(node => isSameJson(valueOf(node), entry)) ??
    items.find(node => {
      const value = valueOf(node);
      return isObject(value) && name !== undefined && value['name'] === name;
    })
  );
}

/** The member of a connection that sets a key, with its name; also the group that would have it. */
function memberOf(entry: Node, key: string): Node | undefined {
  const [group = ''] = key.split('.');
  const node =
    nodeAt(entry, [key]) ?? nodeAt(entry, key.split('.')) ?? nodeAt(entry, [group]) ?? undefined;
  return node?.parent?.type === 'property' ? node.parent : node;
}

/** The numbers in JSON messages of `onOpen`, as they are written; also of invalid JSON. */
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

/** Whether a path leads through `…onOpen`, the index of a message, and its `json`. */
function isInMessage(path: JsonPath): boolean {
  return path.some(
    (step, index) => /(?:^|\.)onOpen$/.test(String(step)) && path[index + 2] === 'json',
  );
}
