import type { Memento } from 'vscode';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';

const key = 'sendHistory';
const mostBodies = 50;
const mostConnections = 20;
/** Characters of all bodies of a connection together: the editor keeps the whole state in one piece. */
const mostCharacters = 64 * 1024;

type Stored = Readonly<Record<string, readonly MessageBody[]>>;

/**
 * What was sent on each connection, by its name, as it was written: with references, not with the
 * values that they stand for. What spells a secret out is known for as long as the window is open.
 */
export class SendHistory {
  readonly #state: Memento;
  readonly #log: Logger;
  readonly #holdsSecret: (text: string) => boolean;
  #all: Stored;

  /** @param holdsSecret whether a text spells a secret out, and is not to be kept on the disk */
  constructor(state: Memento, holdsSecret: (text: string) => boolean, log: Logger) {
    this.#state = state;
    this.#holdsSecret = holdsSecret;
    this.#log = log;
    this.#all = state.get<Stored>(key, {});
  }

  /** Newest last. */
  of(connection: string): readonly MessageBody[] {
    return this.#all[connection] ?? [];
  }

  /** A body that is there already goes to the end. */
  add(connection: string, body: MessageBody): void {
    const written = JSON.stringify(body);
    if (written.length > mostCharacters) {
      return;
    }
    const others = this.of(connection).filter(other => JSON.stringify(other) !== written);
    const bodies = fitting([...others, body]);
    const rest = Object.entries(this.#all).filter(([name]) => name !== connection);
    this.#all = Object.fromEntries([...rest.slice(1 - mostConnections), [connection, bodies]]);
    this.#state.update(key, this.#kept()).then(undefined, (error: unknown) => {
      this.#log.warn(`The history of sent messages was not kept: ${messageOf(error)}`);
    });
  }

  #kept(): Stored {
    const isKept = (body: MessageBody) => !textsOf(body).some(this.#holdsSecret);
    return Object.fromEntries(
      Object.entries(this.#all).map(([name, bodies]) => [name, bodies.filter(isKept)]),
    );
  }
}

function textsOf(body: MessageBody): readonly string[] {
  return Object.values(body).filter(value => typeof value === 'string');
}

/** The newest that are few enough and short enough. */
function fitting(bodies: readonly MessageBody[]): readonly MessageBody[] {
  let characters = 0;
  return bodies
    .slice(-mostBodies)
    .reverse()
    .filter(body => (characters += JSON.stringify(body).length) <= mostCharacters)
    .reverse();
}
