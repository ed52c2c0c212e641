import { CauseCode } from '../../core/connection/state/cause.ts';
import { foreignProtocol } from '../../core/connection/wire/foreignProtocol.ts';
import type { TransportError } from '../../core/connection/wire/transport.ts';
import type { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import { fromWire } from './headerText.ts';

const ForeignCode = {
  /** The peer answered an unencrypted request with a TLS alert. */
  TlsAlert: 'WSM_TLS_ALERT',
  /** The code of Node's parser, also if this extension detected the fault. */
  NotHttp: 'HPE_INVALID_CONSTANT',
} as const;

/** The maximum length of a quoted line. */
const maxLineLength = 80;
const maxHexBytes = 16;

/** Describes an answer that is not HTTP/1.1; `undefined` if its first bytes are HTTP/1.1. */
export function foreignAnswer(
  begin: Uint8Array,
  redactor: HandshakeRedactor,
): TransportError | undefined {
  const text = Buffer.from(begin).toString('latin1');
  if (/^HTTP\//i.test(text)) {
    return undefined;
  }
  const protocol = foreignProtocol(text);
  switch (protocol.kind) {
    case 'tls':
      return {
        code: ForeignCode.TlsAlert,
        message: 'the peer answered in TLS, which was not asked for',
      };
    case 'http2':
      return { code: CauseCode.Http2, message: 'the peer answered in HTTP/2' };
    case 'other':
    case 'unknown': {
      const what = protocol.kind === 'other' ? `speaks ${protocol.name}, not` : 'does not speak';
      const sample = redactor.text(sampleOf(text));
      const message = `the peer ${what} HTTP/1.1: it began with ${sample}`;
      return { code: ForeignCode.NotHttp, message };
    }
  }
}

/** The first line, or the first bytes in hex if they are not text. */
function sampleOf(text: string): string {
  const [line = ''] = fromWire(text.trimStart()).split(/[\r\n]/);
  const isText = line !== '' && !/[\0-\x08\x0e-\x1f\x7f-\x9f]/.test(line);
  return isText
    ? `“${line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line}”`
    : `the bytes ${Buffer.from(text.slice(0, maxHexBytes), 'latin1')
        .toString('hex')
        .replace(/..(?=.)/g, '$& ')}`;
}
