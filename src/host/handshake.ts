import { homedir } from 'node:os';
import { CancellationError, l10n, Uri, workspace } from 'vscode';
import { messageOf, UserError } from '../core/base/errors.ts';
import type { FilledEndpoint } from '../core/connection/endpointTemplate.ts';
import type { PrepareWishes } from '../core/connection/prepared.ts';
import {
  destinationOf,
  proxyDestinationOf,
  type Destination,
} from '../core/consent/destination.ts';
import { handshakeDisclosures, type FoundItem } from '../core/consent/handshakeDisclosures.ts';
import { CommandTokens } from '../core/settings/commandTokens.ts';
import {
  fillHandshake,
  type Admitted,
  type FilledHandshake,
} from '../core/settings/fillHandshake.ts';
import type { TokenCommand } from '../core/settings/login.ts';
import type { Profile } from '../core/settings/profile.ts';
import type { SettingKey } from '../core/settings/settingsTable.ts';
import { namesOf } from '../core/variables/needs.ts';
import type { VariableSource } from '../core/variables/resolve.ts';
import type { Origin } from '../core/variables/value.ts';
import type { Consent, Subject } from './consent/consent.ts';
import { digest } from './consent/digest.ts';
import { HandshakeVariables, type HandshakeVariablePorts } from './handshakeVariables.ts';

export interface HandshakeHostPorts extends HandshakeVariablePorts {
  readonly consent: Consent;
  /** The item of the library that `onOpen` of this author names, if there is one. */
  readonly itemOf: (path: string, by: Origin) => FoundItem | undefined;
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
   *   token comes; PromptCancelled
   */
  async prepare(subject: Subject, wishes: PrepareWishes): Promise<FilledHandshake> {
    const { profile } = subject;
    const { name } = profile;
    const variables = this.#variables.get(name) ?? new HandshakeVariables(this.#ports, name);
    this.#variables.set(name, variables);
    const source = variables.source(wishes);
    const requireAll = (url: FilledEndpoint) => this.#require(subject, url, source, wishes);
    let admitted: { readonly url: FilledEndpoint; readonly destination: Destination } | undefined;
    const filled = await fillHandshake(profile, {
      source,
      readFile: (key, path) => readFile(key, path, profile.folder),
      admit: async url => {
        const destination = await requireAll(url);
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
    { id, profile }: Subject,
    url: FilledEndpoint,
    source: VariableSource,
    { byUser, isUnasked = false, untimed }: PrepareWishes,
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
      if (error instanceof CancellationError) {
        throw new UserError(
          l10n.t(
            'What this workspace wants to use was not allowed. Connect again to be asked again.',
          ),
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

/**
 * The file that a setting names: absolute, below `~`, or below a folder of the workspace.
 *
 * @param folder the name of the folder whose settings name it; absent: the first
 */
async function readFile(
  key: SettingKey,
  path: string,
  folder: string | undefined,
): Promise<Uint8Array> {
  try {
    return await workspace.fs.readFile(locate(path, folder));
  } catch (error) {
    throw new UserError(`${key}: the file "${path}" cannot be read (${messageOf(error)}).`, {
      cause: error,
    });
  }
}

function locate(path: string, name: string | undefined): Uri {
  if (path.startsWith('~/')) {
    return Uri.joinPath(Uri.file(homedir()), path.slice(2));
  }
  const isAbsolute = path.startsWith('/') || /^[a-z]:[\\/]/i.test(path);
  const { workspaceFolders: folders } = workspace;
  const folder = folders?.find(each => each.name === name) ?? folders?.[0];
  return isAbsolute || !folder ? Uri.file(path) : Uri.joinPath(folder.uri, path);
}
