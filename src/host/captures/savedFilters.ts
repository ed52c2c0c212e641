import { l10n, type Memento } from 'vscode';
import { Emitter } from '../../core/base/event.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { SavedFilter } from '../../shared/monitorProtocol.ts';
import { askName } from '../ui/prompts.ts';

const key = 'savedFilters';
const maxFilters = 100;
const maxNameLength = 200;

/** The filters that the user saved, sorted by name. */
export class SavedFilters implements Disposable {
  readonly #state: Memento;
  readonly #onDidChange = new Emitter<undefined>();
  readonly onDidChange = this.#onDidChange.event;

  constructor(state: Memento) {
    this.#state = state;
  }

  get all(): readonly SavedFilter[] {
    return this.#state.get<readonly SavedFilter[]>(key, []);
  }

  /** Asks for a name; a filter that has the name already is replaced. */
  async save(text: string): Promise<void> {
    const known = this.all.find(filter => filter.text === text);
    const name = await askName({
      title: l10n.t('Save Filter'),
      prompt: [l10n.t('Name of the filter {0}'), text],
      value: known?.name ?? text,
    });
    const saved = { name: name.slice(0, maxNameLength), text };
    const others = this.all.filter(filter => filter.name !== saved.name);
    await this.#set([...others, saved].slice(-maxFilters));
  }

  async remove(name: string): Promise<void> {
    await this.#set(this.all.filter(filter => filter.name !== name));
  }

  dispose(): void {
    this.#onDidChange.dispose();
  }

  async #set(filters: readonly SavedFilter[]): Promise<void> {
    const collator = new Intl.Collator();
    await this.#state.update(
      key,
      filters.toSorted((a, b) => collator.compare(a.name, b.name)),
    );
    this.#onDidChange.fire(undefined);
  }
}
