import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { l10n, workspace } from 'vscode';
import { isCancellation, messageOf, UserError } from '../../../core/base/errors.ts';
import type { HandshakeRequestOptions } from '../../../core/connection/wire/transport.ts';
import {
  type Destination,
  destinationOf,
  proxyDestinationOf,
} from '../../../core/consent/destination.ts';
import {
  type FoundItem,
  handshakeDisclosures,
  isRelative,
} from '../../../core/consent/handshakeDisclosures.ts';
import type { FilledEndpoint } from '../../../core/endpoint/endpointTemplate.ts';
import { isSecretName } from '../../../core/secrets/names.ts';
import { CommandTokens } from '../../../core/settings/commandTokens.ts';
import {
  type Admitted,
  type FilledHandshake,
  fillHandshake,
} from '../../../core/settings/fillHandshake.ts';
import type { TokenCommand } from '../../../core/settings/login.ts';
import type { Profile } from '../../../core/settings/profile.ts';
import type { SettingKey } from '../../../core/settings/settingsTable.ts';
import { namesOf, type Needs } from '../../../core/variables/needs.ts';
import type { VariableSource } from '../../../core/variables/resolve.ts';
import type { Origin, Value } from '../../../core/variables/value.ts';
import {
  type Consent,
  type ConsentSubject,
  digest,
  howToBeAsked,
  MustAskError,
} from '../../consent/consent.ts';
import type { Secrets } from '../../secrets/secrets.ts';
import { askText } from '../../ui/prompts.ts';

export interface HandshakeHostPorts extends HandshakeVariablePorts {
  readonly consent: Consent;
  /** The item of the library that `onOpen` of this author names, if there is one. */
  readonly itemOf: (path: string, by: Origin) => FoundItem | undefined;
  /** See `MessageFiles.read`. */
  readonly readFile: (path: string, author: Origin, folder?: string) => Promise<Uint8Array>;
  /** Runs a program for a token, in a folder. */
  readonly runCommand: (command: TokenCommand, folder: string) => Promise<string>;
}

/** Prepares the opening handshakes of this window's connections. */
export class Handshakes {
  readonly #ports: HandshakeHostPorts;
  readonly #tokens: CommandTokens;
  /** By the connection's name. */
  readonly #variables = new Map<string, HandshakeVariables>();

  constructor(ports: HandshakeHostPorts) {
    this.#ports = ports;
    this.#tokens = new CommandTokens(command => ports.runCommand(command, folderFor(command)));
  }

  /**
   * Asks for the permissions that a workspace needs, and fills in references.
   *
   * @throws UserError if something is not allowed, a secret, a variable or a file is missing, or
   *   no token is returned; CancellationError
   */
  async prepare(
    subject: ConsentSubject,
    wishes: HandshakeRequestOptions,
  ): Promise<FilledHandshake> {
    const { profile, isTap } = subject;
    const { name } = profile;
    const variables = this.#variables.get(name) ?? new HandshakeVariables(this.#ports, name, isTap);
    this.#variables.set(name, variables);
    const source = variables.source(wishes);
    const requireAll = (url: FilledEndpoint) => this.#require(subject, url, source, wishes);
    let admitted: { readonly url: FilledEndpoint; readonly destination: Destination } | undefined;
    const filled = await fillHandshake(profile, {
      source,
      readFile: (key, path) => this.#readFile(profile, key, path),
      admit: async url => {
        const destination = await requireAll(url);
        variables.assertAnsweredFor(destination.to, url.used);
        admitted = { url, destination };
        return this.#admittedTo(destination, profile, source);
      },
      token: async command => {
        if (admitted) {
          // The values of its arguments may have changed since the user was asked.
          await requireAll(admitted.url);
        }
        const { isLoginRefused, untimed } = wishes;
        const to = admitted?.destination.origin ?? '';
        return untimed(() =>
          this.#tokens.token(command, { user: name, to, isRefused: isLoginRefused }),
        );
      },
    });
    this.#ports.secrets.registry.add(filled.handshake.secrets ?? []);
    return wishes.withoutCompression
      ? { ...filled, handshake: { ...filled.handshake, compression: false } }
      : filled;
  }

  /** Drops the answers and counters of a connection that was removed. */
  forget(name: string): void {
    this.#variables.delete(name);
  }

