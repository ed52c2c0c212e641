import type { CallTable } from './callTable.ts';
import { maxOpenCalls } from './limits.ts';
import type { Asked, Call, Reading } from './reading.ts';

/** Finds out which rows of one session belong together: to be given each reading in order. */
export class Linker {
  readonly #table: CallTable;
  /** The calls that are open, the oldest first, by all keys that name them. */
  readonly #open = new Map<string, number>();

  constructor(table: CallTable) {
    this.#table = table;
  }

  /** @param at milliseconds since 1970 */
  take(reading: Reading, seq: number, at: number): void {
    const { records, partOf } = reading;
    if (partOf !== undefined) {
      this.#table.link('part', seq, 0, at, { of: partOf });
    }
    if (records) {
      for (const [index, record] of records.entries()) {
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
  }

  #takeRecord(reading: Reading, seq: number, record: number, at: number): void {
    const { call } = reading;
    if (!call) {
      return;
    }
    const isNew = call.role === 'request' || call.role === 'open';
    if (isNew) {
      this.#begin(call, reading, seq, record, at);
      return;
    }
    const id = this.#open.get(call.key);
    if (id === undefined && this.#takeInput(call, seq, record, at)) {
      return;
    }
    if (id === undefined && call.isOptional) {
      return;
    }
    this.#table.link(call.role, seq, record, at, id === undefined ? {} : { call: id });
    if (id !== undefined && call.role !== 'item') {
      this.#settle(call, id, seq, at);
    }
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
    const id = this.#table.open(seq, record, at, asked);
    this.#table.link(call.role, seq, record, at, {
      call: id,
      isReused: before !== undefined && call.role === 'request',
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
    const state = call.role === 'cancel' ? 'cancelled' : call.isFailed ? 'failed' : 'done';
    this.#table.end(id, state, at, seq);
  }

  #add(key: string, id: number, at: number): void {
    this.#open.set(key, id);
    if (this.#open.size > maxOpenCalls) {
      const [oldest] = this.#open;
      if (oldest) {
        this.#open.delete(oldest[0]);
        this.#table.end(oldest[1], 'forgotten', at);
      }
    }
  }
}
