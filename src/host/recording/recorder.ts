import type { Clock } from '../../core/base/clock.ts';
import { Emitter } from '../../core/base/event.ts';
import { DisposableStore, type Disposable } from '../../core/base/lifecycle.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { Capture, CaptureLimits, OpenCapture, Storage } from '../../core/capture/capture.ts';
import { Overflow } from '../../core/capture/overflow.ts';
import { dropRow, type StateRow, type StateWord } from '../../core/connection/report.ts';
import {
  MessageTap,
  type OnMatch,
  type Watch,
  type WatchOptions,
} from '../../core/connection/wire/messageTap.ts';
import type { ConnectionSink } from '../../core/connection/wire/traffic.ts';
import type { Condition } from '../../core/filter/condition.ts';
import { answerOf, withTexts, type RunRow } from '../../core/library/runReport.ts';
import type { OnAnswer } from '../../core/library/sequenceRun.ts';
import { RateMeter } from '../../core/metrics/rateMeter.ts';
import type { FrameFacts } from '../../core/record/frameFacts.ts';
import { textsOf, type TextRun } from '../../core/record/textRun.ts';
import { directionOf, flagsOf, isMessage } from '../../core/record/record.ts';
import type { SettingValues } from '../../core/settings/settingsTable.ts';

/** Where decoders of rows are asked for what they read. */
export type DecodedRows = Pick<Capture, 'summaries' | 'holdDecoders'>;

/** Writes the lines of the output channel. */
export interface MessageOutput {
  /**
   * @param rows whose decoders may have other words for it; absent: nobody's
   * @param seq the number of its row there
   */
  message(
    at: number,
    name: string,
    flags: number,
    payload: Uint8Array,
    rows?: DecodedRows,
    seq?: number,
  ): void;
  /** The same for texts that came at once. @param seq of the first of them */
  texts(
    at: number,
    name: string,
    flags: number,
    run: TextRun,
    rows?: DecodedRows,
    seq?: number,
  ): void;
  state(at: number, name: string, row: StateRow): void;
}

export interface RecorderPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly openCapture: OpenCapture;
  readonly output: MessageOutput;
  /** Removes secrets that were used in this window from a peer's text. */
  readonly redact: (text: string) => string;
}

/** What is recorded. */
export interface RecorderSubject {
  readonly name: string;
  /** For the rows of the recorder's own. */
  readonly stateWord: StateWord;
  /** Stops or starts reading from the socket. */
  setPaused(isPaused: boolean): void;
}

export interface RecorderOptions {
  /** Shown to people and stored in the file. */
  readonly url: string;
  /** Of a connection, or the common ones. */
  readonly values: SettingValues;
  /** Given if this window has not dialled: whether the sides of the socket can be paused. */
  readonly observed?: { readonly canPause: boolean };
}

/** So much may wait to be stored of a socket that cannot be paused, before messages are dropped. */
const maxWaitingBytes = 64 * 1024 * 1024;

const stateFlags = flagsOf('state', 'in');
const encoder = new TextEncoder();

/** Records one connection or slot: its capture, its counters and its lines of the output channel. */
export class Recorder implements ConnectionSink, Disposable {
  readonly #store = new DisposableStore();
  readonly #ports: RecorderPorts;
  readonly #subject: RecorderSubject;
  readonly #overflow: Overflow;
  readonly #tap: MessageTap;
  readonly #onDidChange = this.#store.add(new Emitter<undefined>());
  #storageProblem: string | undefined;

  /** The beginning of its capture, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly capture: Capture;
  readonly received = new RateMeter();
  readonly sent = new RateMeter();
  /** What is recorded has changed; fires at most 20 times a second. */
  readonly onDidChange = this.#onDidChange.event;

