import { homedir } from 'node:os';
import { Uri, workspace, type Memento } from 'vscode';
import { messageOf, UserError } from '../core/base/errors.ts';
import type { PrepareWishes } from '../core/connection/prepared.ts';
import { CommandTokens } from '../core/settings/commandTokens.ts';
import { fillHandshake, type FilledHandshake } from '../core/settings/fillHandshake.ts';
import type { TokenCommand } from '../core/settings/login.ts';
import type { Profile } from '../core/settings/profile.ts';
import type { SettingKey } from '../core/settings/settingsTable.ts';
import { CommandConsent } from './commandConsent.ts';
import { HandshakeVariables, type HandshakeVariablePorts } from './handshakeVariables.ts';

export interface HandshakeHostPorts extends HandshakeVariablePorts {
  /** That of the workspace. */
  readonly state: Memento;
  /** Runs a program for a token, in a folder. */
  readonly runCommand: (command: TokenCommand, folder: string) => Promise<string>;
}

/** Puts the opening handshakes of this window's connections together. */
export class Handshakes {
  readonly #ports: HandshakeHostPorts;
  readonly #consent: CommandConsent;
  readonly #tokens: CommandTokens;
  /** By the connection's name. */
  readonly #variables = new Map<string, HandshakeVariables>();

  constructor(ports: HandshakeHostPorts) {
    this.#ports = ports;
    this.#consent = new CommandConsent(ports.state);
    this.#tokens = new CommandTokens(command =>
      ports.runCommand(command, workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir()),
    );
  }

  /**
   * @throws UserError where a secret, a variable or a file is missing, or no token comes;
   *   PromptCancelled
   */
  async prepare(profile: Profile, wishes: PrepareWishes): Promise<FilledHandshake> {
    const { name } = profile;
    const variables = this.#variables.get(name) ?? new HandshakeVariables(this.#ports, name);
    this.#variables.set(name, variables);
    const filled = await fillHandshake(profile, {
      source: variables.source(wishes),
      readFile,
      token: command => this.#token(command, profile, wishes),
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

  #token(command: TokenCommand, profile: Profile, wishes: PrepareWishes): Promise<string> {
    const { name, explicit } = profile;
    const { byUser, isLoginRefused, untimed } = wishes;
    return untimed(async () => {
      await this.#consent.require(command.written, explicit.get('auth') ?? 'user', byUser);
      return this.#tokens.token(command, name, isLoginRefused);
    });
  }
}

/** The file that a setting names: absolute, below `~`, or below the first workspace folder. */
async function readFile(key: SettingKey, path: string): Promise<Uint8Array> {
  try {
    return await workspace.fs.readFile(locate(path));
  } catch (error) {
    throw new UserError(`${key}: the file "${path}" cannot be read (${messageOf(error)}).`, {
      cause: error,
    });
  }
}

function locate(path: string): Uri {
  if (path.startsWith('~/')) {
    return Uri.joinPath(Uri.file(homedir()), path.slice(2));
  }
  const isAbsolute = path.startsWith('/') || /^[a-z]:[\\/]/i.test(path);
  const folder = workspace.workspaceFolders?.[0];
  return isAbsolute || !folder ? Uri.file(path) : Uri.joinPath(folder.uri, path);
}
