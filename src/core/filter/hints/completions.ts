import type { FilterKey } from '../keyTerms.ts';
import { isFilterKey } from '../keyTerms.ts';
import type { FilterMeaning } from './reference.ts';
import type { Span } from '../scanner.ts';

export interface Completion {
  readonly label: string;
  /** What takes the place of `Completions.from` to `to`. */
  readonly insert: string;
  /** Absent for a path, which needs no explanation. */
  readonly meaning?: FilterMeaning;
}

export interface Completions extends Span {
  readonly items: readonly Completion[];
  /** Whether something was typed that these go on from. */
  readonly isBegun: boolean;
}

interface Sources {
  /** Paths into JSON that messages have, such as `$.data.price`. */
  readonly paths: () => readonly string[];
}

const maxItems = 50;

const keys: readonly Completion[] = [
  { label: 'in:', insert: 'in: ', meaning: 'in' },
  { label: 'out:', insert: 'out: ', meaning: 'out' },
  { label: 'kind:', insert: 'kind:', meaning: 'kind' },
  { label: 'size:', insert: 'size:', meaning: 'size' },
  { label: 'after:', insert: 'after:', meaning: 'after' },
  { label: 'before:', insert: 'before:', meaning: 'before' },
  { label: 'event:', insert: 'event:', meaning: 'event' },
  { label: 'topic:', insert: 'topic:', meaning: 'topic' },
  { label: 'type:', insert: 'type:', meaning: 'type' },
  { label: 'id:', insert: 'id:', meaning: 'id' },
  { label: 'as:', insert: 'as:', meaning: 'as' },
  { label: 'call:', insert: 'call:', meaning: 'call' },
  { label: 'latency:', insert: 'latency:', meaning: 'latency' },
  { label: 'has:error', insert: 'has:error ', meaning: 'error' },
  { label: 'is:', insert: 'is:', meaning: 'is' },
  { label: '$.', insert: '$.', meaning: 'field' },
  { label: '@.', insert: '@.', meaning: 'envelope' },
];

const times: readonly Completion[] = ['-1m', '-5m', '-1h'].map(valueOf);

/** Whose values are joined by `|`. */
const severalKeys: readonly FilterKey[] = ['kind', 'event', 'topic', 'type', 'id', 'as', 'call'];

const values: Readonly<Record<FilterKey, readonly Completion[]>> = {
  in: [],
  out: [],
  kind: [
    { ...valueOf('text'), meaning: 'kindText' },
    { ...valueOf('binary'), meaning: 'kindBinary' },
    { ...valueOf('ping'), meaning: 'kindPing' },
    { ...valueOf('pong'), meaning: 'kindPong' },
    { ...valueOf('close'), meaning: 'kindClose' },
    { ...valueOf('state'), meaning: 'kindState' },
  ],
  size: ['>1k', '>100k', '>1m', '<100', '1k..10k'].map(valueOf),
  after: times,
  before: times,
  event: [],
  topic: [],
  type: [],
  id: [],
  as: [{ ...valueOf('raw'), meaning: 'asRaw' }],
  call: [
    { ...valueOf('pending'), meaning: 'callPending' },
    { ...valueOf('done'), meaning: 'callDone' },
    { ...valueOf('failed'), meaning: 'callFailed' },
    { ...valueOf('orphan'), meaning: 'callOrphan' },
  ],
  latency: ['>100ms', '>1s', '<10ms', '100ms..1s'].map(valueOf),
  has: [{ ...valueOf('error'), meaning: 'error' }],
  is: [
    { ...valueOf('in'), meaning: 'in' },
    { ...valueOf('out'), meaning: 'out' },
    { ...valueOf('heartbeat'), meaning: 'heartbeat' },
    { ...valueOf('compressed'), meaning: 'compressed' },
    { ...valueOf('injected'), meaning: 'injected' },
    { ...valueOf('edited'), meaning: 'edited' },
    { ...valueOf('dropped'), meaning: 'dropped' },
    { ...valueOf('held'), meaning: 'held' },
    { ...valueOf('undecodable'), meaning: 'undecodable' },
    { ...valueOf('error'), meaning: 'error' },
  ],
};

function valueOf(label: string): Completion {
  return { label, insert: label };
}

const token =
  /\s+|[()]|-(?=[^\s)])|"(?:[^"\\]|\\[^])*"?|\/(?:[^/\\]|\\[^])*(?:\/\w*)?|(?:[^\s()"]|"(?:[^"\\]|\\[^])*"?)+/g;

/** What could be meant at the caret of a filter that is being typed. */
export function completionsOf(text: string, caret: number, sources: Sources): Completions {
  const begun = tokenBefore(text, caret);
  if (begun === undefined) {
    return { from: caret, to: caret, items: [], isBegun: false };
  }
  const rest = (allowed: RegExp) => caret + (allowed.exec(text.slice(caret))?.[0].length ?? 0);
  const colon = begun.indexOf(':');
  const key = begun.slice(0, Math.max(0, colon)).toLowerCase();
  if (isFilterKey(key)) {
    const part = begun.slice(severalKeys.includes(key) ? begun.search(/[^:|,]*$/) : colon + 1);
    return { ...matching(values[key], part, caret, rest(/^[^\s()"|,]*/)), isBegun: true };
  }
  if (begun.startsWith('$')) {
    const paths = colon < 0 ? sources.paths().map(valueOf) : [];
    return matching(paths, begun, caret, rest(/^[^\s():<>=!~]*/));
  }
  return matching(keys, begun, caret, rest(/^[a-z]*:?/i));
}

/** The part of a word before the caret; `undefined` in a text in quotes or a regular expression. */
function tokenBefore(text: string, caret: number): string | undefined {
  for (const { 0: found, index } of text.matchAll(token)) {
    const isHere = index < caret && caret <= index + found.length;
    if (isHere) {
      return /^["/]/.test(found)
        ? undefined
        : /^[\s()-]/.test(found)
          ? ''
          : text.slice(index, caret);
    }
  }
  return '';
}

/** Those that go on from what was typed, but are not it. */
function matching(
  items: readonly Completion[],
  begun: string,
  caret: number,
  to: number,
): Completions {
  const start = begun.toLowerCase();
  const fitting = items.filter(({ label }) => {
    const lower = label.toLowerCase();
    return lower.startsWith(start) && lower !== start;
  });
  return {
    from: caret - begun.length,
    to,
    items: fitting.slice(0, maxItems),
    isBegun: begun !== '',
  };
}
