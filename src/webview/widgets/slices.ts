/** How long work may block the page. */
const sliceMs = 8;

/**
 * Runs a long piece of work a little at a time.
 *
 * @param onStep called now and then with what the work yields
 * @returns what the work returns; `undefined` if `signal` stopped it
 */
export async function inSlices<T, R>(
  work: Generator<T, R>,
  signal: AbortSignal,
  onStep?: (step: T) => void,
): Promise<R | undefined> {
  let until = performance.now() + sliceMs;
  for (;;) {
    const next = work.next();
    if (next.done) {
      return next.value;
    }
    if (performance.now() > until) {
      onStep?.(next.value);
      await new Promise(resolve => setTimeout(resolve));
      if (signal.aborted) {
        return undefined;
      }
      until = performance.now() + sliceMs;
    }
  }
}
