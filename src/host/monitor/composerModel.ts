import { Emitter, type Event } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { ComposerResults, ComposerView } from '../../shared/composerProtocol.ts';
import type { Params, RequestHandlers } from '../../shared/monitorProtocol.ts';
import type { Connections } from '../connections/connections.ts';
import type { Targets } from '../connections/targets.ts';
import type { Environments } from '../library/environments.ts';
import { saveMessage, type ItemCommandParts } from '../library/items/itemCommands.ts';
import type { LibraryRuns } from '../library/runs/libraryRuns.ts';
import type { SequenceRunner } from '../library/runs/sequenceRunner.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { MessageFiles } from '../sending/messageFiles.ts';
import { unlessCancelled } from '../ui/prompts.ts';
import type { Sender } from '../sending/sender.ts';

/** Of each kind of name that is offered for completion. */
const maxNames = 500;

export interface ComposerModelPorts extends ItemCommandParts {
  readonly connections: Connections;
  readonly targets: Targets;
  readonly runner: SequenceRunner;
  readonly runs: LibraryRuns;
  readonly environments: Environments;
  readonly sender: Sender;
  readonly files: MessageFiles;
  readonly secrets: Secrets;
}

type ComposerRequest =
  | 'compose.check'
  | 'compose.send'
  | 'compose.pickFile'
  | 'compose.save'
  | 'queue.cancel'
  | 'library.run'
  | 'library.body'
  | 'run.stop';

/** What the page's composer shows of the selected connection, and the answers to its requests. */
export class ComposerModel implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: ComposerModelPorts;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());

  /** What the composer shows may have changed. */
  readonly onDidChange: Event<undefined> = this.#onDidChange.event;

  readonly handlers: Pick<RequestHandlers, ComposerRequest> = {
    'compose.check': ({ connection, body }) => {
      const { targets, sender } = this.#ports;
      return sender.check(targets.get(connection), body, 'page');
    },
    'compose.send': params => this.#send(params),
    'compose.pickFile': async () => {
      const path = await this.#ports.files.pick();
      return path === undefined ? {} : { path };
    },
    'compose.save': async ({ body }) => {
      const path = await unlessCancelled(saveMessage(this.#ports, body));
      return path === undefined ? {} : { path };
    },
    'queue.cancel': ({ connection }) => {
      this.#ports.connections.get(connection).connection.cancelQueued();
      return undefined;
    },
    'library.run': async ({ connection, path, origin }) => {
      const { runs } = this.#ports;
      const started = await unlessCancelled(runs.startByPath(path, origin, connection));
      return { isStarted: started !== undefined };
    },
    'library.body': ({ path, origin }) => ({ body: this.#ports.runs.bodyOf(path, origin) }),
    'run.stop': ({ id }) => {
      this.#ports.runs.stop(id);
      return undefined;
    },
  };

  constructor(ports: ComposerModelPorts) {
    this.#ports = ports;
    const { library, runner, environments, secrets } = ports;
    for (const { onDidChange } of [library, runner, environments, secrets]) {
      this.#store.add(onDidChange(() => this.#onDidChange.fire(undefined)));
    }
  }

  /** `undefined` if nothing can be sent to the source, as to the capture of an earlier window. */
  view(selected: string | undefined): ComposerView | undefined {
    const { targets, sender, secrets, runs, environments } = this.#ports;
    const monitored = selected === undefined ? undefined : targets.find(selected);
    if (!monitored) {
      return undefined;
    }
    const { id, takes, queuedCount: queued } = monitored;
    const sends = takes === 'written' ? 'now' : takes === 'queued' ? 'queue' : 'never';
    const { active, names } = environments;
    return {
      connection: id,
      sends,
      ...(sends === 'never' && { why: monitored.refusalOf('message') }),
      queued,
      ...('owner' in monitored && monitored.owner.kind === 'watch' && { needsTap: true }),
      ...('owner' in monitored && monitored.control && { hasSides: true }),
      history: sender.history(monitored),
      names: {
        env: Object.keys(process.env).sort().slice(0, maxNames),
        secret: secrets.names.slice(0, maxNames),
        named: names.slice(0, maxNames),
      },
      items: runs.items,
      runs: runs.runsOn(id),
      ...(active && { environment: { name: active.name, isProduction: active.isProduction } }),
    };
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #send({
    connection,
    body,
    to,
  }: Params<'compose.send'>): Promise<ComposerResults['compose.send']> {
    const { targets, sender } = this.#ports;
    const delivery = await unlessCancelled(
      sender.send(targets.get(connection), body, 'page', undefined, to),
    );
    return { delivery: delivery ?? 'cancelled' };
  }
}
