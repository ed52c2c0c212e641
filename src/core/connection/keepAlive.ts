import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { boundedPattern } from '../pattern/boundedPattern.ts';
import type { Health } from './state/state.ts';
import type { HeartbeatOptions } from './state/options.ts';

/** What a connection remembers of an endpoint's pongs across its sessions. */
export interface PongMemory {
  hasPonged: boolean;
  /** Sessions that were given up for want of a pong, and for nothing else. */
  lostToSilence: number;
}

/** That of an endpoint that has never been open. */
export function noPongs(): PongMemory {
  return { hasPonged: false, lostToSilence: 0 };
}

export interface KeepAlivePorts {
  readonly clock: Clock;
  readonly link: Link;
  /** Sends a protocol ping. */
  readonly ping: (payload: Uint8Array) => void;
  /** Sends the application's heartbeat message. */
  readonly sendMessage: (text: string) => void;
  readonly onHealth: (health: Health) => void;
  /** Says what the user must know of the heartbeat. */
  readonly notice: (sentence: string) => void;
  /** Called at most once; `silentMs` is how long nothing came. */
  readonly onDead: (silentMs: number) => void;
}

/** The first ping follows the open at once, so that a latency is known early. */
const firstPingMs = 1000;
/** Sessions lost to silence before we believe that this endpoint never answers pings. */
const silentSessions = 2;
/** Beats without any sign of life that make a link dead: the first only makes it suspect. */
const misses = 2;
/** How long a probe waits for a sign of life. */
const probeTimeoutMs = 4000;
/** No beat ever comes to this number. */
const probeSequence = 0xffff_ffff;
const maxAnswerBytes = 64 * 1024;

const tooLongSentence =
  'A message was too long for the pattern of heartbeat.expect, and did not count as an answer. ' +
  'Without looks ahead or behind, and without repeats of repeats, the pattern takes longer texts.';

/**
 * The heartbeat of one open connection: protocol pings and, apart from them, an application message.
 * Made anew for each connection, so nothing of an old one can be taken for an answer of the new.
 */
export class KeepAlive implements Disposable {
  readonly roundTrip = new RoundTrip();
  readonly #memory: PongMemory;
  readonly #epoch: number;
  readonly #decoder = new TextDecoder();
  readonly #ports: KeepAlivePorts;
  readonly #pingTimers: PingTimer[] = [];
  readonly #pings: PingTimer | undefined;
  readonly #messages: PingTimer | undefined;
  #probe: PingTimer | undefined;
  readonly #isAnswer: AnswerMatcher | undefined;
  #hasSaidTooLong = false;

