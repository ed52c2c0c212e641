import type { WebSocket } from 'ws';

/** Serves one connection; returns a function that stops it. */
export type Serve = (socket: WebSocket, query: URLSearchParams) => () => void;

export const nothing = () => undefined;

export function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs);
  return () => clearInterval(timer);
}

/** So long a client has to speak the protocol; then the server goes on as if it had. */
export const patienceMs = 300;

/** What begins once: when the client asks for it, or by itself for one that only looks on. */
export class Beginning {
  readonly #begin: () => () => void;
  readonly #timer: NodeJS.Timeout;
  #stop: (() => void) | undefined;

  /** @param begin returns a function that stops it */
  constructor(begin: () => () => void) {
    this.#begin = begin;
    this.#timer = setTimeout(() => this.now(), patienceMs);
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#stop ??= this.#begin();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stop?.();
    this.#stop = nothing;
  }
}
