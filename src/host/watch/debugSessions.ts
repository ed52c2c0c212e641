import { debug, type DebugSession } from 'vscode';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import { logged } from '../ui/unwaited.ts';
import type { NodeHook } from './nodeHook.ts';
import { LeftAlone, rootOf } from './sessionRoots.ts';

/** The types of the sessions of js-debug, whatever launch.json calls them, and what each debugs. */
const watchableTypes: Readonly<Record<string, string>> = {
  'pwa-chrome': 'Chrome',
  'pwa-msedge': 'Edge',
  'pwa-editor-browser': 'Browser',
  'pwa-node': 'Node',
  'pwa-extensionHost': 'Extension Host',
};

/** What a session of js-debug debugs: `Chrome`, `Node`. */
export function programOf({ type }: Pick<DebugSession, 'type'>): string {
  return watchableTypes[type] ?? type;
}

/** Whether it debugs a program of Node, or of a runtime that is debugged as such. */
export function isOfNode({ type }: Pick<DebugSession, 'type'>): boolean {
  return type === 'pwa-node' || type === 'pwa-extensionHost';
}

/** What its page or program is called. js-debug adds the name in launch.json, and what it waits for. */
export function titleOf(session: DebugSession): string {
  const [title = ''] = session.name.split(` « ${rootOf(session).name}`);
  return title;
}

/**
 * The id of the owner of its sockets: a session that is started again continues what an earlier one
 * of the same name in launch.json has recorded.
 */
export function ownerIdOf(session: DebugSession): string {
  const { type, workspaceFolder, configuration } = rootOf(session);
  return JSON.stringify([type, workspaceFolder?.uri.toString() ?? '', configuration.name]);
}

/** What follows debug sessions, once it is loaded. */
export interface SessionFollower {
  /** A target is there, and waits for the debugger before it runs. */
  beginUnasked(session: DebugSession): Promise<void>;
  /** The target has loaded a script or module, given by its path or URL. */
  noteScript(session: DebugSession, path: string): void;
}

export interface DebugSessionsParts {
  readonly log: Logger;
  /** Whether sessions are to be watched without being asked. */
  readonly isWatched: () => boolean;
  readonly nodeHook: NodeHook;
  readonly load: () => Promise<SessionFollower>;
  /** Called when sessions have come or gone. */
  readonly onDidChange: (sessions: DebugSessions) => void;
}

/** What is read of the messages of a debug adapter. */
interface DapMessage {
  readonly event?: unknown;
  readonly body?: { readonly source?: { readonly path?: unknown } };
}

/** The running sessions of js-debug. Until there is one that is watched, nothing else is loaded. */
export class DebugSessions implements Disposable {
  readonly #store = new DisposableStore();
  readonly #parts: DebugSessionsParts;
  readonly #running = new Map<string, DebugSession>();
  #hookExpression: string | undefined;

  readonly nodeHook: NodeHook;
  readonly leftAlone = new LeftAlone();

  constructor(parts: DebugSessionsParts) {
    this.#parts = parts;
    this.nodeHook = parts.nodeHook;
    for (const type of Object.keys(watchableTypes)) {
      this.#store.add(
        debug.registerDebugAdapterTrackerFactory(type, {
          createDebugAdapterTracker: session => this.#follow(session),
        }),
      );
    }
  }

  get(id: string): DebugSession | undefined {
    return this.#running.get(id);
  }

  /**
   * Those that debug something themselves: the session that the user starts only has others, one for
   * each page, worker or process.
   */
  get targets(): readonly DebugSession[] {
    return [...this.#running.values()].filter(({ parentSession }) => parentSession !== undefined);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #follow(session: DebugSession) {
    const tracker = this.#tracker(session);
    // The adapter starts only when the tracker is there: the hook's text is, then.
    return this.#mayHook(session) ? this.#readHook().then(() => tracker) : tracker;
  }

  #mayHook(session: DebugSession): boolean {
    const { isWatched, nodeHook } = this.#parts;
    const isAllowed = isWatched() && nodeHook.choice.isWanted;
    return isAllowed && isOfNode(session) && !this.leftAlone.has(session);
  }

  async #readHook(): Promise<void> {
    try {
      this.#hookExpression = await this.nodeHook.expression();
    } catch (error) {
      this.#parts.log.warn('The hook for Node programs cannot be read', error);
    }
  }

  /**
   * Puts the hook into a program that waits for the debugger. It must be asked for before the editor gets
   * to know that the adapter is ready: what the editor sends then, such as the order to let the program
   * run, comes to the adapter later, and so to the program. The hook keeps what it sees until it is
   * listened to, which takes longer.
   */
  #hookEarly(session: DebugSession): void {
    const expression = this.#hookExpression;
    if (expression !== undefined && this.#mayHook(session)) {
      const asked = session.customRequest('evaluate', { expression, context: 'watch' });
      // Where it cannot be done so early, the watch does it.
      asked.then(undefined, () => undefined);
    }
  }

  #tracker(session: DebugSession) {
    const { isWatched, onDidChange } = this.#parts;
    const end = () => {
      if (this.#running.delete(session.id)) {
        onDidChange(this);
      }
    };
    this.#running.set(session.id, session);
    onDidChange(this);
    // The browser takes longer to start than what is needed once its first target is there.
    if (isWatched()) {
      this.#tell(() => undefined);
    }
    return {
      onDidSendMessage: ({ event, body }: DapMessage) => {
        // Only the adapter's own start is early enough: once the editor tells of a session, the page
        // has opened its first sockets.
        if (event === 'initialized' && session.parentSession && isWatched()) {
          this.#hookEarly(session);
          this.#tell(follower => follower.beginUnasked(session));
        } else if (event === 'loadedSource' && isOfNode(session) && isWatched()) {
          const path = body?.source?.path;
          if (typeof path === 'string') {
            this.#tell(follower => {
              follower.noteScript(session, path);
            });
          }
        }
      },
      onWillStopSession: end,
      onExit: end,
    };
  }

  #tell(task: (follower: SessionFollower) => unknown): void {
    const { log, load } = this.#parts;
    logged('Watching a debug session', log, load().then(task));
  }
}
