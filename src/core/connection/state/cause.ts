import { maxPartLength, shortened } from '../../text/plainText.ts';
import { visibleLine } from '../../text/visibleText.ts';
import { closeCodeMeaning, closeCodeName, CloseCode } from '../wire/closeCode.ts';
import type { Endpoint } from '../../endpoint/endpoint.ts';
import type { Phase } from '../../record/handshakeFacts.ts';
import { retryAfterMs, retryAfterOfClose } from './retryAfter.ts';
import type { Ended } from '../wire/transport.ts';

/** Codes of this client, for what neither Node nor `ws` has a code for. */
export const CauseCode = {
  ConnectTimeout: 'CONNECT_TIMEOUT',
  HeartbeatTimeout: 'HEARTBEAT_TIMEOUT',
  TlsWanted: 'TLS_WANTED',
  Http2: 'WSM_HTTP2',
} as const;

/** Why a connection is not, or no longer, open. */
export interface Cause {
  readonly kind:
    | 'user'
    | 'config'
    | 'connect'
    | 'tls'
    | 'http'
    | 'protocol'
    | 'closeframe'
    | 'lost'
    | 'heartbeat'
    | 'timeout';
  /** How far the opening handshake had come; absent once it was through. */
  readonly phase?: Phase;
  /** An error code of Node, OpenSSL or `ws`, or one of `CauseCode`. */
  readonly error?: string;
  /** What the platform said, for what no sentence of ours covers. */
  readonly message?: string;
  /** The machine that the host name means, if it is not the user's own. */
  readonly machine?: string;
  readonly status?: number;
  readonly statusText?: string;
  /** The close code, if the connection had been open. */
  readonly close?: number;
  /** The peer's text: not trusted. */
  readonly reason?: string;
  /** When the peer asks to be tried again, in milliseconds from now. */
  readonly retryAfterMs?: number;
}

/** Why a transport ended: an error that it reported takes precedence over the close code. */
export function causeOf(ended: Ended, now: number): Cause {
  const { phase, error, refusal, code, reason } = ended;
  const at = phase ? { phase } : {};
  if (refusal) {
    const { status, statusText, headers, wantsTls } = refusal;
    const error = wantsTls ? { error: CauseCode.TlsWanted } : {};
    const later = hold(retryAfterMs(headers, now));
    return { kind: 'http', ...at, status, statusText, ...error, ...later };
  }
  if (error) {
    const detail = {
      ...(error.code ? { error: error.code } : {}),
      message: error.message,
      ...(error.machine ? { machine: error.machine } : {}),
    };
    // `ws` reports what it refused itself as 1006, whatever code it sent.
    return phase
      ? { kind: phase === 'tls' ? 'tls' : 'connect', ...at, ...detail }
      : { kind: 'protocol', ...detail, close: code };
  }
  const kind = code === CloseCode.Abnormal ? 'lost' : 'closeframe';
  const later = hold(retryAfterOfClose(code, reason));
  return { kind, ...at, close: code, ...(reason ? { reason } : {}), ...later };
}

function hold(retryAfterMs: number | undefined): Pick<Cause, 'retryAfterMs'> {
  return retryAfterMs === undefined ? {} : { retryAfterMs };
}

const phaseNames: Readonly<Record<Phase, string>> = {
  dns: 'looking up the host name',
  tcp: 'connecting by TCP',
  proxy: 'connecting through the proxy',
  tls: 'the TLS handshake',
  upgrade: 'the WebSocket handshake',
};

