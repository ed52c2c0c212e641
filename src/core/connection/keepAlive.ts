import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { Timer } from '../base/timer.ts';
import { boundedPattern } from '../pattern/boundedPattern.ts';
import type { Health } from './state/state.ts';
import type { HeartbeatOptions } from './state/options.ts';

/** What a connection knows of an endpoint's pongs; kept over reconnects. */
export interface PongMemory {
  hasPonged: boolean;
  /** How many connections in a row were given up because no pong came. */
  lostToSilence: number;
}

/** That of an endpoint that has never been open. */
export function noPongs(): PongMemory {
  return { hasPonged: false, lostToSilence: 0 };
}

interface KeepAlivePorts {
  readonly clock: Clock;
  readonly link: Link;
  /** Sends a protocol ping. */
  readonly ping: (payload: Uint8Array) => void;
  /** Sends the heartbeat message of the settings. */
  readonly sendMessage: (text: string) => void;
  readonly onHealth: (health: Health) => void;
  /** Adds a row to the list. */
  readonly notice: (sentence: string) => void;
  /** Called at most once. `silentMs` is the time since the last sign of life. */
  readonly onDead: (silentMs: number) => void;
}

/** The first ping comes soon after the open, so that a latency is known early. */
const firstPingMs = 1000;
/** After this many connections lost to silence, the endpoint is taken for one that never answers pings. */
const maxLostToSilence = 2;
/** Pings without a sign of life that make a connection dead: the first only makes it suspect. */
const misses = 2;
/** How long a probe waits for a sign of life. */
const probeTimeoutMs = 4000;
/** No regular ping gets this number. */
const probeSequence = 0xffff_ffff;
const maxAnswerBytes = 64 * 1024;

const tooLongSentence =
  'A message was too long for the pattern of heartbeat.expect, and did not count as an answer. ' +
  'Without looks ahead or behind, and without repeats of repeats, the pattern takes longer texts.';

/**
 * Keeps one open connection alive: protocol pings and, apart from them, the heartbeat message of the
 * settings. Each connection has its own, so an answer to an old one is not taken for one to the new.
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
      const timer = new PingTimer({ ...part, misses, onHealth, onDead }, clock, link);
      this.#pingTimers.push(timer);
      return timer;
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

  /** Whether `onText` must be given each text. */
  get expectsText(): boolean {
    return this.#isAnswer !== undefined;
  }

  get isPinging(): boolean {
    return this.#pings !== undefined;
  }

  /** Pings are sent, but no pong is expected any more, because there never was one. */
  get isUnverifiable(): boolean {
    return !this.#memory.hasPonged && this.#memory.lostToSilence >= maxLostToSilence;
  }

  /**
   * Asks for a sign of life at once, with a shorter timeout than usual: after a sleep the connection
   * is often gone. The regular pings start again after it.
   */
  probe(): void {
    for (const timer of this.#pingTimers) {
      timer.dispose();
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
    for (const timer of this.#pingTimers) {
      timer.start(probeTimeoutMs + 1000);
    }
  }

  start(): void {
    for (const timer of this.#pingTimers) {
      timer.start();
    }
    // Last, because the listener may dispose of this.
    if (this.isUnverifiable) {
      this.#ports.onHealth('unverifiable');
    }
  }

  /**
   * A pong arrived. If it answers a ping of ours, it answers all before it as well; any other is only
   * a sign of life (RFC 6455, section 5.5.3). Returns whether it answers a ping of ours.
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

  /** A text message arrived. Returns whether it is the awaited answer to the heartbeat message. */
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
    for (const timer of this.#pingTimers) {
      timer.dispose();
    }
  }
}

/** Whether a text is an answer; `undefined` if matching it could take long. */
type AnswerMatcher = (text: string) => boolean | undefined;

/**
 * Reads the setting `heartbeat.expect`: a regular expression between slashes, otherwise the exact
 * text. `undefined` if it is empty, or if the pattern could take too long on a text of the peer.
 *
 * @throws SyntaxError if the regular expression is malformed
 */
export function answerMatcher(expect: string): AnswerMatcher | undefined {
  const { source, flags = '' } = patternIn(expect) ?? {};
  if (source === undefined) {
    return expect === '' ? undefined : text => text === expect;
  }
  const pattern = boundedPattern(source, flags);
  return pattern && (text => pattern.test(text));
}

