import { l10n, StatusBarAlignment, type Memento } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Environment } from '../../core/library/library.ts';
import { template, type Origin, type Value } from '../../core/variables/value.ts';
import { CommandId } from '../../shared/ids.ts';
import { pickOne, unlessCancelled } from '../ui/prompts.ts';
import { StatusItem } from '../ui/statusItem.ts';
import type { ExtractedValues } from './extractedValues.ts';
import type { LibraryStore } from './libraryStore.ts';

const key = 'library.environment';

/** Which one is in use: a workspace and the user may have one of the same name each. */
interface Chosen {
  readonly name: string;
  readonly origin: Origin;
}

export interface EnvironmentsPorts {
  readonly library: Pick<LibraryStore, 'usable' | 'isRead' | 'onDidChange'>;
  readonly extracted: ExtractedValues;
  /** Of the workspace. */
  readonly state: Memento;
  readonly log: Logger;
}

/** The environment in use, in the status bar, and the values that references may name. */
export class Environments implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: EnvironmentsPorts;
  readonly #item = this.#store.add(
    new StatusItem({
      id: 'websocketMonitor.environment',
      name: l10n.t('WebSocket Monitor: Environment'),
      alignment: StatusBarAlignment.Left,
      priority: 9,
      command: CommandId.SwitchEnvironment,
    }),
  );
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #problems = '';

  /** Another one is in use, or what it holds has changed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: EnvironmentsPorts) {
    this.#ports = ports;
    this.#store.add(ports.library.onDidChange(() => this.#refresh()));
    this.#refresh();
  }

  get all(): readonly Environment[] {
    return this.#ports.library.usable.environments;
  }

  /**
   * `undefined` where none was chosen, or the chosen one is no longer there. Another of that name never
   * takes its place, but is enough to make it production.
   */
  get active(): Environment | undefined {
    const chosen = this.#chosen;
    const sameName = this.all.filter(({ name }) => name === chosen?.name);
    const found = sameName.find(({ origin }) => origin === chosen?.origin);
    return found && { ...found, isProduction: this.#isProduction(found.name) };
  }

  /** What references may name. */
  get names(): readonly string[] {
    const defined = Object.keys(this.active?.variables ?? {});
    return [...new Set([...defined, ...this.#ports.extracted.names])];
  }

  /**
   * What a name stands for: a variable of the environment in use, or else what was taken from a
   * received message. So nobody who sends messages replaces what somebody has defined.
   *
   * @param connection the id of the one that it is for
   * @throws UserError where that is not known, since the files were not read yet
   */
  named(name: string, connection: string | undefined): Value | undefined {
    const { variables = {}, origin = 'user' } = this.active ?? {};
    const defined = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (defined !== undefined) {
      return template(defined, origin);
    }
    this.#assertRead();
    return this.#ports.extracted.get(name, connection);
  }

  /**
   * The environment that something is about to be sent with.
   *
   * @throws UserError where that is not known, since the files were not read yet
   */
  toSendWith(): Environment | undefined {
    if (this.#chosen) {
      this.#assertRead();
    }
    return this.active;
  }

  /**
   * Asks which one to use, or uses the one of this name.
   *
   * @throws UserError where there is none, or none of this name
   */
  async switch(name: unknown): Promise<void> {
    const { all } = this;
    const [meant, another] = all.filter(each => each.name === name);
    if (meant && !another) {
      await this.#set(meant);
      return;
    }
    if (all.length === 0) {
      throw new UserError(
        l10n.t(
          'No environments are defined. Add "environments" to .vscode/websocket-monitor.json: run "Open Messages File".',
        ),
      );
    }
    if (!meant && typeof name === 'string' && name !== '') {
      throw new UserError(l10n.t('There is no environment "{0}".', name));
    }
    const picked = await unlessCancelled(
      pickOne(this.#choices(meant?.name), {
        title: l10n.t('Switch Environment'),
        placeHolder: l10n.t('Select the environment'),
      }),
    );
    if (picked) {
      await this.#set(picked.environment);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #isProduction(name: string): boolean {
    return this.all.some(each => each.name === name && each.isProduction);
  }

  #assertRead(): void {
    if (!this.#ports.library.isRead) {
      throw new UserError(
        l10n.t(
          'The environments are not known yet: the files of saved messages are still being read. Try again in a moment.',
        ),
      );
    }
  }

  /** What was chosen; an earlier version kept the name alone, which then means the user's own. */
  get #chosen(): Chosen | undefined {
    const kept = this.#ports.state.get<Chosen | string>(key);
    if (typeof kept !== 'string') {
      return kept;
    }
    const sameName = this.all.filter(({ name }) => name === kept);
    const origin = sameName.some(each => each.origin === 'user') ? 'user' : 'workspace';
    return { name: kept, origin };
  }

  /** @param name of those that are to choose from; absent: all, and none */
  #choices(name: string | undefined) {
    const { active } = this;
    const meant = this.all.filter(each => name === undefined || each.name === name);
    const defined = meant.map(environment => ({
      label: environment.name,
      description: [
        environment.origin === 'user' ? l10n.t('User') : l10n.t('Workspace'),
        this.#isProduction(environment.name) ? l10n.t('production') : '',
        isSame(environment, active) ? l10n.t('in use') : '',
      ]
        .filter(word => word !== '')
        .join(' · '),
      detail: Object.keys(environment.variables).slice(0, 10).join(', '),
      environment,
    }));
    const none = { label: l10n.t('No Environment'), environment: undefined };
    return name === undefined ? [...defined, none] : defined;
  }

  async #set(environment: Environment | undefined): Promise<void> {
    const chosen = environment && { name: environment.name, origin: environment.origin };
    await this.#ports.state.update(key, chosen);
    this.#refresh();
  }

  #refresh(): void {
    const { extracted, library, log } = this.#ports;
    const unusable = extracted.setExtractors(library.usable.extractors);
    const problems = [...unusable, ...this.#overridden()].join('\n');
    if (problems !== '' && problems !== this.#problems) {
      log.warn(problems);
    }
    this.#problems = problems;
    this.#show();
    this.#onDidChange.fire(undefined);
  }

  /** A sentence for each extractor whose name is that of a variable. */
  #overridden(): readonly string[] {
    const { name = '', variables = {} } = this.active ?? {};
    return this.#ports.extracted.names
      .filter(each => Object.hasOwn(variables, each))
      .map(
        each =>
          `The extractor "${each}" is not used while the environment "${name}" is: it has a variable of that name.`,
      );
  }

  #show(): void {
    const { active } = this;
    if (this.all.length === 0) {
      this.#item.hide();
      return;
    }
    const label = active ? active.name : l10n.t('No Environment');
    this.#item.show(
      active?.isProduction === true
        ? {
            icon: 'warning',
            text: l10n.t('{0} (production)', label),
            tooltip: l10n.t(
              'WebSocket Monitor fills in the variables of production. Click to switch.',
            ),
            background: 'warning',
            spoken: l10n.t('WebSocket environment {0}, production', label),
          }
        : {
            icon: 'server-environment',
            text: label,
            tooltip: l10n.t('Whose variables WebSocket Monitor fills in. Click to switch.'),
            spoken: l10n.t('WebSocket environment {0}', label),
          },
    );
  }
}

function isSame(one: Environment, other: Environment | undefined): boolean {
  return one.name === other?.name && one.origin === other.origin;
}
