import {
  closeCodeMeaning,
  closeCodeName,
  CloseCode,
  isSendableCloseCode,
} from '../../connection/wire/closeCode.ts';
import type { StateRow } from '../../connection/report.ts';
import type { Side } from '../../slot/observedSocket.ts';
import { maxPartLength, shortened } from '../../text/plainText.ts';
import { visibleLine } from '../../text/visibleText.ts';

/** Who has ended a tapped socket, and how. */
export type Ending =
  /** The first close frame came from there. */
  | { readonly how: 'close'; readonly side: Side; readonly payload: Uint8Array }
  /** FIN without a close frame. */
  | { readonly how: 'end'; readonly side: Side }
  /** RST, or another error of the socket. */
  | { readonly how: 'lost'; readonly side: Side; readonly error: string; readonly message: string }
  /** Both sides were closed here. */
  | { readonly how: 'own'; readonly code: number; readonly reason: string; readonly why: string };

const decoder = new TextDecoder();

/** How a tapped socket has ended, as a row of the list. Holds the peer's words. */
export function endingRow(ending: Ending): StateRow {
  switch (ending.how) {
    case 'close':
      return closeRow(ending.side, ending.payload);
    case 'end':
      return {
        state: 'disconnected',
        severity: 'warning',
        code: CloseCode.Abnormal,
        text: `The ${ending.side} ended the connection without a close frame (FIN).`,
      };
    case 'lost': {
      const { side, error, message } = ending;
      const what =
        error === 'ECONNRESET'
          ? `The ${side} reset the connection without a close frame (RST)`
          : `The connection to the ${side} was lost: ${said(message)}${error ? ` (${error})` : ''}`;
      return {
        state: 'disconnected',
        severity: 'error',
        code: CloseCode.Abnormal,
        text: `${what}.`,
      };
    }
    case 'own':
      return {
        state: 'disconnected',
        severity: 'info',
        code: ending.code,
        text: ending.why,
      };
  }
}

function closeRow(side: Side, payload: Uint8Array): StateRow {
  const [high, low] = payload;
  if (high === undefined || low === undefined) {
    const short = payload.length === 1 ? ', whose close frame has one byte only' : '';
    return {
      state: 'disconnected',
      severity: short === '' ? 'info' : 'warning',
      code: CloseCode.NoStatus,
      text: `Closed by the ${side}${short}, without a code.`,
    };
  }
  const code = high * 256 + low;
  const reason = decoder.decode(payload.subarray(2));
  const meaning = closeCodeMeaning(code);
  const name = `${code} ${closeCodeName(code)}${meaning === '' ? '' : `: ${meaning}`}`;
  const isAllowed = isSendableCloseCode(code);
  const isQuiet = code === CloseCode.Normal || code === CloseCode.GoingAway;
  const mark = isAllowed ? '' : ' This is a code that must not be sent (RFC 6455, section 7.4).';
  return {
    state: 'disconnected',
    severity: isQuiet ? 'info' : 'warning',
    code,
    text: `Closed by the ${side} with ${name}${reason === '' ? '' : `, reason: “${said(reason)}”`}.${mark}`,
  };
}

function said(words: string): string {
  return shortened(visibleLine(shortened(words, maxPartLength)), maxPartLength);
}
