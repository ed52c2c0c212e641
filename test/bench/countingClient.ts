import { monitorEventLoopDelay } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import type { LoopDelay } from './measurement.ts';

/** Messages a second, from the first one on, of a `ws` client that only counts. */
export function countOnly(url: string, messageCount: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url}${messageCount}`, { perMessageDeflate: false });
    let count = 0;
    let start = 0;
    socket.on('error', reject);
    socket.on('message', () => {
      start ||= performance.now();
      if (++count === messageCount) {
        resolve((messageCount / (performance.now() - start)) * 1000);
        socket.terminate();
      }
    });
  });
}

/** Watches this process's event loop until the result is called. */
export function watchLoop(): () => LoopDelay {
  // A histogram that is enabled again would count the pause as a delay.
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  return () => {
    delay.disable();
    const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max];
    return { p50: p50 / 1e6, p99: p99 / 1e6, max: max / 1e6 };
  };
}
