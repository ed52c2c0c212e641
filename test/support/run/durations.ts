import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './steps.mjs';

/** Seconds by what took them: the title of a part of `npm test`, or a test file. */
export type Durations = Readonly<Record<string, number>>;

const table = join(root, 'test/durations.json');

/** What is faster is not compared: its time is mostly chance. */
const minSeconds = 1;
/** Fewer say nothing about how fast this machine is. */
const minCompared = 3;
const maxGrowth = 4 / 3;

/**
 * A sentence for each entry that grew by more than a third. Machines differ and are busy at times, so
 * each is compared to how the others went: the median of their ratios is the speed of this run.
 *
 * @param stored what is usual, on another machine
 * @param measured in this run
 */
export function grownDurations(stored: Durations, measured: Durations): readonly string[] {
  const compared = Object.entries(measured).flatMap(([name, seconds]) => {
    const usual = stored[name] ?? 0;
    return usual < minSeconds ? [] : [{ name, seconds, ratio: seconds / usual }];
  });
  if (compared.length < minCompared) {
    return [];
  }
  const ratios = compared.map(({ ratio }) => ratio).sort((one, other) => one - other);
  const speed = ratios[(ratios.length - 1) >> 1] ?? 1;
  return compared
    .filter(({ ratio }) => ratio > speed * maxGrowth)
    .map(({ name, seconds, ratio }) => {
      const expected = (seconds * speed) / ratio;
      return `${name} took ${seconds.toFixed(1)} s; ${expected.toFixed(1)} s were expected.`;
    });
}

/** Warns about what grew; a warning is all, since a busy machine is no failure. */
export async function warnOfGrowth(measured: Durations): Promise<void> {
  const grown = grownDurations(await readDurations(), measured);
  for (const sentence of grown) {
    console.log(`△ ${sentence}`);
  }
  if (grown.length > 0) {
    console.log('△ If that is meant: npm test -- --store-durations');
  }
}

/** Stores what took a second or longer in the place of what was stored for it. */
export async function storeDurations(measured: Durations): Promise<void> {
  const slow = Object.entries({ ...(await readDurations()), ...measured })
    .filter(([name, seconds]) => seconds >= minSeconds && isThere(name))
    .map(([name, seconds]) => [name, Math.round(seconds * 10) / 10] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  await writeFile(table, `${JSON.stringify(Object.fromEntries(slow), undefined, 2)}\n`);
}

/** A test file may have moved since its time was stored. */
function isThere(name: string): boolean {
  return !name.endsWith('.test.ts') || existsSync(join(root, name));
}

export async function readDurations(): Promise<Durations> {
  return JSON.parse(await readFile(table, 'utf8')) as Durations;
}
