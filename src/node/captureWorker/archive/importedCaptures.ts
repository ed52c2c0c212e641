import { join } from 'node:path';
import type { ImportedCapture } from '../../../core/capture/captureArchive.ts';
import type { StoredRecord } from '../../../core/record/block.ts';
import type { FrameFacts } from '../../../core/record/frameFacts.ts';
import type { ImportParams } from '../../capture/captureProtocol.ts';
import { makePrivateFile } from '../../files/privateFiles.ts';
import { RowAppender } from '../store/rowCopy.ts';
import { LogStore } from '../store/logStore.ts';
import type { Sqlite } from '../store/sqlite.ts';
import { completeLog } from './completeLog.ts';

/** Numbers without a row that a capture may have, apart from those that follow from its rows. */
const maxMissing = 10_000_000;

/** Bytes that are stored together at least. */
const partByteLength = 2 * 1024 * 1024;

/** What a capture is of. */
export interface ImportedConnection {
  readonly name: string;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

interface OpenCapture {
  readonly key: string;
  readonly name: string;
  readonly store: LogStore;
  rows: RowAppender;
  first: number;
  /** The number of the row that comes next at least. */
  next: number;
  lastAt: number;
  missing: number;
  rowCount: number;
  /** Is added to the numbers of the file. */
  shift: number;
}

/** The captures that are made of one file, by the connections in it. */
export class ImportedCaptures {
  readonly #sqlite: Sqlite;
  readonly #params: ImportParams;
  readonly #source: string;
  readonly #captures: OpenCapture[] = [];
  readonly #byName = new Map<string, OpenCapture[]>();
  #isFinished = false;
  rowCount = 0;
  /** Rows that did not get the numbers that they have in the file. */
  renumbered = 0;

  /** @param source the name of the file */
  constructor(sqlite: Sqlite, params: ImportParams, source: string) {
    this.#sqlite = sqlite;
    this.#params = params;
    this.#source = source;
  }

  get made(): readonly ImportedCapture[] {
    return this.#captures.map(({ key, name, rowCount }) => ({ key, name, rowCount }));
  }

  /** Appends a row to the capture of its connection. Two connections may have one name. */
  append(connection: ImportedConnection, record: StoredRecord, frame?: FrameFacts): void {
    const capture = this.#captureFor(connection, record.seq);
    let seq = record.seq + capture.shift;
    const mayMiss = maxMissing + this.rowCount;
    const isFirst = capture.next < 0;
    if (!isFirst && (seq < capture.next || capture.missing + seq - capture.next > mayMiss)) {
      seq = capture.next;
      capture.shift = seq - record.seq;
    }
    capture.missing += isFirst ? 0 : seq - capture.next;
    capture.first = isFirst ? seq : capture.first;
    capture.next = seq + 1;
    capture.lastAt = record.at;
    this.rowCount++;
    capture.rowCount++;
    this.renumbered += seq === record.seq ? 0 : 1;
    capture.rows.append({ ...record, seq }, frame);
    if (capture.rows.byteLength > partByteLength) {
      capture.rows.flush();
      capture.rows = new RowAppender(capture.store);
    }
  }

  /** Stores and closes all. */
  finish(): void {
    const { partFolder } = this.#params;
    for (const { rows, store } of this.#captures) {
      rows.flush();
      store.close();
    }
    this.#isFinished = true;
    for (const { key, first, next, missing, lastAt } of this.#captures) {
      completeLog(this.#sqlite, join(partFolder, key), {
        extent: { first, next, dropped: 0, missing },
        lastAt,
        ended: Date.now(),
        source: this.#source,
      });
    }
  }

  /** Lets go of the files, which may be incomplete. Does not throw. */
  close(): void {
    for (const { store } of this.#isFinished ? [] : this.#captures) {
      try {
        store.close();
      } catch {
        // The disk is full, for example: the file is about to be removed.
      }
    }
  }

  #captureFor(connection: ImportedConnection, seq: number): OpenCapture {
    const named = this.#byName.get(connection.name) ?? [];
    const free = named.find(({ next, shift }) => next <= seq + shift);
    if (free) {
      return free;
    }
    const key = this.#params.keys[this.#captures.length];
    const [last] = named.slice(-1);
    if (key === undefined && !last) {
      throw new Error(`There are more than ${this.#captures.length} connections in the file.`);
    }
    if (key === undefined && last) {
      return last;
    }
    const capture = this.#open(connection, key ?? '');
    this.#captures.push(capture);
    this.#byName.set(connection.name, [...named, capture]);
    return capture;
  }

  #open({ name, url, startedAt }: ImportedConnection, key: string): OpenCapture {
    const path = join(this.#params.partFolder, key);
    makePrivateFile(path);
    const { window } = this.#params;
    const facts = { name, url, startedAt, window };
    const store = LogStore.open(this.#sqlite, path, { facts, maxBytes: Infinity });
    const rows = new RowAppender(store);
    return { key, name, store, rows, first: 0, next: -1, lastAt: 0, missing: 0, rowCount: 0, shift: 0 }; // prettier-ignore
  }
}
