import { type Block, payloadBegin, payloadOfRow } from '../record/block.ts';
import { flagsOf, isMessage, RowFlag } from '../record/record.ts';
import type { Percentiles, SeriesSpan, SeriesView } from './seriesView.ts';
import { SlidingHistogram } from './histogram.ts';
import { emptyTotals, RecentSteps, secondMs, WholeSteps } from './steps.ts';

const state = flagsOf('state', 'in');
const pingOut = flagsOf('ping', 'out');
const pongIn = flagsOf('pong', 'in');

/** What a `Date` can hold; a capture file may claim any other time. */
const maxTime = 8.64e15;
const secondsPerMinute = 60;
/** Times to a hundredth of a millisecond, up to twelve hours. */
const partsPerMs = 100;

/**
 * The statistics of one capture, in about 175 kB, fed batch by batch. What has been counted stays
 * counted when the limits drop the rows; only a new `Series` starts from zero.
 *
 * Rows may come late, as when the clock was set back: they are counted at their own time.
 */
export class Series {
  readonly #recent = new RecentSteps();
  readonly #whole = new WholeSteps();
  readonly #sizes = new SlidingHistogram(1);
  readonly #gaps = new SlidingHistogram(partsPerMs);
  readonly #roundTrips = new SlidingHistogram(partsPerMs);
  readonly #pings = new RoundTrips();
  readonly #reconnects = new Reconnects();
  /** The second that rows are being counted for, which is not in the steps yet. */
  #second = NaN;
  #minute = NaN;
  #totals = emptyTotals();
  #beginAt = Infinity;
  #endAt = -Infinity;
  #receivedAt = NaN;

  /** Counts the rows `begin` up to, not including, `end` of a block. */
  append(block: Block, begin = 0, end = block.rowCount): void {
    const { firstSeq, times, flags } = block;
    for (let row = begin; row < end;) {
      const rowFlags = flags[row] ?? 0;
      if (isMessage(rowFlags)) {
        row = this.#messages(block, row, end);
      } else {
        this.#other(firstSeq + row, times[row] ?? 0, rowFlags, payloadOfRow(block, row));
        row++;
      }
    }
  }

