import { arrayPieces, objectPieces, type Piece } from '../wire/jsonWriter.ts';
import { byteView, defaultJson, numberJson } from '../wire/scalars.ts';
import type { TypedTree } from './typedTree.ts';
import { wrappers } from './wellKnownTypes.ts';

/** Seconds of the years 1 to 9999, and of 10,000 years. */
const minTimestamp = -62_135_596_800;
const maxTimestamp = 253_402_300_799;
const maxDuration = 315_576_000_000;

/** Writes other messages. */
interface TypedText {
  readonly tree: TypedTree;
  textOf(node: number): string;
  mapPieces(nodes: readonly number[]): readonly Piece[];
  membersOf(node: number): readonly (readonly [name: string, value: readonly Piece[]])[];
}

const anyType = 'google.protobuf.Any';

/**
 * A message of a type of `google.protobuf` that has a JSON form of its own.
 *
 * @returns `undefined` if it has none, or holds what that form has no place for
 */
export function wellKnownPieces(text: TypedText, node: number): readonly Piece[] | undefined {
  return text.tree.typeOf(node)?.name === anyType ? anyPieces(text, node) : plainPieces(text, node);
}

function plainPieces(text: TypedText, node: number): readonly Piece[] | undefined {
  const { tree } = text;
  const type = tree.typeOf(node);
  if (!type?.name.startsWith('google.protobuf.') || hasStrange(text, node)) {
    return undefined;
  }
  const wrapped = wrappers.get(type.name);
  if (wrapped !== undefined) {
    const value = tree.lastOf(node, 1);
    return [value ?? defaultJson({ name: 'value', type: wrapped })];
  }
  switch (type.name) {
    case 'google.protobuf.Timestamp':
      return timestampPieces(secondsAndNanos(text, node));
    case 'google.protobuf.Duration':
      return durationPieces(secondsAndNanos(text, node));
    case 'google.protobuf.FieldMask':
      return [
        JSON.stringify(
          childrenOf(text, node)
            .map(each => text.textOf(each))
            .join(','),
        ),
      ];
    case 'google.protobuf.Struct':
      return text.mapPieces(childrenOf(text, node));
    case 'google.protobuf.ListValue':
      return arrayPieces(childrenOf(text, node));
    case 'google.protobuf.Value': {
      const value = childrenOf(text, node).at(-1);
      return [value === undefined || tree.numberOf(value) === 1 ? 'null' : value];
    }
    default:
      return undefined;
  }
}

/** With the members of the message that it carries, where the schema has its type. */
function anyPieces(text: TypedText, node: number): readonly Piece[] | undefined {
  const { tree } = text;
  const url = tree.lastOf(node, 1);
  const body = tree.lastOf(node, 2);
  const isReadable =
    body !== undefined &&
    url !== undefined &&
    tree.kindOf(url) === 'value' &&
    tree.kindOf(body) === 'message';
  if (!isReadable || hasStrange(text, node)) {
    return undefined;
  }
  const name = ['@type', [JSON.stringify(text.textOf(url))]] as const;
  const hasOwnForm = tree.typeOf(body)?.name === anyType || plainPieces(text, body) !== undefined;
  return objectPieces([
    name,
    ...(hasOwnForm ? ([['value', [body]]] as const) : text.membersOf(body)),
  ]);
}

function childrenOf({ tree }: TypedText, node: number): readonly number[] {
  const children: number[] = [];
  const behind = tree.behind(node);
  for (let child = node + 1; child < behind; child = tree.behind(child)) {
    children.push(child);
  }
  return children;
}

function hasStrange(text: TypedText, node: number): boolean {
  return childrenOf(text, node).some(child =>
    ['unknown', 'mismatch'].includes(text.tree.kindOf(child)),
  );
}

interface Seconds {
  readonly seconds: number;
  readonly nanos: number;
}

function secondsAndNanos({ tree }: TypedText, node: number): Seconds {
  const data = byteView(tree.bytes);
  const numberOf = (field: number, type: 'int64' | 'int32') => {
    const child = tree.lastOf(node, field);
    return child === undefined ? 0 : Number(numberJson(data, type, tree.beginOf(child)));
  };
  return { seconds: numberOf(1, 'int64'), nanos: numberOf(2, 'int32') };
}

function timestampPieces({ seconds, nanos }: Seconds): readonly Piece[] | undefined {
  if (seconds < minTimestamp || seconds > maxTimestamp || nanos < 0 || nanos > 999_999_999) {
    return undefined;
  }
  const date = new Date(seconds * 1000).toISOString().slice(0, 19);
  return [`"${date}${fraction(nanos)}Z"`];
}

function durationPieces({ seconds, nanos }: Seconds): readonly Piece[] | undefined {
  const isFine =
    Math.abs(seconds) <= maxDuration &&
    Math.abs(nanos) <= 999_999_999 &&
    (seconds === 0 || nanos === 0 || seconds < 0 === nanos < 0);
  if (!isFine) {
    return undefined;
  }
  const sign = seconds < 0 || nanos < 0 ? '-' : '';
  return [`"${sign}${Math.abs(seconds)}${fraction(Math.abs(nanos))}s"`];
}

/** None, or 3, 6 or 9 digits. */
function fraction(nanos: number): string {
  if (nanos === 0) {
    return '';
  }
  const digits = String(nanos).padStart(9, '0');
  const length = digits.endsWith('000000') ? 3 : digits.endsWith('000') ? 6 : 9;
  return `.${digits.slice(0, length)}`;
}
