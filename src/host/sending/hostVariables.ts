import { l10n } from 'vscode';
import { UserError } from '../../core/base/errors.ts';
import { isSecretName } from '../../core/secrets/names.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import type { Origin, PeerText, Value } from '../../core/variables/value.ts';
import type { Target } from '../connections/targets.ts';

/** Variables of the active environment, and extracted values. */
export interface NamedValues {
  /** @param connection the id of the connection that the value is for */
  readonly named: (name: string, connection: string) => Value | undefined;
  readonly names: (connection: string) => readonly string[];
}

export interface VariablePorts extends NamedValues {
  /** Withholds values that may not be sent to the connection's destination. */
  readonly guard: (source: VariableSource, monitored: Target) => VariableSource;
  readonly env: (name: string) => string | undefined;
  readonly secret: (name: string) => PromiseLike<string | undefined>;
  readonly workspaceFolder: () => string | undefined;
  readonly now: () => number;
  readonly uuid: () => string;
  readonly random: () => number;
  /**
   * @param origin who wrote the label
   * @param last the previous answer; empty for a secret
   */
  readonly prompt: (label: string, origin: Origin, last: string) => PromiseLike<string | undefined>;
  /** Whether a text has a known secret; such a text is not offered again. */
  readonly holdsSecret: (text: string) => boolean;
  readonly last: (monitored: Target, path: string) => Promise<PeerText | undefined>;
}

/** Provides the values of references in messages, separately for each connection. */
export class HostVariables {
  readonly #ports: VariablePorts;
  /** By connection and name. Both are lost when the window closes; answers have no secrets. */
  readonly #counters = new Map<string, number>();
  readonly #answers = new Map<string, string>();

  constructor(ports: VariablePorts) {
    this.#ports = ports;
  }

  /** For a message that the user sends; may ask the user. */
  forUser(monitored: Target): VariableSource {
    const source = this.#source(monitored, {
      counter: name => this.#count(monitored, name),
      prompt: (label, origin) => this.#ask(label, origin),
    });
    return this.#ports.guard(source, monitored);
  }

  /** For a message that is sent automatically; does not ask the user. */
  forItself(monitored: Target): VariableSource {
    const source = this.#source(monitored, {
      counter: name => this.#count(monitored, name),
      prompt: label => {
        const sentence = l10n.t(
          '{0} cannot be used in onOpen, which sends without asking.',
          `\${prompt:${label}}`,
        );
        return Promise.reject(new UserError(sentence));
      },
    });
    return this.#ports.guard(source, monitored);
  }

  /** For a preview; does not ask the user and does not count. */
  forPreview(monitored: Target): VariableSource {
    return this.#source(monitored, {
      counter: name => this.#peek(monitored, name) + 1,
      prompt: (label, origin) => Promise.resolve(this.#lastAnswer(label, origin) || `‹${label}›`),
    });
  }

  #source(monitored: Target, own: Pick<VariableSource, 'counter' | 'prompt'>): VariableSource {
    const { env, secret, workspaceFolder, now, uuid, random, named, names, last } = this.#ports;
    return {
      env,
      secret,
      workspaceFolder,
      now,
      uuid,
      random,
      ...own,
      last: path => last(monitored, path),
      named: name => named(name, monitored.id),
      names: names(monitored.id),
    };
  }

  #peek({ id }: Target, name: string): number {
    return this.#counters.get(`${id} ${name}`) ?? 0;
  }

  #count(monitored: Target, name: string): number {
    const next = this.#peek(monitored, name) + 1;
    this.#counters.set(`${monitored.id} ${name}`, next);
    return next;
  }

  async #ask(label: string, origin: Origin): Promise<string | undefined> {
    const answer = await this.#ports.prompt(label, origin, this.#lastAnswer(label, origin));
    if (answer !== undefined && !isSecretName(label)) {
      this.#answers.set(`${origin} ${label}`, answer);
    }
    return answer;
  }

  /** An answer to the user's own label is not offered for the same label of a workspace. */
  #lastAnswer(label: string, origin: Origin): string {
    const last = this.#answers.get(`${origin} ${label}`) ?? '';
    return this.#ports.holdsSecret(last) ? '' : last;
  }
}
