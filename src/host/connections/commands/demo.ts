import { commands, env, l10n } from 'vscode';
import type { Disposable } from '../../../core/base/lifecycle.ts';
import type { Logger } from '../../../core/base/logger.ts';
import { CommandId } from '../../../shared/ids.ts';
import { logged, unwaited } from '../../ui/unwaited.ts';
import { showInformation } from '../../ui/notify.ts';

/** A running server, as `node/demo/demoServer.ts` starts it. */
interface Server {
  readonly url: string;
  dispose(): Promise<void>;
}

/** The demo server of this window: at most one. */
export class Demo implements Disposable {
  readonly #start: () => Promise<Server>;
  readonly #onDidChange: (isRunning: boolean) => void;
  readonly #log: Logger;
  #server: Promise<Server> | undefined;

  constructor(
    start: () => Promise<Server>,
    onDidChange: (isRunning: boolean) => void,
    log: Logger,
  ) {
    this.#start = start;
    this.#log = log;
    this.#onDidChange = onDidChange;
  }

  /** Starts it unless it is running; resolves to its address. */
  async start(): Promise<{ url: string }> {
    this.#server ??= this.#start();
    try {
      const { url } = await this.#server;
      this.#onDidChange(true);
      return { url };
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
  }

  /** Stops it; resolves to its former address, or to `undefined` if it was not running. */
  async stop(): Promise<{ url: string } | undefined> {
    const server = await this.#server;
    this.#server = undefined;
    this.#onDidChange(false);
    await server?.dispose();
    return server && { url: server.url };
  }

  /** Starts it, and offers to connect to it. */
  async startAndOffer(): Promise<{ url: string }> {
    const { url } = await this.start();
    unwaited('The demo server', this.#log, this.#offer(url));
    return { url };
  }

  dispose(): void {
    logged('Stopping the demo server', this.#log, this.stop());
  }

  async #offer(url: string): Promise<void> {
    const [connect, copy] = [l10n.t('Connect'), l10n.t('Copy URL')];
    const sentence = [l10n.t('The demo server is running at {0}'), url] as const;
    const chosen = await showInformation(sentence, connect, copy);
    if (chosen === connect) {
      await commands.executeCommand(CommandId.Connect, { url, name: l10n.t('Demo ticker') });
      await commands.executeCommand(CommandId.OpenMonitor);
    } else if (chosen === copy) {
      await env.clipboard.writeText(url);
    }
  }
}
