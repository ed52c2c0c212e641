import { basename } from 'node:path';
import type { Extent } from '../../../core/capture/capture.ts';
import { nextSeqOf } from '../../../core/record/block.ts';
import { blockByteLength, type BlockHeader } from '../../../core/record/blockFormat.ts';
import { segmentPath, segmentsOf } from '../../files/segmentFiles.ts';
import { storedExtents } from '../store/controlFile.ts';
import { Segment } from '../store/segment.ts';
import { scanSegment } from '../store/segmentScan.ts';
import type { Sqlite } from '../store/sqlite.ts';
import { FileProblem, unreadable } from './archivedFacts.ts';
import { maxLockedMs } from './lockedFile.ts';

/**
 * Looks at each page of a database, which takes one or two seconds for each gigabyte. Throws a sentence
 * if it is damaged.
 */
export function checkDatabase(sqlite: Sqlite, path: string): void {
  const database = new sqlite.DatabaseSync(path, { readOnly: true, timeout: maxLockedMs });
  try {
    const [found] = database.prepare('PRAGMA quick_check(1)').all();
    const fault = found?.['quick_check'];
    if (fault !== 'ok') {
      throw new FileProblem(`The file is damaged (${String(fault)}).`);
    }
  } catch (error) {
    throw new Error(unreadable(error), { cause: error });
  } finally {
    database.close();
  }
}

const count = new Intl.NumberFormat('en');

/**
 * What is wrong with the log of a capture that is in order, as a sentence; `undefined` if nothing is.
 * Most of a damaged log can be read. Throws the errors of the file system and of SQLite.
 *
 * @param path of the control file
 * @param isThorough looks at each byte, which takes about a second for each gigabyte, and not only at
 * the headers of the blocks
 */
export function damageOf(sqlite: Sqlite, path: string, isThorough: boolean): string | undefined {
  const { extent, isImported } = controlAt(sqlite, path);
  const { first, next, missing = 0 } = extent;
  const damaged = missingSegments(path);
  let rowCount = 0;
  let nextSeq = 0;
  for (const file of segmentsOf(path)) {
    const { headers, isWhole } = scan(file.number, file.path, nextSeq, isThorough);
    if (!isWhole) {
      damaged.push(basename(file.path));
    }
    for (const header of headers) {
      nextSeq = nextSeqOf(header);
      rowCount += Math.max(0, Math.min(next, nextSeq) - Math.max(first, header.firstSeq));
    }
  }
  // The rows of damaged blocks were counted as missing when the log was brought into order.
  const lost = Math.max(0, next - first - rowCount - (isImported ? missing : 0));
  if (damaged.length > 0) {
    const names = damaged.join(', ');
    return `${count.format(lost)} messages are lost, or not as they came: ${names} was damaged or removed.`;
  }
  return lost > 0
    ? `${count.format(lost)} messages are lost: they are in none of the files of the capture.`
    : undefined;
}

function controlAt(
  sqlite: Sqlite,
  path: string,
): { readonly extent: Extent; readonly isImported: boolean } {
  const database = new sqlite.DatabaseSync(path, { readOnly: true, timeout: maxLockedMs });
  try {
    const source = database.prepare('SELECT source FROM capture').get()?.['source'];
    return { extent: storedExtents(database).extent, isImported: typeof source === 'string' };
  } finally {
    database.close();
  }
}

/** The names of segments that are not there although later ones are; of many that follow each other two. */
function missingSegments(path: string): string[] {
  const numbers = segmentsOf(path).map(({ number }) => number);
  return numbers.slice(1).flatMap((next, index) => {
    const [from, to] = [(numbers[index] ?? next) + 1, next - 1];
    const [first, last] = [from, to].map(number => basename(segmentPath(path, number)));
    return from > to ? [] : from === to ? [`${first}`] : [`${first} to ${last}`];
  });
}

function scan(
  number: number,
  path: string,
  nextSeq: number,
  isThorough: boolean,
): { readonly headers: readonly BlockHeader[]; readonly isWhole: boolean } {
  const segment = new Segment(number, path, 'r');
  try {
    const headers = scanSegment(segment, nextSeq, isThorough).blocks.map(({ header }) => header);
    const byteLength = headers.reduce((sum, header) => sum + blockByteLength(header), 0);
    return { headers, isWhole: byteLength === segment.length };
  } finally {
    segment.close();
  }
}
