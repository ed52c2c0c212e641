import { maxCarriedLength } from '../limits.ts';

/** What a frame that is not whole waits for: so many bytes from its first, or bytes that are its end or a reason to look again. */
export type FrameEnd = number | 'anything' | 'line feed' | 'blank line' | 'NUL';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** The beginning of a frame, as it came in several messages: the latest piece, and those before. */
class Pieces {
  readonly length: number;
  readonly #bytes: Uint8Array;
  readonly #seq: number;
  readonly #before: Pieces | undefined;

  constructor(bytes: Uint8Array, seq: number, before: Pieces | undefined) {
    this.#bytes = bytes.slice();
    this.#seq = seq;
    this.#before = before;
    this.length = bytes.length + (before?.length ?? 0);
  }

  /** All of the bytes with those that follow, and the messages that the former came with. */
  joined(own: Uint8Array): { readonly bytes: Uint8Array; readonly seqs: readonly number[] } {
    const bytes = new Uint8Array(this.length + own.length);
    bytes.set(own, this.length);
    const seqs: number[] = [];
    for (let each = this as Pieces | undefined; each; each = each.#before) {
      bytes.set(each.#bytes, each.length - each.#bytes.length);
      if (seqs.at(-1) !== each.#seq) {
        seqs.push(each.#seq);
      }
    }
    return { bytes, seqs: seqs.reverse() };
  }

  /** The last byte, or the one before it. */
  fromEnd(distance: 1 | 2): number | undefined {
    const here = this.#bytes.at(-distance);
    return here ?? this.#before?.fromEnd(distance === 2 && this.#bytes.length === 1 ? 1 : distance);
  }
}

/** What messages have left of a frame that did not end in them. */
export type Rest =
  | {
      readonly kind: 'collected';
      readonly pieces: Pieces | undefined;
      readonly until: FrameEnd;
      readonly limit: number;
      readonly type: string | undefined;
    }
  /** It is too long to be kept; `left` is how many bytes of it are still to come, or what ends it. */
  | { readonly kind: 'skipped'; readonly left: number | 'NUL'; readonly type: string | undefined };

/** Whether the bytes that follow end the wait. */
export function hasEnd(rest: Rest, own: Uint8Array): boolean {
  if (rest.kind === 'skipped') {
    return rest.left === 'NUL' ? own.includes(0) : own.length >= rest.left;
  }
  const { pieces, until, limit } = rest;
  const length = (pieces?.length ?? 0) + own.length;
  if (typeof until === 'number') {
    return length >= until;
  }
  if (length > limit) {
    return true;
  }
  switch (until) {
    case 'anything':
      return true;
    case 'line feed':
      return own.includes(lineFeed);
    case 'NUL':
      return own.includes(0);
    case 'blank line':
      return hasBlankLine(pieces?.fromEnd(2), pieces?.fromEnd(1), own);
  }
}

function hasBlankLine(
  secondLast: number | undefined,
  last: number | undefined,
  own: Uint8Array,
): boolean {
  for (let at = own.indexOf(lineFeed); at >= 0; at = own.indexOf(lineFeed, at + 1)) {
    const before = own[at - 1] ?? last;
    const beforeThat = at >= 2 ? own[at - 2] : at === 1 ? last : secondLast;
    if (before === lineFeed || (before === carriageReturn && beforeThat === lineFeed)) {
      return true;
    }
  }
  return false;
}

/** What is left with one piece more; `undefined` if that can neither be kept nor passed over. */
export function withPiece(rest: Rest, own: Uint8Array, seq: number): Rest | undefined {
  if (rest.kind === 'skipped') {
    return rest.left === 'NUL' ? rest : { ...rest, left: rest.left - own.length };
  }
  const { until, type, limit, pieces } = rest;
  const length = (pieces?.length ?? 0) + own.length;
  if (typeof until === 'number' && until > maxCarriedLength) {
    return { kind: 'skipped', left: until - length, type };
  }
  if (length > limit) {
    return until === 'NUL' ? { kind: 'skipped', left: until, type } : undefined;
  }
  return own.length === 0 ? rest : { ...rest, pieces: new Pieces(own, seq, pieces) };
}
