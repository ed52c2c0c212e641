import { ChangeLog } from '../base/changeLog.ts';
import { lowerBound } from '../base/lowerBound.ts';
import type { Asked, CallRole } from './reading.ts';

/**
 * How a call stands. `forgotten`: its id was used again before its answer came, or too many waited;
 * `unanswered`: its connection ended before.
 */
export const callStates = [
  'open',
  'done',
  'failed',
  'cancelled',
  'unanswered',
  'forgotten',
] as const;
export type CallState = (typeof callStates)[number];

/** A request or subscription, and what came of it. */
export interface CallFacts extends Asked {
  /** Names it among the calls of its capture, while the capture has its request. */
  readonly id: number;
  /** The row of the request, and which of several records in it. */
  readonly seq: number;
  readonly record: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: CallState;
  /** The row that ended it. */
  readonly response?: number;
  /** Milliseconds from the request to its end; absent as long as it is open, or if nothing came. */
  readonly ms?: number;
  /** Answers before the last, and milliseconds from the request to the first of them. */
  readonly items: number;
  readonly firstMs?: number;
}

/** A row's part in a call. `part`: of the row `of`, which has announced it. */
export interface Link {
  readonly seq: number;
  readonly record: number;
  readonly role: CallRole | 'part';
  /** Absent: its request was not seen. */
  readonly call?: CallFacts;
  /** Milliseconds since the request. */
  readonly ms?: number;
  /** Of a part. */
  readonly of?: number;
  /** A request whose id belonged to another that had no answer yet. */
  readonly isReused?: boolean;
}

/** How much was known of calls and of messages in parts, see `CallTable.changedRows`. */
export interface CallMark {
  readonly ended: number;
  readonly completed: number;
}

/** Which later rows matter: ends of calls, parts of messages. */
export interface FollowedRows {
  readonly calls: boolean;
  readonly parts: boolean;
}

interface StoredCall {
  readonly id: number;
  readonly seq: number;
  readonly record: number;
  readonly at: number;
  readonly name: string | undefined;
  readonly topic: string | undefined;
  readonly label: string | undefined;
  readonly type: string | undefined;
  readonly isOpenEnded: boolean;
  state: CallState;
  response?: number;
  endedAt?: number;
  items: number;
  firstAt?: number;
  /** How many rows are parts of it. */
  links: number;
}

interface StoredLink {
  readonly seq: number;
  readonly record: number;
  readonly role: CallRole | 'part';
  readonly call: StoredCall | undefined;
  readonly at: number;
  readonly of: number | undefined;
  readonly isReused: boolean;
}

/** Older calls and links beyond these are forgotten, so that the memory that they take has an end. */
const maxCalls = 500_000;
const maxLinks = 1_500_000;
/** In UTF-16 code units, of all that calls are named. */
const maxNamesLength = 64 * 1024 * 1024;
/** The fraction that goes at once. */
const slack = 1 / 8;

/** The calls of a capture, and which rows are parts of them. */
export class CallTable {
  #calls: StoredCall[] = [];
  #links: StoredLink[] = [];
  #nextId = 0;
  #version = 0;
  #namesLength = 0;
  /** Ids of calls that have ended. */
  readonly #ended = new ChangeLog();
  /** Rows of which parts have come. */
  readonly #completed = new ChangeLog();

  /** Changes whenever what was said of a row before may have changed. */
  get version(): number {
    return this.#version;
  }

