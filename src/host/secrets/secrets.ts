import type { ExtensionContext, Memento, SecretStorage } from 'vscode';
import { Emitter } from '../../core/base/event.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { SecretRegistry } from './secretRegistry.ts';

const namesKey = 'secretNames';

/** The names of the user's secrets. Other keys of the storage do not match, so they cannot be read by name. */
export const secretName = /^[\w.-]{1,100}$/;

/** The key for the hosts of a secret, which is not a valid name of a secret. */
function hostsKeyOf(name: string): string {
  return `hosts:${name}`;
}

/** Whether any are stored, without reading them. */
export function hasSecrets(globalState: Memento): boolean {
  return globalState.get<readonly string[]>(namesKey, []).length > 0;
}

/** The user's secrets by name. The values leave `SecretStorage` only to be sent. */
export class Secrets implements Disposable {
  readonly #storage: SecretStorage;
  readonly #state: Memento;
  readonly #onDidChange = new Emitter<undefined>();
  /** Fired after a secret was stored, limited or deleted in this window. */
  readonly onDidChange = this.#onDidChange.event;
  /** The secrets that were read in this window, to mask them in texts that are shown. */
  readonly registry: SecretRegistry;

  constructor(
    { secrets, globalState }: Pick<ExtensionContext, 'secrets' | 'globalState'>,
    registry: SecretRegistry,
  ) {
    this.#storage = secrets;
    this.#state = globalState;
    this.registry = registry;
  }

  get names(): readonly string[] {
    return this.#state.get<readonly string[]>(namesKey, []);
  }

  async get(name: string): Promise<string | undefined> {
    const value = secretName.test(name) ? await this.#storage.get(name) : undefined;
    this.registry.add(value === undefined ? [] : [value]);
    return value;
  }

  /** The hosts to which a secret may be sent, as from `parseSecretHosts`; empty if there is no limit. */
  async hostsOf(name: string): Promise<readonly string[]> {
    const kept = await this.#storage.get(hostsKeyOf(name));
    return kept === undefined ? [] : kept.split(' ');
  }

  /** Returns whether another value was replaced, whose hosts are kept. */
  async store(name: string, value: string): Promise<boolean> {
    const isReplaced = (await this.#storage.get(name)) !== undefined;
    await this.#storage.store(name, value);
    await this.#state.update(namesKey, [...new Set([...this.names, name])].sort());
    this.#onDidChange.fire(undefined);
    return isReplaced;
  }

  /** Limits a secret to these hosts; an empty list removes the limit. */
  async limit(name: string, hosts: readonly string[]): Promise<void> {
    await this.#bind(name, hosts);
    this.#onDidChange.fire(undefined);
  }

  async delete(name: string): Promise<void> {
    await this.#storage.delete(name);
    await this.#bind(name, []);
    await this.#state.update(
      namesKey,
      this.names.filter(other => other !== name),
    );
    this.#onDidChange.fire(undefined);
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }

  async #bind(name: string, hosts: readonly string[]): Promise<void> {
    if (hosts.length > 0) {
      await this.#storage.store(hostsKeyOf(name), hosts.join(' '));
    } else {
      await this.#storage.delete(hostsKeyOf(name));
    }
  }
}
