import type { CallTable } from './callTable.ts';
import { maxOpenCalls } from './limits.ts';
import type { Asked, Call, Reading } from './reading.ts';

/** Calls that have ended and may still get items; what comes behind an end comes soon. */
const maxFollowed = 1024;

/** Forgotten together: a Map from which only the oldest goes must pass by all that have gone before. */
const maxForgotten = 1024;

/** In UTF-16 code units, of what is kept for each call: of longer keys and names the beginning counts. */
const maxKeyLength = 1024;
const maxNameLength = 512;

/** Finds out which rows of one session belong together: to be given each reading in order. */
export class Linker {
  readonly #table: CallTable;
  /** The calls that are open, the oldest first, by all keys that name them. */
  readonly #open = new Map<string, number>();
  /** Calls that have ended, but of which items may still come. */
  readonly #followed = new Map<string, number>();

  constructor(table: CallTable) {
    this.#table = table;
  }

  /** @param at milliseconds since 1970 */
  take(reading: Reading, seq: number, at: number): void {
    const { records } = reading;
    this.#takePart(reading, seq, 0, at);
    if (records) {
      for (const [index, record] of records.entries()) {
        this.#takePart(record, seq, index, at);
        this.#takeRecord(record, seq, index, at);
      }
    } else {
      this.#takeRecord(reading, seq, 0, at);
    }
  }

  /** The session is over: what waits gets no answer any more. */
  end(at: number): void {
    for (const call of this.#open.values()) {
      this.#table.end(call, 'unanswered', at);
    }
    this.#open.clear();
    this.#followed.clear();
  }

  /** Everything is read again. */
  forget(): void {
    this.#open.clear();
    this.#followed.clear();
  }

  #takePart({ partOf }: Reading, seq: number, record: number, at: number): void {
    if (partOf !== undefined) {
      this.#table.link('part', seq, record, at, partOf === null ? {} : { of: partOf });
    }
  }

  #takeRecord(reading: Reading, seq: number, record: number, at: number): void {
    const { call, moreCalls = [] } = reading;
    let isLinked = call !== undefined && this.#takeCall(call, reading, seq, record, at);
    for (const each of moreCalls) {
      const more = isLinked ? { ...each, isOptional: true } : each;
      isLinked = this.#takeCall(more, reading, seq, record, at) || isLinked;
    }
  }

  /** Whether the row has got a part in the call. */
  #takeCall(given: Call, reading: Reading, seq: number, record: number, at: number): boolean {
    const call = withShortKeys(given);
    const isNew = call.role === 'request' || call.role === 'open';
    if (isNew) {
      this.#begin(call, briefly(reading.asks ?? reading, reading.type), seq, record, at);
      return true;
    }
    const id = this.#open.get(call.key) ?? this.#followed.get(call.key);
    if (id === undefined && this.#takeInput(call, seq, record, at)) {
      return true;
    }
    if (id === undefined && call.isOptional) {
      return false;
    }
    this.#table.link(call.role, seq, record, at, id === undefined ? {} : { call: id });
    if (id !== undefined && call.role !== 'item') {
      this.#settle(call, id, seq, at);
    }
    return true;
  }

  /** What a request's sender sends for it. @returns whether it is that */
  #takeInput({ role, inputKey }: Call, seq: number, record: number, at: number): boolean {
    const id = inputKey === undefined ? undefined : this.#open.get(inputKey);
    if (id === undefined || inputKey === undefined) {
      return false;
    }
    this.#table.link('item', seq, record, at, { call: id });
    if (role !== 'item') {
      this.#open.delete(inputKey);
    }
    return true;
  }

  #begin(call: Call, asked: Asked, seq: number, record: number, at: number): void {
    const before = this.#open.get(call.key);
    if (before !== undefined) {
      this.#table.end(before, 'forgotten', at);
      this.#open.delete(call.key);
    }
    this.#followed.delete(call.key);
    const id = this.#table.open(
      seq,
      record,
      at,
      asked,
      call.role === 'open' || call.isOpenEnded === true,
    );
    this.#table.link(call.role, seq, record, at, {
      call: id,
      isReused: before !== undefined && call.role === 'request' && !call.mayRepeat,
    });
    for (const key of [call.key, ...(call.inputs ?? [])]) {
      this.#add(key, id, at);
    }
  }

  #settle(call: Call, id: number, seq: number, at: number): void {
    if (call.isAnswered) {
      this.#table.end(id, 'cancelled', at, seq);
      return;
    }
    this.#open.delete(call.key);
    if (call.handle !== undefined) {
      this.#add(call.handle, id, at);
      return;
    }
    if (call.isFollowed) {
      this.#follow(call.key, id);
    }
    const state = call.role === 'cancel' ? 'cancelled' : call.isFailed ? 'failed' : 'done';
    this.#table.end(id, state, at, seq);
  }

  #follow(key: string, id: number): void {
    this.#followed.set(key, id);
    const [oldest] = this.#followed.keys();
    if (this.#followed.size > maxFollowed && oldest !== undefined) {
      this.#followed.delete(oldest);
    }
  }

  #add(key: string, id: number, at: number): void {
    this.#open.set(key, id);
    if (this.#open.size > maxOpenCalls) {
      let count = 0;
      for (const [oldest, call] of this.#open) {
        this.#open.delete(oldest);
        this.#table.end(call, 'forgotten', at);
        if (++count === maxForgotten) {
          break;
        }
      }
    }
  }
}

function withShortKeys(call: Call): Call {
  const { key, handle, inputKey, inputs = [] } = call;
  return [key, handle, inputKey, ...inputs].every(each => (each?.length ?? 0) <= maxKeyLength)
    ? call
    : {
        ...call,
        key: shortKey(key),
        ...(handle !== undefined && { handle: shortKey(handle) }),
        ...(inputKey !== undefined && { inputKey: shortKey(inputKey) }),
        inputs: inputs.map(shortKey),
      };
}

function shortKey(key: string): string {
  return key.slice(0, maxKeyLength);
}

/** @param usualType where what is asked has none of its own */
function briefly({ name, topic, label, type }: Asked, usualType: string | undefined): Asked {
  return {
    name: brief(name),
    topic: brief(topic),
    label: brief(label),
    type: brief(type ?? usualType),
  };
}

function brief(text: string | undefined): string | undefined {
  return text === undefined || text.length <= maxNameLength
    ? text && apart(text)
    : `${apart(text.slice(0, maxNameLength - 1))}…`;
}

/** The same text on its own: engines keep the whole of a text, such as a message, for a part that was cut out of it. */
function apart(text: string): string {
  return ` ${text}`.slice(1);
}
