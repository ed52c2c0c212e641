import { indexJson } from '../../../json/jsonIndex.ts';
import { JsonValues } from '../../../json/jsonValues.ts';
import { maxFields } from '../../limits.ts';
import type { Field } from '../../reading.ts';
import { counted } from '../../summaryText.ts';

/** Of all paths together, in UTF-16 units: long names may be in paths very often. */
const maxPathLength = 4 * 1024 * 1024;
/** Of a value as it is shown beside its path, in bytes. */
const maxShownLength = 300;

/** Where the values of a JSON text are. @param shift what is before its first byte */
export function jsonFields(bytes: Uint8Array, shift: number): readonly Field[] {
  const index = indexJson(bytes);
  let step = index.next();
  while (!step.done) {
    step = index.next();
  }
  const { nodes } = step.value;
  if (!nodes) {
    return [];
  }
  const values = new JsonValues(nodes);
  const fields: Field[] = [];
  let pathLength = 0;
  for (let node = 0; node < nodes.count && fields.length < maxFields; node++) {
    const path = values.path(node);
    pathLength += path.length;
    if (pathLength > maxPathLength) {
      break;
    }
    const begin = values.valueBegin(node);
    const end = values.valueEnd(node);
    fields.push([path, begin + shift, end + shift, values.kind(node), shown(values, node)]);
  }
  return fields;
}

function shown(values: JsonValues, node: number): string {
  if (!values.isContainer(node)) {
    return values.value(node, maxShownLength).text;
  }
  const count = values.nodes.childCount(node);
  return values.kind(node) === 'array'
    ? counted(count, 'item', 'items')
    : counted(count, 'member', 'members');
}
