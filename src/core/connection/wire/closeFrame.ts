import { closeCodeName } from './closeCode.ts';

export interface CloseFrame {
  /** The number and its name; absent where the frame has no code. */
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
