import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';

/** How often a live series is asked for. */
const intervalMs = 1000;

export interface SeriesSubject {
  readonly connection: string;
  readonly isLive: boolean;
  readonly span: SeriesSpan;
}

/**
 * Asks for what the charts show: one question at a time, once a second while it is looked at and may
 * change, once where it can change no more. An answer about something else than what is shown by then
 * is left out.
 */
export class SeriesPoller {
  readonly #ask: (subject: SeriesSubject) => Promise<SeriesView>;
  readonly #onAnswer: (view: SeriesView, subject: SeriesSubject) => void;
  readonly #onFail: (reason: unknown) => void;
  #subject: SeriesSubject | undefined;
  #isLooked = false;
  #isAsking = false;
  #isAnswered = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ask: (subject: SeriesSubject) => Promise<SeriesView>,
    onAnswer: (view: SeriesView, subject: SeriesSubject) => void,
    onFail: (reason: unknown) => void,
  ) {
    this.#ask = ask;
    this.#onAnswer = onAnswer;
    this.#onFail = onFail;
  }

  get subject(): SeriesSubject | undefined {
    return this.#subject;
  }

  /** What to ask about; the same again changes nothing. */
  set subject(subject: SeriesSubject | undefined) {
    const { connection, isLive, span } = this.#subject ?? {};
    if (
      subject?.connection !== connection ||
      subject?.isLive !== isLive ||
      subject?.span !== span
    ) {
      this.#subject = subject;
      this.#isAnswered = false;
      this.#next();
    }
  }

  /** Whether anybody can see the charts. */
  set isLooked(isLooked: boolean) {
    if (isLooked !== this.#isLooked) {
      this.#isLooked = isLooked;
      this.#next();
    }
  }

  #next(): void {
    clearTimeout(this.#timer);
    const subject = this.#subject;
    const isNeeded = subject !== undefined && (subject.isLive || !this.#isAnswered);
    if (this.#isLooked && isNeeded && !this.#isAsking) {
      void this.#put(subject);
    }
  }

  async #put(subject: SeriesSubject): Promise<void> {
    this.#isAsking = true;
    const isStale = () => subject !== this.#subject;
    try {
      const view = await this.#ask(subject);
      if (!isStale()) {
        this.#isAnswered = true;
        this.#onAnswer(view, subject);
      }
    } catch (error) {
      // It is asked again, unless it was about a connection that has gone.
      if (!isStale()) {
        this.#onFail(error);
      }
    }
    this.#isAsking = false;
    if (isStale()) {
      this.#next();
    } else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#next(), intervalMs);
    }
  }
}
