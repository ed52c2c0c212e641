import type { ScriptAnswer, ScriptError } from '../../../core/decode/script/script.ts';
import { maxStateLength, type FromChild } from '../../../decoderChild/protocol.ts';

type Members = Readonly<Record<string, unknown>>;

const maxTextLength = 16 * 1024;

/** A message of a decoder's process, which the decoder itself may have written; `undefined` if it is none. */
export function readFromChild(given: unknown): FromChild | undefined {
  if (!isMembers(given)) {
    return undefined;
  }
  const { is, level, text, error, why, state, isOrdered, answers } = given;
  const id = typeof given['id'] === 'number' ? given['id'] : 0;
  switch (is) {
    case 'log':
      return { is, level: textOf(level) ?? 'log', text: textOf(text) ?? '' };
    case 'stray':
      return { is, error: errorOf(error) };
    case 'loaded':
      return { is, id, isOrdered: isOrdered === true };
    case 'broken':
      return { is, id, error: errorOf(error) };
    case 'answers':
      return Array.isArray(answers) ? { is, id, answers: answers.map(answerOf) } : undefined;
    case 'done':
      return { is, id, state: textOf(state, maxStateLength) };
    case 'ending':
      return why === 'slow' || why === 'starved' || why === 'memory' ? { is, id, why } : undefined;
    default:
      return undefined;
  }
}

function answerOf(given: unknown): ScriptAnswer {
  const { is, value, error } = isMembers(given) ? given : ({} as Members);
  if (is === 'read') {
    return { is, value };
  }
  return is === 'passed' ? { is } : { is: 'failed', error: errorOf(error) };
}

function errorOf(given: unknown): ScriptError {
  const { message, stack, file, line, column } = isMembers(given) ? given : ({} as Members);
  const stackText = textOf(stack);
  const path = textOf(file);
  return {
    message: textOf(message) ?? 'The decoder has failed',
    ...(stackText === undefined ? {} : { stack: stackText }),
    ...(path === undefined ? {} : { file: path }),
    ...(isPlace(line) && isPlace(column) ? { line, column } : {}),
  };
}

function textOf(given: unknown, maxLength = maxTextLength): string | undefined {
  return typeof given === 'string' ? given.slice(0, maxLength) : undefined;
}

function isPlace(given: unknown): given is number {
  return Number.isSafeInteger(given) && (given as number) > 0;
}

function isMembers(given: unknown): given is Members {
  return typeof given === 'object' && given !== null;
}
