import type { LiteralSearch } from './literalSearch.ts';
import { lowerBound } from '../base/lowerBound.ts';
import { payloadBegin, type Block } from '../record/block.ts';
import { kindOf, RowFlag, type RowKind } from '../record/record.ts';
import type { Decode } from '../filter/rowReader.ts';

/** What is known of a row. In this order `all` is the least of its parts, and `any` the greatest. */
export const Known = { No: 0, Open: 1, Yes: 2 } as const;
export type Known = (typeof Known)[keyof typeof Known];

/** After so many, it shows whether nearly all rows hold a text. */
const fewHits = 32;

const opcodes = Array.from({ length: RowFlag.OpcodeMask + 1 }, (_, opcode) => opcode);

/** Rows of a block that are searched together. Their payloads are read when they are asked for. */
export class SearchedRows {
  readonly block: Block;
  readonly begin: number;
  readonly count: number;
  readonly #decode: Decode;
  /** Where the payload of the first row begins. */
  readonly #origin: number;
  #bytes: Uint8Array | undefined;
  #text: { readonly ascii: string | undefined } | undefined;
  #opcodes = 0;

  constructor(block: Block, begin: number, end: number, decode: Decode) {
    this.block = block;
    this.begin = begin;
    this.count = end - begin;
    this.#decode = decode;
    this.#origin = payloadBegin(block, begin);
  }

  /** The payloads, one after the other. */
  get bytes(): Uint8Array {
    return (this.#bytes ??= this.block.payload.subarray(this.#origin, this.#endOf(this.count - 1)));
  }

  /** The payloads as one text if they are of ASCII, so that each row's is a part of it. */
  get ascii(): string | undefined {
    this.#text ??= { ascii: this.#readAscii() };
    return this.#text.ascii;
  }

  /** Where the payload of a row begins in `bytes`; of the row after the last, where they end. */
  beginOf(row: number): number {
    return row === 0 ? 0 : this.endOf(row - 1);
  }

  endOf(row: number): number {
    return this.#endOf(row) - this.#origin;
  }

  flagsOf(row: number): number {
    return this.block.flags[this.begin + row] ?? 0;
  }

  kindOf(row: number): RowKind {
    return kindOf(this.flagsOf(row));
  }

  timeOf(row: number): number {
    return this.block.times[this.begin + row] ?? 0;
  }

  /** Notes `known` of all rows of some kinds. */
  markKinds(kinds: readonly RowKind[], known: Known, all: Uint8Array): void {
    const wanted = opcodes.filter(opcode => kinds.includes(kindOf(opcode)));
    const mask = wanted.reduce((bits, opcode) => bits | (1 << opcode), 0);
    if ((this.#opcodesThere & mask) === 0) {
      return;
    }
    for (let row = 0; row < this.count; row++) {
      if ((mask & (1 << (this.flagsOf(row) & RowFlag.OpcodeMask))) !== 0) {
        all[row] = known;
      }
    }
  }

  /**
   * Notes of all rows that hold a text that at least `known` holds. If that is `Open`, it may do so of
   * others as well.
   */
  mark(search: LiteralSearch, known: Known, all: Uint8Array): void {
    search.begin(this.bytes);
    let row = 0;
    let hits = 0;
    for (let at = search.next(0); at >= 0; hits++) {
      row = this.#rowAt(at, row);
      // To ask the matcher of the rest as well takes no longer than to look for these.
      if (known === Known.Open && hits >= fewHits && 4 * hits > 3 * row) {
        this.#openFrom(row, all);
        return;
      }
      const end = this.endOf(row);
      if (at + search.length <= end && (all[row] ?? 0) < known) {
        all[row] = known;
      }
      // What begins in a row and goes on in the next one is nothing, and leaves no room for more.
      at = search.next(end);
    }
  }

  /** The row, not before `from`, whose payload holds the byte at `at`. */
  #rowAt(at: number, from: number): number {
    let low = from;
    let step = 1;
    while (low + step <= this.count && this.endOf(low + step - 1) <= at) {
      low += step;
      step *= 2;
    }
    const last = Math.min(this.count, low + step) - 1;
    return lowerBound(low, last, row => this.endOf(row) <= at);
  }

  #openFrom(from: number, all: Uint8Array): void {
    for (let row = from; row < this.count; row++) {
      all[row] = Math.max(all[row] ?? 0, Known.Open);
    }
  }

  /** A bit for each opcode that a row has. */
  get #opcodesThere(): number {
    if (this.#opcodes === 0) {
      for (let row = 0; row < this.count; row++) {
        this.#opcodes |= 1 << (this.flagsOf(row) & RowFlag.OpcodeMask);
      }
    }
    return this.#opcodes;
  }

  #endOf(row: number): number {
    return this.block.ends[this.begin + row] ?? 0;
  }

  #readAscii(): string | undefined {
    const text = this.#decode(this.bytes);
    // Each character comes from one byte, and none of them is no UTF-8.
    return text.length === this.bytes.length && !text.includes('\ufffd') ? text : undefined;
  }
}
