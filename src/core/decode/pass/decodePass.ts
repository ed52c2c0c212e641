import { ChangeLog } from '../../base/changeLog.ts';
import { lowerBound } from '../../base/lowerBound.ts';
import type { CaptureStore } from '../../capture/captureStore.ts';
import { recordsIn } from '../../capture/captureStore.ts';
import { ViewMatcher } from '../../capture/viewMatcher.ts';
import {
  byteLengthOfRow,
  payloadOfRow,
  type Block,
  type StoredRecord,
} from '../../record/block.ts';
import { directionOf, isMessage, isTextual, kindOf, RowFlag } from '../../record/record.ts';
import { CallTable, type CallMark, type FollowedRows } from '../callTable.ts';
import type { ChainReading, Message } from '../chain.ts';
import { knownReading, type KnownReading } from '../knownReading.ts';
import type { CaptureScripts } from '../script/sessionScripts.ts';
import { DecodedSession } from './decodedSession.ts';
import type { ChooseDecoders } from './sessionChoice.ts';
import { sessionChangeOf } from './sessionFacts.ts';

/** Longer messages are decoded only where somebody opens them. */
const maxPassLength = 4 * 1024 * 1024;

/** Rows that are looked through for a state row at once. */
const idleStep = 65_536;

/** Rows between two looks at the clock, if they are short, and the most bytes. */
const rowsPerLook = 16;
const bytesPerLook = 16 * 1024;

/** How far the pass looks ahead for what scripts are to be asked, in rows and milliseconds. */
const maxRowsAhead = 4096;
const maxTimeAhead = 2;
const rowsPerLookAhead = 16;

/** A row with what decoders say of it. */
export interface DecodedReading {
  readonly known: KnownReading;
  readonly chain: ChainReading;
  readonly session: DecodedSession;
  /** Whether it belongs to the conversation, or one of those, that another row is a part of. */
  readonly isWith: (row: number) => boolean;
}

/** How much a pass knew of rows that it had read, see `DecodePass.changedRows`. */
export interface PassMark extends CallMark {
  readonly rereads: number;
}

export interface DecodePassOptions {
  readonly store: CaptureStore;
  readonly choose: ChooseDecoders;
  /** Of the capture: for messages whose handshake is not in it. */
  readonly url: string;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** Absent: scripts pass all messages by. */
  readonly scripts?: CaptureScripts;
}

/**
 * Goes once through the rows of a capture, in their order, and finds out where sessions begin, how each is
 * decoded, and which messages belong together. All of it is derived: it can be thrown away and made again.
 */
export class DecodePass {
  readonly #options: DecodePassOptions;
  #table = new CallTable();
  readonly #sessions: DecodedSession[] = [];
  /** The one that messages are of now. */
  #current: DecodedSession | undefined;
  /** Only flags are asked for, so it decodes nothing. */
  readonly #states = new ViewMatcher({ condition: { is: 'kind', kinds: ['state'] } }, () => '');
  #cursor = 0;
  /** Where sessions begin that were read again. */
  readonly #rereads = new ChangeLog();
  /** The message that was shown to its session and then had to wait. */
  #waited = -1;

  constructor(options: DecodePassOptions) {
    this.#options = options;
    this.#cursor = options.store.extent.first;
  }

  get calls(): CallTable {
    return this.#table;
  }

