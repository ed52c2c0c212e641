import type { Condition } from './condition.ts';

/** What is asked of everything but the payload. */
export type FactCondition = Extract<
  Condition,
  { is: 'direction' | 'kind' | 'size' | 'time' | 'heartbeat' | 'compressed' | 'tap' }
>;

/** Whether all conditions that `condition` is made of pass. */
export function everyPart(condition: Condition, passes: (part: Condition) => boolean): boolean {
  if (condition.is === 'all' || condition.is === 'any') {
    return condition.of.every(part => everyPart(part, passes));
  }
  return condition.is === 'not' ? everyPart(condition.of, passes) : passes(condition);
}

export function isOfFlags({ is }: Condition): boolean {
  switch (is) {
    case 'direction':
    case 'kind':
    case 'heartbeat':
    case 'compressed':
    case 'tap':
      return true;
    case 'all':
    case 'any':
    case 'not':
    case 'text':
    case 'pattern':
    case 'size':
    case 'time':
    case 'field':
    case 'error':
      return false;
  }
}

export function isOfFacts(condition: Condition): boolean {
  return isOfFlags(condition) || condition.is === 'size' || condition.is === 'time';
}

export function isNoPattern({ is }: Condition): boolean {
  return is !== 'pattern';
}

export function isNoField({ is }: Condition): boolean {
  return is !== 'field';
}
