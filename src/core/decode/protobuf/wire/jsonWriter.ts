/** A text as it is, or a node that is written in its place. */
export type Piece = string | number;

/**
 * Writes a tree as JSON, without recursion.
 *
 * @param piecesOf what a node is written as
 * @param maxLength characters after which the rest is left out
 */
export function writeJson(
  root: Piece,
  piecesOf: (node: number) => readonly Piece[],
  maxLength = Infinity,
): string {
  const written: string[] = [];
  let length = 0;
  const open: Piece[] = [root];
  while (length < maxLength) {
    const piece = open.pop();
    if (piece === undefined) {
      break;
    }
    if (typeof piece === 'string') {
      written.push(piece);
      length += piece.length;
      continue;
    }
    const pieces = piecesOf(piece);
    for (let index = pieces.length - 1; index >= 0; index--) {
      open.push(pieces[index] ?? '');
    }
  }
  return written.join('');
}

/** The members of a JSON object. */
export function objectPieces(
  members: Iterable<readonly [name: string, value: readonly Piece[]]>,
): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const [name, value] of members) {
    pieces.push(`${pieces.length > 0 ? ',' : '{'}${JSON.stringify(name)}:`);
    // Not by a spread: lists of one field may be longer than the arguments of a call.
    for (const each of value) {
      pieces.push(each);
    }
  }
  pieces.push(pieces.length > 0 ? '}' : '{}');
  return pieces;
}

export function arrayPieces(items: readonly Piece[]): readonly Piece[] {
  const pieces: Piece[] = ['['];
  for (const [index, item] of items.entries()) {
    if (index > 0) {
      pieces.push(',');
    }
    pieces.push(item);
  }
  pieces.push(']');
  return pieces;
}
