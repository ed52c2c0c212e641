import { homedir } from 'node:os';
import { l10n, workspace } from 'vscode';
import { isCancellation, messageOf, UserError } from '../../core/base/errors.ts';
import type { FilledEndpoint } from '../../core/endpoint/endpointTemplate.ts';
import type { HandshakeRequestOptions } from '../../core/connection/wire/transport.ts';
import {
  destinationOf,
  proxyDestinationOf,
  type Destination,
} from '../../core/consent/destination.ts';
import {
  handshakeDisclosures,
  isRelative,
  type FoundItem,
} from '../../core/consent/handshakeDisclosures.ts';
import { CommandTokens } from '../../core/settings/commandTokens.ts';
import {
  fillHandshake,
  type Admitted,
  type FilledHandshake,
} from '../../core/settings/fillHandshake.ts';
import type { TokenCommand } from '../../core/settings/login.ts';
import type { Profile } from '../../core/settings/profile.ts';
import type { SettingKey } from '../../core/settings/settingsTable.ts';
import { namesOf } from '../../core/variables/needs.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import type { Origin } from '../../core/variables/value.ts';
import type { Consent, ConsentSubject } from '../consent/consent.ts';
import { digest } from '../consent/digest.ts';
import { HandshakeVariables, type HandshakeVariablePorts } from './handshakeVariables.ts';

export interface HandshakeHostPorts extends HandshakeVariablePorts {
  readonly consent: Consent;
  /** The item of the library that `onOpen` of this author names, if there is one. */
  readonly itemOf: (path: string, by: Origin) => FoundItem | undefined;
  /** See `MessageFiles.read`. */
  readonly readFile: (path: string, author: Origin, folder?: string) => Promise<Uint8Array>;
  /** Runs a program for a token, in a folder. */
  readonly runCommand: (command: TokenCommand, folder: string) => Promise<string>;
}

/** Puts the opening handshakes of this window's connections together. */
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
   * Asks for what a workspace wants to use, and fills in.
   *
   * @throws UserError where something is not allowed, a secret, a variable or a file is missing, or no
   *   token comes; CancellationError
   */
  async prepare(
    subject: ConsentSubject,
    wishes: HandshakeRequestOptions,
  ): Promise<FilledHandshake> {
    const { profile } = subject;
    const { name } = profile;
    const variables = this.#variables.get(name) ?? new HandshakeVariables(this.#ports, name);
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
          // What its arguments stand for may have changed since the user was asked.
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

  /** Drops what was answered and counted for a connection that is gone. */
  forget(name: string): void {
    this.#variables.delete(name);
  }

  /** Asks for all that needs permission; returns where it goes. */
  async #require(
    { id, profile }: ConsentSubject,
    url: FilledEndpoint,
    source: VariableSource,
    { byUser, isUnasked = false, untimed }: HandshakeRequestOptions,
  ): Promise<Destination> {
    const { consent, itemOf } = this.#ports;
    if (profile.values.auth.type === 'command' && !workspace.isTrusted) {
      throw new UserError(
        l10n.t('The command of auth does not run in Restricted Mode. Trust this workspace first.'),
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
        }),
      );
    } catch (error) {
      if (isCancellation(error)) {
        throw new UserError(
          l10n.t('What this workspace wants to use was not allowed. Connect to be asked again.'),
          { cause: error },
        );
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
   * The file that a setting names. What a workspace names within itself must be there, with all links
   * followed; of other files the user was asked.
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
 * Where a program runs: one that is named by a path, in the first folder, which the path may be
 * relative to. One that is only a name is looked for in its folder first by some systems, so it
 * runs where no workspace puts its files.
 */
function folderFor({ command: [program = ''] }: TokenCommand): string {
  const isPath = /[\\/]/.test(program);
  return (isPath ? workspace.workspaceFolders?.[0]?.uri.fsPath : undefined) ?? homedir();
}
