import { open, rename, rm, stat } from 'node:fs/promises';
import {
  ExportError,
  type ExportJob,
  type ExportProgress,
  type ExportResult,
} from '../../../core/export/exportJob.ts';
import { SecretRedactor } from '../../../core/secrets/redact.ts';
import type { RowWriter } from '../../../core/export/rowWriter.ts';
import { takeModeOf } from '../../files/privateFiles.ts';
import { blocksOf, positionsIn, type ExportedView, type RowRange } from './exportRows.ts';
import { basename, dirname } from 'node:path';
import { messageOf } from '../../../core/base/errors.ts';

/** How long rows are written before others have their turn. */
const sliceMs = 10;
/** UTF-16 code units that go to the file together. */
const bufferLength = 256 * 1024;
const progressIntervalMs = 100;

/** What is used of a `FileHandle`. */
interface PartFile {
  writeFile(data: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface ExportPorts {
  readonly view: ExportedView;
  readonly ranges: readonly RowRange[];
  /** Rows of a capture from this number on came after the export began. */
  readonly endOf: (capture: number) => number;
  readonly writer: RowWriter;
  /** Captures whose rows are written one after the other; absent: rows are written in order. */
  readonly passes?: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExportProgress) => void;
  /** Yields to other work after a slice of that length. */
  readonly giveWay: (sliceMs: number) => Promise<void>;
  /** Makes a file that does not exist yet; another one than the file system's is for tests. */
  readonly openPart?: (path: string) => Promise<PartFile>;
}

/** Base64 as Node makes it. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function redactorFor({ secrets }: ExportJob): SecretRedactor {
  return new SecretRedactor(secrets);
}

/**
 * Writes an export to `partPath` and, once it is whole and on the disk, gives it its name. Whatever
 * fails, `partPath` is removed and the file at `job.path` is unchanged. Others can read it
 * only if they could read what it replaces.
 *
 * @throws ExportError with a sentence
 */
export async function exportFile(
  job: ExportJob,
  partPath: string,
  ports: ExportPorts,
): Promise<ExportResult> {
  const { openPart = openNew } = ports;
  let file: PartFile | undefined;
  try {
    await assertNoFolder(job.path);
    file = await openPart(partPath);
    const result = await write(job, file, ports);
    await file.sync();
    await file.close();
    assertGoesOn(ports.signal);
    await takeModeOf(job.path, partPath);
    await rename(partPath, job.path);
    return result;
  } catch (error) {
    // Closed a second time, or not closable because the disk is full: the file is removed anyway.
    await file?.close().catch(() => undefined);
    if (file) {
      await rm(partPath, { force: true });
    }
    throw new ExportError(exportSentence(error, job.path), ports.signal.aborted);
  }
}

async function write(job: ExportJob, file: PartFile, ports: ExportPorts): Promise<ExportResult> {
  const { signal, writer, onProgress, giveWay } = ports;
  const source = new Pieces(job, ports);
  let byteLength = 0;
  let text = '';
  const flush = async () => {
    const bytes = Buffer.from(text);
    text = '';
    byteLength += bytes.length;
    await file.writeFile(bytes);
  };
  let sliceBegan = performance.now();
  let reportedAt = sliceBegan;
  for (const piece of source.all()) {
    text += piece;
    if (text.length >= bufferLength) {
      await flush();
    }
    const now = performance.now();
    if (now - reportedAt >= progressIntervalMs) {
      reportedAt = now;
      onProgress({ rows: source.done, of: source.total, byteLength });
    }
    if (now - sliceBegan >= sliceMs) {
      await giveWay(sliceMs);
      sliceBegan = performance.now();
    }
    assertGoesOn(signal);
  }
  await flush();
  onProgress({ rows: source.total, of: source.total, byteLength });
  return { rows: writer.rowCount, byteLength, missed: source.missed };
}

/** The text of an export, made as it is asked for. */
class Pieces {
  readonly #job: ExportJob;
  readonly #ports: ExportPorts;
  /** Positions of all passes, and how many of them are done. */
  readonly total: number;
  done = 0;
  missed = 0;

  constructor(job: ExportJob, ports: ExportPorts) {
    this.#job = job;
    this.#ports = ports;
    this.total = positionsIn(ports.ranges) * (ports.passes?.length ?? 1);
  }

  *all(): Generator<string> {
    const { writer, passes = [undefined] } = this.#ports;
    yield writer.begin();
    for (const [index, pass] of passes.entries()) {
      yield* this.#pass(pass, index === 0);
    }
    yield writer.end();
  }

  *#pass(only: number | undefined, isFirst: boolean): Generator<string> {
    const { view, ranges, endOf, writer } = this.#ports;
    for (const { rows, positionCount } of blocksOf(view, ranges)) {
      for (const { capture, record } of rows) {
        const isWanted = only === undefined || only === capture;
        if (isWanted && record.seq < endOf(capture)) {
          yield* writer.row(this.#connectionOf(capture), record);
        }
      }
      this.done += positionCount;
      this.missed += isFirst ? positionCount - rows.length : 0;
      yield '';
    }
  }

  #connectionOf(capture: number) {
    const found = this.#job.connections.find(each => each.capture === capture);
    return found ?? { capture, name: '', url: '' };
  }
}

/** @throws ExportError if it was cancelled */
export function assertGoesOn(signal: AbortSignal): void {
  if (signal.aborted) {
    throw new ExportError('The export was cancelled.', true);
  }
}

/** Checked first, because the user should not learn it after the last row. */
async function assertNoFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new ExportError(`${path} is a folder. Choose another name.`);
  }
}

function openNew(path: string): Promise<PartFile> {
  return open(path, 'wx', 0o600);
}

/** Says why there is no file at `path`, and what to do. */
function exportSentence(error: unknown, path: string): string {
  if (error instanceof ExportError) {
    return error.message;
  }
  const folder = dirname(path);
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `The disk is full: the export does not fit into ${folder}. Free space, or export fewer messages.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${basename(path)} cannot be written in ${folder}: permission denied. Choose another folder.`;
    case 'ENOENT':
    case 'ENOTDIR':
      return `There is no folder ${folder}. Choose another one.`;
    case 'EISDIR':
    case 'ENOTEMPTY':
      return `${path} is a folder. Choose another name.`;
    case 'ENAMETOOLONG':
      return `The name ${basename(path)} is too long. Choose a shorter one.`;
    default:
      return `The export to ${path} failed: ${messageOf(error)}.`;
  }
}