  /** @param now milliseconds since 1970, if the connection may still receive rows */
  view(span: SeriesSpan, now?: number): SeriesView {
    this.#store();
    const nowSecond = now === undefined ? undefined : Math.floor(now / secondMs);
    const steps = (span === 'recent' ? this.#recent : this.#whole).read(nowSecond);
    const { startAt, received } = steps;
    const last = startAt / secondMs + Math.max(0, received.length - 1);
    const percentiles = (values: SlidingHistogram): Percentiles | undefined =>
      span === 'recent' ? values.recent(Math.floor(last / secondsPerMinute)) : values.all();
    const sizes = percentiles(this.#sizes);
    const gapsMs = percentiles(this.#gaps);
    const roundTripsMs = percentiles(this.#roundTrips);
    return {
      ...steps,
      marks: this.#reconnects.marks.filter(({ at }) => span === 'all' || at >= startAt),
      ...(sizes && { sizes }),
      ...(gapsMs && { gapsMs }),
      ...(roundTripsMs && { roundTripsMs }),
    };
  }

  /**
   * Counts the message `first` and those that follow on it in the same second; returns the row after
   * them. One loop over local variables, because a million rows a second come through here.
   */
  #messages({ firstSeq, times, flags, ends }: Block, first: number, end: number): number {
    let at = this.#enter(times[first] ?? 0);
    const beginAt = this.#beginAt;
    const endAt = this.#endAt;
    const sizes = this.#sizes.current;
    const gaps = this.#gaps.current;
    let { received, sent, receivedBytes, sentBytes, largest, longestGapMs } = this.#totals;
    let { largestSeq, longestGapSeq } = this.#totals;
    let receivedAt = this.#receivedAt;
    let row = first;
    let payloadEnd = payloadBegin({ ends }, first);
    do {
      const length = (ends[row] ?? payloadEnd) - payloadEnd;
      payloadEnd += length;
      sizes.add(length);
      if (length > largest) {
        largest = length;
        largestSeq = firstSeq + row;
      }
      if (((flags[row] ?? 0) & RowFlag.Out) !== 0) {
        sent++;
        sentBytes += length;
      } else {
        received++;
        receivedBytes += length;
        const gap = at - receivedAt;
        // Not a number for the first one, and below 0 if the clock was set back.
        if (gap >= 0) {
          gaps.add(gap);
          if (gap > longestGapMs) {
            longestGapMs = gap;
            longestGapSeq = firstSeq + row;
          }
        }
        receivedAt = at;
      }
      row++;
      at = times[row] ?? NaN;
    } while (row < end && at >= beginAt && at < endAt && isMessage(flags[row] ?? 0));
    const { roundTripMs, roundTripSeq } = this.#totals;
    const sums = { received, sent, receivedBytes, sentBytes };
    const maxima = { largest, longestGapMs, roundTripMs };
    this.#totals = { ...sums, ...maxima, largestSeq, longestGapSeq, roundTripSeq };
    this.#receivedAt = receivedAt;
    return row;
  }

  /** A control frame or a state change. */
  #other(seq: number, time: number, flags: number, head: Uint8Array): void {
    const at = this.#enter(time);
    switch (flags & (RowFlag.OpcodeMask | RowFlag.Out)) {
      case state:
        this.#reconnects.take(at, head);
        break;
      case pingOut:
        this.#pings.sent(at, head);
        break;
      case pongIn: {
        const tookMs = this.#pings.answered(at, head);
        if (tookMs !== undefined) {
          this.#roundTrips.current.add(tookMs);
          if (tookMs > this.#totals.roundTripMs) {
            this.#totals.roundTripMs = tookMs;
            this.#totals.roundTripSeq = seq;
          }
        }
        break;
      }
    }
  }

  /** Goes to the second of `time`; returns the time to count with. */
  #enter(time: number): number {
    if (time >= this.#beginAt && time < this.#endAt) {
      return time;
    }
    const known = Number.isNaN(this.#second) ? 0 : this.#beginAt;
    // What is not a number is not below the greatest time either.
    const at = Math.abs(time) <= maxTime ? time : known;
    this.#store();
    this.#second = Math.floor(at / secondMs);
    this.#beginAt = this.#second * secondMs;
    this.#endAt = this.#beginAt + secondMs;
    const minute = Math.floor(this.#second / secondsPerMinute);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#sizes.turn(minute);
      this.#gaps.turn(minute);
      this.#roundTrips.turn(minute);
    }
    return at;
  }

  /** Puts what was counted of the current second into the steps. */
  #store(): void {
    if (!Number.isNaN(this.#second)) {
      this.#recent.add(this.#second, this.#totals);
      this.#whole.add(this.#second, this.#totals);
      this.#totals = emptyTotals();
    }
  }
}

type Mark = SeriesView['marks'][number];

/** The newest are kept. */
const maxMarks = 500;
/** Enough for the member that `report.ts` writes first. */
const headByteLength = 40;

/** When an open connection was lost, and when it was back, according to the state rows. */
class Reconnects {
  #marks: Mark[] = [];
  #isOpen = false;
  #wasOpen = false;
  readonly #decoder = new TextDecoder();

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** @param payload the JSON of a state row, or its beginning */
  take(at: number, payload: Uint8Array): void {
    const head = this.#decoder.decode(payload.subarray(0, headByteLength));
    switch (/^\{"state":"(\w+)"/.exec(head)?.[1] ?? '') {
      case 'connected':
        if (!this.#isOpen && this.#wasOpen) {
          this.#add({ at, kind: 'opened' });
        }
        this.#isOpen = true;
        this.#wasOpen = true;
        break;
      case 'closing':
        // The user ends it, so what follows is no loss.
        this.#isOpen = false;
        break;
      case 'retry':
      case 'disconnected':
      case 'failed':
        if (this.#isOpen) {
          this.#add({ at, kind: 'lost' });
        }
        this.#isOpen = false;
        break;
    }
  }

  #add(mark: Mark): void {
    this.#marks.push(mark);
    if (this.#marks.length > maxMarks) {
      this.#marks.shift();
    }
  }
}

/** Pings that wait for their pong; older ones are dropped. */
const maxWaiting = 64;

/**
 * Finds the ping that a pong answers, by the payload that both carry (RFC 6455, section 5.5.3). A
 * pong answers all pings before that one as well.
 */
class RoundTrips {
  #waiting: { readonly at: number; readonly key: string }[] = [];

  sent(at: number, payload: Uint8Array): void {
    this.#waiting.push({ at, key: keyOf(payload) });
    if (this.#waiting.length > maxWaiting) {
      this.#waiting.shift();
    }
  }

  /** Milliseconds from ping to pong; `undefined` if the pong answers no waiting ping. */
  answered(at: number, payload: Uint8Array): number | undefined {
    const key = keyOf(payload);
    const index = this.#waiting.findIndex(ping => ping.key === key);
    const ping = this.#waiting[index];
    if (!ping) {
      return undefined;
    }
    this.#waiting = this.#waiting.slice(index + 1);
    return Math.max(0, at - ping.at);
  }
}

/** Cut at 125 bytes, the most that a control frame may hold: a file may claim anything. */
function keyOf(payload: Uint8Array): string {
  return String.fromCharCode(...payload.subarray(0, 125));
}
