import { UserError } from '../../core/base/errors.ts';
import type { Submission } from '../../core/connection/send/outbox.ts';
import type { OutgoingMessage } from '../../core/message/outgoingMessage.ts';
import { checkBody, type CheckedBody } from '../../core/message/checkBody.ts';
import { fillBody, type FilledBody, type FillingPorts } from '../../core/message/fillBody.ts';
import type { MessageBody } from '../../core/message/messageBody.ts';
import { assertSameOrigin } from '../../core/variables/needs.ts';
import type { VariableSource } from '../../core/variables/resolve.ts';
import type { Origin } from '../../core/variables/value.ts';
import type { MonitoredConnection } from '../connections/monitoredConnection.ts';
import type { HostVariables } from './hostVariables.ts';
import type { Author } from './messageFiles.ts';
import type { SendHistory } from './sendHistory.ts';

export interface TargetEnvironment {
  readonly name: string;
  readonly origin: Origin;
  readonly isProduction: boolean;
}

export type Confirmation = 'once' | 'window';

export interface SenderPorts {
  readonly variables: HostVariables;
  readonly history: SendHistory;
  /** Rejects with a sentence where the file cannot be read, or not by this author. */
  readonly readFile: (path: string, author: Author) => Promise<Uint8Array>;
  /** Resolves when there is no more to wait for before references can be filled in. */
  readonly ready: () => Promise<void>;
  /** The environment in use, if there is one. Throws a UserError where that is not known. */
  readonly environment: () => TargetEnvironment | undefined;
  /**
   * Asks whether to send to production: once, or for as long as the window is open. Rejects with a
   * CancellationError if the user does not want to.
   */
  readonly confirm: (
    environment: string,
    connection: string,
    body: MessageBody,
  ) => Promise<Confirmation>;
  /** Asks for what of a body needs permission. Rejects where it is not allowed. */
  readonly permit: (
    monitored: MonitoredConnection,
    body: MessageBody,
    origin: Origin,
  ) => Promise<void>;
  /** Where what is sent on a connection goes, as a question names it. */
  readonly placeOf: (monitored: MonitoredConnection) => string;
  /** The origin (RFC 6454) of it. */
  readonly originOf: (monitored: MonitoredConnection) => string;
  /** Throws a sentence where what a connection sends on opening is not allowed. */
  readonly assertOpening: (monitored: MonitoredConnection) => void;
  /** Told of each secret that goes out, so that exports and copies can leave it out. */
  readonly onSecrets: (secrets: readonly string[]) => void;
}

/** Sends what the user, the composer or the library wants sent. */
export class Sender {
  readonly #ports: SenderPorts;
  /** Connections with environments that need no more asking in this window. */
  readonly #confirmed = new Set<string>();

  constructor(ports: SenderPorts) {
    this.#ports = ports;
  }

  /**
   * Fills in, asks what must be asked, and sends. Resolves when it was handed to the network, or
   * waits in the queue.
   *
   * @param author who wrote the body, which decides what it may read
   * @throws UserError where it was not sent; CancellationError where the user would rather not
   */
  async send(
    monitored: MonitoredConnection,
    body: MessageBody,
    author: Author,
  ): Promise<Submission['delivery']> {
    // Before anything is asked: all answers would be in vain.
    assertTakes(monitored, body);
    await this.#ports.ready();
    const place = this.#ports.placeOf(monitored);
    await this.#confirm(monitored, body);
    await this.#ports.permit(monitored, body, originOf(author));
    const source = this.#ports.variables.forUser(monitored);
    const { message } = await this.#fill(monitored, body, source, author);
    if (this.#ports.placeOf(monitored) !== place) {
      // While something was asked or looked up; the answers were meant for who was there before.
      throw new UserError('The connection leads elsewhere now: the message was not sent.');
    }
    const { delivery, done } = monitored.connection.submit(message);
    this.#ports.history.add(monitored.name, body);
    if (delivery === 'written') {
      await done;
    }
    return delivery;
  }

  /**
   * Asks whether to send where the environment in use is production, unless that was settled.
   *
   * @throws CancellationError where the user would rather not
   */
  async #confirm(monitored: MonitoredConnection, body: MessageBody): Promise<void> {
    const environment = this.#ports.environment();
    const key = `${monitored.id} ${environment?.origin ?? ''} ${environment?.name ?? ''}`;
    if (environment?.isProduction !== true || this.#confirmed.has(key)) {
      return;
    }
    const confirmation = await this.#ports.confirm(environment.name, monitored.name, body);
    if (confirmation === 'window') {
      this.#confirmed.add(key);
    }
  }

  /** What a body would be if it were sent now. Asks nothing and counts nothing. */
  check(monitored: MonitoredConnection, body: MessageBody, author: Author): Promise<CheckedBody> {
    const source = this.#ports.variables.forPreview(monitored);
    return checkBody(body, this.#fillingPorts(source, author));
  }

  /** What was sent on a connection, as it was written, newest last. */
  history({ name }: MonitoredConnection): readonly MessageBody[] {
    return this.#ports.history.of(name);
  }

  /** Fills in what a connection sends by itself, as on opening. */
  async write(
    monitored: MonitoredConnection,
    body: MessageBody,
    origin: Origin,
  ): Promise<OutgoingMessage> {
    await this.#ports.ready();
    this.#ports.assertOpening(monitored);
    const source = this.#ports.variables.forItself(monitored);
    return (await this.#fill(monitored, body, source, origin)).message;
  }

  async #fill(
    monitored: MonitoredConnection,
    body: MessageBody,
    source: VariableSource,
    author: Author,
  ): Promise<FilledBody> {
    const filled = await fillBody(body, this.#fillingPorts(source, author));
    assertSameOrigin(filled.used, 'The message', this.#ports.originOf(monitored));
    this.#ports.onSecrets(filled.secrets);
    return filled;
  }

  #fillingPorts(source: VariableSource, author: Author): FillingPorts {
    return {
      source,
      origin: originOf(author),
      readFile: path => this.#ports.readFile(path, author),
    };
  }
}

/** What stands in the composer the user has before his eyes. */
function originOf(author: Author): Origin {
  return author === 'page' ? 'user' : author;
}

function assertTakes({ connection }: MonitoredConnection, { as }: MessageBody): void {
  const kind = as === 'ping' || as === 'close' ? as : 'message';
  const mayWait = kind === 'message' && connection.takes !== undefined;
  if (connection.state.kind !== 'open' && !mayWait) {
    throw new UserError(connection.refusalOf(kind));
  }
}
