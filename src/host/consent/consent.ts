import { createHash } from 'node:crypto';
import { l10n, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { TaskQueue } from '../../core/base/taskQueue.ts';
import { parseEndpoint } from '../../core/endpoint/endpoint.ts';
import { destinationOf, type Destination } from '../../core/consent/destination.ts';
import type { Disclosure, Wanted } from '../../core/consent/disclosure.ts';
import { anywhere, renamedIn } from '../../core/consent/permissions.ts';
import { guardedSource } from '../../core/consent/guardedSource.ts';
import { maySecretGo } from '../../core/consent/secretHosts.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import { referencesIn } from '../../core/variables/template.ts';
import { askForPermission, type Purpose } from './permissionQuestion.ts';
import type { PermissionStore } from './permissionStore.ts';

export interface ConsentPorts {
  readonly permissions: PermissionStore;
  /** The hosts that a secret is limited to; empty if it may be sent to all. */
  readonly hostsOf: (secret: string) => Promise<readonly string[]>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What of a connection determines its destination. */
export interface ConsentSubject {
  readonly id: string;
  readonly profile: Profile;
  /** What a tap dials for its programs, which the user cannot have dialled again. */
  readonly isTap?: boolean;
}

/** The user would have to be asked, and may not be now. Its message says how to be asked. */
export class MustAskError extends UserError {
  constructor(sentence: string, isTap: boolean) {
    super(`${sentence} ${howToBeAsked(isTap)}`);
  }
}

/** For texts without references. */
const noVariables = {
  named: () => undefined,
  env: () => undefined,
  workspaceFolder: () => undefined,
};

export interface PermissionRequest {
  readonly purpose: Purpose;
  /** All permissions that the purpose needs; called again after the user has answered. */
  readonly wanted: () => readonly Wanted[];
  /** Whether the user may be asked. */
  readonly mayAsk: boolean;
  /** See `ConsentSubject`. */
  readonly isTap?: boolean;
}

/** Asks before anything is sent because a workspace says so, and withholds what is not allowed. */
export class Consent {
  readonly #ports: ConsentPorts;
  /** By the connection's id. */
  readonly #destinations = new Map<string, Destination>();
  /** Asks one question at a time: what is allowed in one need not be asked in the next. */
  readonly #questions = new TaskQueue();

  constructor(ports: ConsentPorts) {
    this.#ports = ports;
  }

  /** To be called before a connection is dialled. */
  noteDestination(connection: string, destination: Destination): void {
    this.#destinations.set(connection, destination);
  }

  /** A redirect has led a connection to another origin, for which nothing was allowed. */
  noteMove(connection: string, origin: string): void {
    const noted = this.#destinations.get(connection);
    if (noted && noted.origin !== origin) {
      const to = noted.to.replace(/^\S+/, () => origin);
      this.#destinations.set(connection, { ...noted, to, origin });
    }
  }

  /**
   * The destination of what is sent on a connection.
   *
   * @throws UserError if that is not known before it is dialled
   */
  destinationOf({ id, profile }: ConsentSubject): Destination {
    const noted = this.#destinations.get(id);
    if (noted) {
      return noted;
    }
    if (referencesIn(`${profile.url}${profile.values.proxy}`).length > 0) {
      throw new UserError(
        l10n.t('Connect first. Until then the destination of a message is not known.'),
      );
    }
    const endpoint = parseEndpoint(profile.url);
    return destinationOf(profile, { endpoint, shown: endpoint, used: [] }, noVariables);
  }

  /** Whether all of this was allowed, or needs no permission. */
  isAllowed(wanted: readonly Wanted[]): boolean {
    return this.#ports.permissions.missing(wanted).length === 0;
  }

  /**
   * Asks, in one question, for all permissions that are missing. If files change while the question
   * is open, so that other permissions are needed, it fails.
   *
   * @throws UserError if something has changed, a MustAskError if the user may not be asked;
   *   CancellationError if the user cancels
   */
  async require(request: PermissionRequest): Promise<void> {
    const wanted = request.wanted();
    if (wanted.length === 0) {
      return;
    }
    if (!workspace.isTrusted) {
      throw new UserError(
        l10n.t(
          'Settings and files of this workspace are not used in Restricted Mode. Trust the workspace first.',
        ),
      );
    }
    if (this.isAllowed(wanted)) {
      return;
    }
    if (!request.mayAsk) {
      throw new MustAskError(
        l10n.t('This workspace wants to use something that needs your permission.'),
        request.isTap === true,
      );
    }
    await this.#questions.add(() => this.#ask(request));
    if (!this.isAllowed(request.wanted())) {
      throw new UserError(
        l10n.t('What this workspace wants to use changed while you were asked. Try again.'),
      );
    }
  }

  /**
   * The user has just written these messages of the workspace, which needs no question when they are
   * sent; their secrets do. As soon as their content is another one, they are asked for again.
   */
  async noteOwn(messages: readonly Disclosure[]): Promise<void> {
    const own = messages.filter(({ kind, digest }) => kind === 'message' && digest !== undefined);
    if (workspace.isTrusted && own.length > 0) {
      const { permissions, now } = this.#ports;
      await permissions.allow(
        own.map(what => ({ to: anywhere, what })),
        now(),
      );
    }
  }

  /** Messages of the workspace have got other paths by a command of the user's. */
  async noteRenamed(renamed: ReadonlyMap<string, string>): Promise<void> {
    const { permissions, now } = this.#ports;
    const allowed = renamedIn(permissions.all, renamed);
    if (workspace.isTrusted && allowed.length > 0) {
      await permissions.allow(allowed, now());
    }
  }

  /** Whether the user wrote a message of the workspace, as it is now. */
  isOwn(what: Disclosure): boolean {
    return this.isAllowed([{ to: anywhere, what }]);
  }

  /** A source that withholds the values that may not be sent to the destination. */
  guard(source: VariableSource, destination: Destination): VariableSource {
    return guardedSource(source, destination, {
      isAllowed: wanted => this.isAllowed([wanted]),
      assertHost: (secret, origin) => this.assertHost(secret, origin),
    });
  }

  /** @throws UserError if a secret is limited to other hosts */
  async assertHost(secret: string, origin: string): Promise<void> {
    const hosts = await this.#ports.hostsOf(secret);
    if (!maySecretGo(hosts, origin)) {
      throw new UserError(
        l10n.t(
          'The secret "{0}" may only be sent to {1}, not to {2}. Run "List Secrets…" to change that.',
          secret,
          hosts.join(', '),
          origin,
        ),
      );
    }
  }

  async #ask({ purpose, wanted }: PermissionRequest): Promise<void> {
    const all = wanted();
    if (this.isAllowed(all)) {
      return; // The previous question has included it.
    }
    const allowed = await askForPermission(purpose, all);
    await this.#ports.permissions.allow(allowed, this.#ports.now());
  }
}

export function howToBeAsked(isTap: boolean): string {
  return isTap
    ? l10n.t('Start the tap again to be asked.')
    : l10n.t('Connect manually to be asked.');
}

/** A SHA-256 digest in hex, which tells one text from another. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
