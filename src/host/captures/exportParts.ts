import type { Logger } from '../../core/base/logger.ts';
import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { CaptureView, ViewQuery } from '../../core/capture/view.ts';
import type { ExportedConnection, ExportJob, StartExport } from '../../core/export/exportJob.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { Source, Sources } from './sources.ts';

/** Rows that the monitor shows, and which of them are selected. */
export interface ShownRows {
  readonly view: CaptureView;
  readonly connections: readonly ExportedConnection[];
  /** Positions in the view, ends not included. */
  readonly selection?: ExportJob['ranges'];
}

export interface ExportParts {
  readonly sources: Sources;
  readonly archive: CaptureArchive;
  readonly secrets: Secrets;
  readonly formats: Formats;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly openView: (query: ViewQuery) => CaptureView;
  readonly startExport: StartExport;
  /** What the monitor shows; `undefined` where it is closed or empty. */
  readonly currentView: () => ShownRows | undefined;
}

/** What is exported: rows of an open view, or all of a capture. */
export type ExportSubject =
  | { readonly kind: 'shown'; readonly shown: ShownRows; readonly ranges?: ExportJob['ranges'] }
  | { readonly kind: 'capture'; readonly source: Source; readonly filter: string };
