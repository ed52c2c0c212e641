import { lowerBound } from '../../base/lowerBound.ts';
import type { CallTable } from '../callTable.ts';
import type { ChainReading, Contexts, Message } from '../chain.ts';
import type { SessionFacts } from '../decoder.ts';
import { Linker } from '../linker.ts';
import { hasProblem } from '../reading.ts';
import type { SessionDecoding } from '../rowDecoding.ts';
import type { CaptureScripts, SessionScripts } from '../script/sessionScripts.ts';
import type { ChooseDecoders, Route, SessionChoice, SessionChooser } from './sessionChoice.ts';

/** Messages between two places from which a later one can be read, and bytes of what decoders were given for them. */
const checkpointDistance = 256;
const checkpointBytes = 64 * 1024 * 1024;

/** Of a longer message nothing is guessed; and after so many messages what they are is known, or never will be. */
const maxSeenLength = 64 * 1024;
const maxSeen = 64;

/** The last messages, whose problems say whether the decoders fit; and how many are too many. */
const watchedMessages = 100;
const minMisfits = 5;
const maxMisfitRatio = 0.05;

/** What each of the routes' chains has to know, in their order. */
type RouteContexts = readonly Contexts[];

/** One opening of a connection: how its messages are decoded. */
export class DecodedSession {
  /** The rows from `begin` up to, not including, `end` are of it. */
  readonly begin: number;
  end = Infinity;
  readonly #facts: SessionFacts;
  readonly #chooser: SessionChooser;
  #seenCount = 0;
  readonly #linker: Linker;
  #choice: SessionChoice;
  /** Before the first message. */
  #beginning: RouteContexts = [];
  #contexts: RouteContexts = [];
  readonly #captureScripts: CaptureScripts | undefined;
  /** Those of its chains, if these have any. */
  #scripts: SessionScripts | undefined;
  /** Behind the messages that scripts are to be asked about. */
  #ahead: RouteContexts = [];
  #sinceCheckpoint = 0;
  #bytesSinceCheckpoint = 0;
  #checkpoints: { readonly seq: number; readonly contexts: RouteContexts }[] = [];
  /** Where the last row was read that somebody asked for: the next one is mostly the row after it. */
  #place: { readonly seq: number; readonly contexts: RouteContexts } | undefined;
  /** Of the last messages, whether each had a problem. */
  readonly #misfits: boolean[] = [];

  constructor(
    begin: number,
    facts: SessionFacts,
    choose: ChooseDecoders,
    table: CallTable,
    scripts?: CaptureScripts,
  ) {
    this.begin = begin;
    this.#captureScripts = scripts;
    this.#facts = facts;
    this.#linker = new Linker(table);
    this.#chooser = choose(facts);
    this.#choice = this.#chooser.choice;
    this.#restart();
  }

