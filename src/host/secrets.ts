import type { ExtensionContext, Memento, SecretStorage } from 'vscode';

const namesKey = 'secretNames';

/** The user's secrets by name. The values never leave `SecretStorage` but for a handshake. */
export class Secrets {
  readonly #storage: SecretStorage;
  readonly #state: Memento;

  constructor({ secrets, globalState }: Pick<ExtensionContext, 'secrets' | 'globalState'>) {
    this.#storage = secrets;
    this.#state = globalState;
  }

  get names(): readonly string[] {
    return this.#state.get<readonly string[]>(namesKey, []);
  }

  get(name: string): Thenable<string | undefined> {
    return this.#storage.get(name);
  }

  async store(name: string, value: string): Promise<void> {
    await this.#storage.store(name, value);
    await this.#state.update(namesKey, [...new Set([...this.names, name])].sort());
  }

  async delete(name: string): Promise<void> {
    await this.#storage.delete(name);
    await this.#state.update(
      namesKey,
      this.names.filter(other => other !== name),
    );
  }
}
