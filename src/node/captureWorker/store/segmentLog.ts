import { crc32 } from 'node:zlib';
import type { BlockLog, Extents, LoggedBlock } from '../../../core/capture/log/blockLog.ts';
import { nextSeqOf, type Block } from '../../../core/record/block.ts';
import {
  blockByteLength,
  factsByteLength,
  packBlock,
  readBlockFacts,
} from '../../../core/record/blockFormat.ts';
import { errorCode } from '../../files/captureFiles.ts';
import type { FileLoss } from '../../files/fileWatch.ts';
import { segmentPath, segmentsOf } from '../../files/segmentFiles.ts';
import type { ControlFile } from './controlFile.ts';
import { Segment } from './segment.ts';
import { scanSegment } from './segmentScan.ts';

/** Where it is written down which rows of a log count. */
export type LogControl = Pick<
  ControlFile,
  'extents' | 'source' | 'hasEnded' | 'storeExtents' | 'close' | 'release'
>;

interface SegmentLogOptions {
  /** The path of the capture, see `segmentPath`. */
  readonly path: string;
  readonly control: LogControl;
  /** A segment that has as much is not written to any more. */
  readonly segmentByteLength: number;
  /** All segments together grow no longer than this; an append beyond it fails as on a full disk. */
  readonly maxByteLength?: number;
  /** Nothing is changed. */
  readonly isReadOnly: boolean;
}

/** After a power cut, the one before the last may not be on the disk yet. */
const checkedSegmentCount = 2;

/** What is lost with the rows that are stored comes first, and what is not ours to remove next. */
const lossesByWeight: readonly FileLoss[] = ['cut', 'replaced', 'gone'];

/**
 * A log in files, of which each is only ever appended to. What a crash has left of a block at the end is
 * cut off. Throws the errors of the file system and of SQLite.
 */
export class SegmentLog implements BlockLog {
  readonly #options: SegmentLogOptions;
  readonly #segments: Segment[] = [];
  /** Those that are to be removed, and could not be up to now. */
  #leftovers: readonly Segment[] = [];
  #blocks: readonly LoggedBlock[] = [];
  #nextNumber = 1;
  #isEnded = false;
  #lastAt: number | undefined;

  constructor(options: SegmentLogOptions) {
    this.#options = options;
    try {
      this.#open();
    } catch (error) {
      this.#segments.forEach(segment => segment.close());
      throw error;
    }
  }

  /** To be asked for once. */
  get blocks(): readonly LoggedBlock[] {
    const blocks = this.#blocks;
    this.#blocks = [];
    return blocks;
  }

  get extents(): Extents {
    return this.#options.control.extents;
  }

  get source(): string | undefined {
    return this.#options.control.source;
  }

  append(block: Block): LoggedBlock {
    const { header, pieces } = packBlock(block, crc32);
    const byteLength = blockByteLength(header);
    this.#assertRoom(byteLength);
    const segment = this.#segmentFor(byteLength);
    const offset = segment.length;
    segment.append(pieces);
    this.#lastAt = block.times[block.rowCount - 1] ?? this.#lastAt;
    return { header, segment: segment.number, offset };
  }

  read(segment: number, offset: number, byteLength: number, room?: Uint8Array): Uint8Array {
    const found = this.#segments.find(({ number }) => number === segment);
    if (!found) {
      throw new RangeError('These rows were dropped');
    }
    return found.read(offset, byteLength, room);
  }

  endSegment(): void {
    this.#isEnded = true;
  }

  removeBelow(number: number): void {
    if (this.#options.isReadOnly) {
      return;
    }
    const index = this.#segments.findIndex(segment => segment.number >= number);
    const removed = this.#segments.splice(0, index === -1 ? this.#segments.length : index);
    this.#leftovers = [...this.#leftovers, ...removed];
    this.#removeLeftovers();
  }

  storeExtents(extents: Extents): void {
    this.#options.control.storeExtents(extents);
  }

  /** What another program has done to one of the files. */
  get loss(): FileLoss | undefined {
    const losses = this.#segments.map(({ loss }) => loss);
    return lossesByWeight.find(loss => losses.includes(loss));
  }