  get decoding(): SessionDecoding {
    const count = this.#misfits.filter(each => each).length;
    const of = this.#misfits.length;
    const isBad = count >= minMisfits && count > of * maxMisfitRatio;
    return { ...this.#choice.decoding, ...(isBad && { misfits: { count, of } }) };
  }

  /** Whether its messages are read by decoders. */
  get isDecoded(): boolean {
    return this.#choice.routes.length > 0;
  }

  /** More messages would say nothing about how to decode it. */
  get isSettled(): boolean {
    return this.#choice.isSettled;
  }

  /**
   * Shows it one of its first messages, in order.
   *
   * @returns whether it is decoded differently from now on, so that it must be read again from its beginning
   */
  see(message: Message): boolean {
    if (this.isSettled) {
      return false;
    }
    this.#seenCount++;
    const before = this.#choice;
    if (message.bytes.length <= maxSeenLength) {
      this.#chooser.take(message);
      this.#choice = this.#chooser.choice;
    }
    if (this.#seenCount >= maxSeen) {
      this.#choice = { ...this.#choice, isSettled: true };
    }
    if (namesOf(before) === namesOf(this.#choice)) {
      return false;
    }
    this.#restart();
    return true;
  }

  /** A file of its rules, or answers of scripts that were asked, are on their way. */
  get isWaiting(): boolean {
    return this.#choice.isAwaited === true || this.#scripts?.isWaiting === true;
  }

  /**
   * Reads its next message.
   *
   * @param at milliseconds since 1970
   * @returns `false` if scripts are to be asked first: then it is still the next one
   */
  advance(message: Message, at: number): boolean {
    const { read, contexts } = this.#readAsking(message, at, this.#contexts);
    if (this.#scripts?.isAsked) {
      this.#ahead = contexts;
      return false;
    }
    if (this.#sinceCheckpoint === 0) {
      this.#checkpoints.push({ seq: message.seq, contexts: this.#contexts });
      this.#bytesSinceCheckpoint = 0;
    }
    this.#bytesSinceCheckpoint += givenBytes(read);
    const isFar = this.#bytesSinceCheckpoint >= checkpointBytes;
    this.#sinceCheckpoint = isFar ? 0 : (this.#sinceCheckpoint + 1) % checkpointDistance;
    this.#contexts = contexts;
    if (read?.reading) {
      this.#linker.take(read.reading, message.seq, at);
      this.#misfits.push(hasProblem(read.reading));
      if (this.#misfits.length > watchedMessages) {
        this.#misfits.shift();
      }
    }
    return true;
  }

  /**
   * Finds out what scripts are to be asked about a message behind those that they are to be asked about already.
   *
   * @returns whether there was room for more
   */
  foresee(message: Message, at: number): boolean {
    if (this.#scripts?.isFull !== false) {
      return false;
    }
    this.#ahead = this.#readAsking(message, at, this.#ahead).contexts;
    return true;
  }

  /** Asks the scripts. */
  ask(): void {
    this.#ahead = [];
    this.#scripts?.send();
  }

  /** The messages that scripts were asked about are gone. */
  breakOff(): void {
    this.#scripts?.breakOff();
  }

  /** It is not read any more. */
  close(): void {
    this.#scripts?.end();
  }

  /**
   * Reads any message again that `advance` has read.
   *
   * @param messages the session's messages from one number up to, not including, another, each lent until the
   *   next one is asked for
   */
  read(
    message: Message,
    messages: (from: number, to: number) => Iterable<Message>,
  ): ChainReading | undefined {
    const { seq } = message;
    const start = this.#placeBefore(seq);
    let contexts = start?.contexts ?? this.#beginning;
    const from = start?.seq ?? this.begin;
    // Even to find that there are none may take longer than to read the message.
    for (const earlier of from < seq ? messages(from, seq) : []) {
      contexts = this.#read(earlier, contexts).contexts;
    }
    const result = this.#read(message, contexts);
    this.#place = { seq: seq + 1, contexts: result.contexts };
    return result.read;
  }

  /** It is over. @param at milliseconds since 1970 */
  finish(end: number, at: number): void {
    this.end = end;
    this.#linker.end(at);
    this.#scripts?.end();
    this.#choice = { ...this.#choice, isSettled: true };
  }

  /** Rows below `first` are gone. */
  dropBelow(first: number): void {
    const count = this.#checkpointsUpTo(first) - 1;
    if (count > 0) {
      this.#checkpoints = this.#checkpoints.slice(count);
    }
  }

  #placeBefore(
    seq: number,
  ): { readonly seq: number; readonly contexts: RouteContexts } | undefined {
    const count = this.#checkpointsUpTo(seq);
    const checkpoint = this.#checkpoints[count - 1];
    const later = this.#checkpoints[count]?.contexts ?? this.#contexts;
    if (checkpoint?.contexts === later) {
      // Contexts are replaced whenever they change, so no message between has changed them.
      return { seq, contexts: later };
    }
    const place = this.#place;
    return place && place.seq <= seq && place.seq >= (checkpoint?.seq ?? 0) ? place : checkpoint;
  }

  #checkpointsUpTo(seq: number): number {
    const checkpoints = this.#checkpoints;
    return lowerBound(0, checkpoints.length, index => (checkpoints[index]?.seq ?? 0) <= seq);
  }

  #read(
    message: Message,
    contexts: RouteContexts,
  ): { readonly read?: ChainReading; readonly contexts: RouteContexts } {
    const { routes } = this.#choice;
    const index = routes.findIndex(route => isFor(route, message));
    const own = contexts[index];
    const read = own && routes[index]?.chain.read(message, own);
    if (!read) {
      return { contexts };
    }
    return {
      read,
      contexts: read.contexts === own ? contexts : contexts.with(index, read.contexts),
    };
  }

  #readAsking(message: Message, at: number, contexts: RouteContexts) {
    const read = () => this.#read(message, contexts);
    return this.#scripts ? this.#scripts.asking(at, read) : read();
  }

  #restart(): void {
    this.#scripts?.end();
    this.#captureScripts?.answers.dropFrom(this.begin);
    const scripts = this.#captureScripts?.open(this.#facts);
    const facts = { ...this.#facts, ...(scripts && { scripts }) };
    this.#beginning = this.#choice.routes.map(({ chain }) => {
      scripts?.beginChain();
      return chain.begin(facts);
    });
    this.#scripts = scripts?.isUsed ? scripts : undefined;
    this.#contexts = this.#beginning;
    this.#sinceCheckpoint = 0;
    this.#checkpoints = [];
    this.#place = undefined;
    this.#misfits.length = 0;
    this.#linker.forget();
  }
}

function isFor({ direction, kind }: Route, message: Message): boolean {
  return (
    (direction === undefined || direction === message.direction) &&
    (kind === undefined || (kind === 'text') === message.isText)
  );
}

/** With what was unpacked, which may be a thousand times the message. */
function givenBytes(read: ChainReading | undefined): number {
  return (read?.layers ?? []).reduce(
    (sum, { layer, reading }) => sum + layer.bytes.length + (reading.next?.bytes.length ?? 0),
    0,
  );
}

function namesOf({ routes }: SessionChoice): string {
  return routes
    .map(({ direction = '', kind = '', chain }) => `${direction} ${kind} ${chain.names.join()}`)
    .join('|');
}