  /** Rows below it were looked at. */
  get cursor(): number {
    return Math.min(this.#cursor, this.#options.store.extent.next);
  }

  get isCaughtUp(): boolean {
    return this.#cursor >= this.#options.store.extent.next;
  }

  /** There is nothing to do before scripts have answered, or before there are other rules. */
  get isWaiting(): boolean {
    return this.#current?.isWaiting === true;
  }

  /** Changes whenever a row that was read before may say more now. */
  get version(): number {
    return this.#rereads.end + this.#table.version;
  }

  /** Changes when a session is read again from its beginning, so that its calls are others. */
  get rereads(): number {
    return this.#rereads.end;
  }

  /** From here on, rows may be read again otherwise. */
  get unsettledFrom(): number {
    const current = this.#current;
    return current && !current.isSettled ? current.begin : Infinity;
  }

  /** To be given to `changedRows` later. */
  get mark(): PassMark {
    return { ...this.#table.mark, rereads: this.#rereads.end };
  }

  /**
   * The rows below `end` that may be read otherwise since.
   *
   * @returns `undefined` if they are too many to be known
   */
  changedRows(mark: PassMark, end: number, follows: FollowedRows): ReadonlySet<number> | undefined {
    const begins = this.#rereads.since(mark.rereads);
    const changed = this.#table.changedRows(mark, follows);
    if (!begins || !changed) {
      return undefined;
    }
    const rows = new Set(changed);
    for (let seq = Math.min(...begins); seq < end; seq++) {
      rows.add(seq);
    }
    return rows;
  }

  /** The newest session. */
  get newest(): DecodedSession | undefined {
    return this.#sessions.at(-1);
  }

  /**
   * Goes on until `deadline`, of the clock of its options, or until it has to wait.
   *
   * @returns whether something is left to do now
   */
  work(deadline: number): boolean {
    const { store, now } = this.#options;
    while (!this.isCaughtUp && !this.isWaiting && now() < deadline) {
      const { first, next } = store.extent;
      this.#dropBelow(first);
      this.#cursor = Math.max(this.#cursor, first, store.skipTo(this.#cursor));
      const from = this.#isIdle ? this.#nextState(this.#cursor, next) : this.#cursor;
      if (from > this.#cursor) {
        this.#cursor = from;
        continue;
      }
      if (!this.#go(from, next, deadline)) {
        // What a damaged file does not give is passed by.
        this.#cursor = next;
      }
    }
    return !this.isCaughtUp && !this.isWaiting;
  }

  /** All rows that were there are gone; nobody is to wait for what scripts say of them. */
  cleared(): void {
    this.#current?.breakOff();
  }

  /** It is not wanted any more. */
  close(): void {
    this.#sessions.forEach(session => session.close());
  }

  /** The first row from `from` on, up to `to`, that decoders may read; `to` if there is none. */
  firstDecoded(from: number, to: number): number {
    for (let index = this.#indexAt(from); index < this.#sessions.length; index++) {
      const session = this.#sessions[index];
      if (session && session.begin >= to) {
        break;
      }
      if (session?.isDecoded && session.end > from) {
        return Math.max(from, session.begin);
      }
    }
    return to;
  }

  /** Where the rows end, from `from` on and up to `to`, that are of the session that `from` is of. */
  endOfSession(from: number, to: number): number {
    const end = this.#sessions[this.#indexAt(from)]?.end ?? to;
    return end > from ? Math.min(end, to) : to;
  }

  /**
   * What decoders say of a row that the pass has come to; `undefined` if no decoder reads it.
   *
   * @param isOpen somebody has opened the row: it is read however long it is
   */
  read(record: StoredRecord, isOpen = false): DecodedReading | undefined {
    const { seq } = record;
    const session = this.#sessionAt(seq);
    if (!session?.isDecoded || seq >= this.#cursor || !isReadable(record, isOpen)) {
      return undefined;
    }
    const { store } = this.#options;
    const chain = session.read(messageOf(record), (from, to) => messagesIn(store, from, to));
    if (!chain?.reading) {
      return undefined;
    }
    const bytesOf = (part: number) => store.payload(part, 0, Infinity)?.bytes;
    const isTextOf = (part: number) => store.rows(part, 1)[0]?.kind === 'text';
    const table = this.#table;
    const known = knownReading(chain.reading, seq, table, bytesOf, isTextOf);
    return { known, chain, session, isWith: row => table.areTogether(seq, row) };
  }

  /** The next state row, or how far there is none; found without a look at each row. */
  #nextState(from: number, to: number): number {
    const end = Math.min(to, from + idleStep);
    for (const found of this.#options.store.find(this.#states, from, end, true)) {
      if (found.is === 'shown') {
        return found.seq;
      }
    }
    return end;
  }

  /** Looks at rows one after the other. @returns whether there is any */
  #go(from: number, to: number, deadline: number): boolean {
    const { store, now } = this.#options;
    let isAny = false;
    let rows = 0;
    let bytes = 0;
    for (const { block, begin, end } of store.blocks(from, to)) {
      for (let row = begin; row < end; row++) {
        isAny = true;
        if (this.#take(block, row)) {
          return true;
        }
        this.#cursor = block.firstSeq + row + 1;
        if (this.#isIdle) {
          return true;
        }
        bytes += byteLengthOfRow(block, row);
        if (++rows >= rowsPerLook || bytes >= bytesPerLook) {
          if (now() >= deadline) {
            return true;
          }
          rows = 0;
          bytes = 0;
        }
      }
    }
    return isAny;
  }

