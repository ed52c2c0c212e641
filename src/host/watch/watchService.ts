import { debug, l10n, type DebugSession } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { DebugSessions } from './debugSessions.ts';
import { isOfNode, ownerIdOf, programOf } from './debugSessions.ts';
import { rootOf } from './sessionRoots.ts';
import { inform, type Sentence } from '../ui/notify.ts';
import { unwaited } from '../ui/unwaited.ts';
import type { SettingsService } from '../settings/settings.ts';
import { isSocketLibrary } from './nodeChoice.ts';
import { TargetWatch, whyUnwatched, type TargetWatchPorts } from './targetWatch.ts';

export type WatchableSessions = Pick<DebugSessions, 'get' | 'targets' | 'leftAlone' | 'nodeHook'>;

export interface WatchServicePorts extends TargetWatchPorts {
  readonly settings: Pick<SettingsService, 'current' | 'onDidChange'>;
  readonly sessions: WatchableSessions;
}

/** The watches of this window's debug sessions. */
export class WatchService implements Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: WatchServicePorts;
  readonly #watches = new Map<string, TargetWatch>();
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #isDisposed = false;

  /** The set of watched sessions has changed. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(ports: WatchServicePorts) {
    this.#ports = ports;
    this.#store.add(
      ports.settings.onDidChange(({ values }) => {
        if (values['debug.watch'] === 'off') {
          this.stopAll();
        }
      }),
    );
    // js-debug may leave its connection open when a session ends.
    this.#store.add(
      debug.onDidTerminateDebugSession(({ id }) => this.#watches.get(id)?.endWithSession()),
    );
  }

  get isWatching(): boolean {
    return this.#watches.size > 0;
  }

  /** The sessions that could be watched and are not. */
  get unwatched(): readonly DebugSession[] {
    return this.#ports.sessions.targets.filter(({ id }) => !this.#watches.has(id));
  }

  /** The sessions that the user has started and of which something is watched. */
  get watched(): readonly DebugSession[] {
    const roots = [...this.#watches.values()].map(({ session }) => rootOf(session));
    return [...new Map(roots.map(root => [root.id, root])).values()];
  }

  /** Watches a target that has come, unless the user has stopped that. A failure is one line of the log. */
  async beginUnasked(session: DebugSession): Promise<void> {
    if (this.#ports.sessions.leftAlone.has(session)) {
      return;
    }
    try {
      await this.#begin(session, this.#ports.sessions.nodeHook.choice.isWanted);
    } catch (error) {
      this.#ports.log.warn(whyUnwatched(session, error));
    }
  }

  /** Watches a session because the user says so. Throws a UserError if that cannot be. */
  async begin(session: DebugSession): Promise<void> {
    this.#ports.sessions.leftAlone.delete(session);
    try {
      await this.#begin(session, true);
    } catch (error) {
      throw new UserError(whyUnwatched(session, error));
    }
  }

  /** Ends the watches of a session and its parts, given by its id or by that of the owner of sockets. */
  stop(id: string): void {
    this.#stop(session => [session.id, rootOf(session).id, ownerIdOf(session)].includes(id));
  }

  /** Ends the watches of all programs of a kind, as `programOf` names it. */
  stopProgram(program: string): void {
    this.#stop(session => programOf(session) === program);
  }

  stopAll(): void {
    this.#stop(() => true);
  }

  /** The pages that are watched. */
  get pages(): readonly DebugSession[] {
    return [...this.#watches.values()]
      .map(({ session }) => session)
      .filter(session => !isOfNode(session));
  }

  /**
   * Loads pages again.
   *
   * @param id of the session of one, or of the owner of the sockets of several
   * @throws UserError if none is watched any more
   */
  async reloadPage(id: string): Promise<void> {
    const meant = this.pages.filter(page => page.id === id || ownerIdOf(page) === id);
    if (meant.length === 0) {
      throw new UserError(
        l10n.t(
          'The page is no longer watched: its debug session has ended, or the watch was stopped.',
        ),
      );
    }
    for (const { id: session } of meant) {
      await this.#watches.get(session)?.reload();
    }
  }

  /** The running session with this id. */
  sessionOf(id: string): DebugSession | undefined {
    return this.#ports.sessions.get(id);
  }

  /** The whole address of a script, given by the one in a row, which lacks the values of its query. */
  scriptOf(session: string, shown: string): string {
    return this.#watches.get(session)?.scriptOf(shown) ?? shown;
  }

  /**
   * A Node program has loaded a script. If it is a library for WebSockets, the user is asked, once for
   * each workspace, whether such programs are to be watched.
   */
  noteScript(session: DebugSession, path: string): void {
    const { sessions, log } = this.#ports;
    const { choice } = sessions.nodeHook;
    if (choice.isWanted || !isSocketLibrary(path) || this.#watches.has(session.id)) {
      return;
    }
    const ask = async () => {
      if ((await choice.ask()) && sessions.get(session.id)) {
        await this.begin(session);
        inform('information', sentenceOfLateWatch(session));
      }
    };
    unwaited('Watching a Node program', log, ask());
  }

  dispose(): void {
    this.#isDisposed = true;
    for (const watch of [...this.#watches.values()]) {
      watch.dispose();
    }
    this.#store.dispose();
  }

  #stop(isMeant: (session: DebugSession) => boolean): void {
    for (const watch of [...this.#watches.values()].filter(({ session }) => isMeant(session))) {
      this.#ports.sessions.leftAlone.add(watch.session);
      watch.dispose();
    }
  }

  async #begin(session: DebugSession, mayHook: boolean): Promise<void> {
    if (this.#isDisposed || this.#watches.has(session.id)) {
      return;
    }
    const watch = new TargetWatch(session, this.#ports, () => {
      this.#watches.delete(session.id);
      this.#onDidChange.fire(undefined);
    });
    this.#watches.set(session.id, watch);
    this.#onDidChange.fire(undefined);
    try {
      await watch.begin(mayHook);
    } catch (error) {
      watch.dispose();
      throw error;
    }
  }
}

/** Says what is seen of a session that is watched from now on only. */
export function sentenceOfLateWatch(session: DebugSession): Sentence {
  return isOfNode(session)
    ? [
        l10n.t(
          'Watching {0} from now on. Sockets that it opened before are not seen: restart it to see them too.',
        ),
        session.name,
      ]
    : [l10n.t('Watching {0}: its sockets are listed with their first message.'), session.name];
}
