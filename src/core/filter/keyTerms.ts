import { rowKinds, type RowKind } from '../record/record.ts';
import type { Comparison, Condition } from './condition.ts';
import { decodedKeys, decodedTerm, type DecodedKey } from './decodedTerms.ts';
import { parseTime, type FilterClock } from './filterTime.ts';
import type { Scanner } from './scanner.ts';

const plainKeys = ['in', 'out', 'is', 'has', 'kind', 'size', 'after', 'before'] as const;
type PlainKey = (typeof plainKeys)[number];

/** The words before a colon that mean something. */
export const filterKeys = [...plainKeys, ...decodedKeys] as const;
export type FilterKey = (typeof filterKeys)[number];

/** What `is:` takes. */
const isValues = [
  'in',
  'out',
  'heartbeat',
  'compressed',
  'injected',
  'edited',
  'dropped',
  'held',
  'undecodable',
  'error',
] as const;
type IsValue = (typeof isValues)[number];

export function isFilterKey(word: string): word is FilterKey {
  return (filterKeys as readonly string[]).includes(word);
}

/** Whether only decoders know what the key asks for. */
function isDecodedKey(word: string): word is DecodedKey {
  return (decodedKeys as readonly string[]).includes(word);
}

const isConditions: Readonly<Record<IsValue, Condition>> = {
  in: { is: 'direction', direction: 'in' },
  out: { is: 'direction', direction: 'out' },
  heartbeat: { is: 'heartbeat' },
  compressed: { is: 'compressed' },
  injected: { is: 'tap', action: 'injected' },
  edited: { is: 'tap', action: 'edited' },
  dropped: { is: 'tap', action: 'dropped' },
  held: { is: 'tap', action: 'held' },
  undecodable: { is: 'decoded', asks: { of: 'undecodable' } },
  error: { is: 'error' },
};

const isRule = `“is:” takes ${listed(isValues)}.`;
const kindRule = `“kind:” takes ${listed(rowKinds)}, or several with “|” between them.`;
const sizeRule = '“size:” takes bytes such as >1k, <=2mb, =100 or 1k..2k.';
const timeRule =
  'takes 10:30, 10:30:05.250, 2026-01-31, 2026-01-31T10:30, or -5m for five minutes ago.';

/**
 * Reads the value after `key:`.
 *
 * @returns a sentence about what is allowed if it is wrong; `undefined` if the scanner has reported it
 */
export function keyTerm(
  key: FilterKey,
  scanner: Scanner,
  clock: FilterClock,
): Condition | string | undefined {
  if (isDecodedKey(key)) {
    return decodedTerm(key, scanner);
  }
  const value = scanner.takeValue();
  return value && plainTerm(key, value.text, clock);
}

function plainTerm(key: PlainKey, value: string, clock: FilterClock): Condition | string {
  switch (key) {
    case 'in':
    case 'out':
      return value === '' ? isConditions[key] : `“${key}:” stands alone, without a value.`;
    case 'is': {
      const word = value.toLowerCase();
      return Object.hasOwn(isConditions, word) ? isConditions[word as IsValue] : isRule;
    }
    case 'has':
      return value.toLowerCase() === 'error' ? { is: 'error' } : '“has:” takes error.';
    case 'kind':
      return kindTerm(value);
    case 'size':
      return sizeTerm(value);
    case 'after':
    case 'before': {
      const at = parseTime(value, clock);
      return at === undefined
        ? `“${key}:” ${timeRule}`
        : { is: 'time', comparison: key === 'after' ? '>=' : '<', at };
    }
  }
}

function kindTerm(value: string): Condition | string {
  const kinds = value.toLowerCase().split(/[|,]/);
  const isKind = (word: string): word is RowKind => (rowKinds as readonly string[]).includes(word);
  return kinds.every(isKind) ? { is: 'kind', kinds: [...new Set(kinds)] } : kindRule;
}

function sizeTerm(value: string): Condition | string {
  const range = /^([^.]*(?:\.\d[^.]*)?)\.\.(.*)$/.exec(value);
  if (range) {
    const least = byteCount(range[1] ?? '');
    const most = byteCount(range[2] ?? '');
    return least === undefined || most === undefined
      ? sizeRule
      : { is: 'all', of: [sizeCondition('>=', least), sizeCondition('<=', most)] };
  }
  const [, comparison = '', amount = ''] = /^(>=|<=|!=|>|<|=)?(.*)$/.exec(value) ?? [];
  const bytes = byteCount(amount);
  return bytes === undefined ? sizeRule : sizeCondition((comparison || '=') as Comparison, bytes);
}

function sizeCondition(comparison: Comparison, bytes: number): Condition {
  return { is: 'size', comparison, bytes };
}

/** `100`, `1.5k`, `2mb`: k is 1024 bytes. */
function byteCount(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)(b|kb?|mb?)?$/i.exec(text);
  const unit = match?.[2]?.charAt(0).toLowerCase();
  const factor = unit === 'm' ? 1024 * 1024 : unit === 'k' ? 1024 : 1;
  return match ? Number(match[1]) * factor : undefined;
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
