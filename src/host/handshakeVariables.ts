import { randomUUID } from 'node:crypto';
import { l10n, window, workspace } from 'vscode';
import { UserError } from '../core/base/errors.ts';
import { isSecretName } from '../core/connection/redaction.ts';
import type { PrepareWishes } from '../core/connection/prepared.ts';
import type { VariableSource } from '../core/variables/resolve.ts';
import type { Secrets } from './secrets.ts';

/** The variables of the environment in use. */
export type EnvironmentVariables = Pick<VariableSource, 'named' | 'names'>;

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
  readonly #answers = new Map<string, string>();
  readonly #counters = new Map<string, number>();

  constructor(ports: HandshakeVariablePorts) {
    this.#ports = ports;
  }

  /** For one attempt. */
  source(wishes: PrepareWishes): VariableSource {
    const { secrets, environment, now, random } = this.#ports;
    if (wishes.byUser) {
      this.#answers.clear();
    }
    return {
      env: name => process.env[name],
      secret: name => secrets.get(name),
      workspaceFolder: () => workspace.workspaceFolders?.[0]?.uri.fsPath,
      now,
      uuid: () => randomUUID(),
      random,
      counter: name => this.#count(name),
      prompt: label => this.#answer(label, wishes),
      // Nothing is received before the handshake is over.
      last: () => Promise.resolve(undefined),
      named: name => environment.named(name),
      names: environment.names,
    };
  }

  #count(name: string): number {
    const next = (this.#counters.get(name) ?? 0) + 1;
    this.#counters.set(name, next);
    return next;
  }

  async #answer(label: string, { byUser, untimed }: PrepareWishes): Promise<string | undefined> {
    const known = this.#answers.get(label);
    if (known !== undefined) {
      return known;
    }
    if (!byUser) {
      throw new UserError(l10n.t('"{0}" has to be asked for: connect by hand.', label));
    }
    const answer = await untimed(() =>
      window.showInputBox({
        title: l10n.t('WebSocket Monitor: Connect'),
        prompt: label,
        password: isSecretName(label),
        ignoreFocusOut: true,
      }),
    );
    if (answer !== undefined) {
      this.#answers.set(label, answer);
    }
    return answer;
  }
}
