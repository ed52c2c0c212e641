import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
  writevSync,
} from 'node:fs';
import { FileLossError, type FileLoss } from '../../files/fileWatch.ts';

/** Written beyond this, bytes are brought to the disk: a power cut takes no more than that. */
const maxUnsyncedBytes = 16 * 1024 * 1024;
const maxUnsyncedMs = 1000;

/** One file of a log, to whose end is written. All methods throw the errors of the file system. */
export class Segment {
  readonly number: number;
  readonly path: string;
  readonly #file: number;
  readonly #ino: bigint;
  #length: number;
  /** Bytes that may not be on the disk yet. */
  #unsynced = 0;
  #isSyncing = false;
  #timer: NodeJS.Timeout | undefined;
  #isCut = false;
  #isClosed = false;

  /** @param flags `wx+` makes a file that only this user can read */
  constructor(number: number, path: string, flags: 'r' | 'r+' | 'wx+') {
    this.number = number;
    this.path = path;
    this.#file = openSync(path, flags, 0o600);
    const { ino, size } = fstatSync(this.#file, { bigint: true });
    this.#ino = ino;
    this.#length = Number(size);
  }

  /** Bytes that are in it. */
  get length(): number {
    return this.#length;
  }

  /** Appends all of it, or nothing. Throws a `FileLossError` also if another program cut the file. */
  append(pieces: readonly Uint8Array[]): void {
    const begin = this.#length;
    if (fstatSync(this.#file).size < begin) {
      // Written behind its end, a file would be as long as before, with zeros where rows were.
      this.#isCut = true;
      throw new FileLossError('cut');
    }
    const byteLength = pieces.reduce((sum, { length }) => sum + length, 0);
    try {
      const written = writevSync(this.#file, pieces, begin);
      if (written < byteLength) {
        // The rest fails with the reason for that.
        const rest = Buffer.concat(pieces).subarray(written);
        for (let at = 0; at < rest.length;) {
          at += writeSync(this.#file, rest, at, rest.length - at, begin + written + at);
        }
      }
    } catch (error) {
      this.#cut(begin);
      throw error;
    }
    this.#length = begin + byteLength;
    this.#unsynced += byteLength;
    this.#syncSoon();
  }

  /** @param room memory that is used if they fit in */
  read(offset: number, byteLength: number, room?: Uint8Array): Uint8Array {
    const bytes =
      room && room.length >= byteLength
        ? room.subarray(0, byteLength)
        : Buffer.allocUnsafeSlow(byteLength);
    for (let at = 0; at < byteLength;) {
      const read = readSync(this.#file, bytes, at, byteLength - at, offset + at);
      if (read === 0) {
        throw new RangeError(`${this.path} is shorter than it was`);
      }
      at += read;
    }
    return bytes;
  }

  /** Cuts off what is behind `length`. */
  truncate(length: number): void {
    ftruncateSync(this.#file, length);
    this.#length = length;
  }

  /** What another program has done to the file. */
  get loss(): FileLoss | undefined {
    if (this.#isCut) {
      return 'cut';
    }
    const found = statOf(this.path);
    if (!found) {
      return 'gone';
    }
    if (found.ino !== this.#ino) {
      return 'replaced';
    }
    return found.size < this.#length ? 'cut' : undefined;
  }

  close(): void {
    if (!this.#isClosed) {
      clearTimeout(this.#timer);
      this.#isClosed = true;
      closeSync(this.#file);
    }
  }

  /** Removes the file, unless another one is at its path. */
  remove(): void {
    this.close();
    if (this.loss !== 'replaced') {
      rmSync(this.path, { force: true });
    }
  }

  /** Brings all to the disk, and waits for it. */
  finish(): void {
    if (this.#unsynced > 0) {
      this.#unsynced = 0;
      fdatasyncSync(this.#file);
    }
  }

  /** Brings all to the disk, not in the way of what comes next: a thread of its own waits for it. */
  sync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsynced > 0 && !this.#isSyncing && !this.#isClosed) {
      const byteLength = this.#unsynced;
      this.#isSyncing = true;
      fdatasync(this.#file, () => {
        // What the disk does not take, it says with what is written next.
        this.#unsynced = Math.max(0, this.#unsynced - byteLength);
        this.#isSyncing = false;
        this.#syncSoon();
      });
    }
  }

  #syncSoon(): void {
    if (this.#unsynced >= maxUnsyncedBytes) {
      this.sync();
    } else if (this.#unsynced > 0 && !this.#isClosed) {
      this.#timer ??= setTimeout(() => this.sync(), maxUnsyncedMs).unref();
    }
  }

  #cut(length: number): void {
    try {
      ftruncateSync(this.#file, length);
    } catch {
      // A block that is torn is cut off when the file is opened next.
    }
  }
}

/** `undefined` also if the path is not accessible, since no other program can open it either. */
function statOf(path: string): { readonly ino: bigint; readonly size: bigint } | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
