import { isDecodedFact } from '../decodedTerms.ts';
import { isFilterKey } from '../keyTerms.ts';
import { parseFilter } from '../parseFilter.ts';

/** A term is quoted text, a pattern, a bracket, or a word, which may end in quoted text. */
const tokens =
  /"(?:[^"\\]|\\[^])*"|\/(?:[^/\\\s]|\\[^])+\/[imsu]*(?=[\s)]|$)|[()]|(?:[^\s()"]|"(?:[^"\\]|\\[^])*")+/gu;

const name = String.raw`[\p{L}_$@][\p{L}\p{N}\p{M}_$@-]*`;
const step = String.raw`(?:\.${name}|\.\*|\[(?:\d{1,9}|\*)\])`;
/** `type=trade`, `data.items[0].id:>5`, `$type==x`, `price>100`, `.error:`. */
const comparison = new RegExp(
  String.raw`^(?<not>-*)(?:\$?\.?(?<path>${name}${step}*)|\$(?<whole>${step}+))(?<operator>===?|=>|=<|!==?|>=|<=|:(?:>=|<=|!=|[=<>~])?|[=<>~])(?<value>.*)$`,
  'su',
);
/** `data.price`, `.error`, `items[0].id`: a path that lacks the `$`, and is not compared. */
const lonePath = new RegExp(
  String.raw`^(?<not>-*)(?:\.(?<path>${name}${step}*)|(?<long>${name}${step}+))$`,
  'u',
);

/**
 * What a filter that finds nothing may have been meant as: terms such as `type=trade` as questions for
 * values of JSON.
 *
 * @param paths JSON paths of messages, such as `$.data.type`
 * @param isDecoded decoders know events, topics, types and ids of the messages
 * @returns a valid filter; `undefined` if nothing is likely to be meant otherwise
 */
export function suggestFilter(
  text: string,
  paths: readonly string[],
  isDecoded = false,
): string | undefined {
  const suggestion = joinComparisons(text).replaceAll(
    tokens,
    token => meant(token, paths, isDecoded) ?? token,
  );
  return suggestion !== text && isValid(suggestion) ? suggestion : undefined;
}

function isValid(filter: string): boolean {
  return parseFilter(filter, { now: 0, startOfDay: 0 }).problems.length === 0;
}

/** Makes one term of `type = trade`, and of `"type": "trade"` as copied from JSON. */
function joinComparisons(text: string): string {
  return text
    .replace(/^\s*\{(.*)\}\s*$/s, '$1')
    .replaceAll(/(^|[\s{,(])"([\p{L}_$@][\p{L}\p{N}_$@-]*)"\s*:\s*(?=["\p{L}\p{N}-])/gu, '$1$2:')
    .replaceAll(/(?<=[\p{L}\p{N}\]_])\s+(===?|!==?|>=|<=|=>|=<|=|>|<|:)\s+(?=\S)/gu, '$1');
}

function meant(token: string, paths: readonly string[], isDecoded: boolean): string | undefined {
  const compared = comparison.exec(token)?.groups;
  if (compared) {
    const { not = '', path, whole, operator = '', value = '' } = compared;
    const key = path?.toLowerCase() ?? '';
    // Members of JSON often have the names of what decoders know.
    const isMember = !isDecoded || operator.startsWith(':') || paths.includes(fullPath(key, paths));
    const isFact = isDecodedFact(key) && !value.includes('|') && isMember;
    const isKey = isFilterKey(key) && !isFact;
    const isOdd = /^[:/\\]/.test(value) || (token.startsWith('$.') && whole !== undefined);
    const isKnownForm = token.startsWith('$.') || token.startsWith('-$.');
    if (
      (isKey && operator.startsWith(':')) ||
      isOdd ||
      (isKnownForm && !/^(?:===?|=>|=<|!==)$/.test(operator))
    ) {
      return undefined;
    }
    const words = valueOf(value);
    const term = `${path ?? ''}:${operators[operator] ?? operator}${words}`;
    if (isKey && isValid(term)) {
      return `${not}${term}`;
    }
    const full = path === undefined ? `$${whole ?? ''}` : fullPath(path, paths);
    return words === ''
      ? `${not}${full}`
      : `${not}${full}:${operators[operator] ?? operator.replace(/^:/, '')}${words}`;
  }
  const alone = lonePath.exec(token)?.groups;
  if (!alone) {
    return undefined;
  }
  const { not = '', path, long = '' } = alone;
  const full = fullPath(path ?? long, paths);
  // Without the dot in front it may be a name of a host or a file.
  const isLikely = path !== undefined || long.includes('[') || paths.includes(full);
  return isLikely ? `${not}${full}` : undefined;
}

const operators: Readonly<Record<string, string>> = {
  '=': '',
  ':': '',
  ':=': '',
  '==': '',
  '===': '',
  '=>': '>=',
  '=<': '<=',
  '!==': '!=',
};

/** A path with its `$`: as messages have it if one of theirs ends so, else from the top. */
function fullPath(path: string, paths: readonly string[]): string {
  const top = `$.${path}`;
  if (paths.includes(top)) {
    return top;
  }
  const end = `.${path}`;
  return paths.find(each => each.endsWith(end)) ?? top;
}

/** `'x'` is meant as a quote; `,` and `;` at the end are of the text that it was copied from. */
function valueOf(value: string): string {
  const words = value.replace(/[,;]$/, '');
  const single = /^'([^'"\\]*)'$/.exec(words);
  return single ? `"${single[1] ?? ''}"` : words;
}
