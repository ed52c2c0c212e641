import type { SessionFacts } from '../decoder.ts';

/** What a state row says of sessions: that one begins, that there is none any more, or nothing. */
export type SessionChange = SessionFacts | 'end' | undefined;

/** Much more than a handshake has. */
const maxStateLength = 256 * 1024;
const decoder = new TextDecoder();

/** @param payload of a state row, see `StateRow` */
export function sessionChangeOf(payload: Uint8Array): SessionChange {
  if (payload.length > maxStateLength) {
    return undefined;
  }
  try {
    const row: unknown = JSON.parse(decoder.decode(payload));
    return isObject(row) ? changeOf(row) : undefined;
  } catch {
    return undefined;
  }
}

function changeOf({ state, handshake }: Record<string, unknown>): SessionChange {
  if (state !== 'connected') {
    // While a connection closes, messages of it still come.
    return state === 'closing' ? undefined : 'end';
  }
  if (!isObject(handshake)) {
    return undefined;
  }
  const { url, subprotocol } = handshake;
  return {
    url: typeof url === 'string' ? url : '',
    subprotocol: typeof subprotocol === 'string' ? subprotocol : '',
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
