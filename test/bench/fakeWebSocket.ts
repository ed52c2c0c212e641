import type { Clock } from '../../src/core/base/clock.ts';

/** What a page's `WebSocket` would see of a server. */
export interface WebSocketScript {
  readonly clock: Clock;
  /** How long each step takes. */
  readonly stepMs: number;
  /** Whether the server accepts; it drops the connection a step later then, with `closeCode`. */
  readonly accepts: boolean;
  readonly closeCode: number;
  /** Messages that come with the opening. */
  readonly greeting: readonly string[];
  readonly onAttempt: () => void;
}

type Handler = ((event: Event) => void) | null;

/**
 * Plays a `WebSocket` against a server that fails. As in a page, an attempt that was refused is an
 * error without a reason and a close with 1006: the API shows neither the status nor its headers.
 */
export class FakeWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readonly #script: WebSocketScript;
  readyState = FakeWebSocket.CONNECTING;
  binaryType = 'blob';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;

  constructor(script: WebSocketScript) {
    super();
    this.#script = script;
    script.onAttempt();
    this.#next(FakeWebSocket.CONNECTING, script.accepts ? () => this.#open() : () => this.#fail());
  }

  send(): void {
    // The server does not listen.
  }

  close(code = 1005): void {
    const { readyState } = this;
    if (readyState === FakeWebSocket.CONNECTING || readyState === FakeWebSocket.OPEN) {
      this.readyState = FakeWebSocket.CLOSING;
      this.#next(FakeWebSocket.CLOSING, () => this.#end(code));
    }
  }

  #open(): void {
    this.readyState = FakeWebSocket.OPEN;
    this.#emit(new Event('open'), this.onopen);
    for (const data of this.#script.greeting) {
      this.#emit(new MessageEvent('message', { data }), this.onmessage);
    }
    this.#next(FakeWebSocket.OPEN, () => this.#end(this.#script.closeCode));
  }

  #fail(): void {
    this.readyState = FakeWebSocket.CLOSED;
    this.#emit(new Event('error'), this.onerror);
    this.#end(1006);
  }

  #end(code: number): void {
    this.readyState = FakeWebSocket.CLOSED;
    this.#emit(
      new CloseEvent('close', { code, reason: '', wasClean: code !== 1006 }),
      this.onclose,
    );
  }

  /** Does `step` a step later, unless the client has moved on from `state` by then. */
  #next(state: number, step: () => void): void {
    this.#script.clock.schedule(this.#script.stepMs, () => {
      if (this.readyState === state) {
        step();
      }
    });
  }

  #emit(event: Event, handler: Handler): void {
    this.dispatchEvent(event);
    handler?.(event);
  }
}
