import type { Memento } from 'vscode';
import { messageOf } from '../../core/base/errors.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';

const key = 'sendHistory';
const maxBodies = 50;
const maxConnections = 20;
/** Of all bodies of a connection together: the editor stores the whole state in one piece. */
const maxCharacters = 64 * 1024;

type Stored = Readonly<Record<string, readonly MessageBody[]>>;

/**
 * The messages that were sent on each connection, by its name, as they were written: with
 * references, not with their values. A message that spells out a secret is kept only while the
 * window is open.
 */
export class SendHistory {
  readonly #state: Memento;
  readonly #log: Logger;
  readonly #holdsSecret: (text: string) => boolean;
  #all: Stored;

  /** @param holdsSecret whether a text spells out a secret, and must not be stored on the disk */
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

  /** A body that is in the history already moves to the end. */
  add(connection: string, body: MessageBody): void {
    const written = JSON.stringify(body);
    if (written.length > maxCharacters) {
      return;
    }
    const others = this.of(connection).filter(other => JSON.stringify(other) !== written);
    const bodies = fitting([...others, body]);
    const rest = Object.entries(this.#all).filter(([name]) => name !== connection);
    this.#all = Object.fromEntries([...rest.slice(1 - maxConnections), [connection, bodies]]);
    this.#state.update(key, this.#kept()).then(undefined, (error: unknown) => {
      this.#log.warn(`The history of sent messages could not be stored: ${messageOf(error)}`);
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

/** The newest bodies within the limits. */
function fitting(bodies: readonly MessageBody[]): readonly MessageBody[] {
  let characters = 0;
  return bodies
    .slice(-maxBodies)
    .reverse()
    .filter(body => (characters += JSON.stringify(body).length) <= maxCharacters)
    .reverse();
}
