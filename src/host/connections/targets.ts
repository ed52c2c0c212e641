import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Slot } from '../slots/slot.ts';
import type { Slots } from '../slots/slots.ts';
import type { ConnectionOrder } from './connectionOrder.ts';
import type { Connections } from './connections.ts';
import type { MonitoredConnection } from './monitoredConnection.ts';

/** What commands and the composer act on: a connection of this window, or a slot. */
export type Target = MonitoredConnection | Slot;

/** The connections of this window, and then its slots. */
export class Targets implements Disposable {
  readonly #store = new DisposableStore();
  readonly #connections: Connections;
  readonly #slots: Slots;
  readonly #onDidChange = this.#store.add(new Emitter<Target>());

  /** Anything that is shown of one has changed, or it was removed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(connections: Connections, slots: Slots) {
    this.#connections = connections;
    this.#slots = slots;
    this.#store.add(connections.onDidChange(each => this.#onDidChange.fire(each)));
    this.#store.add(slots.onDidChange(each => this.#onDidChange.fire(each)));
  }

  get all(): readonly Target[] {
    return [...this.#connections.all, ...this.#slots.all];
  }

  get order(): ConnectionOrder {
    return this.#connections.order;
  }

  find(idOrName: string): Target | undefined {
    return this.#connections.find(idOrName) ?? this.#slots.find(idOrName);
  }

  /** @throws UserError if there is none, with the names of the existing ones */
  get(idOrName: string): Target {
    const found = this.find(idOrName);
    if (!found && this.#slots.all.length > 0) {
      const names = this.all.map(({ name }) => `"${name}"`).join(', ');
      throw new UserError(
        l10n.t('There is no connection "{0}". Connections: {1}.', idOrName, names),
      );
    }
    return found ?? this.#connections.get(idOrName);
  }

  dispose(): void {
    this.#store.dispose();
  }
}
