import { l10n, type Memento } from 'vscode';
import { Emitter, type Event } from '../../core/base/event.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { SavedFilter } from '../../shared/monitorProtocol.ts';
import { askText } from '../ui/prompts.ts';

const key = 'savedFilters';
const mostFilters = 100;

/** The filters that the user gave names to, in the order of their names. */
export class SavedFilters implements Disposable {
  readonly #state: Memento;
  readonly #onDidChange: Emitter<undefined>;
  readonly onDidChange: Event<undefined>;

  constructor(state: Memento, log: Logger) {
    this.#state = state;
    this.#onDidChange = new Emitter(error => log.error('A listener failed', error));
    this.onDidChange = this.#onDidChange.event;
  }

  get all(): readonly SavedFilter[] {
    return this.#state.get<readonly SavedFilter[]>(key, []);
  }

  /** Asks for a name; one that is in use is given to the new filter. */
  async save(text: string): Promise<void> {
    const known = this.all.find(filter => filter.text === text);
    const name = await askText({
      title: l10n.t('Save Filter'),
      prompt: [l10n.t('A name for the filter {0}'), text],
      value: known?.name ?? text,
      validate: value => (value.trim() === '' ? l10n.t('Give it a name.') : undefined),
    });
    if (name === undefined) {
      return;
    }
    const saved = { name: name.trim().slice(0, 200), text };
    const others = this.all.filter(filter => filter.name !== saved.name);
    await this.#set([...others, saved].slice(-mostFilters));
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
