import assert from 'node:assert/strict';

const factor = 8;
/** Between the 1 of linear work and the 8 of work that grows with the square of its input. */
const maxRatio = 2.8;
const mostRounds = 15;
/** Work that is refused may take long: it is measured less often then. */
const enoughRounds = 5;
const enoughMicroseconds = 10_000_000;

/**
 * Holds that one run with a large input takes at most 2.8 times the CPU time of eight runs with an
 * eighth of it, which would be as much if the work is linear, and an eighth if it grows with the square
 * of its input. Both take about as long, so that other work of the machine disturbs them alike; the
 * least of several measurements counts, which alternate.
 *
 * @param prepare makes an input of so many parts, which is not measured
 * @param size half of it is the small input and four times it the large one
 * @param measure the microseconds that a call takes
 */
export function assertLinear<T>(
  prepare: (size: number) => T,
  work: (input: T) => unknown,
  size: number,
  measure = cpuTimeOf,
): void {
  const smaller = Math.max(1, Math.round(size / 2));
  const larger = factor * smaller;
  const small = prepare(smaller);
  const large = prepare(larger);
  const several = () => {
    for (let times = 0; times < factor; times++) {
      work(small);
    }
  };
  let [least, most, spent] = [Infinity, Infinity, 0];
  for (let round = 1; round <= mostRounds; round++) {
    if (round > enoughRounds && spent > enoughMicroseconds) {
      break;
    }
    // The first runs are not compiled yet, which makes them slow.
    const [before, once, after] = [measure(several), measure(() => work(large)), measure(several)];
    least = Math.min(least, before, after);
    most = Math.min(most, once);
    spent += before + once + after;
    if (most <= maxRatio * least) {
      return;
    }
  }
  const ratio = (most / least).toFixed(1);
  assert.fail(
    `Once ${larger} take ${ratio} times the work of ${factor} times ${smaller} (${most} µs, ${least} µs)`,
  );
}

/** At least 1. Linux counts the time of a thread in ticks of some milliseconds, that of a process in full. */
function cpuTimeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(user + system, 1);
}
