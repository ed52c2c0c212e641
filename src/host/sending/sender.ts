import { l10n } from 'vscode';
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
import type { Side } from '../../core/slot/observedSocket.ts';
import type { Target } from '../connections/targets.ts';
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
  /** Rejects with a UserError if the file cannot be read, or not by this author. */
  readonly readFile: (path: string, author: Author) => Promise<Uint8Array>;
  /** Resolves when references can be filled in. */
  readonly ready: (monitored: Target) => Promise<void>;
  /** The active environment, if there is one. Throws a UserError if that is not known yet. */
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
  /** Asks for the permissions that a body needs. Rejects if they are not given. */
  readonly permit: (monitored: Target, body: MessageBody, origin: Origin) => Promise<void>;
  /** The destination of a connection, as questions name it. */
  readonly placeOf: (monitored: Target) => string;
  /** The origin (RFC 6454) of the destination. */
  readonly originOf: (monitored: Target) => string;
  /** Throws a UserError if what a connection sends on opening is not allowed. */
  readonly assertOpening: (monitored: MonitoredConnection) => void;
  /** Called with each secret that is sent, so that exports and copies can mask it. */
  readonly onSecrets: (secrets: readonly string[]) => void;
  /** Called when a message was sent or is in the queue. */
  readonly onSent?: () => void;
}

/** Sends messages of the user, the composer and the library. */
export class Sender {
  readonly #ports: SenderPorts;
  /** Pairs of connection and environment that were confirmed for this window. */
  readonly #confirmed = new Set<string>();

  constructor(ports: SenderPorts) {
    this.#ports = ports;
  }

  /**
   * Fills in references, asks the user if needed, and sends. Resolves when the message was handed
   * to the network, or is in the queue.
   *
   * @param author who wrote the body, which determines what it may read
   * @param to the side of a tap that gets it
   * @param onRow called with the number of its row, if it was sent at once
   * @throws UserError if it was not sent; CancellationError if the user cancels
   */
  async send(
    monitored: Target,
    body: MessageBody,
    author: Author,
    onRow: (row: number) => void = () => undefined,
    to: Side = 'server',
  ): Promise<Submission['delivery']> {
    // Before the user is asked: the answers would be useless.
    assertTakes(monitored, body);
    await this.#ports.ready(monitored);
    const place = this.#ports.placeOf(monitored);
    await this.#confirm(monitored, body);
    await this.#ports.permit(monitored, body, originOf(author));
    const source = this.#ports.variables.forUser(monitored);
    const { message } = await this.#fill(monitored, body, source, author);
    if (this.#ports.placeOf(monitored) !== place) {
      // It changed while the user was asked; the answers were meant for the previous destination.
      throw new UserError(
        l10n.t('The message was not sent, because the connection has another destination now.'),
      );
    }
    const before = monitored.lastRow;
    const { delivery, done } =
      'owner' in monitored ? monitored.submit(message, to) : monitored.submit(message);
    const row = monitored.lastRow;
    if (row !== undefined && row !== before) {
      onRow(row);
    }
    this.#ports.history.add(monitored.name, body);
    this.#ports.onSent?.();
    if (delivery === 'written') {
      await done;
    }
    return delivery;
  }

  /**
   * Asks whether to send if the active environment is production, unless that was confirmed before.
   *
   * @throws CancellationError if the user cancels
   */
  async #confirm(monitored: Target, body: MessageBody): Promise<void> {
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

  /** A preview of a body as it would be sent now. Does not ask the user, and does not count. */
  check(monitored: Target, body: MessageBody, author: Author): Promise<CheckedBody> {
    const source = this.#ports.variables.forPreview(monitored);
    return checkBody(body, this.#fillingPorts(source, author));
  }

  /** The messages that were sent on a connection, as they were written, newest last. */
  history({ name }: Target): readonly MessageBody[] {
    return this.#ports.history.of(name);
  }

  /** Fills in a message that a connection sends by itself, as on opening. */
  async write(
    monitored: MonitoredConnection,
    body: MessageBody,
    origin: Origin,
  ): Promise<OutgoingMessage> {
    await this.#ports.ready(monitored);
    this.#ports.assertOpening(monitored);
    const source = this.#ports.variables.forItself(monitored);
    return (await this.#fill(monitored, body, source, origin)).message;
  }

  async #fill(
    monitored: Target,
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

/** The user sees the text in the composer, so it counts as the user's own. */
function originOf(author: Author): Origin {
  return author === 'page' ? 'user' : author;
}

function assertTakes(target: Target, { as }: MessageBody): void {
  const kind = as === 'ping' || as === 'close' ? as : 'message';
  if (!target.accepts(kind)) {
    throw new UserError(target.refusalOf(kind));
  }
}
