import { fstatSync, readSync } from 'node:fs';
import type { ImportedFile, ImportProgress } from '../../../core/capture/captureArchive.ts';
import { readNdjsonRow } from '../../../core/import/capture/ndjsonRow.ts';
import { maxFirstUnread, UnreadRows } from './unreadRows.ts';
import type { ImportedCaptures } from './importedCaptures.ts';

/** Bytes that are read at once. */
const blockByteLength = 1024 * 1024;

/** A longer line is left out. The longest text of the engine is twice as long. */
const maxLineByteLength = 256 * 1024 * 1024;

const lineFeed = 0x0a;
const progressIntervalMs = 100;

const decoder = new TextDecoder('utf-8', { fatal: true });

type Read = Pick<ImportedFile, 'of' | 'unread' | 'firstUnread' | 'isCut'>;

/** Appends the lines of a file, which is read block by block. Throws what the file system throws. */
export function importNdjson(
  file: number,
  captures: ImportedCaptures,
  report: (progress: ImportProgress) => void,
): Read {
  const { size } = fstatSync(file);
  const unread = new UnreadRows();
  let isCut = false;
  let reportedAt = performance.now();
  for (const { line, end, isLast } of linesOf(file)) {
    const count = unread.count;
    append(line, captures, unread);
    isCut = isLast && unread.count > count;
    if (captures.rowCount === 0 && unread.count >= maxFirstUnread) {
      break;
    }
    const now = performance.now();
    if (now - reportedAt >= progressIntervalMs) {
      reportedAt = now;
      report({ share: size === 0 ? 1 : Math.min(1, end / size), rowCount: captures.rowCount });
    }
  }
  return { ...unread.facts, of: 'lines', isCut };
}

function append(line: Uint8Array | undefined, captures: ImportedCaptures, unread: UnreadRows) {
  unread.next();
  if (!line) {
    unread.add('it is longer than 256 MB');
    return;
  }
  let text: string;
  try {
    text = decoder.decode(line);
  } catch {
    unread.add('it is no UTF-8');
    return;
  }
  if (text.trim() === '') {
    return;
  }
  const row = readNdjsonRow(text, base64);
  if (typeof row === 'string') {
    unread.add(row);
  } else {
    const { connection: name, ...record } = row;
    captures.append({ name, url: '', startedAt: row.at }, record);
  }
}

interface Line {
  /** Absent if it is too long. */
  readonly line: Uint8Array | undefined;
  /** Where the next one begins in the file. */
  readonly end: number;
  /** No line feed follows. */
  readonly isLast: boolean;
}

/** The lines of a file without their ends. One is valid until the next one is taken. */
function* linesOf(file: number): Generator<Line> {
  const block = Buffer.alloc(blockByteLength);
  let parts: Buffer[] = [];
  let length = 0;
  let end = 0;
  const take = (part: Buffer) => {
    length += part.length;
    if (length <= maxLineByteLength) {
      parts.push(part);
    } else {
      parts = [];
    }
  };
  const taken = () => {
    const line = length <= maxLineByteLength ? Buffer.concat(parts) : undefined;
    parts = [];
    length = 0;
    return line;
  };
  for (let count = readSync(file, block, 0, block.length, end); count > 0;) {
    let from = 0;
    for (let to = block.indexOf(lineFeed); to >= 0 && to < count;) {
      const part = block.subarray(from, to);
      let line: Uint8Array | undefined = part;
      if (length > 0) {
        take(part);
        line = taken();
      }
      yield { line, end: end + to + 1, isLast: false };
      from = to + 1;
      to = block.indexOf(lineFeed, from);
    }
    take(Buffer.from(block.subarray(from, count)));
    end += count;
    count = readSync(file, block, 0, block.length, end);
  }
  if (length > 0) {
    yield { line: taken(), end, isLast: true };
  }
}

/** `undefined` if it is none: Node's decoder leaves out what it does not know. */
function base64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
