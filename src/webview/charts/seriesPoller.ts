import type { SeriesSpan, SeriesView } from '../../core/metrics/seriesView.ts';

/** Between two requests for a live series. */
const intervalMs = 1000;

export interface SeriesSubject {
  readonly connection: string;
  readonly isLive: boolean;
  readonly span: SeriesSpan;
}

/**
 * Requests the data of the charts, one request at a time: once a second while the charts are visible and
 * the series may change, and once if it cannot change any more. An answer for another subject than the
 * current one is dropped.
 */
export class SeriesPoller {
  readonly #ask: (subject: SeriesSubject) => Promise<SeriesView>;
  readonly #onAnswer: (view: SeriesView, subject: SeriesSubject) => void;
  readonly #onFail: (reason: unknown) => void;
  #subject: SeriesSubject | undefined;
  #isVisible = false;
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

  /** Setting an equal subject has no effect. */
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

  /** Whether the charts are visible. */
  set isVisible(isVisible: boolean) {
    if (isVisible !== this.#isVisible) {
      this.#isVisible = isVisible;
      this.#next();
    }
  }

  #next(): void {
    clearTimeout(this.#timer);
    const subject = this.#subject;
    const isNeeded = subject !== undefined && (subject.isLive || !this.#isAnswered);
    if (this.#isVisible && isNeeded && !this.#isAsking) {
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
      // The next request tries again.
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
