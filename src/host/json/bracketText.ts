import type { Node } from 'jsonc-parser';

/** An item of a list or a member of an object, with its comments. */
interface Piece {
  /** The comments before it, and the white space after them. */
  readonly lead: string;
  readonly body: string;
  /** The comments after it on its line. */
  readonly trail: string;
}

const trivia = /\/\/[^\r\n]*|\/\*[\s\S]*?\*\/|,|\r\n?|\n|[^\S\r\n]+/g;
const isComment = (token: string) => token.startsWith('/');
const isBreak = (token: string) => /^[\r\n]/.test(token);

/**
 * The text between the brackets of a JSON list or object, as pieces that can be added, removed and
 * moved. Each comment stays with its piece, and the white space between the pieces stays in place.
 */
export class BracketText {
  readonly #open: string;
  readonly #close: string;
  readonly #pieces: Piece[] = [];
  /** The white space before each piece. */
  readonly #gaps: string[] = [];
  /** The text before the closing bracket. */
  #tail: string;
  #endsWithComma = false;

  constructor(text: string, node: Node) {
    const children = node.children ?? [];
    const end = node.offset + node.length - 1;
    this.#open = text.charAt(node.offset);
    this.#close = text.charAt(end);
    let rest = text.slice(node.offset + 1, children[0]?.offset ?? end);
    for (const [index, child] of children.entries()) {
      const [gap, lead] = split(rest);
      const bodyEnd = child.offset + child.length;
      const next = children[index + 1];
      const after = afterPiece(text.slice(bodyEnd, next?.offset ?? end), next === undefined);
      this.#gaps.push(gap);
      this.#pieces.push({
        lead,
        trail: after.trail,
        body: text.slice(child.offset, bodyEnd),
      });
      this.#endsWithComma = after.hasComma;
      rest = after.rest;
    }
    this.#tail = rest;
  }

  remove(index: number): void {
    this.#pieces.splice(index, 1);
    // The first gap may differ from the others, as in `[a, b]`.
    this.#gaps.splice(Math.max(index, 1), 1);
    if (this.#pieces.length === 0) {
      this.#gaps.length = 0;
      this.#tail = this.#tail.trim() === '' ? '' : this.#tail;
    }
  }

  move(from: number, to: number): void {
    this.#pieces.splice(to, 0, ...this.#pieces.splice(from, 1));
  }

  /**
   * @param indent the indent of the line of the opening bracket
   * @param lineBreak the document's
   */
  append(body: string, indent: string, innerIndent: string, lineBreak: string): void {
    const last = this.#gaps.at(-1);
    const isOneLine = last !== undefined && !/[\r\n]/.test(last) && !body.includes(lineBreak);
    this.#gaps.push(isOneLine ? ' ' : lineBreak + innerIndent);
    this.#pieces.push({ lead: '', body, trail: '' });
    if (this.#pieces.length === 1 && this.#tail.trim() !== '') {
      // Comments in an empty list stay before the new piece.
      this.#gaps[0] = this.#tail.trimEnd() + (this.#gaps[0] ?? '');
      this.#tail = '';
    }
    if (!isOneLine && !/[\r\n]/.test(this.#tail)) {
      this.#tail = this.#tail.trimEnd() + lineBreak + indent;
    }
  }

  toString(lineBreak: string): string {
    let text = this.#open;
    for (const [index, { lead, body, trail }] of this.#pieces.entries()) {
      const isLast = index === this.#pieces.length - 1;
      const comma = !isLast || this.#endsWithComma ? ',' : '';
      const next = isLast ? this.#tail : (this.#gaps[index + 1] ?? '');
      const isOpenEnded = trail.includes('//') && !/^[^\S\r\n]*[\r\n]/.test(next);
      text += `${this.#gaps[index] ?? ''}${lead}${body}${comma}${trail && ` ${trail}`}`;
      text += isOpenEnded ? lineBreak : '';
    }
    return text + this.#tail + this.#close;
  }
}

/** Leading white space, and the rest. */
function split(text: string): readonly [gap: string, lead: string] {
  const lead = text.trimStart();
  return [text.slice(0, text.length - lead.length), lead];
}

/** The part of the text between two pieces that belongs to the first one. */
function afterPiece(between: string, isLast: boolean) {
  const tokens: readonly string[] = between.match(trivia) ?? [];
  const comma = tokens.indexOf(',');
  const before = comma < 0 ? [] : tokens.slice(0, comma).filter(isComment);
  const after = tokens.slice(comma + 1);
  const lineEnd = after.findIndex(isBreak);
  // In `{…}, /* next */ {…}` the comment belongs to the next piece.
  const ownEnd = lineEnd < 0 && isLast ? after.findLastIndex(isComment) + 1 : lineEnd;
  const ownLine = after.slice(0, Math.max(ownEnd, 0));
  return {
    trail: [...before, ...ownLine.filter(isComment)].join(' '),
    hasComma: comma >= 0,
    rest: after.slice(ownLine.length).join(''),
  };
}
