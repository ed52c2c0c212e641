import type { ConnectionSink } from '../../../src/core/connection/wire/traffic.ts';
import type {
  Dial,
  Ended,
  Opened,
  Transport,
  TransportListener,
} from '../../../src/core/connection/wire/transport.ts';
import type { HandshakeFacts } from '../../../src/core/record/handshakeFacts.ts';
import { directionOf, isHeartbeat, kindOf, RowFlag } from '../../../src/core/record/record.ts';
import { runOf, singleSink } from '../textRuns.ts';

const text = new TextEncoder();

/** One attempt of a test's connection; the test plays the peer. */
export class FakeTransport implements Transport {
  readonly #listener: TransportListener;
  #held: ((error?: Error) => void)[] | undefined;
  bytesRead = 0;
  bufferedBytes = 0;
  isPaused = false;
  isDisposed = false;
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly sent: (string | Uint8Array)[] = [];
  readonly pings: Uint8Array[] = [];

  constructor(listener: TransportListener) {
    this.#listener = listener;
  }

  send(data: string | Uint8Array, done: (error?: Error) => void): void {
    this.sent.push(data);
    if (this.#held) {
      this.#held.push(done);
    } else {
      done();
    }
  }

  ping(payload: Uint8Array): void {
    this.pings.push(payload);
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  setPaused(paused: boolean): void {
    this.isPaused = paused;
  }

  dispose(): void {
    this.isDisposed = true;
  }

  // What the peer and the network do.

  /** From now on what is sent stays unwritten until `finish`. */
  hold(): void {
    this.#held = [];
  }

  finish(error?: Error): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const done of held) {
      done(error);
    }
  }

  open(opened: Opened = { subprotocol: '', extensions: '' }): void {
    this.bytesRead += 129;
    this.#listener.onOpen(opened);
  }

  /** What is known of the opening handshake, right before it opens or ends. */
  handshake(facts: HandshakeFacts): void {
    this.#listener.onHandshake(facts);
  }

  /** Bytes come that were counted before. */
  input(): void {
    this.#listener.onInput();
  }

  /** Pings us, as a greeting. */
  pinged(): void {
    this.bytesRead += 2;
    this.#listener.onInput();
    this.#listener.onPing(new Uint8Array());
  }

  receive(message: string): void {
    const payload = text.encode(message);
    this.bytesRead += payload.byteLength + 2;
    this.#listener.onInput();
    this.#listener.onMessage(payload, true);
  }

  /** Receives these at once. */
  receiveTexts(...messages: readonly string[]): void {
    this.bytesRead += messages.join('').length;
    this.#listener.onInput();
    this.#listener.onTexts(runOf(messages));
  }

  /** Answers the ping of this index; by default the last. */
  pong(index = -1): void {
    const payload = this.pings.at(index);
    if (!payload) {
      throw new Error('There is no such ping');
    }
    this.bytesRead += payload.byteLength + 2;
    this.#listener.onPong(payload);
  }

  end(ended: Partial<Ended> = {}): void {
    this.#listener.onEnd({ code: 1006, reason: '', ...ended });
  }

  refuse(code = 'ECONNREFUSED', message = 'connect failed'): void {
    this.end({ phase: 'tcp', error: { code, message } });
  }

  status(status: number, headers: Readonly<Record<string, string>> = {}): void {
    this.end({ phase: 'upgrade', refusal: { status, statusText: '', headers } });
  }
}

/** Stands in for the network: keeps every attempt that is made. */
export class FakeNetwork {
  readonly attempts: FakeTransport[] = [];

  readonly dial: Dial = listener => {
    const attempt = new FakeTransport(listener);
    this.attempts.push(attempt);
    return attempt;
  };

  get last(): FakeTransport {
    const attempt = this.attempts.at(-1);
    if (!attempt) {
      throw new Error('No attempt was made');
    }
    return attempt;
  }

  /** The sockets that were neither ended nor dropped. */
  get alive(): number {
    return this.attempts.filter(attempt => !attempt.isDisposed).length;
  }
}

/**
 * Collects traffic as lines such as `out text ping ♥`, the last for what the heartbeat sent; `(masked)`
 * stands for the flag that says so.
 */
export function collectingTraffic(): { readonly sink: ConnectionSink; readonly lines: string[] } {
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const sink = singleSink((_at, flags, payload) => {
    const kind = kindOf(flags);
    const shown = kind === 'text' ? ` ${decoder.decode(payload)}` : '';
    const marks = `${isHeartbeat(flags) ? ' ♥' : ''}${flags & RowFlag.Masked ? ' (masked)' : ''}`;
    lines.push(`${directionOf(flags)} ${kind}${shown}${marks}`);
  });
  return { sink, lines };
}

/** Lets promises that are settled already run their handlers. */
export function settle(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