  constructor(options: HeartbeatOptions, ports: KeepAlivePorts, memory: PongMemory, epoch: number) {
    this.#isAnswer = answerMatcher(options.expect);
    this.#ports = ports;
    this.#memory = memory;
    this.#epoch = epoch;
    const { clock, link, onHealth, onDead } = ports;
    const make = (part: Omit<PingTimerOptions, 'onHealth' | 'onDead' | 'misses'>) => {
      const beat = new PingTimer({ ...part, misses, onHealth, onDead }, clock, link);
      this.#pingTimers.push(beat);
      return beat;
    };
    if (options.ping) {
      this.#pings = make({
        firstMs: Math.min(firstPingMs, options.intervalMs),
        intervalMs: options.intervalMs,
        timeoutMs: this.isUnverifiable ? undefined : options.timeoutMs,
        send: sequence => ports.ping(pingPayload(epoch, sequence)),
      });
    }
    if (options.message !== '') {
      this.#messages = make({
        firstMs: 0,
        intervalMs: options.messageIntervalMs,
        timeoutMs: this.#isAnswer ? options.timeoutMs : undefined,
        send: () => ports.sendMessage(options.message),
      });
    }
  }

  get isPinging(): boolean {
    return this.#pings !== undefined;
  }

  /** Pings are sent, but their pongs are no longer waited for, because none has ever come. */
  get isUnverifiable(): boolean {
    return !this.#memory.hasPonged && this.#memory.lostToSilence >= silentSessions;
  }

  /**
   * Asks for a sign of life at once and takes silence for death sooner than usual: after a sleep the
   * link is as likely gone as not. The regular beats begin anew after it.
   */
  probe(): void {
    for (const beat of this.#pingTimers) {
      beat.dispose();
    }
    const { clock, link, ping, onDead } = this.#ports;
    const probe = new PingTimer(
      {
        firstMs: 0,
        intervalMs: Infinity,
        timeoutMs: this.#memory.hasPonged ? probeTimeoutMs : undefined,
        misses: 1,
        send: () => ping(pingPayload(this.#epoch, probeSequence)),
        onHealth: () => undefined,
        onDead,
      },
      clock,
      link,
    );
    this.#probe?.dispose();
    this.#probe = probe;
    probe.start();
    for (const beat of this.#pingTimers) {
      beat.start(probeTimeoutMs + 1000);
    }
  }

  start(): void {
    for (const beat of this.#pingTimers) {
      beat.start();
    }
    // Last, because whoever hears it may dispose of this.
    if (this.isUnverifiable) {
      this.#ports.onHealth('unverifiable');
    }
  }

  /**
   * A pong came. One of ours answers its ping and all before it; a stranger's is a sign of life and
   * no more (RFC 6455, section 5.5.3). Returns whether it answers one of ours.
   */
  onPong(payload: Uint8Array): boolean {
    const sequence = sequenceOf(payload, this.#epoch);
    if (sequence === undefined) {
      return false;
    }
    this.#memory.hasPonged = true;
    this.#memory.lostToSilence = 0;
    const elapsedMs = sequence === probeSequence ? undefined : this.#pings?.answered(sequence);
    if (elapsedMs !== undefined) {
      this.roundTrip.add(elapsedMs);
    }
    return true;
  }

  /** A text message came; returns whether it is the awaited answer to the application's heartbeat. */
  onText(payload: Uint8Array): boolean {
    if (!this.#messages?.isWaiting || payload.byteLength > maxAnswerBytes) {
      return false;
    }
    const isAnswer = this.#isAnswer?.(this.#decoder.decode(payload));
    if (this.#isAnswer && isAnswer === undefined && !this.#hasSaidTooLong) {
      this.#hasSaidTooLong = true;
      this.#ports.notice(tooLongSentence);
    }
    if (isAnswer !== true) {
      return false;
    }
    const elapsedMs = this.#messages.answered();
    if (elapsedMs !== undefined && !this.#pings) {
      this.roundTrip.add(elapsedMs);
    }
    return true;
  }

  dispose(): void {
    this.#probe?.dispose();
    for (const beat of this.#pingTimers) {
      beat.dispose();
    }
  }
}

/** Whether a text is an answer; `undefined` where finding out could take long. */
export type AnswerMatcher = (text: string) => boolean | undefined;

/**
 * How the setting `heartbeat.expect` is read: as a regular expression between slashes, else as the
 * very text. `undefined` where it is empty, or cannot be tried on any text of a stranger.
 *
 * @throws SyntaxError where the regular expression is malformed
 */
export function answerMatcher(expect: string): AnswerMatcher | undefined {
  const { source, flags = '' } = patternIn(expect) ?? {};
  if (source === undefined) {
    return expect === '' ? undefined : text => text === expect;
  }
  const pattern = boundedPattern(source, flags);
  return pattern && (text => pattern.test(text));
}

/** The parts of what is written between slashes; `undefined` for any other text. */
export function patternIn(
  expect: string,
): { readonly source: string; readonly flags: string } | undefined {
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(expect) ?? [];
  return source === undefined ? undefined : { source, flags };
}

/** Eight bytes: the connection's epoch and the ping's number, so that a stale pong is told apart. */
function pingPayload(epoch: number, sequence: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, epoch);
  view.setUint32(4, sequence);
  return bytes;
}

function sequenceOf(payload: Uint8Array, epoch: number): number | undefined {
  if (payload.byteLength !== 8) {
    return undefined;
  }
  const view = new DataView(payload.buffer, payload.byteOffset, 8);
  return view.getUint32(0) === epoch ? view.getUint32(4) : undefined;
}

/** What a beat can see of the connection it keeps. */
export interface Link {
  readonly bytesRead: () => number;
  readonly bufferedBytes: () => number;
  readonly isPaused: () => boolean;
}

export interface PingTimerOptions {
  readonly firstMs: number;
  readonly intervalMs: number;
  /** Absent: no answer is waited for. */
  readonly timeoutMs: number | undefined;
  /** So many beats in a row without any sign of life make the link dead. */
  readonly misses: number;
  /** Sends one beat; `sequence` counts from 1. */
  readonly send: (sequence: number) => void;
  /** May dispose of the beat, as may `send`. */
  readonly onHealth: (health: Health) => void;
  readonly onDead: (silentMs: number) => void;
}

/** One beat on its way: what is compared when its time is up. */
interface Probe {
  readonly sequence: number;
  readonly sentAt: number;
  readonly bytesRead: number;
  bufferedBytes: number;
  extensions: number;
  isStallIgnored: boolean;
}

/** A peer that still takes what we sent gets so many timeouts more. */
const maxExtensions = 2;
/** A timer that is later than this says that we slept, not the peer. */
const stallMs = 1000;

/**
 * Sends something again and again and watches for life. Any byte from the peer counts as life, not
 * only an answer: an answer may be stuck behind a large message. One beat without life makes the
 * link suspect and sends a second; another one makes it dead.
 */
export class PingTimer implements Disposable {
  readonly #options: PingTimerOptions;
  readonly #clock: Clock;
  readonly #link: Link;
  #isRunning = false;
  #sequence = 0;
  #probe: Probe | undefined;
  #misses = 0;
  #silentSince = 0;
  #next: Disposable | undefined;
  #timeout: Disposable | undefined;

  constructor(options: PingTimerOptions, clock: Clock, link: Link) {
    this.#options = options;
    this.#clock = clock;
    this.#link = link;
  }

  get isWaiting(): boolean {
    return this.#probe !== undefined;
  }

  /** @param firstMs when the first beat comes */
  start(firstMs = this.#options.firstMs): void {
    this.#isRunning = true;
    this.#silentSince = this.#clock.monotonic();
    if (firstMs === 0) {
      this.#beat();
    } else {
      this.#next = this.#clock.schedule(firstMs, () => this.#beat());
    }
  }

  /** The awaited answer came; returns the milliseconds since beat `sequence`, where that is it. */
  answered(sequence = this.#sequence): number | undefined {
    const probe = this.#probe;
    if (!probe || sequence > probe.sequence) {
      return undefined;
    }
    // An answer to an earlier beat is life, but says nothing about the time of this one.
    const elapsedMs =
      sequence === probe.sequence ? this.#clock.monotonic() - probe.sentAt : undefined;
    this.#alive();
    return elapsedMs;
  }

  /** Stops beating; it may be started again. */
  dispose(): void {
    this.#isRunning = false;
    this.#next?.dispose();
    this.#timeout?.dispose();
    this.#probe = undefined;
    this.#misses = 0;
  }

  #beat(): void {
    // Each beat is planned from now on, so after a stall there is one beat, not all that were missed.
    this.#next?.dispose();
    const { intervalMs } = this.#options;
    this.#next =
      intervalMs === Infinity ? undefined : this.#clock.schedule(intervalMs, () => this.#beat());
    if (this.#probe || this.#link.isPaused()) {
      return;
    }
    this.#send();
  }

  #send(): void {
    const { timeoutMs, send } = this.#options;
    this.#sequence++;
    const sentAt = this.#clock.monotonic();
    const bytesRead = this.#link.bytesRead();
    send(this.#sequence);
    if (timeoutMs !== undefined && this.#isRunning) {
      this.#probe = {
        sequence: this.#sequence,
        sentAt,
        bytesRead,
        bufferedBytes: this.#link.bufferedBytes(),
        extensions: 0,
        isStallIgnored: false,
      };
      this.#wait(timeoutMs);
    }
  }

  #wait(delayMs: number): void {
    const dueAt = this.#clock.monotonic() + delayMs;
    this.#timeout?.dispose();
    this.#timeout = this.#clock.schedule(delayMs, () => {
      const lagMs = this.#clock.monotonic() - dueAt;
      // The answer may wait in the socket already, behind whatever held this thread up.
      this.#timeout = this.#clock.afterInput(() => this.#judge(delayMs, lagMs));
    });
  }

  #judge(delayMs: number, lagMs: number): void {
    const probe = this.#probe;
    if (!probe) {
      return;
    }
    const bufferedBytes = this.#link.bufferedBytes();
    if (this.#link.bytesRead() > probe.bytesRead) {
      this.#alive();
    } else if (this.#link.isPaused()) {
      this.#wait(delayMs);
    } else if (lagMs > stallMs && !probe.isStallIgnored) {
      probe.isStallIgnored = true;
      this.#wait(Math.min(delayMs, lagMs));
    } else if (bufferedBytes < probe.bufferedBytes && probe.extensions < maxExtensions) {
      probe.bufferedBytes = bufferedBytes;
      probe.extensions++;
      this.#wait(delayMs);
    } else {
      this.#missed();
    }
  }

  #missed(): void {
    this.#probe = undefined;
    this.#misses++;
    if (this.#misses >= this.#options.misses) {
      const silentMs = this.#clock.monotonic() - this.#silentSince;
      this.dispose();
      this.#options.onDead(silentMs);
      return;
    }
    this.#options.onHealth('suspect');
    if (this.#isRunning) {
      this.#send();
    }
  }

  #alive(): void {
    this.#timeout?.dispose();
    this.#probe = undefined;
    this.#silentSince = this.#clock.monotonic();
    if (this.#misses > 0) {
      this.#misses = 0;
      this.#options.onHealth('ok');
    }
  }
}

/** Round-trip times, smoothed as TCP does it (RFC 6298, section 2). Milliseconds. */
export class RoundTrip {
  #smoothed: number | undefined;

  /** The smoothed time; `undefined` before the first answer. */
  get smoothedMs(): number | undefined {
    return this.#smoothed;
  }

  add(elapsedMs: number): void {
    this.#smoothed =
      this.#smoothed === undefined ? elapsedMs : 0.875 * this.#smoothed + 0.125 * elapsedMs;
  }
}
