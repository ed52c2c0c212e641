import assert from 'node:assert/strict';

const fewestRounds = 3;
const mostRounds = 15;

/**
 * Holds that twice the input takes at most two and a half times the work, in CPU time of this process,
 * the least of several runs. Work that grows with the square of its input takes four times as much.
 *
 * @param prepare makes an input of so many parts, which is not measured
 * @param size of the smaller input; its work should take some milliseconds
 */
export function assertLinear<T>(
  prepare: (size: number) => T,
  work: (input: T) => unknown,
  size: number,
): void {
  const [small, large] = [prepare(size), prepare(2 * size)];
  let [least, most] = [Infinity, Infinity];
  for (let round = 1; round <= mostRounds; round++) {
    least = Math.min(
      least,
      cpuTimeOf(() => work(small)),
    );
    most = Math.min(
      most,
      cpuTimeOf(() => work(large)),
    );
    if (round >= fewestRounds && most <= 2.5 * least) {
      return;
    }
  }
  const ratio = (most / least).toFixed(1);
  assert.fail(`${2 * size} take ${ratio} times the work of ${size} (${most} µs, ${least} µs)`);
}

/** In microseconds. */
function cpuTimeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(user + system, 1);
}