/** Sentences for errors by their code, with `{host}` for the endpoint's. */
const errorSentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: '{host} refused the connection: nothing listens there',
  ECONNRESET: '{host} reset the connection',
  EPIPE: '{host} closed the connection while we wrote to it',
  ETIMEDOUT: '{host} did not answer in time',
  EHOSTUNREACH: 'there is no route to {host}',
  EHOSTDOWN: '{host} is down',
  ENETUNREACH: 'the network is unreachable',
  ENETDOWN: 'the network is down',
  ENOTFOUND: 'the host name of {host} is unknown',
  EAI_NODATA: 'the host name of {host} has no address',
  EAI_AGAIN: 'the host name of {host} could not be looked up just now',
  EMFILE: 'too many files are open on this machine',
  ENFILE: 'too many files are open on this machine',
  EADDRNOTAVAIL: 'this machine has no free port or address for the connection',
  CERT_HAS_EXPIRED: 'the certificate of {host} has expired',
  CERT_NOT_YET_VALID: 'the certificate of {host} is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate of {host} is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate chain of {host} holds a self-signed certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate of {host} was signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate of {host} was signed by an unknown authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of {host} is for another name',
  EPROTO: 'the TLS handshake with {host} failed',
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: '{host} sent a message above the size limit',
  WSM_HTTP2: '{host} answers in HTTP/2, and a WebSocket is opened in HTTP/1.1',
  HPE_HEADER_OVERFLOW: '{host} answered with more than 256 KiB of headers',
  HPE_INVALID_VERSION: '{host} answered with a version of HTTP that cannot be read',
  HPE_INVALID_STATUS: '{host} answered with a status line that holds no status of three digits',
  HPE_CR_EXPECTED: '{host} answered with line ends that are not those of HTTP',
  HPE_LF_EXPECTED: '{host} answered with lines that end in CR without LF',
  HPE_STRICT: '{host} answered with lines that end in CR without LF',
  HPE_INVALID_HEADER_TOKEN: '{host} answered with a header that holds characters HTTP forbids',
  HPE_UNEXPECTED_SPACE: '{host} answered with a header that has a blank where none may be',
  HPE_INVALID_CONTENT_LENGTH: '{host} answered with a Content-Length that is no number',
  HPE_UNEXPECTED_CONTENT_LENGTH: '{host} answered with more than one length of the body',
  HPE_INVALID_TRANSFER_ENCODING:
    '{host} answered with a Transfer-Encoding that contradicts its other headers',
  HPE_INVALID_CHUNK_SIZE: '{host} answered with a chunk whose size cannot be read',
  HPE_INVALID_EOF_STATE: '{host} broke its answer off',
  HPE_CLOSED_CONNECTION: '{host} went on after it had said that its answer was the last',
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: '{host} sent a frame of 8 PiB or more',
  WS_ERR_TOO_MANY_BUFFERED_PARTS:
    '{host} sent a message in more pieces than this extension collects',
  WS_ERR_INVALID_UTF8: '{host} sent text that is not UTF-8',
};

/** Text of the peer, shortened so that the sentence around it stays readable. */
function said(words: string): string {
  return shortened(visibleLine(shortened(words, maxPartLength)), maxPartLength);
}

/** Messages are whole sentences at times, and what follows here ends in a full stop of its own. */
function withoutStop(message: string): string {
  return message.replace(/(?<!\.)\.$/, '');
}

/** What happened, as a sentence without its full stop. The peer's words in it are made visible. */
export function describeCause(cause: Cause, endpoint: Pick<Endpoint, 'host'>): string {
  const { host } = endpoint;
  switch (cause.kind) {
    case 'user':
      return 'Disconnected by you';
    case 'config':
      return withoutStop(cause.message || 'The settings of this connection cannot be used');
    case 'timeout': {
      const where = cause.phase ? `: it stopped at ${phaseNames[cause.phase]}` : '';
      return `${host} did not complete the connection in time${where}`;
    }
    case 'heartbeat':
      return `No sign of life from ${host}: ${cause.message ?? 'the heartbeat was not answered'}`;
    case 'http': {
      const text = cause.statusText ? ` ${said(cause.statusText)}` : '';
      const who = cause.phase === 'proxy' ? `The proxy on the way to ${host}` : host;
      if (cause.status === 101) {
        const lack = 'without the headers that open a WebSocket (Upgrade, Connection)';
        return `${who} answered HTTP 101${text}, but ${lack}`;
      }
      return `${who} answered HTTP ${cause.status ?? 0}${text} instead of opening a WebSocket`;
    }
    case 'closeframe':
    case 'lost':
      return describeClose(cause, host);
    case 'connect':
    case 'tls':
    case 'protocol': {
      const { error = '' } = cause;
      const known = Object.hasOwn(errorSentences, error) ? errorSentences[error] : undefined;
      // OpenSSL's messages end in a newline, and a redirect's hold words of the peer.
      const sentence =
        known ?? (withoutStop(said((cause.message ?? '').trim())) || 'the connection failed');
      const code = cause.error ? ` (${cause.error})` : '';
      const begun = sentence.charAt(0).toUpperCase() + sentence.slice(1);
      const where = cause.machine
        ? `; in this remote window ${host} is ${cause.machine}, not the machine you sit at`
        : '';
      return (known ? begun.replace('{host}', () => host) : begun) + code + where;
    }
  }
}

function describeClose(cause: Cause, host: string): string {
  const code = cause.close ?? CloseCode.Abnormal;
  if (cause.phase) {
    return `${host} dropped the connection during ${phaseNames[cause.phase]}`;
  }
  const meaning = closeCodeMeaning(code);
  const reason = cause.reason ? `, reason: “${said(cause.reason)}”` : '';
  return `Closed with ${code} ${closeCodeName(code)}${meaning ? `: ${meaning}` : ''}${reason}`;
}
