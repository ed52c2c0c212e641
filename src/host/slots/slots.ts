import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import { uniqueName } from '../../core/endpoint/endpointName.ts';
import { pathLabels } from '../../core/slot/pathLabels.ts';
import type { ObserveSocket, SocketOrigin } from '../../core/slot/observedSocket.ts';
import { shortened } from '../../core/text/plainText.ts';
import type { RecorderPorts } from '../recording/recorder.ts';
import type { SettingsService } from '../settings/settings.ts';
import { Slot } from './slot.ts';

/**
 * How many slots there are at once. Beyond them the one that is closed for longest goes; if all are
 * open, further sockets share one slot, since each slot costs an open file.
 */
export const maxSlots = 50;

/** Of a name in a line that holds more, in UTF-16 code units. */
const maxNameLength = 32;

export interface SlotsPorts extends RecorderPorts {
  readonly settings: Pick<SettingsService, 'current' | 'onDidChange'>;
  /** The connections, whose names no slot may have. */
  readonly named: () => readonly { readonly name: string }[];
}

interface Kept {
  readonly slot: Slot;
  readonly store: DisposableStore;
  /** Of the owner and the path of its sockets. */
  readonly key: string;
}

/** The slots of this window in the order of their creation: where observed sockets are recorded. */
export class Slots implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: SlotsPorts;
  readonly #onDidChange = this.#store.add(new Emitter<Slot>());
  readonly #onDidRemove = this.#store.add(new Emitter<Slot>());
  #kept: readonly Kept[] = [];
  #all: readonly Slot[] = [];
  #made = 0;

  /** Anything that is shown of a slot has changed, or it was removed. */
  readonly onDidChange = this.#onDidChange.event;
  /** A closed slot was removed; only its capture file remains. */
  readonly onDidRemove = this.#onDidRemove.event;

  constructor(ports: SlotsPorts) {
    this.#ports = ports;
    this.#store.add(
      ports.settings.onDidChange(({ values }) => {
        for (const slot of this.#all) {
          slot.setValues(values);
        }
      }),
    );
  }

  get all(): readonly Slot[] {
    return this.#all;
  }

  /** The slot with this id or name. */
  find(idOrName: string): Slot | undefined {
    return (
      this.#all.find(({ id }) => id === idOrName) ?? this.#all.find(({ name }) => name === idOrName)
    );
  }

  /** @throws UserError if there is none */
  get(idOrName: string): Slot {
    const found = this.find(idOrName);
    if (!found) {
      throw new UserError(l10n.t('"{0}" is no longer among the observed sockets.', idOrName));
    }
    return found;
  }

  /**
   * What tells a slot from others of its owner: a short form of its path, with a number if several have
   * that; its whole name if the path is not known.
   */
  labelOf(slot: Slot): string {
    const { name, path, ordinal } = slot;
    if (path === '') {
      return name;
    }
    const siblings = this.siblingsOf(slot);
    const paths = siblings.map(each => each.path);
    const label = pathLabels(paths)[siblings.indexOf(slot)] ?? path;
    return paths.filter(each => each === path).length > 1 ? `${label}${ordinal}` : label;
  }

  /** The slots that are shown below one row with this one, itself included. */
  siblingsOf(slot: Slot): readonly Slot[] {
    return this.#all.filter(each => isSibling(each, slot));
  }

  /** The name, with a short form of its path if it is too long for a line that holds more. */
  shortNameOf(slot: Slot): string {
    const { name, owner, title } = slot;
    return name.length <= maxNameLength
      ? name
      : `${shortened(title || owner.label, maxNameLength)} ${this.labelOf(slot)}`;
  }

  /**
   * Gives a socket its slot: of its owner and path one that is closed, or else one whose socket is closing,
   * so that a program that connects again while its last socket still ends reads as one story; or a new one.
   */
  readonly observe: ObserveSocket = (origin, control) =>
    this.#slotFor(origin).take(origin, control);

  dispose(): void {
    this.#store.dispose();
  }

  #slotFor(origin: SocketOrigin): Slot {
    const { kind, id } = origin.owner;
    const key = JSON.stringify([kind, id, origin.path]);
    const free = this.#kept.filter(each => each.key === key && each.slot.isFree);
    const next = free.find(({ slot }) => !slot.isOpen) ?? free[0];
    if (next) {
      return next.slot;
    }
    if (this.#all.length < maxSlots || this.#removeLongestClosed()) {
      return this.#create(origin, key, origin.name);
    }
    const shared = this.#kept.find(each => each.key === kind);
    const name = kind === 'tap' ? l10n.t('Other tapped sockets') : l10n.t('Other watched sockets');
    return shared?.slot ?? this.#create({ ...origin, path: '' }, kind, name, true);
  }

  #create(origin: SocketOrigin, key: string, wanted: string, isShared = false): Slot {
    const { settings, named } = this.#ports;
    const id = `s${++this.#made}`;
    const name = uniqueName(wanted, [...named(), ...this.#all]);
    const store = this.#store.add(new DisposableStore());
    const { values } = settings.current;
    const ordinal = name.slice(wanted.length);
    const options = { id, name, ordinal, values, isShared };
    const slot = store.add(new Slot(options, origin, this.#ports));
    store.add(slot.onDidChange(() => this.#onDidChange.fire(slot)));
    this.#keep([...this.#kept, { slot, store, key }]);
    return slot;
  }

  /** Its capture file remains; a capture that is only in memory would be lost with it. */
  #removeLongestClosed(): boolean {
    const [longest] = this.#kept
      .filter(({ slot }) => !slot.isOpen && slot.capture.storage.kind === 'file')
      .toSorted((one, other) => one.slot.closedAt - other.slot.closedAt);
    if (longest) {
      this.#keep(this.#kept.filter(each => each !== longest));
      this.#store.delete(longest.store);
      this.#onDidRemove.fire(longest.slot);
      this.#onDidChange.fire(longest.slot);
    }
    return longest !== undefined;
  }

  #keep(kept: readonly Kept[]): void {
    this.#kept = kept;
    this.#all = kept.map(({ slot }) => slot);
  }
}

/** Whether they are shown below one row. */
function isSibling({ owner }: Slot, other: Slot): boolean {
  return owner.kind === other.owner.kind && owner.label === other.owner.label;
}
