import { l10n, StatusBarAlignment, ThemeColor, window, type Memento } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter, type Event } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Environment } from '../../core/library/library.ts';
import { visibleLine } from '../../core/payload/visibleText.ts';
import { CommandId } from '../../shared/ids.ts';
import type { ExtractedValues } from './extractedValues.ts';
import type { LibraryStore } from './libraryStore.ts';

const key = 'library.environment';

export interface EnvironmentsPorts {
  readonly library: Pick<LibraryStore, 'usable' | 'onDidChange'>;
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
    window.createStatusBarItem('websocketMonitor.environment', StatusBarAlignment.Left, 9),
  );
  readonly #onDidChange: Emitter<undefined>;
  #problems = '';

  /** Another one is in use, or what it holds has changed. */
  readonly onDidChange: Event<undefined>;

  constructor(ports: EnvironmentsPorts) {
    this.#ports = ports;
    this.#onDidChange = this.#store.add(
      new Emitter<undefined>(error => ports.log.error('A listener failed', error)),
    );
    this.onDidChange = this.#onDidChange.event;
    this.#item.name = l10n.t('WebSocket Monitor: Environment');
    this.#item.command = CommandId.SwitchEnvironment;
    this.#store.add(ports.library.onDidChange(() => this.#refresh()));
    this.#refresh();
  }

  get all(): readonly Environment[] {
    return this.#ports.library.usable.environments;
  }

  /** `undefined` where none was chosen, or the chosen one is no longer there. */
  get active(): Environment | undefined {
    const name = this.#ports.state.get<string>(key);
    return this.all.find(environment => environment.name === name);
  }

  get isProduction(): boolean {
    return this.active?.isProduction === true;
  }

  /** What references may name. */
  get names(): readonly string[] {
    const defined = Object.keys(this.active?.variables ?? {});
    return [...new Set([...defined, ...this.#ports.extracted.names])];
  }

  /**
   * What a name stands for: a value that was taken from a received message, or else a variable of the
   * environment in use.
   *
   * @param connection whose messages count first
   */
  named(name: string, connection?: string): string | undefined {
    const { variables = {} } = this.active ?? {};
    const defined = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return this.#ports.extracted.get(name, connection) ?? defined;
  }

  /**
   * Asks which one to use, or uses the one of this name.
   *
   * @throws UserError where there is none, or none of this name
   */
  async switch(name: unknown): Promise<void> {
    const { all } = this;
    if (typeof name === 'string' && all.some(each => each.name === name)) {
      await this.#set(name);
      return;
    }
    if (all.length === 0) {
      throw new UserError(
        l10n.t(
          'No environments are defined. Add "environments" to .vscode/websocket-monitor.json: run "Open Messages File".',
        ),
      );
    }
    if (typeof name === 'string' && name !== '') {
      throw new UserError(l10n.t('There is no environment "{0}".', name));
    }
    const picked = await window.showQuickPick(this.#choices(), {
      title: l10n.t('Switch Environment'),
      placeHolder: l10n.t('Whose variables are filled in from now on?'),
    });
    if (picked) {
      await this.#set(picked.environment?.name);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }

  #choices() {
    const { active } = this;
    const defined = this.all.map(environment => ({
      label: visibleLine(environment.name).replaceAll('$(', '$ ('),
      description: [
        environment.isProduction ? l10n.t('production') : '',
        environment.name === active?.name ? l10n.t('in use') : '',
      ]
        .filter(word => word !== '')
        .join(' · '),
      detail: Object.keys(environment.variables).slice(0, 10).join(', '),
      environment,
    }));
    return [...defined, { label: l10n.t('No Environment'), environment: undefined }];
  }

  async #set(name: string | undefined): Promise<void> {
    await this.#ports.state.update(key, name);
    this.#refresh();
  }

  #refresh(): void {
    const { extracted, library, log } = this.#ports;
    const problems = extracted.setExtractors(library.usable.extractors).join('\n');
    if (problems !== '' && problems !== this.#problems) {
      log.warn(problems);
    }
    this.#problems = problems;
    this.#show();
    this.#onDidChange.fire(undefined);
  }

  #show(): void {
    const { active } = this;
    if (this.all.length === 0) {
      this.#item.hide();
      return;
    }
    const name = active ? visibleLine(active.name).replaceAll('$(', '$ (') : '';
    const label = active ? name : l10n.t('No Environment');
    const isProduction = active?.isProduction === true;
    this.#item.text = isProduction
      ? `$(warning) ${l10n.t('{0} (production)', label)}`
      : `$(server-environment) ${label}`;
    this.#item.backgroundColor = isProduction
      ? new ThemeColor('statusBarItem.warningBackground')
      : undefined;
    this.#item.tooltip = isProduction
      ? l10n.t('WebSocket Monitor fills in the variables of production. Click to switch.')
      : l10n.t('Whose variables WebSocket Monitor fills in. Click to switch.');
    this.#item.accessibilityInformation = {
      label: isProduction
        ? l10n.t('WebSocket environment {0}, production', label)
        : l10n.t('WebSocket environment {0}', label),
      role: 'button',
    };
    this.#item.show();
  }
}