  close(): void {
    try {
      this.#segments.forEach(segment => segment.finish());
    } catch {
      // What the disk does not take now it has not said before: the rest is as good as it gets.
    }
    this.#segments.forEach(segment => segment.close());
    this.#removeLeftovers();
    const hasRows = this.#segments.some(({ length }) => length > 0);
    this.#options.control.close(hasRows ? this.#lastAt : undefined);
  }

  /** Lets go of the files as they are. */
  release(): void {
    this.#segments.forEach(segment => segment.close());
    this.#options.control.release();
  }

  #open(): void {
    const { path, control, isReadOnly } = this.#options;
    // Asked before the log is read: a window may end it meanwhile.
    const isWhole = control.hasEnded;
    this.#segments.push(...openSegments(path, isReadOnly));
    const blocks: LoggedBlock[] = [];
    for (const [index, segment] of this.#segments.entries()) {
      const last = blocks.at(-1);
      const isChecked = !isWhole && index >= this.#segments.length - checkedSegmentCount;
      const scanned = scanSegment(segment, last ? nextSeqOf(last.header) : 0, isChecked);
      for (const block of scanned.blocks) {
        blocks.push(block);
      }
      const isLast = index === this.#segments.length - 1;
      if (isLast && !isReadOnly && scanned.length < segment.length) {
        segment.truncate(scanned.length);
      }
      this.#nextNumber = segment.number + 1;
    }
    this.#blocks = blocks;
    const last = blocks.at(-1);
    this.#lastAt = lastAtOf(
      last,
      this.#segments.find(({ number }) => number === last?.segment),
    );
  }

  #segmentFor(byteLength: number): Segment {
    const last = this.#segments.at(-1);
    const isFull =
      last !== undefined &&
      last.length > 0 &&
      last.length + byteLength > this.#options.segmentByteLength;
    if (last && !isFull && !this.#isEnded) {
      return last;
    }
    const segment = this.#newSegment();
    last?.sync();
    this.#isEnded = false;
    this.#segments.push(segment);
    return segment;
  }

  #newSegment(): Segment {
    for (;;) {
      const number = this.#nextNumber;
      try {
        const segment = new Segment(number, segmentPath(this.#options.path, number), 'wx+');
        this.#nextNumber++;
        return segment;
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') {
          throw error;
        }
        // Somebody has put a file there, which is not ours to remove.
        this.#nextNumber++;
      }
    }
  }

  #removeLeftovers(): void {
    this.#leftovers = this.#leftovers.filter(segment => !isRemoved(segment));
  }

  #assertRoom(byteLength: number): void {
    const { maxByteLength = Infinity } = this.#options;
    const used = this.#segments.reduce((sum, { length }) => sum + length, 0);
    if (used + byteLength > maxByteLength) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
  }
}

/**
 * Opens the segments of a log, newest first: the window that writes to it may remove the oldest meanwhile,
 * and no gap is to come of that. Returns them oldest first.
 */
function openSegments(path: string, isReadOnly: boolean): readonly Segment[] {
  const segments: Segment[] = [];
  try {
    for (const { number, path: file } of segmentsOf(path).toReversed()) {
      segments.unshift(new Segment(number, file, isReadOnly ? 'r' : 'r+'));
    }
  } catch (error) {
    if (!isReadOnly || errorCode(error) !== 'ENOENT') {
      segments.forEach(segment => segment.close());
      throw error;
    }
  }
  return segments;
}

/** Another program may have the file open in a way that keeps it. */
function isRemoved(segment: Segment): boolean {
  try {
    segment.remove();
    return true;
  } catch {
    return false;
  }
}

/** When the last row of a log came. */
function lastAtOf(last: LoggedBlock | undefined, segment: Segment | undefined): number | undefined {
  if (!last || !segment) {
    return undefined;
  }
  const facts = segment.read(last.offset, factsByteLength(last.header));
  return readBlockFacts(facts, last.header).times.at(-1);
}
