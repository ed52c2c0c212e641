import { boundedPattern } from '../pattern/boundedPattern.ts';
import type { Condition } from './condition.ts';
import { payloadTest, rowTest, type RowTest } from './matcher.ts';

/** In a longer message, neither patterns nor values of JSON are looked for. In bytes. */
const maxMatchedBytes = 1024 * 1024;

/** A row was not matched, because that could have taken long; the message says why. */
export class MatchLimitError extends Error {}

/**
 * Compiles a condition for untrusted messages on a thread that must not be blocked: their size decides
 * first, and the rest takes time in proportion to it.
 *
 * The test throws `MatchLimitError` if the condition depends on a part that was not looked for.
 */
export function boundedRowTest(condition: Condition): RowTest {
  const test = rowTest(condition, part =>
    part.is === 'pattern' ? patternTest(part.source, part.flags) : payloadTest(part),
  );
  if (!looksInside(condition)) {
    return test;
  }
  const byFacts = rowTest(condition, () => () => {
    throw new MatchLimitError('it is longer than 1 MiB');
  });
  return reader => (reader.row.size > maxMatchedBytes ? byFacts(reader) : test(reader));
}

function patternTest(source: string, flags: string): RowTest {
  const pattern = boundedPattern(source, flags);
  return reader => {
    const found = pattern?.test(reader.text);
    if (found === undefined) {
      throw new MatchLimitError(`the pattern /${source}/${flags} could take long there`);
    }
    return found;
  };
}

function looksInside(condition: Condition): boolean {
  if (condition.is === 'all' || condition.is === 'any') {
    return condition.of.some(looksInside);
  }
  return condition.is === 'not'
    ? looksInside(condition.of)
    : condition.is === 'pattern' || condition.is === 'field';
}
