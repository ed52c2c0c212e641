import { createHash } from 'node:crypto';
import { l10n, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { TaskQueue } from '../../core/base/taskQueue.ts';
import { parseEndpoint } from '../../core/endpoint/endpoint.ts';
import { destinationOf, type Destination } from '../../core/consent/destination.ts';
import type { Wanted } from '../../core/consent/disclosure.ts';
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
   * @throws UserError if the user may not be asked, or something has changed; CancellationError
   *   if the user cancels
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
      throw new UserError(
        l10n.t(
          'This workspace wants to use something that needs your permission. Connect manually to be asked.',
        ),
      );
    }
    await this.#questions.add(() => this.#ask(request));
    if (!this.isAllowed(request.wanted())) {
      throw new UserError(
        l10n.t('What this workspace wants to use changed while you were asked. Try again.'),
      );
    }
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

/** A SHA-256 digest in hex, which tells one text from another. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
