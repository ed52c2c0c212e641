import type { Condition, ConversationQuestion } from './condition.ts';

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

/** Whether decoders alone can answer a part of it. */
export function asksDecoding(condition: Condition): boolean {
  return !everyPart(condition, part => part.is !== 'decoded');
}

/** Whether only messages that come later can answer a part of it. */
export function asksLaterRows(condition: Condition): boolean {
  const later = ['call', 'conversation', 'latency'];
  return !everyPart(condition, part => part.is !== 'decoded' || !later.includes(part.asks.of));
}

/** Whether a decoded message may answer otherwise than the same message without decoders. */
export function concernsDecoders(condition: Condition): boolean {
  const concerned: readonly Condition['is'][] = ['decoded', 'field', 'heartbeat', 'error'];
  return !everyPart(condition, part => !concerned.includes(part.is));
}

/** Whether the end of a call may change the answers of rows that came before. */
export function concernsCalls(condition: Condition): boolean {
  const isOfCall = (part: Condition) =>
    part.is === 'decoded' && (part.asks.of === 'call' || part.asks.of === 'latency');
  return !everyPart(condition, part => !isOfCall(part));
}

/** Whether a message may answer otherwise once later ones, which are parts of it, have come. */
export function concernsParts(condition: Condition): boolean {
  return !everyPart(condition, part =>
    part.is === 'decoded' ? part.asks.of === 'as' : part.is !== 'field' && part.is !== 'error',
  );
}

/** The conversations that it asks for. */
export function conversationsIn(condition: Condition): readonly ConversationQuestion[] {
  const found: ConversationQuestion[] = [];
  everyPart(condition, part => {
    if (part.is === 'decoded' && part.asks.of === 'conversation') {
      found.push(part.asks);
    }
    return true;
  });
  return found;
}

/**
 * The same condition, in which the connections that conversations name are known.
 *
 * @param captureOf the capture of a connection of this name
 */
export function withCaptures(
  condition: Condition,
  captureOf: (connection: string) => number | undefined,
): Condition {
  if (condition.is === 'all' || condition.is === 'any') {
    return { ...condition, of: condition.of.map(part => withCaptures(part, captureOf)) };
  }
  if (condition.is === 'not') {
    return { is: 'not', of: withCaptures(condition.of, captureOf) };
  }
  if (condition.is !== 'decoded' || condition.asks.of !== 'conversation') {
    return condition;
  }
  const { asks } = condition;
  const capture = asks.connection === undefined ? undefined : captureOf(asks.connection);
  return capture === undefined ? condition : { is: 'decoded', asks: { ...asks, capture } };
}

/** Whether it asks for values of JSON, which decoders find in more messages than others do. */
export function asksValue(condition: Condition): boolean {
  return !everyPart(condition, part => part.is !== 'field');
}

/** Whether flags decide, as they do for each row that nobody decodes. */
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
    case 'decoded':
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
