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
import type { LibraryStore } from './files/libraryStore.ts';

const key = 'library.environment';

/** Which one is active: the workspace and the user may each have one of the same name. */
interface Chosen {
  readonly name: string;
  readonly origin: Origin;
}

export interface EnvironmentsPorts {
  readonly library: Pick<LibraryStore, 'usable' | 'isRead' | 'onDidChange'>;
  readonly extracted: ExtractedValues;
  /** The workspace's state. */
  readonly state: Memento;
  readonly log: Logger;
}

/** The active environment, its status bar item, and the values that references may name. */
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

  /** Another environment is active, or its variables have changed. */
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
   * `undefined` if none was chosen, or the chosen one is gone: another one of that name never takes
   * its place. If any environment of that name is marked as production, this one counts as
   * production.
   */
  get active(): Environment | undefined {
    const chosen = this.#chosen;
    const sameName = this.all.filter(({ name }) => name === chosen?.name);
    const found = sameName.find(({ origin }) => origin === chosen?.origin);
    return found && { ...found, isProduction: this.#isProduction(found.name) };
  }

  /** The names that references may use. */
  get names(): readonly string[] {
    const defined = Object.keys(this.active?.variables ?? {});
    return [...new Set([...defined, ...this.#ports.extracted.names])];
  }

  /**
   * The value of a name: a variable of the active environment, or else an extracted value. So a
   * peer cannot replace a variable that the user has defined.
   *
   * @param connection the id of the connection that the value is for
   * @throws UserError if the files have not been read yet
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
   * The environment to send with.
   *
   * @throws UserError if the files have not been read yet
   */
  toSendWith(): Environment | undefined {
    if (this.#chosen) {
      this.#assertRead();
    }
    return this.active;
  }

  /**
   * Activates the environment of this name, or asks which one to activate.
   *
   * @throws UserError if there is none, or none of this name
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
        l10n.t('The files with environments are still being read. Try again in a moment.'),
      );
    }
  }

  /**
   * The choice; an earlier version stored only the name, which then means the user's own
   * environment.
   */
  get #chosen(): Chosen | undefined {
    const kept = this.#ports.state.get<Chosen | string>(key);
    if (typeof kept !== 'string') {
      return kept;
    }
    const sameName = this.all.filter(({ name }) => name === kept);
    const origin = sameName.some(each => each.origin === 'user') ? 'user' : 'workspace';
    return { name: kept, origin };
  }

  /** @param name only environments of this name; absent: all, and "No Environment" */
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
          `The extractor "${each}" is not used while the environment "${name}" is active, which has a variable of that name.`,
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
              'WebSocket Monitor uses the variables of this production environment. Click to switch.',
            ),
            background: 'warning',
            spoken: l10n.t('WebSocket environment {0}, production', label),
          }
        : {
            icon: 'server-environment',
            text: label,
            tooltip: l10n.t(
              'The environment whose variables WebSocket Monitor uses. Click to switch.',
            ),
            spoken: l10n.t('WebSocket environment {0}', label),
          },
    );
  }
}

function isSame(one: Environment, other: Environment | undefined): boolean {
  return one.name === other?.name && one.origin === other.origin;
}
