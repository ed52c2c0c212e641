import type { AskedCallState } from './decodedRow.ts';
import type {
  Comparison,
  Condition,
  ConversationQuestion,
  DecodedFact,
  DecodedQuestion,
} from './condition.ts';
import type { ScannedValue, Scanner } from './scanner.ts';

const facts = ['event', 'topic', 'type', 'id'] as const satisfies readonly DecodedFact[];

/** The words before a colon that ask for what decoders know. */
export const decodedKeys = [...facts, 'as', 'call', 'latency'] as const;
export type DecodedKey = (typeof decodedKeys)[number];

export function isDecodedFact(word: string): word is DecodedFact {
  return (facts as readonly string[]).includes(word);
}

const callStates: readonly AskedCallState[] = ['pending', 'done', 'failed', 'orphan'];

const several = 'several with “|” between them';
const textRules: Readonly<Record<DecodedFact | 'as', string>> = {
  event: `“event:” takes a name, ${several}, != before it, or ~ before a part of it.`,
  topic: `“topic:” takes a topic, ${several}, != before it, or ~ before a part of it.`,
  type: `“type:” takes a type, ${several}, != before it, or ~ before a part of it.`,
  id: `“id:” takes an id, ${several}, a comparison such as >5, or ~ before a part of it.`,
  as: `“as:” takes a decoder, ${several}, ~ before a part of its name, or raw for none.`,
};
const callRule = `“call:” takes pending, done, failed or orphan, ${several}, or a row such as #1234 or #1234@connection.`;
const latencyRule = '“latency:” takes a time such as >200ms, <=1.5s or 100ms..2s.';

/**
 * Reads the value of such a key.
 *
 * @returns a sentence about what is allowed if it is wrong; `undefined` if the scanner has reported it
 */
export function decodedTerm(key: DecodedKey, scanner: Scanner): Condition | string | undefined {
  if (key === 'latency') {
    const value = scanner.takeValue();
    return value && latencyTerm(value.text);
  }
  if (key === 'call') {
    const values = scanner.takeValues();
    return values && callTerm(values.map(({ text }) => text));
  }
  const operator = scanner.take(/>=|<=|!=|[><=~]/y)?.[0] ?? '=';
  const values = scanner.takeValues();
  return values && (textQuestion(key, operator as Comparison | '~', values) ?? textRules[key]);
}

function textQuestion(
  key: DecodedFact | 'as',
  comparison: Comparison | '~',
  values: readonly ScannedValue[],
): Condition | undefined {
  const texts = values.map(({ text }) => text);
  if (values.some(({ text, isQuoted }) => text === '' && !isQuoted)) {
    return undefined;
  }
  if (key === 'as') {
    const isKnown = comparison === '=' || comparison === '~';
    return isKnown ? asked({ of: key, comparison, texts }) : undefined;
  }
  const isOrder = !['=', '!=', '~'].includes(comparison);
  return isOrder && (key !== 'id' || texts.length > 1)
    ? undefined
    : asked({ of: key, comparison, texts });
}

function callTerm(words: readonly string[]): Condition | string {
  const states = callStates.filter(state => words.some(word => word.toLowerCase() === state));
  const rows = words.map(rowIn).filter(row => row !== undefined);
  const isState = (word: string) => states.some(state => state === word.toLowerCase());
  if (!words.every(word => isState(word) || rowIn(word))) {
    return callRule;
  }
  const parts = [...(states.length > 0 ? [asked({ of: 'call', states })] : []), ...rows.map(asked)];
  const [only] = parts;
  return only && parts.length === 1 ? only : { is: 'any', of: parts };
}

/** The row of `#1234` or `#1234@connection`: rows are counted from 0 wherever they are shown. */
function rowIn(word: string): ConversationQuestion | undefined {
  const [, row, connection] = /^#(\d{1,15})(?:@(.+))?$/s.exec(word) ?? [];
  return row === undefined
    ? undefined
    : { of: 'conversation', row: Number(row), ...(connection !== undefined && { connection }) };
}

/** The term that shows the conversation of a row. @param connection its name, where the list shows several */
export function conversationTerm(row: number, connection?: string): string {
  if (connection === undefined) {
    return `call:#${row}`;
  }
  return `call:"#${row}@${connection.replace(/["\\]/g, '\\$&')}"`;
}

function latencyTerm(text: string): Condition | string {
  const [, least, most] = /^(.*[^.])\.\.([^.].*)$/s.exec(text) ?? [];
  if (least !== undefined && most !== undefined) {
    const [from, to] = [milliseconds(least), milliseconds(most)];
    return from === undefined || to === undefined
      ? latencyRule
      : latency({ comparison: '>=', ms: from }, { comparison: '<=', ms: to });
  }
  const [, comparison = '', amount = ''] = /^(>=|<=|!=|>|<|=)?(.*)$/s.exec(text) ?? [];
  const ms = milliseconds(amount);
  return ms === undefined
    ? latencyRule
    : latency({ comparison: (comparison || '=') as Comparison, ms });
}

function latency(
  ...limits: Extract<DecodedQuestion, { of: 'latency' }>['limits'][number][]
): Condition {
  return asked({ of: 'latency', limits });
}

/** `200`, `200ms`, `1.5s`. */
function milliseconds(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s)?$/i.exec(text);
  return match ? Number(match[1]) * (match[2]?.toLowerCase() === 's' ? 1000 : 1) : undefined;
}

function asked(asks: DecodedQuestion): Condition {
  return { is: 'decoded', asks };
}
