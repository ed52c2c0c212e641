import type { Condition } from './condition.ts';

/** What is looked for within a list. */
export interface FindQuery {
  readonly text: string;
  /** Whether `text` is the source of a regular expression. */
  readonly isPattern: boolean;
  readonly isCaseSensitive: boolean;
}

/** The rows that a find goes to. Throws a SyntaxError, with its reason, for a bad expression. */
export function findCondition({ text, isPattern, isCaseSensitive }: FindQuery): Condition {
  if (!isPattern) {
    return { is: 'text', text, exact: isCaseSensitive };
  }
  const flags = isCaseSensitive ? '' : 'i';
  new RegExp(text, flags);
  return { is: 'pattern', source: text, flags };
}
