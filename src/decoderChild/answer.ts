import type { ScriptAnswer, ScriptMessage, ScriptSession } from '../core/decode/script/script.ts';
import type { LoadedDecoder } from './loadDecoder.ts';
import { scriptErrorOf } from './scriptError.ts';

const utf8 = new TextDecoder();
const toText = utf8.decode.bind(utf8);

/** Where a session of an ordered decoder is. */
export interface SessionState {
  value: object;
}

/** What a decoder says of a message. What it throws is an answer too. */
export function answerOf(
  decoder: LoadedDecoder,
  file: string,
  session: ScriptSession,
  message: ScriptMessage,
  state: SessionState | undefined,
): ScriptAnswer {
  const { takes } = decoder;
  const { bytes, isText } = message;
  if (isText ? takes === 'bytes' : takes === 'text') {
    return { is: 'passed' };
  }
  const context = {
    direction: message.direction,
    isText,
    url: session.url,
    subprotocol: session.subprotocol,
    connection: session.connection,
    seq: message.seq,
    record: message.record,
    time: message.at,
    state: state?.value,
  };
  try {
    // A copy, whose buffer holds nothing else.
    const value = decoder.decode(takes === 'text' ? toText(bytes) : new Uint8Array(bytes), context);
    if (state && typeof context.state === 'object') {
      state.value = context.state;
    }
    return value === undefined || value === null ? { is: 'passed' } : checked(value, file);
  } catch (error) {
    return { is: 'failed', error: scriptErrorOf(error, file) };
  }
}

function checked(value: unknown, file: string): ScriptAnswer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'an array' : `a ${typeof value}`;
    return refused(`decode has returned ${kind}, where an object or undefined is due`, file);
  }
  if ('then' in value) {
    return refused('decode has returned a promise. It has to return the answer itself', file);
  }
  return { is: 'read', value };
}

/** An answer that is not taken. */
export function refused(message: string, file: string): ScriptAnswer {
  return { is: 'failed', error: { message, file } };
}
