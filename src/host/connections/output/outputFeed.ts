import type { Clock } from '../../../core/base/clock.ts';
import type { Disposable } from '../../../core/base/lifecycle.ts';
import { Coalescer } from '../../../core/base/coalescer.ts';
import { directionOf, isMessage, kindOf } from '../../../core/record/record.ts';
import { closeFrameText, readCloseFrame } from '../../../core/connection/wire/closeCode.ts';
import type { StateRow } from '../../../core/connection/report.ts';
import type { TextRun } from '../../../core/record/textRun.ts';
import { Formats } from '../../../core/base/format.ts';
import { preview, previewByteLength } from '../../../core/record/preview.ts';
import { visibleLine } from '../../../core/text/visibleText.ts';
import type { DecodedRows } from '../../recording/recorder.ts';
import { LineQueue, type Line } from './lineQueue.ts';

export interface OutputOptions {
  readonly enabled: boolean;
  /** Of one message. */
  readonly maxCharacters: number;
  /** What decoders read is written in place of the payload. */
  readonly isDecoded?: boolean;
}

/** By whose clock times are written. */
export interface OutputZone {
  /** An IANA name; the local time zone where it is `undefined`. */
  readonly timeZone: string | undefined;
  /** The zone, where readers could take the times for those of another. */
  readonly zoneToName: string | undefined;
}

const localZone: OutputZone = { timeZone: undefined, zoneToName: undefined };

/** At most so many lines a second: an output channel keeps every line in the window's memory. */
const maxLinesPerSecond = 1000;
const appendIntervalMs = 250;
/** A UTF-8 character takes at most four bytes; one more tells whether anything was left out. */
const bytesPerCharacter = 4;

/**
 * Writes messages and state changes as lines of text, for an output channel: coalesced, each line
 * cut to a length, and no more lines a second than the channel can bear. What is left out is
 * counted in a line of its own; all of it is in the capture.
 */
export class OutputFeed implements Disposable {
  readonly #clock: Clock;
  readonly #coalescer: Coalescer;
  readonly #formats: Formats;
  readonly #zone: OutputZone;
  readonly #queue: LineQueue;
  #namedZone: string | undefined;
  // Without `ignoreBOM` the decoder would take a leading byte order mark away.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #options: OutputOptions;
  #lines: Line[] = [];
  #second = 0;
  #linesInSecond = 0;
  #leftOut = 0;

  /** @param append adds text that ends in a newline; called at most 4 times a second */
  constructor(
    clock: Clock,
    options: OutputOptions,
    append: (text: string) => void,
    zone: OutputZone = localZone,
  ) {
    this.#zone = zone;
    this.#formats = new Formats('en-GB', () => zone.timeZone);
    this.#clock = clock;
    this.#options = options;
    this.#queue = new LineQueue(clock, append, summary => this.#cutText(summary));
    this.#coalescer = new Coalescer(clock, appendIntervalMs, () => this.#flush());
  }

  setOptions(options: OutputOptions): void {
    this.#options = options;
    if (!options.enabled || options.isDecoded !== true) {
      this.#queue.release();
    }
  }

  /**
   * Adds a message or control frame. Cheap while lines are left out, because floods come here.
   *
   * @param name tells connections apart; empty where there is only one
   * @param rows whose decoders may have other words for it; absent: nobody's
   * @param seq the number of its row there
   */
  message(
    at: number,
    name: string,
    flags: number,
    payload: Uint8Array,
    rows?: DecodedRows,
    seq = 0,
  ): void {
    if (this.#options.enabled && this.#mayWrite(at)) {
      const row = rows && isMessage(flags) ? { of: rows, seq } : undefined;
      this.#write(at, name, arrow(flags), this.#text(flags, payload), row);
    }
  }

  /** Adds texts that came at once. @param seq of the first of them */
  texts(
    at: number,
    name: string,
    flags: number,
    { bytes, spans, count }: TextRun,
    rows?: DecodedRows,
    seq = 0,
  ): void {
    if (!this.#options.enabled) {
      return;
    }
    let index = 0;
    for (; index < count && this.#mayWrite(at); index++) {
      const payload = bytes.subarray(spans[2 * index], spans[2 * index + 1]);
      const row = rows && { of: rows, seq: seq + index };
      this.#write(at, name, arrow(flags), this.#text(flags, payload), row);
    }
    // The one that may not be written has been counted.
    this.#leftOut += Math.max(0, count - index - 1);
  }

