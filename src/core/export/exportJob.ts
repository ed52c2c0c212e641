import { UserError } from '../base/errors.ts';

export const exportFormats = ['ndjson', 'csv', 'har'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The facts of a connection whose rows are in the file. */
export interface ExportedConnection {
  readonly capture: number;
  readonly name: string;
  /** Without user information and query. */
  readonly url: string;
}

export interface ExportJob {
  /** The id of an open view, see `CaptureView.id`. */
  readonly view: number;
  /** Positions in the view, ends not included; absent: all rows, as of the beginning of the export. */
  readonly ranges?: readonly (readonly [from: number, to: number])[];
  readonly connections: readonly ExportedConnection[];
  readonly format: ExportFormat;
  /** CSV begins with a byte order mark. */
  readonly byteOrderMark?: boolean;
  /** NDJSON has messages that are JSON as values. */
  readonly isParsed?: boolean;
  /** The file has what decoders say of messages, as far as they can be had. */
  readonly isDecoded?: boolean;
  /** The path of the file. An existing file is replaced only when the export is complete. */
  readonly path: string;
  /** Texts that must not be in the file: each is replaced by `•••`. */
  readonly secrets: readonly string[];
}

export interface ExportProgress {
  readonly rows: number;
  readonly of: number;
  readonly byteLength: number;
  /** Before the first row is written: how many rows decoders have come to, of those that they have to. */
  readonly decoding?: { readonly rows: number; readonly of: number };
}

export interface ExportResult {
  /** Rows that are in the file. */
  readonly rows: number;
  readonly byteLength: number;
  /** Rows that the limits, or the user, dropped before they could be written. */
  readonly missed: number;
  /** Why messages are in the file as they came only, as a sentence. */
  readonly problem?: string;
}

/** Why there is no file, as a sentence for the user. */
export class ExportError extends UserError {
  readonly isCancelled: boolean;

  constructor(message: string, isCancelled = false) {
    super(message);
    this.isCancelled = isCancelled;
  }
}

/** A running export. `done` rejects with an `ExportError`; with `isCancelled` on it after `cancel`. */
export interface RunningExport {
  readonly done: Promise<ExportResult>;
  cancel(): void;
}

export type StartExport = (
  job: ExportJob,
  onProgress: (progress: ExportProgress) => void,
) => RunningExport;

/** Names that Windows reserves for devices, with any extension. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/**
 * A name for a file with an export of `name`, which may hold anything: only letters, digits,
 * dots and dashes are kept, so that it is no path and cannot look like another name.
 *
 * @param moment as ISO 8601, by the clock of its reader
 * @param ending without a dot
 */
export function exportFileName(name: string, moment: string, ending: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[-.]+/, '');
  const short = Array.from(safe)
    .slice(0, 40)
    .join('')
    .replace(/[-.]+$/, '');
  const stem = short === '' || reserved.test(short) ? `messages${short}` : short;
  return `${stem}-${moment.slice(0, 19).replace('T', '-').replaceAll(':', '')}.${ending}`;
}
