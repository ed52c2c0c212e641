import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { CallFacts, Link } from '../../../core/decode/callTable.ts';
import { callSchema, insertCall, insertLink } from './sqliteSchema.ts';

/** Writes the calls of a capture to its database. The constructor and all methods throw what SQLite throws. */
export class CallWriter {
  readonly #database: DatabaseSync;
  readonly #insertCall: StatementSync;
  readonly #insertLink: StatementSync;
  #first = 0;
  #to = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(callSchema);
    this.#insertCall = database.prepare(insertCall);
    this.#insertLink = database.prepare(insertLink);
  }

  /** Removes what was written. The rows from `first` up to, not including, `to` are in the database. */
  begin(first: number, to: number): void {
    this.#first = first;
    this.#to = to;
    this.#database.exec('DELETE FROM call; DELETE FROM link');
  }

  insertCall({ id, seq, record, name, topic, items, firstMs, ...rest }: CallFacts): void {
    const { response, ms } = rest;
    // Its answer came after the last row that is in the database.
    const isLater = response !== undefined && response >= this.#to;
    const [answer, took] = isLater ? [] : [response, ms];
    const state = isLater ? 'open' : rest.state;
    const values = [name, topic, answer, state, items, firstMs, took];
    this.#insertCall.run(id, seq, record, ...values.map(value => value ?? null));
  }

  /** A row that begins a call is in the call itself. */
  insertLink({ seq, record, role, call, of }: Link): void {
    if (role !== 'request' && role !== 'open') {
      const id = call && call.seq >= this.#first ? call.id : null;
      this.#insertLink.run(seq, record, role, id, of ?? null);
    }
  }
}