  /** Adds a state change; never left out. */
  state(at: number, name: string, { text }: StateRow): void {
    if (this.#options.enabled) {
      this.#write(at, name, '·', visibleLine(text));
    }
  }

  dispose(): void {
    this.#reportLeftOut(this.#clock.now());
    this.#flush();
    this.#coalescer.dispose();
    this.#queue.dispose();
  }

  #mayWrite(at: number): boolean {
    const second = Math.floor(at / 1000);
    if (second !== this.#second) {
      this.#reportLeftOut(at);
      this.#second = second;
      this.#linesInSecond = 0;
    }
    if (this.#linesInSecond < maxLinesPerSecond) {
      this.#linesInSecond++;
      return true;
    }
    this.#leftOut++;
    if (this.#leftOut === 1) {
      this.#coalescer.request(); // So that the count is written also when nothing follows.
    }
    return false;
  }

  #reportLeftOut(at: number): void {
    if (this.#leftOut > 0) {
      const count = this.#formats.count(this.#leftOut);
      const messages = this.#leftOut === 1 ? '1 message is' : `${count} messages are`;
      this.#leftOut = 0;
      this.#lines.push({
        before: `${this.#formats.clock(at)} · `,
        text:
          `${messages} not shown here (more than ` +
          `${this.#formats.count(maxLinesPerSecond)} a second); the monitor has them all.`,
      });
    }
  }

  #write(at: number, name: string, mark: string, text: string, row?: Line['row']): void {
    this.#nameZone(at);
    const who = name === '' ? '' : `[${visibleLine(name)}] `;
    const before = `${this.#formats.clock(at)} ${mark} ${who}`;
    this.#lines.push({ before, text, ...(row && this.#options.isDecoded === true && { row }) });
    this.#coalescer.request();
  }

  /** Says once in which zone the times are from here on, where that is not plain. */
  #nameZone(at: number): void {
    const { zoneToName } = this.#zone;
    if (zoneToName !== this.#namedZone) {
      const zone = zoneToName ?? 'your time zone';
      this.#namedZone = zoneToName;
      this.#lines.push({ before: `${this.#formats.clock(at)} · `, text: `Times are in ${zone}.` });
    }
  }

  #text(flags: number, payload: Uint8Array): string {
    const kind = kindOf(flags);
    if (kind === 'text') {
      return this.#cut(payload);
    }
    if (kind === 'close') {
      return `[close ${visibleLine(closeFrameText(readCloseFrame(payload)))}]`;
    }
    const shown = visibleLine(preview(flags, payload));
    const more = payload.byteLength > previewByteLength(flags) ? ' …' : '';
    return `[${kind} ${payload.byteLength} bytes]${shown === '' ? '' : ` ${shown}${more}`}`;
  }

  #cut(payload: Uint8Array): string {
    const { maxCharacters } = this.#options;
    const text = this.#decoder.decode(payload.subarray(0, (maxCharacters + 1) * bytesPerCharacter));
    if (text.length <= maxCharacters) {
      return visibleLine(text);
    }
    const size = this.#formats.bytes(payload.byteLength);
    // A code point is never cut in half.
    const shown = text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, '');
    return `${visibleLine(shown)} … (${size} in all)`;
  }

  /** A summary, which is short as it is. */
  #cutText(summary: string): string {
    const { maxCharacters } = this.#options;
    const text =
      summary.length <= maxCharacters
        ? summary
        : `${summary.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, '')} …`;
    return visibleLine(text);
  }

  #flush(): void {
    const now = this.#clock.now();
    if (Math.floor(now / 1000) !== this.#second) {
      this.#reportLeftOut(now);
    }
    if (this.#leftOut > 0) {
      this.#coalescer.request();
    }
    if (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      this.#queue.add(lines);
    }
  }
}

function arrow(flags: number): string {
  return directionOf(flags) === 'in' ? '←' : '→';
}
