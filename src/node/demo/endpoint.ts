import type { WebSocket } from 'ws';

/** Serves one connection; returns a function that stops it. */
export type Serve = (socket: WebSocket, query: URLSearchParams) => () => void;

export function every(intervalMs: number, run: () => void): () => void {
  const timer = setInterval(run, intervalMs);
  return () => clearInterval(timer);
}
