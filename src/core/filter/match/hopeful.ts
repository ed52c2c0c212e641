import type { Condition } from '../condition.ts';

const always: Condition = { is: 'all', of: [] };
const never: Condition = { is: 'any', of: [] };

/**
 * The condition as it would be at best for a message that cannot be looked into: each question for a
 * value of its JSON has the answer that lets the message match.
 */
export function hopeful(condition: Condition, isNegated = false): Condition {
  switch (condition.is) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map(part => hopeful(part, isNegated)) };
    case 'not':
      return { is: 'not', of: hopeful(condition.of, !isNegated) };
    case 'field':
      return isNegated ? never : always;
    case 'text':
    case 'pattern':
    case 'direction':
    case 'kind':
    case 'size':
    case 'time':
    case 'error':
    case 'heartbeat':
    case 'compressed':
      return condition;
  }
}
