import type { CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { Formats } from '../../core/base/format.ts';
import type { ShowMonitor } from '../connections/commands/connect.ts';
import type { Sources } from './sources.ts';

/** What the commands about captures use. */
export interface CaptureParts {
  readonly archive: CaptureArchive;
  readonly sources: Sources;
  readonly showMonitor: ShowMonitor;
  readonly panel: {
    set(change: { readonly merged: string[] }): void;
  };
  readonly formats: Formats;
  /** Called when the list of captures has changed. */
  readonly refresh: () => void;
}
