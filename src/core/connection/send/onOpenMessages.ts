import type { Clock } from '../../base/clock.ts';
import { messageOf, UserError } from '../../base/errors.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import type { Step } from '../../library/library.ts';
import { bodyLabel } from '../../library/librarySchema.ts';
import type { MessageBody } from '../../message/messageBody.ts';
import { stricterOf, type Origin } from '../../variables/value.ts';
import {
  isWorthRows,
  runEndRow,
  runStartRow,
  type RunRow,
  type RunSubject,
} from '../../library/runReport.ts';
import { SequenceRun, type RunProgress, type SequencePorts } from '../../library/sequenceRun.ts';
import { fillPlainBody } from '../../message/fillBody.ts';
import type { OnOpenEntry } from '../state/options.ts';
import type { OutgoingMessage } from '../../message/outgoingMessage.ts';

/** What messages that are sent automatically need. */
export interface OnOpenPorts {
  /**
   * Fills in what a body refers to. Rejects with a sentence if it cannot.
   *
   * @param origin who wrote the body
   */
  readonly write: (body: MessageBody, origin: Origin) => Promise<OutgoingMessage>;
  /**
   * The steps of a sequence of the library. Rejects with a sentence if there is none.
   *
   * @param origin who wants it sent
   */
  readonly stepsOf: (path: string, origin: Origin) => Promise<readonly Step[]>;
  /**
   * Throws a sentence if the messages of the settings are not allowed as they are now: they may have
   * changed since the connection was dialled.
   */
  readonly assertAllowed: (what: 'onOpen' | 'heartbeat') => void;
  /** See `SequencePorts.watch`. */
  readonly watch: SequencePorts['watch'];
  /** Adds a row to the list; returns its number, if it is known. */
  readonly record: (row: RunRow) => number | undefined;
  /** The number of the row that was added last, if it is known. */
  readonly lastRow: () => number | undefined;
}

interface OnOpenMessagesPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly opening: OnOpenPorts;
  readonly send: (message: OutgoingMessage) => Promise<void>;
  /** Adds a row to the list that says what was not sent. */
  readonly notice: (sentence: string) => void;
}

/**
 * Sends what the setting `onOpen` lists, strictly in order, on one open connection. If an entry fails,
 * the rest is not sent, since it may depend on it.
 */
export class OnOpenMessages implements Disposable {
  readonly #ports: OnOpenMessagesPorts;
  #run: SequenceRun | undefined;
  #isDisposed = false;
  #isOver = false;

  constructor(ports: OnOpenMessagesPorts) {
    this.#ports = ports;
  }

  /** Whether all was sent, or the rest will not be. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Entries that need no waiting are sent before this returns, so that they come first. Never
   * rejects; `onOver` is called once unless it is disposed of before.
   */
  async start(entries: readonly OnOpenEntry[], onOver: () => void): Promise<void> {
    const refusal = entries.length === 0 ? undefined : refusalOf(this.#ports.opening);
    if (refusal !== undefined) {
      this.#ports.notice(refusal);
    }
    for (const [index, entry] of refusal === undefined ? entries.entries() : []) {
      const message = messageAtOnce(entry);
      if (message) {
        this.#handOver(message);
        continue;
      }
      const rest = index < entries.length - 1 ? 'Nothing after it was sent.' : '';
      const failure = await this.#entry(entry, rest);
      if (this.#isDisposed) {
        return;
      }
      if (failure) {
        if (!failure.isTold) {
          const sentence = `Message ${index + 1} of onOpen ${failure.problem} ${rest}`;
          this.#ports.notice(sentence.trimEnd());
        }
        break;
      }
    }
    this.#isOver = true;
    onOver();
  }

  /** Drops what was not sent: the next open starts from the beginning. */
  dispose(): void {
    this.#isDisposed = true;
    this.#run?.dispose();
  }

  /** Does not wait for the message to be written; `send` reports a failure in the list. */
  #handOver(message: OutgoingMessage): void {
    this.#ports.send(message).catch((error: unknown) => {
      this.#ports.log.warn(`onOpen: ${messageOf(error)}`);
    });
  }

  /** Why the entry failed, to be read after its name, and whether a row has told it already. */
  async #entry(
    { what, origin, timing }: OnOpenEntry,
    rest: string,
  ): Promise<{ readonly problem: string; readonly isTold: boolean } | undefined> {
    let steps: readonly Step[];
    try {
      steps =
        'body' in what
          ? [{ name: bodyLabel(what.body), origin, body: what.body, timing }]
          : withDelay(await this.#ports.opening.stepsOf(what.sequence, origin), timing.delayMs);
    } catch (error) {
      return { problem: `was not sent: ${messageOf(error)}`, isTold: false };
    }
    if (this.#isDisposed) {
      return undefined;
    }
    const isSequence = !('body' in what);
    const subject: RunSubject = {
      kind: isSequence ? 'sequence' : 'message',
      path: isSequence ? what.sequence : '',
      steps,
      isOnOpen: true,
    };
    const { state, sent, problem = '' } = await this.#follow(subject, origin, rest);
    if (state !== 'failed') {
      return undefined;
    }
    const words = sent > 0 ? `went no further: ${problem}` : `was not sent: ${problem}`;
    return { problem: words, isTold: isSequence };
  }

  async #follow(subject: RunSubject, origin: Origin, rest: string): Promise<RunProgress> {
    const { clock, log, opening, send } = this.#ports;
    const run = new SequenceRun(subject.steps, {
      clock,
      log,
      watch: opening.watch,
      send: async step => {
        // A workspace that has a message of the user's sent gives it no more than it has itself.
        const message = await opening.write(step.body, stricterOf(step.origin, origin));
        if (this.#isDisposed) {
          throw new UserError('The connection is not open any more.');
        }
        const sending = send(message);
        const row = opening.lastRow();
        await sending;
        return row;
      },
    });
    this.#run = run;
    const startedAt = clock.monotonic();
    const hasRows = isWorthRows(subject);
    const startRow = hasRows ? opening.record(runStartRow(subject)) : undefined;
    const progress = await run.run();
    this.#run = undefined;
    if (hasRows) {
      opening.record(
        runEndRow(subject, {
          progress,
          outcomes: run.outcomes,
          elapsedMs: clock.monotonic() - startedAt,
          startRow,
          stoppedBy: 'loss',
          ...(progress.state === 'failed' ? { rest } : {}),
        }),
      );
    }
    return progress;
  }
}

function refusalOf({ assertAllowed }: OnOpenPorts): string | undefined {
  try {
    assertAllowed('onOpen');
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** The message of an entry that can be sent at once. */
function messageAtOnce({ what, timing }: OnOpenEntry): OutgoingMessage | undefined {
  const waits = timing.delayMs > 0 || timing.waitFor !== undefined;
  return waits || !('body' in what) ? undefined : fillPlainBody(what.body);
}

function withDelay(steps: readonly Step[], delayMs: number): readonly Step[] {
  const [first, ...rest] = steps;
  if (!first) {
    return steps;
  }
  const timing = { ...first.timing, delayMs: first.timing.delayMs + delayMs };
  return [{ ...first, timing }, ...rest];
}
