import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Capture } from '../../core/capture/capture.ts';
import type { ArchivedCapture, CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { Connections } from '../connections/connections.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';

/** A connection of this window, or an opened capture of an earlier window. */
export type Source =
  | {
      readonly kind: 'connection';
      readonly id: string;
      readonly capture: Capture;
      readonly captureKey: string;
      readonly monitored: MonitoredConnection;
    }
  | {
      readonly kind: 'capture';
      readonly id: string;
      readonly capture: Capture;
      readonly captureKey: string;
      readonly archived: ArchivedCapture;
    };

type OpenedCapture = Extract<Source, { kind: 'capture' }>;

export interface SourcesPorts {
  readonly connections: Connections;
  readonly archive: CaptureArchive;
  readonly log: Logger;
}

/** All sources that the monitor can show. */
export class Sources implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: SourcesPorts;
  readonly #captures = new Map<string, OpenedCapture>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  /** A source was added or removed, or anything that is shown of one has changed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: SourcesPorts) {
    this.#ports = ports;
    this.#store.add(ports.connections.onDidChange(() => this.#onDidChange.fire(undefined)));
  }

  /** Connections in the order of their creation, then captures. */
  get all(): readonly Source[] {
    return [...this.#ports.connections.all.map(captureSource), ...this.#captures.values()];
  }

  find(id: string): Source | undefined {
    const monitored = this.#ports.connections.find(id);
    return monitored ? captureSource(monitored) : this.#captures.get(id);
  }

  /** @throws UserError if it is no longer open */
  get(id: string): Source {
    const found = this.find(id);
    if (!found) {
      throw new UserError(l10n.t('This capture is no longer open.'));
    }
    return found;
  }

  /** The source of a capture, given by the capture's id. */
  ofCapture(capture: number): Source | undefined {
    return this.all.find(source => source.capture.id === capture);
  }

  /** The source whose capture has this key; opens the capture if needed. */
  async withKey(captureKey: string): Promise<Source> {
    const known = this.all.find(source => source.captureKey === captureKey);
    return known ?? this.#open(captureKey);
  }

  /** Closes a capture and deletes its file. */
  async remove(captureKey: string): Promise<void> {
    this.close(captureKey);
    await this.#ports.archive.remove(captureKey);
  }

  /** Closes a capture of an earlier window; its file stays. */
  close(captureKey: string): void {
    const opened = this.#captures.get(idOf(captureKey));
    if (opened && this.#captures.delete(opened.id)) {
      opened.capture.dispose();
      this.#onDidChange.fire(undefined);
    }
  }

  dispose(): void {
    for (const { capture } of this.#captures.values()) {
      capture.dispose();
    }
    this.#captures.clear();
    this.#store.dispose();
  }

  async #open(captureKey: string): Promise<Source> {
    const { archived, capture } = await this.#ports.archive.open(captureKey);
    const id = idOf(captureKey);
    const other = this.#captures.get(id);
    if (other) {
      capture.dispose(); // It was opened twice at the same time.
      return other;
    }
    const opened: OpenedCapture = { kind: 'capture', id, capture, captureKey, archived };
    this.#captures.set(id, opened);
    this.#onDidChange.fire(undefined);
    return opened;
  }
}

function idOf(captureKey: string): string {
  return `file:${captureKey}`;
}

export function captureSource(monitored: MonitoredConnection): Source {
  const { id, capture } = monitored;
  return { kind: 'connection', id, capture, captureKey: captureKeyOf(monitored), monitored };
}

/** A capture in memory has no file name, and is lost when the window closes. */
export function captureKeyOf({ id, capture }: MonitoredConnection): string {
  return capture.storage.path?.replace(/^.*[\\/]/, '') ?? `memory-${id}`;
}

/** The name and the URL of a source. */
export function sourceNames(source: Source): { readonly name: string; readonly url: string } {
  return source.kind === 'connection'
    ? { name: source.monitored.name, url: source.monitored.connection.options.endpoint.display }
    : { name: source.archived.name, url: source.archived.url };
}
