/** Steps that a search for marks may take in one text, at the worst: a tenth of a second or so. */
const mostSteps = 25_000_000;
/** A repeat up to so often counts as none. */
const fewRepeats = 10;

const token =
  /\\k<|\\[1-9]|\\[^]|\[(?:[^\]\\]|\\[^])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|[)|]|[*+]|\{(\d+)(?:(,)(\d*))?\}|[^]/gy;

interface Group {
  /** Unbounded repeats before it. */
  readonly before: number;
  hasChoice: boolean;
}

/**
 * How long a text may be for a regular expression to be tried where nothing can stop it, as in the
 * page: none at all where its time may double with each character.
 *
 * A search backtracks over each combination of the places where its unbounded repeats can end. A
 * repeat of what repeats itself or has alternatives, and a reference to a group, have no such bound.
 */
export function safeTextLength(source: string): number {
  const repeats = countRepeats(source);
  if (repeats === undefined) {
    return 0;
  }
  let combinations = mostSteps;
  for (let factor = 2; factor <= repeats + 1; factor++) {
    combinations *= factor;
  }
  return Math.floor(combinations ** (1 / (repeats + 1)));
}

/** Unbounded repeats in a regular expression; `undefined` where one can explode. */
function countRepeats(source: string): number | undefined {
  const groups: Group[] = [];
  let ended: Group | undefined;
  let repeats = 0;
  for (const [text, least, comma, most] of source.matchAll(token)) {
    if (/^\\[1-9k]/.test(text)) {
      return undefined;
    }
    const isRepeat = text === '*' || text === '+';
    if (isRepeat || (least !== undefined && isLong(least, comma, most))) {
      if (ended && (ended.hasChoice || repeats > ended.before)) {
        return undefined;
      }
      repeats++;
    }
    ended = text === ')' ? groups.pop() : undefined;
    if (text.startsWith('(')) {
      groups.push({ before: repeats, hasChoice: false });
    } else if (text === '|' && groups.length > 0) {
      groups.forEach(group => (group.hasChoice = true));
    }
  }
  return repeats;
}

/** Whether `{n}`, `{n,}` or `{n,m}` repeats often. */
function isLong(least: string, comma: string | undefined, most: string | undefined): boolean {
  return comma !== undefined && !most ? true : Number(most ?? least) > fewRepeats;
}
