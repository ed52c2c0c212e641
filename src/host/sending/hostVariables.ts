import { UserError } from '../../core/base/errors.ts';
import { isSecretName } from '../../core/secrets/names.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import type { Origin, PeerText, Value } from '../../core/variables/value.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';

/** Variables that somebody has defined: of the environment in use, and extracted ones. */
export interface NamedValues {
  /** @param connection its id, since extracted values are those of a connection */
  readonly named: (name: string, connection: string) => Value | undefined;
  readonly names: (connection: string) => readonly string[];
}

export interface VariablePorts extends NamedValues {
  /** Keeps back what may not go where a connection leads. */
  readonly guard: (source: VariableSource, monitored: MonitoredConnection) => VariableSource;
  readonly env: (name: string) => string | undefined;
  readonly secret: (name: string) => PromiseLike<string | undefined>;
  readonly workspaceFolder: () => string | undefined;
  readonly now: () => number;
  readonly uuid: () => string;
  readonly random: () => number;
  /**
   * @param origin who wrote the label
   * @param last what was answered the last time; empty for a secret
   */
  readonly prompt: (label: string, origin: Origin, last: string) => PromiseLike<string | undefined>;
  /** Whether the value of a known secret is in a text, which then is not offered again. */
  readonly holdsSecret: (text: string) => boolean;
  readonly last: (monitored: MonitoredConnection, path: string) => Promise<PeerText | undefined>;
}

/** Gives references in messages their values, for each connection its own. */
export class HostVariables {
  readonly #ports: VariablePorts;
  /** By connection and name. Both end with the window; secrets are not among the answers. */
  readonly #counters = new Map<string, number>();
  readonly #answers = new Map<string, string>();

  constructor(ports: VariablePorts) {
    this.#ports = ports;
  }

  /** For a message that the user sends: may ask. */
  forUser(monitored: MonitoredConnection): VariableSource {
    const source = this.#source(monitored, {
      counter: name => this.#count(monitored, name),
      prompt: (label, origin) => this.#ask(label, origin),
    });
    return this.#ports.guard(source, monitored);
  }

  /** For a message that is sent unasked: nobody may be there to answer. */
  forItself(monitored: MonitoredConnection): VariableSource {
    const source = this.#source(monitored, {
      counter: name => this.#count(monitored, name),
      prompt: label => {
        const sentence = `\${prompt:${label}} cannot be asked for in onOpen, which sends unasked.`;
        return Promise.reject(new UserError(sentence));
      },
    });
    return this.#ports.guard(source, monitored);
  }

  /** For a look at what would be sent: asks nothing, counts nothing. */
  forPreview(monitored: MonitoredConnection): VariableSource {
    return this.#source(monitored, {
      counter: name => this.#peek(monitored, name) + 1,
      prompt: (label, origin) => Promise.resolve(this.#lastAnswer(label, origin) || `‹${label}›`),
    });
  }

  #source(
    monitored: MonitoredConnection,
    own: Pick<VariableSource, 'counter' | 'prompt'>,
  ): VariableSource {
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

  #peek({ id }: MonitoredConnection, name: string): number {
    return this.#counters.get(`${id} ${name}`) ?? 0;
  }

  #count(monitored: MonitoredConnection, name: string): number {
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

  /** What the user typed for his own label is not offered for the same one of a workspace. */
  #lastAnswer(label: string, origin: Origin): string {
    const last = this.#answers.get(`${origin} ${label}`) ?? '';
    return this.#ports.holdsSecret(last) ? '' : last;
  }
}