  /** Opens a call; returns its id. @param isOpenEnded it goes on by itself, as a subscription does */
  open(seq: number, record: number, at: number, asked: Asked, isOpenEnded: boolean): number {
    const id = this.#nextId++;
    const { name, topic, label, type } = asked;
    this.#calls.push({
      id,
      seq,
      record,
      at,
      name,
      topic,
      label,
      type,
      isOpenEnded,
      state: 'open',
      items: 0,
      links: 0,
    });
    this.#namesLength += lengthOfNames(asked);
    if (this.#calls.length > maxCalls || this.#namesLength > maxNamesLength) {
      this.#forgetOldest();
    }
    return id;
  }

  /** Rows come in their order. @param call `undefined`: its request was not seen */
  link(
    role: CallRole | 'part',
    seq: number,
    record: number,
    at: number,
    { call, of, isReused = false }: { call?: number; of?: number; isReused?: boolean } = {},
  ): void {
    const stored = call === undefined ? undefined : this.#stored(call);
    this.#links.push({ seq, record, role, call: stored, at, of, isReused });
    if (stored) {
      stored.links++;
    }
    if (of !== undefined) {
      this.#completed.add(of);
    }
    if (stored && role === 'item') {
      stored.items++;
      stored.firstAt ??= at;
    }
    if (of !== undefined || stored) {
      this.#version++;
    }
    if (this.#links.length > maxLinks) {
      this.#links = this.#links.slice(maxLinks * slack);
    }
  }

  /** @param response the row that ended it; absent: none did */
  end(call: number, state: Exclude<CallState, 'open'>, at: number, response?: number): void {
    const stored = this.#stored(call);
    if (stored?.state === 'open') {
      stored.state = state;
      this.#version++;
      this.#ended.add(call);
      if (response !== undefined) {
        stored.response = response;
        stored.endedAt = at;
      }
    }
  }

  asked(call: number): Asked | undefined {
    return this.#stored(call);
  }

  /** To be given to `changedRows` later. */
  get mark(): CallMark {
    return { ended: this.#ended.end, completed: this.#completed.end };
  }

  /**
   * The rows that say otherwise since, because a call has ended or parts of a message have come.
   *
   * @returns `undefined` if they are too many to be known
   */
  changedRows(since: CallMark, follows: FollowedRows): ReadonlySet<number> | undefined {
    const calls = follows.calls ? this.#ended.since(since.ended) : [];
    const rows = follows.parts ? this.#completed.since(since.completed) : [];
    return calls && rows && new Set([...this.#rowsOf(calls), ...rows]);
  }

  /** Whether the row is a part of a call that is open. */
  isOpen(seq: number): boolean {
    const links = this.#links;
    for (let index = this.#linkAt(seq); links[index]?.seq === seq; index++) {
      if (links[index]?.call?.state === 'open') {
        return true;
      }
    }
    return false;
  }

  /** Whether two rows are parts of one conversation; of none, a row is with itself alone. */
  areTogether(one: number, other: number): boolean {
    const names = this.#conversationsOf(other);
    return [...this.#conversationsOf(one)].some(name => names.has(name));
  }

  /** The rows of the conversations which a row is a part of. */
  rowsWith(seq: number): ReadonlySet<number> {
    const names = this.#conversationsOf(seq);
    const rows = new Set(names);
    for (let index = this.#linkAt(Math.min(...names)); index < this.#links.length; index++) {
      const { seq: row, call, of = call?.seq } = this.#links[index] ?? {};
      if (row !== undefined && of !== undefined && names.has(of)) {
        rows.add(row);
      }
    }
    return rows;
  }

  /** The parts of a row's records, in their order. */
  linksOf(seq: number): readonly Link[] {
    const links = this.#links;
    const begin = this.#linkAt(seq);
    const found: Link[] = [];
    for (let index = begin; links[index]?.seq === seq; index++) {
      const link = links[index];
      if (link) {
        found.push(linkOf(link));
      }
    }
    return found;
  }

  /** The rows that a row has announced, in their order, as far as they have come. */
  partsOf(seq: number): readonly number[] {
    const links = this.#links;
    const begin = this.#linkAt(seq);
    const parts: number[] = [];
    // They follow soon: nothing else of their direction is allowed between them.
    for (let index = begin; index < links.length && index < begin + maxPartDistance; index++) {
      const link = links[index];
      if (link?.of === seq) {
        parts.push(link.seq);
      }
    }
    return parts;
  }

  /** The newest of those that wait, or waited, for one answer. */
  *newestCalls(count: number): Generator<CallFacts> {
    const calls = this.#calls;
    for (let index = Math.max(0, calls.length - count); index < calls.length; index++) {
      const call = calls[index];
      if (call && !call.isOpenEnded) {
        yield factsOf(call);
      }
    }
  }

  /** All calls that began at `from` or later, in their order. */
  *callsFrom(from: number): Generator<CallFacts> {
    const calls = this.#calls;
    const begin = lowerBound(0, calls.length, index => (calls[index]?.seq ?? 0) < from);
    for (let index = begin; index < calls.length; index++) {
      const call = calls[index];
      if (call) {
        yield factsOf(call);
      }
    }
  }

  /** The parts of all rows from `from` on, in their order. */
  *linksFrom(from: number): Generator<Link> {
    const links = this.#links;
    for (let index = this.#linkAt(from); index < links.length; index++) {
      const link = links[index];
      if (link) {
        yield linkOf(link);
      }
    }
  }

  /** Rows below `first` are gone. */
  dropBelow(first: number): void {
    const calls = this.#calls;
    const links = this.#links;
    const lost = lowerBound(0, calls.length, index => (calls[index]?.seq ?? 0) < first);
    const gone = this.#linkAt(first);
    // Not for each row: what is below is never asked for.
    if (lost > calls.length * slack) {
      this.#keepCalls(calls.slice(lost));
    }
    if (gone > links.length * slack) {
      this.#links = links.slice(gone);
    }
  }

  /** Rows from `seq` on are read again. */
  dropFrom(seq: number): void {
    this.#keepCalls(this.#calls.filter(call => call.seq < seq));
    this.#links = this.#links.filter(link => link.seq < seq);
    this.#nextId = (this.#calls.at(-1)?.id ?? this.#nextId - 1) + 1;
    this.#version++;
  }

  /**
   * The rows that name the conversations which a row is a part of: of a call the row of its request; the row
   * that has announced it as a part; and the row itself.
   */
  #conversationsOf(seq: number): ReadonlySet<number> {
    const names = new Set([seq]);
    // The loop comes to those that it adds.
    for (const name of names) {
      for (let index = this.#linkAt(name); this.#links[index]?.seq === name; index++) {
        const { call, of = call?.seq } = this.#links[index] ?? {};
        if (of !== undefined) {
          names.add(of);
        }
      }
    }
    return names;
  }

  /** The rows that are parts of calls, but for those that have ended one: what is said of them stays. */
  *#rowsOf(ids: readonly number[]): Generator<number> {
    const long = new Set<StoredCall>();
    let from = Infinity;
    for (const id of ids) {
      const call = this.#stored(id);
      if (call) {
        yield call.seq;
        if (call.links > (call.response === undefined ? 1 : 2)) {
          long.add(call);
          from = Math.min(from, call.seq);
        }
      }
    }
    if (long.size === 0) {
      return;
    }
    for (let index = this.#linkAt(from); index < this.#links.length; index++) {
      const link = this.#links[index];
      if (link?.call && long.has(link.call)) {
        yield link.seq;
      }
    }
  }

  /** With their links, which would keep them in memory. */
  #forgetOldest(): void {
    this.#keepCalls(this.#calls.slice(Math.ceil(this.#calls.length * slack)));
    this.#links = this.#links.slice(this.#linkAt(this.#calls[0]?.seq ?? Infinity));
  }

  #keepCalls(calls: StoredCall[]): void {
    this.#calls = calls;
    this.#namesLength = calls.reduce((sum, call) => sum + lengthOfNames(call), 0);
  }

  /** The place of the first link of the row `seq`, or of one behind it. */
  #linkAt(seq: number): number {
    const links = this.#links;
    return lowerBound(0, links.length, index => (links[index]?.seq ?? 0) < seq);
  }

  #stored(id: number): StoredCall | undefined {
    const first = this.#calls[0]?.id ?? 0;
    return this.#calls[id - first];
  }
}

const maxPartDistance = 20_000;

function lengthOfNames({ name = '', topic = '', label = '', type = '' }: Asked): number {
  return name.length + topic.length + label.length + type.length;
}

function linkOf({ seq, record, role, call, at, of, isReused }: StoredLink): Link {
  return {
    seq,
    record,
    role,
    ...(call && { call: factsOf(call), ms: at - call.at }),
    ...(of !== undefined && { of }),
    ...(isReused && { isReused }),
  };
}

function factsOf(call: StoredCall): CallFacts {
  const { id, seq, record, at, name, topic, label, type, state, response, endedAt } = call;
  const { items, firstAt } = call;
  return {
    id,
    seq,
    record,
    at,
    name,
    topic,
    label,
    type,
    state,
    items,
    ...(response !== undefined && { response }),
    ...(endedAt !== undefined && { ms: endedAt - at }),
    ...(firstAt !== undefined && { firstMs: firstAt - at }),
  };
}
