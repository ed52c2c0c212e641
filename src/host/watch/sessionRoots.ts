import type { DebugSession } from 'vscode';

/** The session that the user has started, of which this one is a part. */
export function rootOf(session: DebugSession): DebugSession {
  return session.parentSession ? rootOf(session.parentSession) : session;
}

/** The sessions, with all their parts, that are watched only when the user says so again. */
export class LeftAlone {
  readonly #roots = new Set<string>();

  has(session: DebugSession): boolean {
    return this.#roots.has(rootOf(session).id);
  }

  add(session: DebugSession): void {
    this.#roots.add(rootOf(session).id);
  }

  delete(session: DebugSession): void {
    this.#roots.delete(rootOf(session).id);
  }
}
