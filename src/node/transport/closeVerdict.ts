import { CloseCode, isSendableCloseCode } from '../../core/connection/wire/closeCode.ts';
import type { ClosingFrame } from '../../core/connection/wire/closingFrame.ts';
import type { Ended } from '../../core/connection/wire/transport.ts';
import { toTransportError } from '../handshake/handshakeErrors.ts';

/** For what `ws` refuses a close frame as well, whatever the frame says. */
const refusals = new Set([
  'WS_ERR_INVALID_UTF8',
  'WS_ERR_INVALID_CLOSE_CODE',
  'WS_ERR_INVALID_CONTROL_PAYLOAD_LENGTH',
  'WS_ERR_UNEXPECTED_MASK',
  'WS_ERR_UNEXPECTED_RSV_1',
  'WS_ERR_UNEXPECTED_RSV_2_3',
  'WS_ERR_EXPECTED_FIN',
]);

/**
 * How a WebSocket ended that `ws` gave up on. Where it refused the peer's close frame for a fault that
 * leaves code and reason readable, these are what counts.
 */
export function closeVerdict(problem: Error, closing: ClosingFrame | undefined): Ended {
  const error = toTransportError(problem);
  const lost = { code: CloseCode.Abnormal, reason: '' };
  if (!closing || !refusals.has(error.code ?? '')) {
    return { ...lost, error };
  }
  const { code, reason } = closing;
  if (code === undefined) {
    const message = 'the peer sent a close frame of one byte, which holds no code';
    return { ...lost, error: { ...error, message } };
  }
  if (isSendableCloseCode(code)) {
    return { code, reason };
  }
  const because = reason === '' ? '' : `, reason: “${reason}”`;
  const message = `the peer closed with ${code}, a code that must not be sent${because}`;
  return { ...lost, error: { ...error, message } };
}
