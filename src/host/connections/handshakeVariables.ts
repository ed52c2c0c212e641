import { randomUUID } from 'node:crypto';
import { l10n, workspace } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isSecretName } from '../../core/secrets/names.ts';
import type { HandshakeRequestOptions } from '../../core/connection/wire/transport.ts';
import type { Needs } from '../../core/variables/needs.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import type { Origin, Value } from '../../core/variables/value.ts';
import type { Secrets } from '../secrets/secrets.ts';
import { askText } from '../ui/prompts.ts';

/** The variables of the environment in use, and what was extracted. */
export interface EnvironmentVariables {
  /** @param connection the name of the one that it is for: extracted values are its own */
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
 * What references in the handshakes of one connection stand for. The user is asked once for each
 * connect; retries use the answers again.
 */
export class HandshakeVariables {
  readonly #ports: HandshakeVariablePorts;
  readonly #connection: string;
  /** By who wrote the label, and the label. */
  readonly #answers = new Map<string, string>();
  /** Where the answers went; `undefined` where they have gone nowhere yet. */
  #answeredFor: string | undefined;
  readonly #counters = new Map<string, number>();

  /** @param connection its name */
  constructor(ports: HandshakeVariablePorts, connection: string) {
    this.#ports = ports;
    this.#connection = connection;
  }

  /** For one attempt. */
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
      // Nothing is received before the handshake is over.
      last: () => Promise.resolve(undefined),
      named: name => environment.named(name, this.#connection),
      names: environment.names,
    };
  }

  /**
   * Drops answers that were given for another place than the one that is dialled now.
   *
   * @param to see `destinationOf`
   * @param url what went into the URL already
   * @throws UserError where such an answer is among that
   */
  assertAnsweredFor(to: string, url: Needs): void {
    const before = this.#answeredFor;
    if (before !== undefined && before !== to) {
      this.#forgetAnswers();
      const asked = url.find(({ kind }) => kind === 'prompt');
      if (asked) {
        throw askAgain(asked.argument);
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
      throw askAgain(label);
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
}

function askAgain(label: string): UserError {
  return new UserError(l10n.t('"{0}" has to be asked for: connect by hand.', label));
}
