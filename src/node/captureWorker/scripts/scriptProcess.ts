import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { dirname } from 'node:path';
import type { Clock } from '../../../core/base/clock.ts';
import { messageOf } from '../../../core/base/errors.ts';
import { Timer } from '../../../core/base/timer.ts';
import type {
  ScriptAnswer,
  ScriptError,
  ScriptMessage,
  ScriptReport,
  ScriptSession,
} from '../../../core/decode/script/script.ts';
import { frameOf } from '../../../decoderChild/frames.ts';
import {
  maxAnswerBytes,
  type BatchRequest,
  type Ending,
  type FromChild,
  type ToChild,
} from '../../../decoderChild/protocol.ts';
import { arrowPlace } from '../../../decoderChild/scriptError.ts';
import { FrameReader } from './frameReader.ts';
import { readFromChild } from './readFromChild.ts';

/** How long the file and what it imports may take to load. */
const loadLimitMs = 10_000;

/** The process interrupts a message that takes too long by itself, unless it cannot. */
const silenceLimitMs = 3000;

/** What it may write for one batch, and for all else meanwhile. */
const maxReadBytes = 2 * maxAnswerBytes;
const maxErrorLength = 4096;

export interface ScriptProcessOptions {
  readonly execPath: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Without links in its path. */
  readonly file: string;
  readonly clock: Clock;
  readonly report: (report: ScriptReport) => void;
}

export interface PartOfBatch {
  readonly session: ScriptSession;
  readonly messages: readonly ScriptMessage[];
  readonly state: string | undefined;
  readonly isStepped: boolean;
  readonly isPatient: boolean;
}

/** How far it came with a part: to its end, or until the process ended. */
export interface PartAnswers {
  /** Of the first messages. */
  readonly answers: readonly ScriptAnswer[];
  /** `crash`: it has ended without a word. `silent`: it had to be ended. */
  readonly end: 'done' | Ending | 'crash' | 'silent';
  readonly state: string | undefined;
}

export type Loaded = { readonly isOrdered: boolean } | { readonly broken: ScriptError };

type Request = Extract<ToChild, { readonly id: number }>;

/** A process with one decoder. What comes from it is a stranger's. */
export class ScriptProcess {
  readonly #options: ScriptProcessOptions;
  readonly #child: ChildProcess;
  readonly #reader: FrameReader;
  readonly #limit: Timer;
  /** Sessions whose state it has. */
  readonly #sessions = new Set<number>();
  #id = 0;
  #take: ((message: FromChild) => void) | undefined;
  #readBytes = 0;
  #isSilent = false;
  #errors = '';
  /** Settled once the process is gone, and all that it wrote is read. */
  readonly ended: Promise<void>;
  #hasEnded = false;
  #exitCode: number | null = null;

