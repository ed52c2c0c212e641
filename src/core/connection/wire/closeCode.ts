/** Close codes that the monitor itself has to tell apart (RFC 6455, section 7.4.1). */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  /** Never on the wire: the peer sent a close frame without a code. */
  NoStatus: 1005,
  /** Never on the wire: the connection was lost without a close frame. */
  Abnormal: 1006,
  InvalidPayload: 1007,
  TooBig: 1009,
} as const;

interface CloseCodeEntry {
  readonly name: string;
  readonly meaning: string;
}

/** RFC 6455 section 7.4.1 and IANA's WebSocket Close Code Number Registry. */
const registered: Readonly<Record<number, CloseCodeEntry>> = {
  1000: { name: 'Normal Closure', meaning: 'the peer is done' },
  1001: { name: 'Going Away', meaning: 'the peer is shutting down or leaving' },
  1002: { name: 'Protocol Error', meaning: 'the peer saw a malformed frame' },
  1003: { name: 'Unsupported Data', meaning: 'the peer does not take this kind of message' },
  1005: { name: 'No Status Received', meaning: 'the peer closed without giving a code' },
  1006: { name: 'Abnormal Closure', meaning: 'the connection was lost without a close frame' },
  1007: { name: 'Invalid Payload Data', meaning: 'the peer saw text that is not UTF-8' },
  1008: {
    name: 'Policy Violation',
    meaning: 'the peer does not allow this, often for lack of login',
  },
  1009: { name: 'Message Too Big', meaning: 'a message was larger than the peer takes' },
  1010: { name: 'Mandatory Extension', meaning: 'an extension that was needed was not agreed on' },
  1011: { name: 'Internal Error', meaning: 'the peer met a condition that it did not expect' },
  1012: { name: 'Service Restart', meaning: 'the peer is restarting' },
  1013: { name: 'Try Again Later', meaning: 'the peer is overloaded' },
  1014: { name: 'Bad Gateway', meaning: 'a gateway got no valid answer from the server behind it' },
  1015: { name: 'TLS Handshake', meaning: 'the TLS handshake failed' },
  3000: { name: 'Unauthorized', meaning: 'the peer wants a login' },
  3003: { name: 'Forbidden', meaning: 'the peer does not allow this login' },
  3008: { name: 'Timeout', meaning: 'the peer waited too long for something' },
};

/** The registered name of a close code, or what its range stands for. */
export function closeCodeName(code: number): string {
  const entry = registered[code];
  if (entry) {
    return entry.name;
  }
  if (code >= 4000 && code <= 4999) {
    return 'Private Use';
  }
  return code >= 3000 && code <= 3999 ? 'Library or Framework' : 'Unassigned';
}

/** What a registered close code means, as half a sentence; empty for all others. */
export function closeCodeMeaning(code: number): string {
  return registered[code]?.meaning ?? '';
}

/** Whether an endpoint may send `code` in a close frame (RFC 6455, section 7.4). */
export function isSendableCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) {
    return false;
  }
  const reserved = code === 1004 || code === 1005 || code === 1006;
  return (code >= 1000 && code <= 1014 && !reserved) || (code >= 3000 && code <= 4999);
}

interface CloseFrame {
  /** The number and its name; absent if the frame has no code. */
  readonly code?: string;
  readonly reason: string;
}

/** Reads a close frame's payload: a code of two bytes and a reason (RFC 6455, section 5.5.1). */
export function readCloseFrame(payload: Uint8Array): CloseFrame {
  const [high, low] = payload;
  if (high === undefined || low === undefined) {
    return { reason: '' };
  }
  const code = high * 256 + low;
  return {
    code: `${code} ${closeCodeName(code)}`,
    reason: new TextDecoder().decode(payload.subarray(2)),
  };
}

/** The same from a row's preview, which may leave out the end of the reason. */
export function readClosePreview(hexPairs: string): CloseFrame {
  const pairs = hexPairs.match(/[\da-f]{2}/gi) ?? [];
  return readCloseFrame(Uint8Array.from(pairs, pair => Number.parseInt(pair, 16)));
}

/** A close frame on one line: `1000 Normal Closure, reason: …`. The reason is the peer's text. */
export function closeFrameText({ code, reason }: CloseFrame): string {
  return (code ?? 'no code') + (reason === '' ? '' : `, reason: ${reason}`);
}
