/** Steps that a search for marks may take in one text, at the worst: a tenth of a second or so. */
const maxSteps = 25_000_000;
/** A repeat up to so often is counted as if it were written out. */
const fewRepeats = 10;
/** More unbounded repeats are not tried in any text. */
const maxRepeats = 50;

const token =
  /\\k<|\\[1-9]|\\[^]|\[(?:[^\]\\]|\\[^])*\]|\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?|[)|]|[*+?]\??|\{(\d+)(?:(,)(\d*))?\}\??|[^]/gy;

/** What a search may have to try at each place of a text. */
interface Risk {
  /** Unbounded repeats, each of which can end anywhere. */
  readonly repeats: number;
  /** Ways through all else, as a power of two. */
  readonly choices: number;
}

interface Group {
  /** What there was before it. */
  readonly before: Risk;
  alternatives: number;
}

/**
 * How long a text may be for a regular expression to be tried if nothing can stop it, as in the
 * page: 0 if its time may double with each character.
 *
 * A search backtracks over each combination of the places where its unbounded repeats can end, and of
 * its choices. An unbounded repeat of what repeats itself or has choices, and a reference to a group,
 * have no such bound.
 */
export function safeTextLength(source: string): number {
  const risk = riskOf(source);
  if (risk === undefined || risk.repeats > maxRepeats) {
    return 0;
  }
  let combinations = maxSteps / 2 ** risk.choices;
  for (let factor = 2; factor <= risk.repeats + 1; factor++) {
    combinations *= factor;
  }
  return Math.floor(combinations ** (1 / (risk.repeats + 1)));
}

/** `undefined` if the time of a regular expression can grow exponentially. */
function riskOf(source: string): Risk | undefined {
  const groups: Group[] = [];
  let ended: Group | undefined;
  let risk: Risk = { repeats: 0, choices: 0 };
  for (const [text, ...counts] of source.matchAll(token)) {
    if (/^\\[1-9k]/.test(text)) {
      return undefined;
    }
    const repeated = repeatedRisk(risk, ended?.before ?? risk, timesOf(text, counts));
    if (!repeated) {
      return undefined;
    }
    risk = repeated;
    ended = text === ')' ? groups.pop() : undefined;
    const group = groups.at(-1);
    if (ended) {
      risk = { ...risk, choices: risk.choices + Math.log2(ended.alternatives) };
    } else if (text.startsWith('(')) {
      groups.push({ before: risk, alternatives: 1 });
    } else if (text === '|' && group) {
      group.alternatives++;
    }
  }
  return risk;
}

const once = [1, 1] as const;
const quantifiers: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
};

/** The minimum and maximum of a quantifier; without one, once. */
function timesOf(
  text: string,
  [least, comma, most]: readonly (string | undefined)[],
): readonly [least: number, most: number] {
  if (least !== undefined) {
    return [Number(least), comma === undefined ? Number(least) : Number(most || Infinity)];
  }
  return quantifiers[text.charAt(0)] ?? once;
}

/** `risk` after everything since `before` is repeated; `undefined` if it can grow exponentially. */
function repeatedRisk(
  risk: Risk,
  before: Risk,
  [least, most]: readonly [least: number, most: number],
): Risk | undefined {
  const repeats = risk.repeats - before.repeats;
  const choices = risk.choices - before.choices;
  if (most > fewRepeats) {
    const canExplode = repeats > 0 || choices > 0;
    return canExplode ? undefined : { ...risk, repeats: risk.repeats + 1 };
  }
  const more = Math.max(0, most - 1);
  return {
    repeats: risk.repeats + more * repeats,
    choices: risk.choices + more * choices + Math.log2(Math.max(1, most - least + 1)),
  };
}
