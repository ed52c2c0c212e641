import { UserError } from '../../core/base/errors.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import type { MonitoredConnection } from '../monitoredConnection.ts';

/** Variables that somebody has defined: of the environment in use, and extracted ones. */
export interface NamedValues {
  /** @param connection its id, since extracted values are those of a connection */
  readonly named: (name: string, connection: string) => string | undefined;
  readonly names: (connection: string) => readonly string[];
}

export interface VariablePorts extends NamedValues {
  readonly env: (name: string) => string | undefined;
  readonly secret: (name: string) => PromiseLike<string | undefined>;
  readonly workspaceFolder: () => string | undefined;
  readonly now: () => number;
  readonly uuid: () => string;
  readonly random: () => number;
  /** @param last what was answered the last time */
  readonly prompt: (label: string, last: string) => PromiseLike<string | undefined>;
  readonly last: (monitored: MonitoredConnection, path: string) => Promise<string | undefined>;
}

/** Gives references in messages their values, for each connection its own. */
export class HostVariables {
  readonly #ports: VariablePorts;
  /** By connection and name; both end with the window. */
  readonly #counters = new Map<string, number>();
  readonly #answers = new Map<string, string>();

  constructor(ports: VariablePorts) {
    this.#ports = ports;
  }

  /** For a message that the user sends: may ask. */
  forUser(monitored: MonitoredConnection): VariableSource {
    return this.#source(monitored, {
      counter: name => this.#count(monitored, name),
      prompt: label => this.#ask(label),
    });
  }

  /** For a message that is sent unasked: nobody may be there to answer. */
  forItself(monitored: MonitoredConnection): VariableSource {
    return this.#source(monitored, {
      counter: name => this.#count(monitored, name),
      prompt: label => {
        const sentence = `\${prompt:${label}} cannot be asked for in onOpen, which sends unasked.`;
        return Promise.reject(new UserError(sentence));
      },
    });
  }

  /** For a look at what would be sent: asks nothing, counts nothing. */
  forPreview(monitored: MonitoredConnection): VariableSource {
    return this.#source(monitored, {
      counter: name => this.#peek(monitored, name) + 1,
      prompt: label => Promise.resolve(this.#answers.get(label) ?? `‹${label}›`),
    });
  }

  #source(
    monitored: MonitoredConnection,
    own: Pick<VariableSource, 'counter' | 'prompt'>,
  ): VariableSource {
    const { env, secret, workspaceFolder, now, uuid, random, named, names, last } = this.#ports;
    return {
      ...{ env, secret, workspaceFolder, now, uuid, random },
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

  async #ask(label: string): Promise<string | undefined> {
    const answer = await this.#ports.prompt(label, this.#answers.get(label) ?? '');
    if (answer !== undefined) {
      this.#answers.set(label, answer);
    }
    return answer;
  }
}
