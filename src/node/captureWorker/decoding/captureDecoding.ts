import type { CaptureStore } from '../../../core/capture/captureStore.ts';
import type { PayloadPart } from '../../../core/capture/capture.ts';
import type { CallTable, FollowedRows } from '../../../core/decode/callTable.ts';
import type { DecodeRule } from '../../../core/decode/decodeRule.ts';
import { recordsIn } from '../../../core/capture/captureStore.ts';
import { DecodePass, type PassMark } from '../../../core/decode/pass/decodePass.ts';
import { eventLatencies } from '../../../core/decode/pass/eventLatencies.ts';
import {
  exportedMessage,
  type ExportedMessage,
} from '../../../core/decode/pass/exportedMessage.ts';
import { openedMessage } from '../../../core/decode/pass/openedMessage.ts';
import { decodedRowOf, rowDecodingOf } from '../../../core/decode/pass/rowFacts.ts';
import type { ChooseDecoders } from '../../../core/decode/pass/sessionChoice.ts';
import type {
  DecodedMessage,
  RowDecoding,
  SessionDecoding,
} from '../../../core/decode/rowDecoding.ts';
import {
  CaptureScripts,
  type CaptureScriptsOptions,
} from '../../../core/decode/script/sessionScripts.ts';
import type { DecodedRow } from '../../../core/filter/decodedRow.ts';
import type { EventLatencies } from '../../../core/metrics/eventLatencies.ts';
import type { StoredRecord } from '../../../core/record/block.ts';

/** What the worker has of all decoders. */
export interface DecoderSet {
  /** How sessions are decoded by these rules and, where none fits, by what they look like. */
  choose(rules: readonly DecodeRule[]): ChooseDecoders;
  /** @param own of a decoder that is not among all of them */
  titleOf(name: string, own: string): string;
  /** The names of those that read a message to its end, the surest first. */
  readersOf(record: StoredRecord): readonly string[];
}

/** Rows of one capture that are read again and again, as those on the screen are. */
const maxKept = 4096;

/** The decoding of one capture, as long as a view wants it. */
export class CaptureDecoding {
  readonly #store: CaptureStore;
  readonly #set: DecoderSet;
  readonly #url: string;
  readonly #scripts: CaptureScriptsOptions;
  #rules: readonly DecodeRule[];
  #pass: DecodePass;
  #restarts = 0;
  readonly #kept = new Map<number, RowDecoding | undefined>();
  #keptVersion = -1;

  constructor(
    store: CaptureStore,
    url: string,
    rules: readonly DecodeRule[],
    set: DecoderSet,
    scripts: CaptureScriptsOptions,
  ) {
    this.#store = store;
    this.#scripts = scripts;
    this.#url = url;
    this.#rules = rules;
    this.#set = set;
    this.#pass = this.#begin();
  }

  /** Grows whenever a row that was read before may say more now. */
  get version(): number {
    return this.#restarts * restartVersions + this.#pass.version;
  }

  /** Changes when all is read again: what was said of rows before does not count any more. */
  get restarts(): number {
    return this.#restarts;
  }

  /** Changes when calls that were told of may not be the same any more. */
  get epoch(): number {
    return this.#restarts * restartVersions + this.#pass.rereads;
  }

  /** From here on, rows may be read again otherwise. */
  get unsettledFrom(): number {
    return this.#pass.unsettledFrom;
  }

