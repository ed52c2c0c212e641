import { l10n, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
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
  /** The hosts that a secret is bound to; none where it may go to all. */
  readonly hostsOf: (secret: string) => Promise<readonly string[]>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A connection, as far as it decides on where something goes. */
export interface ConsentSubject {
  readonly id: string;
  readonly profile: Profile;
}

/** For texts that refer to nothing. */
const noVariables = {
  named: () => undefined,
  env: () => undefined,
  workspaceFolder: () => undefined,
};

export interface PermissionRequest {
  readonly purpose: Purpose;
  /** Everything that the purpose takes; asked again when the user has answered. */
  readonly wanted: () => readonly Wanted[];
  /** Whether the user is there to be asked. */
  readonly mayAsk: boolean;
}

/** Asks before anything goes somewhere because a workspace says so, and keeps what is not allowed back. */
export class Consent {
  readonly #ports: ConsentPorts;
  /** By the connection's id. */
  readonly #destinations = new Map<string, Destination>();
  /** One question at a time: what is allowed in one need not be asked in the next. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: ConsentPorts) {
    this.#ports = ports;
  }

  /** To be called before a connection is dialled. */
  noteDestination(connection: string, destination: Destination): void {
    this.#destinations.set(connection, destination);
  }

  /** The peer has led a connection to another origin: nothing was allowed to go there. */
  noteMove(connection: string, origin: string): void {
    const noted = this.#destinations.get(connection);
    if (noted && noted.origin !== origin) {
      const to = noted.to.replace(/^\S+/, () => origin);
      this.#destinations.set(connection, { ...noted, to, origin });
    }
  }

  /**
   * Where what is sent on a connection goes.
   *
   * @throws UserError where that is not known before it is dialled
   */
  destinationOf({ id, profile }: ConsentSubject): Destination {
    const noted = this.#destinations.get(id);
    if (noted) {
      return noted;
    }
    if (referencesIn(`${profile.url}${profile.values.proxy}`).length > 0) {
      throw new UserError(
        l10n.t('Connect first: until then nobody knows where a message would go.'),
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
   * Asks, in one question, for all that was not allowed. What was asked for is what is allowed: where
   * files have changed while the question was open, nothing is done.
   *
   * @throws UserError where it may not be asked for or has changed; CancellationError where the user
   *   would rather not
   */
  async require(request: PermissionRequest): Promise<void> {
    const wanted = request.wanted();
    if (wanted.length === 0) {
      return;
    }
    if (!workspace.isTrusted) {
      throw new UserError(
        l10n.t('Nothing of this workspace is used in Restricted Mode. Trust the workspace first.'),
      );
    }
    if (this.isAllowed(wanted)) {
      return;
    }
    if (!request.mayAsk) {
      throw new UserError(
        l10n.t(
          'It needs your permission for what this workspace wants to use. Connect by hand to be asked.',
        ),
      );
    }
    const asked = this.#last.then(() => this.#ask(request));
    this.#last = asked.catch(() => undefined); // Whoever asked hears of it.
    await asked;
    if (!this.isAllowed(request.wanted())) {
      throw new UserError(
        l10n.t('What this workspace wants to use has changed while you were asked. Try again.'),
      );
    }
  }

  /** The same source, which keeps back what may not go there. */
  guard(source: VariableSource, destination: Destination): VariableSource {
    return guardedSource(source, destination, {
      isAllowed: wanted => this.isAllowed([wanted]),
      assertHost: (secret, origin) => this.assertHost(secret, origin),
    });
  }

  /** @throws UserError where a secret is bound to other hosts */
  async assertHost(secret: string, origin: string): Promise<void> {
    const hosts = await this.#ports.hostsOf(secret);
    if (!maySecretGo(hosts, origin)) {
      throw new UserError(
        l10n.t(
          'The secret "{0}" may go to {1} only, and not to {2}. "List Secrets…" changes that.',
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
      return; // The question before has settled it.
    }
    const allowed = await askForPermission(purpose, all);
    await this.#ports.permissions.allow(allowed, this.#ports.now());
  }
}
