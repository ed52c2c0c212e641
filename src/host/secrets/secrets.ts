import type { ExtensionContext, Memento, SecretStorage } from 'vscode';
import { Emitter } from '../../core/base/event.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { SecretRegistry } from './secretRegistry.ts';

const namesKey = 'secretNames';

/** No other name has a secret of the user's: what else is kept there is nobody's to name. */
export const secretName = /^[\w.-]{1,100}$/;

/** Where the hosts of a secret are kept: no secret has such a name. */
function hostsKeyOf(name: string): string {
  return `hosts:${name}`;
}

/** The user's secrets by name. The values never leave `SecretStorage` but to be sent. */
export class Secrets implements Disposable {
  readonly #storage: SecretStorage;
  readonly #state: Memento;
  readonly #onDidChange = new Emitter<undefined>();
  /** A secret was stored or deleted in this window. */
  readonly onDidChange = this.#onDidChange.event;
  /** Those that were read in this window, for taking them out of what is shown. */
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

  /** The hosts that a secret may go to, as `parseSecretHosts` gives them; none where it may go to all. */
  async hostsOf(name: string): Promise<readonly string[]> {
    const kept = await this.#storage.get(hostsKeyOf(name));
    return kept === undefined ? [] : kept.split(' ');
  }

  /** Returns whether it took the place of another value, whose hosts then hold for it. */
  async store(name: string, value: string): Promise<boolean> {
    const isReplaced = (await this.#storage.get(name)) !== undefined;
    await this.#storage.store(name, value);
    await this.#state.update(namesKey, [...new Set([...this.names, name])].sort());
    this.#onDidChange.fire(undefined);
    return isReplaced;
  }

  /** Lets a secret go to these hosts only; to all where there are none. */
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
