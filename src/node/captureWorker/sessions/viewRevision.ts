import type { ViewMatcher } from '../../../core/capture/viewMatcher.ts';
import type { CaptureDecoding } from '../decoding/captureDecoding.ts';
import type { ViewSource } from './viewSource.ts';

/** The shortest time between two changes of a view's rows, and between two looks that change nothing. */
const changeIntervalMs = 500;
const lookIntervalMs = 100;

/** A round that took long is followed by a pause of so many times its length. */
const pauseRatio = 10;

/** Rows between two looks at the clock. */
const rowsPerLook = 16;

/** A row that the view must add, or take out. */
export interface Revision {
  readonly source: number;
  readonly seq: number;
  readonly at: number;
  readonly isAdded: boolean;
}

interface RevisionOptions {
  readonly test: ViewMatcher;
  readonly sources: readonly ViewSource[];
  readonly decodingOf: (source: number) => CaptureDecoding | undefined;
  readonly isShown: (source: number, seq: number) => boolean;
  /** Rows of a source from here on have not come to their place yet. */
  readonly waitingFrom: (source: number) => number;
}

type Mark = CaptureDecoding['mark'];

const nothing: Mark = { ended: 0, completed: 0, rereads: 0 };

/**
 * Judges rows of a view again of which decoders say something else since: an answer has ended a call, parts
 * have completed a message, a session is decoded otherwise. Goes in rounds, with pauses, so that a flood of
 * answers neither takes all the time nor changes the list all the time.
 */
export class ViewRevision {
  readonly #options: RevisionOptions;
  /** Per source, what was known when its rows were judged last. */
  readonly #marks: Mark[];
  /** Per source, conversations that begin with rows which decoders have not come to. */
  readonly #awaited: Set<number>[];
  /** Rows that this round has still to judge, the last one first. */
  readonly #open: { readonly source: number; readonly seq: number }[] = [];
  readonly #found: Revision[] = [];
  #isInRound = false;
  #dueAt = 0;
  #spentMs = 0;
  #isLost = false;

  constructor(options: RevisionOptions) {
    this.#options = options;
    this.#marks = options.sources.map((_, source) => options.decodingOf(source)?.mark ?? nothing);
    this.#awaited = options.sources.map(source => {
      const isMeant = ({ capture = source.capture }) => capture === source.capture;
      return new Set(options.test.conversations.filter(isMeant).map(({ row }) => row));
    });
  }

  /** Too much has changed to know what: all rows are to be judged again. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** The rows that the last round has found, once it is over. */
  get found(): readonly Revision[] {
    return this.#isInRound ? [] : this.#found;
  }

  /** How long to wait, from `now` on, which is of `performance.now`; Infinity if there is nothing to do. */
  delayMs(now: number): number {
    return this.#isInRound
      ? 0
      : this.#found.length === 0 && this.#isBehind
        ? Math.max(0, this.#dueAt - now)
        : Infinity;
  }

  /** Goes on until `deadline`, which is of `performance.now`. */
  work(deadline: number): void {
    const begun = performance.now();
    if (this.delayMs(begun) > 0) {
      return;
    }
    if (!this.#isInRound) {
      this.#begin();
    }
    let now = begun;
    while (this.#open.length > 0 && now < deadline) {
      this.#judgeSome();
      now = performance.now();
    }
    this.#spentMs += now - begun;
    if (this.#open.length === 0) {
      this.#isInRound = false;
      this.#pause(now, this.#found.length > 0 ? changeIntervalMs : lookIntervalMs);
    }
  }

  /** What was found is in the view now. */
  done(): void {
    this.#found.length = 0;
  }

  #pause(now: number, leastMs: number): void {
    this.#dueAt = now + Math.max(leastMs, pauseRatio * this.#spentMs);
    this.#spentMs = 0;
  }

  get #isBehind(): boolean {
    const { sources, test, decodingOf } = this.#options;
    if (!test.asksDecoders) {
      return false;
    }
    return sources.some((_, source) => {
      const decoding = decodingOf(source);
      const mark = this.#marks[source];
      if (!decoding || !mark || decoding.cursor < (sources[source]?.cursor ?? 0)) {
        return false;
      }
      const { ended, completed, rereads } = decoding.mark;
      return (
        rereads !== mark.rereads ||
        (test.follows.calls && ended !== mark.ended) ||
        (test.follows.parts && completed !== mark.completed) ||
        this.#come(source, decoding).length > 0
      );
    });
  }

  /** The rows that conversations are named by, and that decoders have come to. */
  #come(source: number, { cursor }: CaptureDecoding): readonly number[] {
    return [...(this.#awaited[source] ?? [])].filter(row => row < cursor);
  }

  #begin(): void {
    this.#isInRound = true;
    const { sources, decodingOf, test, waitingFrom } = this.#options;
    for (const [number, source] of sources.entries()) {
      const decoding = decodingOf(number);
      const mark = this.#marks[number];
      if (!decoding || !mark || decoding.cursor < source.cursor) {
        continue;
      }
      const rows = decoding.changedRows(mark, source.cursor, test.follows);
      if (!rows) {
        this.#isLost = true;
        continue;
      }
      const all = new Set(rows);
      const come = this.#come(number, decoding);
      for (const row of come) {
        decoding.calls.rowsWith(row).forEach(each => all.add(each));
      }
      const first = source.store?.extent.first ?? Infinity;
      const judged = [...all].filter(seq => seq >= first && seq < source.cursor);
      if (judged.some(seq => seq >= waitingFrom(number))) {
        // They are in no order yet: the round that follows looks again.
        continue;
      }
      this.#marks[number] = decoding.mark;
      come.forEach(row => this.#awaited[number]?.delete(row));
      for (const seq of judged.sort((one, other) => other - one)) {
        this.#open.push({ source: number, seq });
      }
    }
  }

  #judgeSome(): void {
    const { sources, isShown } = this.#options;
    for (const { source, seq } of this.#open.splice(-rowsPerLook).reverse()) {
      const wasShown = isShown(source, seq);
      const at = sources[source]?.judgeAgain(seq, wasShown);
      if (at !== undefined) {
        this.#found.push({ source, seq, at, isAdded: !wasShown });
      }
    }
  }
}