/** The pattern and flags of a text in slashes; `undefined` for any other text. */
function patternIn(
  expect: string,
): { readonly source: string; readonly flags: string } | undefined {
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(expect) ?? [];
  return source === undefined ? undefined : { source, flags };
}

/** Eight bytes: the connection's epoch and the ping's number, to recognize a stale pong. */
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

/** What keeping a connection alive needs to know of it. */
interface Link {
  readonly bytesRead: () => number;
  readonly bufferedBytes: () => number;
  readonly isPaused: () => boolean;
}

interface PingTimerOptions {
  readonly firstMs: number;
  readonly intervalMs: number;
  /** `undefined`: no answer is expected. */
  readonly timeoutMs: number | undefined;
  /** The number of pings in a row without a sign of life that make the connection dead. */
  readonly misses: number;
  /** Sends one ping; `sequence` counts from 1. */
  readonly send: (sequence: number) => void;
  /** May dispose of the timer, as may `send`. */
  readonly onHealth: (health: Health) => void;
  readonly onDead: (silentMs: number) => void;
}

/** A ping whose answer is awaited, with what is compared when its time is up. */
interface Probe {
  readonly sequence: number;
  readonly sentAt: number;
  readonly bytesRead: number;
  bufferedBytes: number;
  extensions: number;
  isStallIgnored: boolean;
}

/** How many more timeouts a peer gets while it still reads what we sent. */
const maxExtensions = 2;
/** If a timer is later than this, it was this process that stalled, not the peer. */
const stallMs = 1000;

/**
 * Sends a ping or a heartbeat message at an interval and watches for signs of life. Any byte from the
 * peer counts, not only an answer: an answer may be stuck behind a large message. One ping without a
 * sign of life makes the connection suspect and is followed by a second; another makes it dead.
 */
class PingTimer implements Disposable {
  readonly #options: PingTimerOptions;
  readonly #clock: Clock;
  readonly #link: Link;
  #isRunning = false;
  #sequence = 0;
  #probe: Probe | undefined;
  #misses = 0;
  #silentSince = 0;
  readonly #next: Timer;
  #timeout: Disposable | undefined;

  constructor(options: PingTimerOptions, clock: Clock, link: Link) {
    this.#options = options;
    this.#clock = clock;
    this.#link = link;
    this.#next = new Timer(clock);
  }

  get isWaiting(): boolean {
    return this.#probe !== undefined;
  }

  /** @param firstMs the time until the first ping */
  start(firstMs = this.#options.firstMs): void {
    this.#isRunning = true;
    this.#silentSince = this.#clock.monotonic();
    if (firstMs === 0) {
      this.#ping();
    } else {
      this.#next.start(firstMs, () => this.#ping());
    }
  }

  /** An answer arrived. Returns the milliseconds since ping `sequence`, if that is the awaited one. */
  answered(sequence = this.#sequence): number | undefined {
    const probe = this.#probe;
    if (!probe || sequence > probe.sequence) {
      return undefined;
    }
    // An answer to an earlier ping is a sign of life, but no round-trip time of this one.
    const elapsedMs =
      sequence === probe.sequence ? this.#clock.monotonic() - probe.sentAt : undefined;
    this.#alive();
    return elapsedMs;
  }

  /** Stops; it may be started again. */
  dispose(): void {
    this.#isRunning = false;
    this.#next.dispose();
    this.#timeout?.dispose();
    this.#probe = undefined;
    this.#misses = 0;
  }

  #ping(): void {
    // The next one is planned from now on: after a stall there is one ping, not all that were missed.
    this.#next.start(this.#options.intervalMs, () => this.#ping());
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
      // The answer may already wait in the socket, behind what held this thread up.
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
class RoundTrip {
  #smoothed: number | undefined;

  /** `undefined` before the first answer. */
  get smoothedMs(): number | undefined {
    return this.#smoothed;
  }

  add(elapsedMs: number): void {
    this.#smoothed =
      this.#smoothed === undefined ? elapsedMs : 0.875 * this.#smoothed + 0.125 * elapsedMs;
  }
}
