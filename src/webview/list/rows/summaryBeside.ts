import type { RowDecoding } from '../../../core/decode/rowDecoding.ts';

/** What follows a name in a summary: nothing, arguments, a value, a failure. */
const afterName = /^($|[\s=!>])/;
/** Another name follows the first, of a list of them. */
const isOfSeveral = /^ \([^()]*\),/;

/**
 * A summary beside the column of events, which shows the name that it begins with, or that follows its first
 * word: `PUBLISH plant/boiler 81.5` becomes `PUBLISH 81.5`. Of several records each keeps its own.
 */
export function summaryBeside({ summary = '', event, records }: RowDecoding): string {
  if (event === undefined || event === '' || records !== undefined) {
    return summary;
  }
  const [word = ''] = summary.startsWith(event) ? [] : (/^\w+ /.exec(summary) ?? []);
  const rest = summary.slice(word.length + event.length);
  return summary.startsWith(event, word.length) && afterName.test(rest) && !isOfSeveral.test(rest)
    ? `${word}${rest.trimStart()}`.trimEnd()
    : summary;
}
