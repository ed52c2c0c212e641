import type { Clock } from '../../base/clock.ts';
import { withinTime } from '../../base/withinTime.ts';
import type { Disposable } from '../../base/lifecycle.ts';
import { Timer } from '../../base/timer.ts';
import type { Capture } from '../../capture/capture.ts';
import type { Judged, JudgeAnswer, Question } from '../../capture/judge.ts';

/** Who asks the decoders of a capture. */
export type DecodersOf = Pick<Capture, 'nextSeq' | 'judge' | 'holdDecoders'>;

/** A question that is asked of each message which comes from now on. */
export interface Subject extends Omit<Question, 'from'> {
  readonly onMatch: (judged: Judged) => void;
  /** Called once if a message cannot be looked into; `why` is the end of a sentence. */
  readonly onLimited: (why: string) => void;
}

/** Only the last match counts, and it is asked for seldom. */
const lastWithinMs = 1000;
/** So many messages are looked through for a last match; in a flood older ones are left out. */
const maxRowsForLast = 100_000;
/** What is sent next does not wait longer for the values of what came before. */
const maxSettleMs = 2000;

/** What waits for a message that only decoders can read. */
export class DecodedWatch {
  readonly subject: Subject;
  /** The row from which on it is asked. */
  from: number;
  /** The row behind the last that must be asked about; below `from` there is none. */
  to = 0;
  /** Messages from `from` on may be read otherwise when more of their session is known. */
  isUnsettled = false;
  #whyNot: string | undefined;
  readonly #note: (watch: DecodedWatch) => void;

  constructor(subject: Subject, from: number, note: (watch: DecodedWatch) => void) {
    this.subject = subject;
    this.from = from;
    this.#note = note;
  }

  /** Messages that came are still asked about, so those that follow must wait for their turn. */
  get isBehind(): boolean {
    return this.to > this.from || this.isUnsettled;
  }

  /** A message came that only decoders can judge. @param row `undefined`: it was not stored */
  note(row: number | undefined): void {
    if (row === undefined) {
      this.#whyNot = 'Messages that came faster than they could be stored were not decoded.';
      return;
    }
    // What came before was judged while it came in.
    this.from = this.isBehind ? this.from : row;
    this.to = row + 1;
    if (this.subject.wanted === 'last') {
      this.from = Math.max(this.from, this.to - maxRowsForLast);
    }
    this.#note(this);
  }

  /** Why nothing has matched, as a sentence; `undefined` if all that came was looked into. */
  get whyNot(): string | undefined {
    // In a stream the last message has nearly always come just now.
    const isBehind = this.to > this.from;
    return (
      this.#whyNot ?? (isBehind ? 'Some of what came had not been decoded by then.' : undefined)
    );
  }

  /** Takes an answer about the rows below `to`. @returns the match, if there is one */
  take(answer: JudgeAnswer, question: number, to: number): Judged | undefined {
    const found = answer.matches.find(each => each.question === question);
    const isFirst = found && this.subject.wanted === 'first';
    this.from = Math.max(this.from, isFirst ? found.seq + 1 : Math.min(to, answer.settledTo));
    this.isUnsettled = !isFirst && answer.settledTo < to;
    if (!isFirst && this.to <= to) {
      this.to = 0;
    }
    this.#whyNot = whyNotOf(answer) ?? this.#whyNot;
    if (answer.limited !== undefined) {
      this.subject.onLimited(answer.limited);
    }
    return found;
  }

  /** Nobody could be asked. */
  giveUp(to: number): void {
    this.from = Math.max(this.from, to);
    this.#whyNot = 'Decoders could not be asked about what came.';
  }
}

/** Asks the decoders of one capture about what comes, in its order, while something waits for that. */
export class DecodedWatches implements Disposable {
  readonly #clock: Clock;
  readonly #decoders: DecodersOf;
  readonly #watches = new Set<DecodedWatch>();
  readonly #timer: Timer;
  #soon: Disposable | undefined;
  #asking: Promise<void> | undefined;
  #hold: Disposable | undefined;
  #isDisposed = false;

  constructor(clock: Clock, decoders: DecodersOf) {
    this.#clock = clock;
    this.#decoders = decoders;
    this.#timer = new Timer(clock);
  }

  add(subject: Subject): DecodedWatch {
    const watch = new DecodedWatch(subject, this.#decoders.nextSeq, each => this.#schedule(each));
    this.#watches.add(watch);
    return watch;
  }

  delete(watch: DecodedWatch): void {
    this.#watches.delete(watch);
    if (this.#watches.size === 0) {
      this.#release();
    }
  }

  /** Resolves when what came before was asked about, or that takes long. */
  async settle(): Promise<void> {
    const to = this.#decoders.nextSeq;
    const settled = async () => {
      while (!this.#isDisposed && [...this.#watches].some(each => isDue(each) && each.from < to)) {
        await this.#ask();
      }
    };
    await withinTime(settled(), maxSettleMs, this.#clock);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#watches.clear();
    this.#release();
  }

  /** Whoever waits is told soon: when what came with the message has been taken too. */
  #schedule({ subject }: DecodedWatch): void {
    if (this.#asking) {
      return; // It is asked again after that.
    }
    if (subject.wanted === 'first') {
      this.#soon ??= this.#clock.afterInput(() => void this.#ask());
    } else if (!this.#timer.isRunning) {
      this.#timer.start(lastWithinMs, () => void this.#ask());
    }
  }

  #ask(): Promise<void> {
    this.#soon?.dispose();
    this.#soon = undefined;
    this.#timer.dispose();
    this.#asking ??= this.#askOnce().finally(() => {
      this.#asking = undefined;
      for (const watch of this.#watches) {
        if (isDue(watch)) {
          this.#schedule(watch);
        }
      }
    });
    return this.#asking;
  }

  async #askOnce(): Promise<void> {
    const due = [...this.#watches].filter(isDue);
    if (this.#isDisposed || due.length === 0) {
      return;
    }
    const to = Math.max(...due.map(watch => watch.to));
    const questions = due.map(({ subject, from }): Question => {
      const { condition, path, wanted } = subject;
      return { condition, wanted, from, ...(path && { path }) };
    });
    this.#hold ??= this.#decoders.holdDecoders();
    // A capture that is closed meanwhile has no more to say.
    const answer = await this.#decoders.judge({ questions, to }).catch(() => undefined);
    if (!answer) {
      due.forEach(watch => watch.giveUp(to));
      return;
    }
    const found = due.flatMap((watch, question) => {
      const judged = watch.take(answer, question, to);
      return judged ? [{ watch, judged }] : [];
    });
    for (const { watch, judged } of found.sort((one, other) => one.judged.seq - other.judged.seq)) {
      // One of them may have ended another.
      if (this.#watches.has(watch)) {
        watch.subject.onMatch(judged);
      }
    }
  }

  #release(): void {
    this.#soon?.dispose();
    this.#soon = undefined;
    this.#timer.dispose();
    this.#hold?.dispose();
    this.#hold = undefined;
  }
}

function isDue({ from, to }: DecodedWatch): boolean {
  return to > from;
}

function whyNotOf({ undecoded, offered, problem }: JudgeAnswer): string | undefined {
  if (problem !== undefined || undecoded === 0) {
    return problem;
  }
  return offered === undefined
    ? 'Messages of this connection are binary and not decoded: “Decode As…” chooses a decoder.'
    : `Messages of this connection are binary and not decoded. They look like ${offered}: “Decode As…” applies that.`;
}