  /** Whether later rows may change what is said of the row. */
  mayChange(seq: number, follows: FollowedRows): boolean {
    return seq >= this.unsettledFrom || (follows.calls && this.#pass.calls.isOpen(seq));
  }

  get mark(): PassMark {
    return this.#pass.mark;
  }

  /** See `DecodePass.changedRows`. @param mark of this time, not before the last restart */
  changedRows(mark: PassMark, end: number, follows: FollowedRows): ReadonlySet<number> | undefined {
    return this.#pass.changedRows(mark, end, follows);
  }

  get calls(): CallTable {
    return this.#pass.calls;
  }

  get isCaughtUp(): boolean {
    return this.#pass.isCaughtUp;
  }

  /** There is nothing to do before users' decoders have answered, or before there are other rules. */
  get isWaiting(): boolean {
    return this.#pass.isWaiting;
  }

  /** Rows below it can be read. */
  get cursor(): number {
    return this.#pass.cursor;
  }

  get newest(): SessionDecoding | undefined {
    return this.#pass.newest?.decoding;
  }

  /** Goes on until `deadline`, which is of `performance.now`. @returns whether something is left to do now */
  work(deadline: number): boolean {
    return this.#pass.work(deadline);
  }

  setRules(rules: readonly DecodeRule[]): void {
    if (JSON.stringify(rules) !== JSON.stringify(this.#rules)) {
      this.#rules = rules;
      this.restart();
    }
  }

  /** All rows that were there are gone. */
  cleared(): void {
    this.#pass.cleared();
  }

  /** Rows are back that were gone, or the rules are others. */
  restart(): void {
    this.#restarts++;
    this.#pass.close();
    this.#pass = this.#begin();
  }

  /** It is not wanted any more. */
  close(): void {
    this.#pass.close();
  }

  /** The first row from `from` on, up to `to`, that decoders may read; `to` if there is none. */
  firstDecoded(from: number, to: number): number {
    return this.#pass.firstDecoded(from, to);
  }

  endOfSession(from: number, to: number): number {
    return this.#pass.endOfSession(from, to);
  }

  /** For the list; `waiting` if the pass has not come to the row. */
  row(record: StoredRecord): RowDecoding | 'waiting' | undefined {
    const { seq } = record;
    if (seq >= this.#pass.cursor) {
      return 'waiting';
    }
    if (this.#keptVersion !== this.version || this.#kept.size >= maxKept) {
      this.#kept.clear();
      this.#keptVersion = this.version;
    }
    if (!this.#kept.has(seq)) {
      const read = this.#pass.read(record);
      this.#kept.set(seq, read && rowDecodingOf(read, record.flags));
    }
    return this.#kept.get(seq);
  }

  /** For conditions. */
  decodedRow(record: StoredRecord): DecodedRow | undefined {
    const read = this.#pass.read(record);
    return read && decodedRowOf(read);
  }

  /** For exports. @param copy the same row; that its payload stays as it is matters only if decoders read it */
  exportedMessage(record: StoredRecord, copy: () => StoredRecord): ExportedMessage | undefined {
    const { seq } = record;
    if (this.#pass.firstDecoded(seq, seq + 1) > seq) {
      return undefined;
    }
    const read = this.#pass.read(copy());
    return read && exportedMessage(read);
  }

  message(seq: number): DecodedMessage | undefined {
    const read = this.#read(seq);
    return read && openedMessage(read, (name, own) => this.#set.titleOf(name, own));
  }

  layer(seq: number, layer: number, from: number, length: number): PayloadPart | undefined {
    const layers = this.#read(seq)?.chain.layers ?? [];
    const left = layer === layers.length ? layers.at(-1)?.reading.next : undefined;
    const bytes = (layers[layer]?.layer ?? left)?.bytes;
    return bytes && { bytes: bytes.slice(from, from + length), byteLength: bytes.length };
  }

  readers(seq: number): readonly string[] {
    const [record] = recordsIn(this.#store, seq, seq + 1);
    return record ? this.#set.readersOf(record) : [];
  }

  latencies(): readonly EventLatencies[] {
    return eventLatencies(this.#pass.calls);
  }

  #read(seq: number) {
    const [record] = recordsIn(this.#store, seq, seq + 1);
    return record && this.#pass.read({ ...record, payload: new Uint8Array(record.payload) }, true);
  }

  #begin(): DecodePass {
    return new DecodePass({
      store: this.#store,
      url: this.#url,
      choose: this.#set.choose(this.#rules),
      now: () => performance.now(),
      scripts: new CaptureScripts(this.#scripts),
    });
  }
}

/** More than one pass can have. */
const restartVersions = 2 ** 40;
