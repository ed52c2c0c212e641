import { Console } from 'node:console';
import { format } from 'node:util';
import { cut } from './scriptError.ts';

const maxLines = 200;
const spanMs = 1000;
const maxLength = 8192;
const textOf = format;

type Take = (level: string, text: string) => void;

/** Lets through so many lines a second, and says how many it has left out. */
export class LineLimit {
  readonly #take: Take;
  readonly #now: () => number;
  #since = -Infinity;
  #count = 0;
  #leftOut = 0;
  #hasTold = false;

  constructor(take: Take, now: () => number) {
    this.#take = take;
    this.#now = now;
  }

  add(level: string, text: string): void {
    this.#turn();
    if (this.#count < maxLines) {
      this.#count++;
      this.#take(level, cut(text, maxLength));
    } else {
      this.#leftOut++;
    }
  }

  /** Says once a second how many lines were left out since it was last said. */
  settle(): void {
    this.#turn();
    if (this.#leftOut > 0 && !this.#hasTold) {
      this.#tellLeftOut();
    }
  }

  #turn(): void {
    const now = this.#now();
    if (now - this.#since >= spanMs) {
      this.#since = now;
      this.#count = 0;
      this.#hasTold = false;
      if (this.#leftOut > 0) {
        this.#tellLeftOut();
      }
    }
  }

  #tellLeftOut(): void {
    this.#hasTold = true;
    this.#take('warn', `… ${this.#leftOut} lines left out`);
    this.#leftOut = 0;
  }
}

const levels = ['debug', 'log', 'info', 'warn', 'error'] as const;

/** Has what the decoder writes to the console go to `take` instead, also if it has imported the console. */
export function takeConsole(take: Take): void {
  const streamOf = (level: string) =>
    ({ write: (text: string) => take(level, text.replace(/\n$/, '')) }) as NodeJS.WritableStream;
  const ours = new Console({
    stdout: streamOf('log'),
    stderr: streamOf('error'),
    ignoreErrors: false,
    colorMode: false,
  });
  for (const level of levels) {
    // Cut before it is written into one text.
    ours[level] = (...given: readonly unknown[]) =>
      take(
        level,
        textOf(...given.map(each => (typeof each === 'string' ? cut(each, maxLength) : each))),
      );
  }
  Object.assign(globalThis.console, ours);
}
