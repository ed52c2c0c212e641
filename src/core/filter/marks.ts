import type { Condition } from './condition.ts';
import { safeTextLength } from './patternRisk.ts';
import type { Span } from './scanner.ts';

/** Finds what of a text to mark, in order and without overlaps. */
export type Marker = (text: string) => readonly Span[];

const mostMarks = 100;

/**
 * What of a row's text a condition looks for: words, exact texts and regular expressions that are
 * not negated. At most a hundred marks; a regular expression that could take long marks only the
 * beginning, or nothing. `undefined` where there is nothing to mark in any text.
 */
export function markerOf(condition: Condition): Marker | undefined {
  const searches = searchesOf(condition);
  return searches.length === 0
    ? undefined
    : text => merged(searches.flatMap(search => spansOf(search, text)));
}

export function marksOf(text: string, condition: Condition): readonly Span[] {
  return markerOf(condition)?.(text) ?? [];
}

interface Search {
  readonly expression: RegExp;
  readonly longest: number;
}

function searchesOf(condition: Condition): readonly Search[] {
  switch (condition.is) {
    case 'all':
    case 'any':
      return condition.of.flatMap(searchesOf);
    case 'text': {
      const source = condition.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      const isWhole = !/\p{Cs}/u.test(condition.text);
      const flags = `g${condition.exact ? '' : 'i'}${isWhole ? 'u' : ''}`;
      return source === '' ? [] : [{ expression: new RegExp(source, flags), longest: Infinity }];
    }
    case 'pattern': {
      const longest = safeTextLength(condition.source);
      const expression = new RegExp(condition.source, `g${condition.flags}`);
      return longest === 0 ? [] : [{ expression, longest }];
    }
    case 'not':
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'field':
    case 'error':
    case 'heartbeat':
    case 'compressed':
      return [];
  }
}

function spansOf({ expression, longest }: Search, text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: found, index } of text.slice(0, longest).matchAll(expression)) {
    if (found !== '') {
      spans.push({ from: index, to: index + found.length });
    }
    if (spans.length === mostMarks) {
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
  return result.slice(0, mostMarks);
}
