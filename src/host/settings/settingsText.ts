import { visit } from 'jsonc-parser';
import type { JsonPath } from '../../core/json/jsonEdit.ts';
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
