import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Formats } from '../../core/base/format.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Capture } from '../../core/capture/capture.ts';
import type { ArchivedCapture, CaptureArchive } from '../../core/capture/captureArchive.ts';
import type { Connections } from '../connections/connections.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';
import type { Slot } from '../slots/slot.ts';
import type { Slots } from '../slots/slots.ts';

/** A connection or a slot of this window, or an opened capture of an earlier window. */
export type Source =
  | {
      readonly kind: 'connection';
      readonly id: string;
      readonly capture: Capture;
      readonly captureKey: string;
      readonly monitored: MonitoredConnection;
    }
  | {
      readonly kind: 'slot';
      readonly id: string;
      readonly capture: Capture;
      readonly captureKey: string;
      readonly slot: Slot;
    }
  | {
      readonly kind: 'capture';
      readonly id: string;
      readonly capture: Capture;
      readonly captureKey: string;
      readonly archived: ArchivedCapture;
      /** Whether the next slot of its name takes its place; see `expectSlot`. */
      readonly isAwaited: boolean;
    };

type OpenedCapture = Extract<Source, { kind: 'capture' }>;

export interface SourcesPorts {
  readonly connections: Connections;
  readonly slots: Slots;
  readonly archive: CaptureArchive;
  readonly log: Logger;
}

/** All sources that the monitor can show. */
export class Sources implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: SourcesPorts;
  readonly #captures = new Map<string, OpenedCapture>();
  /** The last captures of connections that are not open, by the id that these have in the monitor. */
  readonly #past = new Map<string, OpenedCapture>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  /** A source was added or removed, or anything that is shown of one has changed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: SourcesPorts) {
    this.#ports = ports;
    for (const { onDidChange } of [ports.connections, ports.slots]) {
      this.#store.add(onDidChange(() => this.#onDidChange.fire(undefined)));
    }
  }

  /** Connections in the order of their creation, then slots, then captures. */
  get all(): readonly Source[] {
    const { connections, slots } = this.#ports;
    return [
      ...connections.all.map(captureSource),
      ...slots.all.map(slotSource),
      ...this.#captures.values(),
    ];
  }

  /** The same with the last captures of connections that are not open. */
  get withPast(): readonly Source[] {
    return [...this.all, ...this.#past.values()];
  }

  /** Whether messages may come, so that rates change without an event. */
  get areLive(): boolean {
    const { connections, slots } = this.#ports;
    return connections.live.length > 0 || slots.all.some(({ isOpen }) => isOpen);
  }

  /** Whether a capture of an earlier window is open, also as the past of a connection. */
  get haveCaptures(): boolean {
    return this.#captures.size + this.#past.size > 0;
  }

  find(id: string): Source | undefined {
    const { connections, slots } = this.#ports;
    const monitored = connections.find(id);
    if (monitored) {
      return captureSource(monitored);
    }
    const slot = slots.find(id);
    return slot ? slotSource(slot) : (this.#captures.get(id) ?? this.#past.get(id));
  }

  /** The last capture of a connection that is not open; see `openPast`. */
  pastOf(id: string): OpenedCapture | undefined {
    return this.#past.get(id);
  }

  /** Opens a capture as the past of a connection: it is a source with the id of the connection. */
  async openPast(id: string, captureKey: string): Promise<void> {
    const { archived, capture } = await this.#ports.archive.open(captureKey);
    this.#past.get(id)?.capture.dispose(); // It was opened twice at the same time.
    this.#past.set(id, { kind: 'capture', id, capture, captureKey, archived, isAwaited: false });
    this.#onDidChange.fire(undefined);
  }

  /** Closes what `openPast` has opened. */
  forgetPast(id: string): void {
    const past = this.#past.get(id);
    if (past && this.#past.delete(id)) {
      past.capture.dispose();
      this.#onDidChange.fire(undefined);
    }
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
    return this.withPast.find(source => source.capture.id === capture);
  }

  /** The source whose capture has this key; opens the capture if needed. */
  async withKey(captureKey: string): Promise<Source> {
    const known = this.all.find(source => source.captureKey === captureKey);
    return known ?? this.#open(captureKey);
  }

  /** Says that an opened capture was that of a slot, which may get sockets in this window as well. */
  expectSlot(id: string): void {
    const opened = this.#captures.get(id);
    if (opened) {
      this.#captures.set(id, { ...opened, isAwaited: true });
      this.#onDidChange.fire(undefined);
    }
  }

  /** The slot that goes on where an opened capture ends, if it is there. */
  successorOf(id: string): Source | undefined {
    const opened = this.#captures.get(id);
    const slot =
      opened?.isAwaited === true &&
      this.#ports.slots.all.find(({ name }) => name === opened.archived.name);
    return slot ? slotSource(slot) : undefined;
  }

  /** Closes a capture and deletes its file. */
  async remove(captureKey: string): Promise<void> {
    this.close(captureKey);
    for (const past of [...this.#past.values()].filter(each => each.captureKey === captureKey)) {
      this.forgetPast(past.id);
    }
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
    for (const { capture } of [...this.#captures.values(), ...this.#past.values()]) {
      capture.dispose();
    }
    this.#past.clear();
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
    const isAwaited = false;
    const opened: OpenedCapture = { kind: 'capture', id, capture, captureKey, archived, isAwaited };
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

function slotSource(slot: Slot): Source {
  const { id, capture } = slot;
  return { kind: 'slot', id, capture, captureKey: captureKeyOf(slot), slot };
}

/** A capture in memory has no file name, and is lost when the window closes. */
export function captureKeyOf({ id, capture }: Pick<Slot, 'id' | 'capture'>): string {
  return capture.storage.path?.replace(/^.*[\\/]/, '') ?? `memory-${id}`;
}

/** Tells captures of one connection from each other: `audit · Nov 28, 15:20`. */
export function captureLabel(
  { name, startedAt }: Pick<ArchivedCapture, 'name' | 'startedAt'>,
  formats: Formats,
): string {
  return `${name} · ${formats.day(startedAt)}`;
}

/** How lists and titles name a source. */
export function sourceLabel(source: Source, formats: Formats): string {
  return source.kind === 'capture'
    ? captureLabel(source.archived, formats)
    : sourceNames(source).name;
}

/** The name and the URL of a source. */
export function sourceNames(source: Source): { readonly name: string; readonly url: string } {
  switch (source.kind) {
    case 'connection': {
      const { name, connection } = source.monitored;
      return { name, url: connection.options.endpoint.display };
    }
    case 'slot': {
      const { name, url } = source.slot;
      return { name, url };
    }
    case 'capture': {
      const { name, url } = source.archived;
      return { name, url };
    }
  }
}
