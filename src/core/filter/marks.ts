import type { Condition } from './condition.ts';
import { safeTextLength } from '../pattern/patternRisk.ts';
import { searchParts, searchWord } from '../text/searchText.ts';
import type { Span } from './scanner.ts';

/** Finds what of a text to mark, in order and without overlaps. */
export type Marker = (text: string) => readonly Span[];

const maxMarks = 100;

/**
 * What of a row's text a condition looks for: words, exact texts and regular expressions that are
 * not negated. At most a hundred marks; a regular expression that could take long marks only the
 * beginning, or nothing. `undefined` if no text can have marks.
 */
export function markerOf(condition: Condition): Marker | undefined {
  const searches = searchesOf(condition);
  return searches.length === 0
    ? undefined
    : text => merged(searches.flatMap(search => search(text)));
}

export function marksOf(text: string, condition: Condition): readonly Span[] {
  return markerOf(condition)?.(text) ?? [];
}

type Search = Marker;

function searchesOf(condition: Condition): readonly Search[] {
  switch (condition.is) {
    case 'all':
    case 'any':
      return condition.of.flatMap(searchesOf);
    case 'text': {
      const search = textSearch(condition.text, condition.exact);
      return condition.text === ''
        ? []
        : condition.exact
          ? [search]
          : [search, seenSearch(condition.text)];
    }
    case 'pattern': {
      const longest = safeTextLength(condition.source);
      const expression = new RegExp(condition.source, `g${condition.flags}`);
      return longest === 0 ? [] : [text => spansOf(expression, text.slice(0, longest))];
    }
    case 'not':
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'field':
    case 'decoded':
    case 'error':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return [];
  }
}

function textSearch(text: string, isExact: boolean): Search {
  const source = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const isWhole = !/\p{Cs}/u.test(text);
  // Together with `i`, `u` would have `s` match the long `ſ`, which is not found.
  const expression = new RegExp(source, isExact ? (isWhole ? 'gu' : 'g') : 'gi');
  return whole => spansOf(expression, whole);
}

/** Marks what reads as the word but is spelled differently. */
function seenSearch(word: string): Search {
  const { fold, needles } = searchWord(word);
  return text => {
    // What is plain ASCII is written as it is seen.
    if (!/[^\p{ASCII}]|\\/u.test(text) && needles.length === 1) {
      return [];
    }
    const parts = searchParts(text, fold);
    const seen = parts.map(part => part.text).join('');
    const partAt = parts.flatMap((part, index) => Array.from(part.text.split(''), () => index));
    return needles.flatMap(needle => {
      const spans: Span[] = [];
      for (let at = seen.indexOf(needle); at >= 0 && spans.length < maxMarks;) {
        const end = at + needle.length;
        const from = parts[partAt[at] ?? 0]?.from ?? 0;
        spans.push({ from, to: parts[partAt[end - 1] ?? 0]?.to ?? from });
        at = seen.indexOf(needle, end);
      }
      return spans;
    });
  };
}

function spansOf(expression: RegExp, text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: found, index } of text.matchAll(expression)) {
    if (found !== '') {
      spans.push({ from: index, to: index + found.length });
    }
    if (spans.length === maxMarks) {
      break;
    }
  }
  return spans;
}

function merged(spans: Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last && span.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else {
      result.push(span);
    }
  }
  return result.slice(0, maxMarks);
}