  /** Nothing but a new session is of interest. */
  get #isIdle(): boolean {
    return this.#current?.isSettled === true && !this.#current.isDecoded;
  }

  /** @returns whether the pass goes on elsewhere: it has gone back, or has to wait */
  #take(block: Block, row: number): boolean {
    const flags = block.flags[row] ?? 0;
    const seq = block.firstSeq + row;
    const at = block.times[row] ?? 0;
    if (kindOf(flags) === 'state') {
      this.#takeState(payloadOfRow(block, row), seq, at);
      return false;
    }
    if (!isMessage(flags)) {
      return false;
    }
    const session = (this.#current ??= this.#begin(seq, this.#options.url, ''));
    if (session.isWaiting) {
      return true;
    }
    if (!isForPass(flags, byteLengthOfRow(block, row))) {
      return false;
    }
    const message = messageOf({ seq, flags, payload: payloadOfRow(block, row) });
    if (seq !== this.#waited && session.see(message)) {
      this.#table.dropFrom(session.begin);
      this.#rereads.add(session.begin);
      this.#waited = -1;
      this.#cursor = session.begin;
      return true;
    }
    if (session.isDecoded && !session.advance(message, at)) {
      this.#waited = seq;
      this.#askAhead(session, seq + 1);
      return true;
    }
    return false;
  }

  /** Has the scripts of a session asked about a message, and about those behind it that are there. */
  #askAhead(session: DecodedSession, from: number): void {
    const { store, now } = this.#options;
    const end = now() + maxTimeAhead;
    const to = Math.min(store.extent.next, from + maxRowsAhead);
    for (const { seq, at, flags, payload } of recordsIn(store, from, to)) {
      if (seq % rowsPerLookAhead === 0 && now() >= end) {
        break;
      }
      if (kindOf(flags) === 'state' && sessionChangeOf(payload) !== undefined) {
        break;
      }
      const isRead = isForPass(flags, payload.length);
      if (isRead && !session.foresee(messageOf({ seq, flags, payload }), at)) {
        break;
      }
    }
    session.ask();
  }

  #takeState(payload: Uint8Array, seq: number, at: number): void {
    const change = sessionChangeOf(payload);
    if (change === undefined) {
      return;
    }
    if (this.#current?.begin === seq) {
      // The pass has gone back to its beginning.
      return;
    }
    this.#current?.finish(seq, at);
    this.#current = change === 'end' ? undefined : this.#begin(seq, change.url, change.subprotocol);
  }

  #begin(seq: number, url: string, subprotocol: string): DecodedSession {
    const { choose, scripts } = this.#options;
    const session = new DecodedSession(seq, { url, subprotocol }, choose, this.#table, scripts);
    this.#sessions.push(session);
    return session;
  }

  #dropBelow(first: number): void {
    this.#table.dropBelow(first);
    this.#options.scripts?.answers.dropBelow(first);
    const gone = this.#sessions.findIndex(({ end }) => end > first);
    if (gone > 0) {
      this.#sessions.splice(0, gone).forEach(session => session.close());
    }
    this.#sessions[0]?.dropBelow(first);
  }

  /** The place of the first session that does not end before a row. */
  #indexAt(seq: number): number {
    const sessions = this.#sessions;
    return lowerBound(0, sessions.length, index => (sessions[index]?.end ?? 0) <= seq);
  }

  #sessionAt(seq: number): DecodedSession | undefined {
    const session = this.#sessions[this.#indexAt(seq)];
    return session && session.begin <= seq ? session : undefined;
  }
}

/** What a tap has kept back was not said: it answers nothing. */
function isForPass(flags: number, length: number): boolean {
  return isMessage(flags) && (flags & RowFlag.Dropped) === 0 && length <= maxPassLength;
}

function isReadable({ flags, payload }: StoredRecord, isOpen: boolean): boolean {
  return isMessage(flags) && (isOpen || payload.length <= maxPassLength);
}

function messageOf({ seq, flags, payload }: Omit<StoredRecord, 'at'>): Message {
  // Of a subclass, as Node's is, `slice` would be no copy, which contexts rely on.
  const bytes = new Uint8Array(payload.buffer, payload.byteOffset, payload.length);
  return { seq, direction: directionOf(flags), isText: isTextual(flags), bytes };
}

function* messagesIn(store: CaptureStore, from: number, to: number): Generator<Message> {
  for (const record of recordsIn(store, from, to)) {
    if (isForPass(record.flags, record.payload.length)) {
      yield messageOf(record);
    }
  }
}
