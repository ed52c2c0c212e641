import type { Frame, Page } from 'playwright-core';
import { letTimePass } from '../support/letTimePass.ts';
import type { Phase } from './hostTask.ts';
import { percentile } from './measurement.ts';

/** What a page shows in one animation frame. */
interface Look {
  /** When the frame was, in milliseconds since 1970. */
  readonly at: number;
  /** The time that the newest visible row tells, such as `09:30:00.250`. */
  readonly time: string;
  /** The number of that row. */
  readonly row: number;
}

/** In milliseconds; the rate in rows a second. */
export interface PageResult {
  readonly gapP95: number;
  readonly gapMax: number;
  /** From when a message was received until its row, or a later one, could be seen. */
  readonly freshP50: number;
  readonly freshP95: number;
  readonly freshMax: number;
  readonly rate: number;
}

interface Watching {
  benchLooks?: Look[];
}

const dayMs = 24 * 60 * 60 * 1000;
const limitMs = 30_000;

/** Watches the frame of a webview that shows rows, from now on. */
export class PageWatch {
  readonly #frame: Frame;

  private constructor(frame: Frame) {
    this.#frame = frame;
  }

  /**
   * @param ready what is there as soon as the page can be watched
   * @param newest the row elements of which the one with the highest number is the newest
   */
  static async start(page: Page, ready: string, newest: string): Promise<PageWatch> {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      for (const frame of page.frames().slice(1)) {
        const found = await frame
          .locator(ready)
          .count()
          .catch(() => 0);
        if (found > 0) {
          await frame.evaluate(look, newest);
          return new PageWatch(frame);
        }
      }
      await letTimePass(100, 'the pause of a polling loop');
    }
    throw new Error('No webview shows what is to be watched');
  }

  /** Everything that was seen until now. */
  async looks(): Promise<readonly Look[]> {
    return this.#frame.evaluate(() => (globalThis as Watching).benchLooks ?? []);
  }
}

/** Runs in the page. */
function look(newest: string): void {
  const looks: Look[] = ((globalThis as Watching).benchLooks = []);
  const take = () => {
    let row = -1;
    let time = '';
    for (const element of document.querySelectorAll(newest)) {
      const index = Number(element.ariaRowIndex ?? -1);
      if (index > row) {
        row = index;
        time = element.querySelector('.time')?.textContent ?? '';
      }
    }
    looks.push({ at: performance.timeOrigin + performance.now(), time, row });
    requestAnimationFrame(take);
  };
  requestAnimationFrame(take);
}

/** What was seen in one time of measurement. */
export function readLooks(looks: readonly Look[], { from, to }: Phase): PageResult {
  const seen = looks.filter(({ at }) => at >= from && at <= to);
  const gaps = seen.slice(1).map(({ at }, index) => at - (seen[index]?.at ?? NaN));
  // A page that stood still to the end has no frame there to show it.
  const tail = to - (seen.at(-1)?.at ?? from);
  const waits = waitsOf(seen);
  const rows = (seen.at(-1)?.row ?? NaN) - (seen[0]?.row ?? NaN);
  return {
    gapP95: percentile([...gaps, tail], 0.95),
    gapMax: Math.max(...gaps, tail),
    freshP50: percentile(waits, 0.5),
    freshP95: percentile(waits, 0.95),
    freshMax: Math.max(...waits),
    rate: (rows / (to - from)) * 1000,
  };
}

/**
 * How long messages waited to be seen, for one each millisecond. All between the newest row of a
 * frame and the newest row of the frame before have come into view, or have passed it, with it.
 */
function waitsOf(seen: readonly Look[]): number[] {
  const waits: number[] = [];
  seen.slice(1).forEach((look, index) => {
    const before = seen[index];
    if (!before || look.row <= before.row) {
      return;
    }
    const longest = ageOf(before.time, look.at);
    const shortest = ageOf(look.time, look.at);
    for (let wait = shortest; wait <= longest; wait++) {
      waits.push(wait);
    }
  });
  return waits;
}

/** @param time of a day, by the local clock */
function ageOf(time: string, at: number): number {
  const [hours = NaN, minutes = NaN, seconds = NaN] = time.split(':').map(Number);
  const now = new Date(at);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const age = at - midnight - ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return age < -dayMs / 2 ? age + dayMs : age;
}