  constructor(subject: RecorderSubject, options: RecorderOptions, ports: RecorderPorts) {
    this.#subject = subject;
    this.#ports = ports;
    this.startedAt = ports.clock.now();
    const { url, values, observed } = options;
    this.capture = this.#store.add(
      ports.openCapture({ name: subject.name, url, ...captureLimits(values) }),
    );
    this.#tap = this.#store.add(
      new MessageTap({
        clock: ports.clock,
        log: ports.log,
        notice: sentence => this.notice(sentence),
        decoders: this.capture,
      }),
    );
    const waitingByteLength = () => this.capture.waitingByteLength;
    const isFull = () => waitingByteLength() > maxWaitingBytes;
    this.#overflow = new Overflow(values['history.overflow'], {
      ...(observed && { observed: { ...observed, isFull } }),
      waitingByteLength,
      setPaused: isPaused => subject.setPaused(isPaused),
      onDropped: dropped => this.#write(dropRow(dropped, subject.stateWord)),
    });
    const changed = () => this.#onDidChange.fire(undefined);
    this.#store.add(this.capture.onDidChange(changed));
    this.#store.add(this.capture.onDidChangeStorage(storage => this.#noteStorage(storage)));
    this.#store.add(this.capture.onDidChangePressure(isHigh => this.#overflow.setPressure(isHigh)));
  }

  /** The number of the row that was added last; `undefined` if there is none. */
  get lastRow(): number | undefined {
    const { nextSeq } = this.capture;
    return nextSeq > 0 ? nextSeq - 1 : undefined;
  }

  /** Applies changed settings. */
  setValues(values: SettingValues): void {
    this.capture.setLimits(captureLimits(values));
    this.#overflow.setMode(values['history.overflow']);
  }

  /** Calls `onMatch` for each matching message that is received; see `MessageTap.watch`. */
  watch(condition: Condition, onMatch: OnMatch, options?: WatchOptions): Watch {
    return this.#tap.watch(condition, onMatch, options);
  }

  /** The same, with the beginning of the message and its row. */
  watchForAnswer(condition: Condition, onAnswer: OnAnswer): Watch {
    return this.#tap.watch(condition, match => onAnswer(answerOf(match, this.#ports.redact)));
  }

  /** See `MessageTap.settle`. */
  settle(): Promise<void> {
    return this.#tap.settle();
  }

  append(at: number, flags: number, payload: Uint8Array, frame?: FrameFacts): void {
    const isAdmitted = this.#overflow.admits(flags, payload.length);
    const seq = this.capture.nextSeq;
    if (isAdmitted) {
      this.capture.append(at, flags, payload, frame);
    }
    if (isMessage(flags)) {
      if (directionOf(flags) === 'in') {
        this.received.add(at);
        this.#tap.offer(at, flags, payload, isAdmitted ? seq : undefined);
      } else {
        this.sent.add(at);
      }
    }
    if (isAdmitted) {
      this.#ports.output.message(at, this.#subject.name, flags, payload, this.capture, seq);
    }
  }

  appendTexts(at: number, flags: number, run: TextRun): void {
    if (this.#tap.isWatched) {
      for (const payload of textsOf(run)) {
        this.append(at, flags, payload);
      }
      return;
    }
    const isAdmitted = this.#overflow.admitsTexts(flags, run);
    this.received.add(at, run.count);
    if (isAdmitted) {
      const seq = this.capture.nextSeq;
      this.capture.appendTexts(at, flags, run);
      this.#ports.output.texts(at, this.#subject.name, flags, run, this.capture, seq);
    }
  }

  /**
   * Adds a row for a change of state.
   *
   * @param at milliseconds since 1970
   */
  report(row: StateRow, at = this.#ports.clock.now()): void {
    this.#overflow.report();
    this.#write(row, at);
  }

  /**
   * Adds a row that tells of a run of a saved message or sequence, without the secrets that were used
   * in this window. Returns its number.
   */
  recordRun(row: RunRow): number | undefined {
    this.#overflow.report();
    const redacted = withTexts(row, this.#ports.redact);
    const { nextSeq } = this.capture;
    this.#write({ state: this.#subject.stateWord, ...redacted });
    return this.capture.nextSeq > nextSeq ? nextSeq : undefined;
  }

  /** Adds a row for what the user should know of; it is logged as well. */
  notice(text: string): void {
    this.#write({ state: this.#subject.stateWord, severity: 'warning', text });
    this.#ports.log.warn(`${this.#subject.name}: ${text}`);
  }

  dispose(): void {
    this.#overflow.report();
    this.#store.dispose();
  }

  /** A storage problem is also shown in the list of messages. */
  #noteStorage({ problem }: Storage): void {
    if (problem !== undefined && problem !== this.#storageProblem) {
      this.#storageProblem = problem;
      this.#overflow.report();
      this.notice(problem);
    }
    this.#onDidChange.fire(undefined);
  }

  #write(row: StateRow, at = this.#ports.clock.now()): void {
    this.capture.append(at, stateFlags, encoder.encode(JSON.stringify(row)));
    this.#ports.output.state(at, this.#subject.name, row);
  }
}

/** The limits of a capture by the settings. */
function captureLimits(values: SettingValues): CaptureLimits {
  return {
    maxRows: values['history.maxMessages'],
    maxBytes: values['history.maxMegabytes'] * 1024 * 1024,
  };
}