  constructor(options: ScriptProcessOptions) {
    this.#options = options;
    this.#limit = new Timer(options.clock);
    this.#reader = new FrameReader(message => this.#receive(message));
    // Its own environment only, so that no option for Node, such as that of a debugger, is inherited.
    this.#child = spawn(options.execPath, options.args, {
      env: options.env,
      cwd: dirname(options.execPath),
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.ended = new Promise(resolve => {
      const end = () => {
        this.#hasEnded = true;
        this.#limit.dispose();
        resolve();
      };
      this.#child.once('close', code => {
        this.#exitCode = code;
        end();
      });
      this.#child.once('error', error => {
        this.#errors += messageOf(error);
        end();
      });
    });
    const [input, , errors, output] = this.#child.stdio;
    // What it has not read when it ends is of no use.
    input?.on('error', () => undefined);
    output?.on('data', (chunk: Uint8Array) => this.#read(chunk));
    output?.on('error', () => undefined);
    errors?.on('data', (chunk: Uint8Array) => {
      this.#errors = (this.#errors + String(chunk)).slice(0, maxErrorLength);
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  has(session: number): boolean {
    return this.#sessions.has(session);
  }

  /** Called once, before all else. */
  async load(): Promise<Loaded> {
    const { file } = this.#options;
    let loaded: Loaded | undefined;
    await this.#ask({ is: 'load', id: newId(), file }, loadLimitMs, message => {
      if (message.is === 'loaded') {
        loaded = { isOrdered: message.isOrdered };
      } else if (message.is === 'broken') {
        loaded = { broken: message.error };
      }
      return message.is === 'loaded';
    });
    if (loaded && 'isOrdered' in loaded) {
      return loaded;
    }
    return { broken: this.#withPlace(loaded?.broken ?? this.#unloaded()) };
  }

  async run(part: PartOfBatch): Promise<PartAnswers> {
    const { session, messages } = part;
    const id = newId();
    const answers: ScriptAnswer[] = [];
    let end: PartAnswers['end'] | undefined;
    let state: string | undefined;
    this.#sessions.add(session.id);
    const request: BatchRequest = { is: 'batch', id, ...part };
    await this.#ask(request, silenceLimitMs, message => {
      if (message.is === 'answers') {
        answers.push(...message.answers.slice(0, messages.length - answers.length));
      } else if (message.is === 'ending') {
        end = message.why;
      } else if (message.is === 'done' && answers.length === messages.length) {
        end = 'done';
        state = message.state;
      }
      return end === 'done';
    });
    return { answers, end: end ?? (this.#isSilent ? 'silent' : 'crash'), state };
  }

  forget(session: number): void {
    if (this.#sessions.delete(session)) {
      this.#send({ is: 'forget', session });
    }
  }

  /** Of a process that has ended without a word: why, as a sentence. */
  get crash(): string {
    return this.#errors.includes('heap out of memory')
      ? 'The decoder took too much memory'
      : "The decoder's process has ended";
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /**
   * Settled when `take` has got what it wants, or when the process has ended. Whatever the process writes
   * gives it as much time again.
   *
   * @param take says whether nothing more is to come
   */
  async #ask(request: Request, limitMs: number, take: (message: FromChild) => boolean) {
    this.#readBytes = 0;
    this.#id = request.id;
    const { clock } = this.#options;
    const limit = () => {
      // What it wrote while this thread was busy counts.
      this.#limit.start(limitMs, () => clock.afterInput(() => this.#endSilent(request.id)));
    };
    limit();
    const done = new Promise<void>(resolve => {
      this.#take = message => {
        if (take(message)) {
          resolve();
        } else if (request.is === 'batch') {
          limit();
        }
      };
    });
    this.#send(request);
    await Promise.race([done, this.ended]);
    this.#take = undefined;
    this.#id = 0;
    this.#limit.dispose();
  }

  #endSilent(id: number): void {
    if (id === this.#id && !this.#limit.isRunning) {
      this.#isSilent = true;
      this.kill();
    }
  }

  #send(message: ToChild): void {
    if (!this.#hasEnded) {
      this.#child.stdin?.write(frameOf(message));
    }
  }

  #read(chunk: Uint8Array): void {
    this.#readBytes += chunk.length;
    try {
      if (this.#readBytes > maxReadBytes) {
        throw new Error('The process has written too much');
      }
      this.#reader.add(chunk, maxReadBytes);
    } catch {
      this.#readBytes = Infinity;
      this.kill();
    }
  }

  #receive(given: unknown): void {
    const message = readFromChild(given);
    const { file, report } = this.#options;
    if (message?.is === 'log') {
      report({ is: 'log', file, level: message.level, text: message.text });
    } else if (message?.is === 'stray') {
      report({ is: 'error', file, error: message.error });
    } else if (message?.id === this.#id) {
      this.#take?.(message);
    }
  }

  /** Why it has not loaded anything, if it did not say so. */
  #unloaded(): ScriptError {
    const { file } = this.#options;
    if (this.#isSilent) {
      return {
        message: `The decoder took longer than ${loadLimitMs / 1000} seconds to load`,
        file,
      };
    }
    const words = this.#errors.trim().slice(0, 500);
    // A process that has nothing left to do ends by itself, and without a word.
    const isDry = words === '' && this.#exitCode === 0;
    const why = isDry ? ', for what it awaits never comes' : words === '' ? '' : `: ${words}`;
    return { message: `The decoder's process ended while it was loaded${why}`, file };
  }

  /** Where a text cannot be parsed is only in what Node prints at the end. */
  #withPlace(error: ScriptError): ScriptError {
    const place =
      error.line === undefined
        ? arrowPlace(this.#errors.split('\n'), dirname(this.#options.file))
        : undefined;
    return { ...error, ...place };
  }
}

function newId(): number {
  return randomInt(1, 2 ** 47);
}
