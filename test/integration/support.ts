import { commands, extensions, workspace, type ConfigurationTarget } from 'vscode';
import { settingsSection } from '../../src/core/settings/settingsTable.ts';
import { CommandId } from '../../src/shared/ids.ts';

export const extensionId = 'websocket-monitor.websocket-monitor';

export interface Result {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

export function run<T = unknown>(command: CommandId, ...args: readonly unknown[]): Thenable<T> {
  return commands.executeCommand<T>(command, ...args);
}

/** Waits for a command as long as a test may, and names it where it does not end. */
export function connect(target: unknown): Thenable<Result> {
  return run<Result>(CommandId.Connect, target);
}

export function activeExtension() {
  return extensions.getExtension(extensionId);
}

/** Sets one of our settings for the length of a test; the result puts things back. */
export async function withSetting(
  key: string,
  value: unknown,
  target: ConfigurationTarget | boolean = true,
): Promise<() => Thenable<void>> {
  const configuration = () => workspace.getConfiguration(settingsSection);
  await configuration().update(key, value, target);
  return () => configuration().update(key, undefined, target);
}

/** What puts things back after a test, the last first. */
export class UndoList {
  readonly #steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.#steps.push(step);
  }

  /** Sets one of our settings until the test is over. */
  async set(key: string, value: unknown): Promise<void> {
    this.add(await withSetting(key, value));
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) {
      await step();
    }
  }
}