  /** Asks for all permissions that are needed; returns the destination. */
  async #require(
    { id, profile, isTap = false }: ConsentSubject,
    url: FilledEndpoint,
    source: VariableSource,
    { byUser, isUnasked = false, untimed }: HandshakeRequestOptions,
  ): Promise<Destination> {
    const { consent, itemOf } = this.#ports;
    if (profile.values.auth.type === 'command' && !workspace.isTrusted) {
      throw new UserError(
        l10n.t('The command of auth is not run in Restricted Mode. Trust this workspace first.'),
      );
    }
    const destination = destinationOf(profile, url, source);
    const facts = { profile, destination, url: url.used, source, itemOf, digest };
    const { to, origin } = destination;
    try {
      await untimed(() =>
        consent.require({
          purpose: { kind: 'connect', name: profile.name, to },
          wanted: () => handshakeDisclosures(facts),
          mayAsk: byUser && !isUnasked,
          isTap,
        }),
      );
    } catch (error) {
      if (isCancellation(error)) {
        const sentence = l10n.t('You have not allowed what this workspace wants to use.');
        throw new UserError(`${sentence} ${howToBeAsked(isTap)}`, { cause: error });
      }
      throw error;
    }
    for (const secret of namesOf(url.used, 'secret')) {
      await consent.assertHost(secret, origin);
    }
    consent.noteDestination(id, destination);
    return destination;
  }

  /**
   * The file that a setting names. A relative path of a workspace must lead into the workspace,
   * with all links resolved; for other files the user was asked.
   */
  async #readFile(
    { explicit, folder }: Profile,
    key: SettingKey,
    path: string,
  ): Promise<Uint8Array> {
    const isOwn = explicit.get(key) === 'workspace' && isRelative(path);
    try {
      return await this.#ports.readFile(path, isOwn ? 'workspace' : 'user', folder);
    } catch (error) {
      throw new UserError(`${key}: ${messageOf(error)}`, { cause: error });
    }
  }

  #admittedTo(destination: Destination, profile: Profile, source: VariableSource): Admitted {
    const { consent } = this.#ports;
    return {
      source: consent.guard(source, destination),
      proxySource: consent.guard(source, proxyDestinationOf(profile, source)),
    };
  }
}

/**
 * The folder that a program runs in. A program that is given by a path, which may be relative, runs
 * in the first folder. Some systems search the current folder first for a program that is given by
 * name only, so that runs in the home folder, where a workspace has no files.
 */
function folderFor({ command: [program = ''] }: TokenCommand): string {
  const isPath = /[\\/]/.test(program);
  return (isPath ? workspace.workspaceFolders?.[0]?.uri.fsPath : undefined) ?? homedir();
}

/** The variables of the active environment, and extracted values. */
export interface EnvironmentVariables {
  /** @param connection the name of the connection that the value is for */
  readonly named: (name: string, connection: string) => Value | undefined;
  readonly names: readonly string[];
}

export interface HandshakeVariablePorts {
  readonly secrets: Secrets;
  readonly environment: EnvironmentVariables;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * The values of references in the handshakes of one connection. The user is asked once for each
 * connect; retries use the same answers.
 */
export class HandshakeVariables {
  readonly #ports: HandshakeVariablePorts;
  readonly #connection: string;
  readonly #isTap: boolean;
  /** By the origin of the label, and the label. */
  readonly #answers = new Map<string, string>();
  /** The destination that the answers were sent to; `undefined` if they were not sent yet. */
  #answeredFor: string | undefined;
  readonly #counters = new Map<string, number>();

  /**
   * @param connection the connection's name
   * @param isTap see `ConsentSubject`
   */
  constructor(ports: HandshakeVariablePorts, connection: string, isTap = false) {
    this.#ports = ports;
    this.#connection = connection;
    this.#isTap = isTap;
  }

  /** The source for one attempt. */
  source(wishes: HandshakeRequestOptions): VariableSource {
    const { secrets, environment, now, random } = this.#ports;
    if (wishes.byUser) {
      this.#forgetAnswers();
    }
    return {
      env: name => process.env[name],
      secret: name => secrets.get(name),
      workspaceFolder: () => workspace.workspaceFolders?.[0]?.uri.fsPath,
      now,
      uuid: () => randomUUID(),
      random,
      counter: name => this.#count(name),
      prompt: (label, origin) => this.#answer(label, origin, wishes),
      // Nothing is received before the handshake has ended.
      last: () => Promise.resolve(undefined),
      named: name => environment.named(name, this.#connection),
      names: environment.names,
    };
  }

  /**
   * Drops answers that were given for another destination than the one that is dialled now.
   *
   * @param to see `destinationOf`
   * @param url the references that were filled into the URL already
   * @throws UserError if the URL has such an answer
   */
  assertAnsweredFor(to: string, url: Needs): void {
    const before = this.#answeredFor;
    if (before !== undefined && before !== to) {
      this.#forgetAnswers();
      const asked = url.find(({ kind }) => kind === 'prompt');
      if (asked) {
        throw this.#askAgain(asked.argument);
      }
    }
    this.#answeredFor = to;
  }

  #forgetAnswers(): void {
    this.#answers.clear();
    this.#answeredFor = undefined;
  }

  #count(name: string): number {
    const next = (this.#counters.get(name) ?? 0) + 1;
    this.#counters.set(name, next);
    return next;
  }

  async #answer(
    label: string,
    origin: Origin,
    { byUser, untimed }: HandshakeRequestOptions,
  ): Promise<string> {
    const key = `${origin} ${label}`;
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    if (!byUser) {
      throw this.#askAgain(label);
    }
    const answer = await untimed(() =>
      askText({
        title:
          origin === 'workspace'
            ? [l10n.t('A connection of this workspace asks for: {0}'), label]
            : l10n.t('WebSocket Monitor: Connect'),
        prompt: label,
        password: isSecretName(label),
      }),
    );
    this.#answers.set(key, answer);
    return answer;
  }

  #askAgain(label: string): UserError {
    return new MustAskError(l10n.t('"{0}" must be entered by you.', label), this.#isTap);
  }
}
