import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../../core/base/errors.ts';
import { CauseCode } from '../../core/connection/cause.ts';
import { foreignProtocol } from '../../core/connection/foreignProtocol.ts';
import { Redactor } from '../../core/secrets/redaction.ts';
import type { TransportError } from '../../core/connection/transport.ts';
import { fromWire } from './headerText.ts';
import { ProxyCode } from './proxyError.ts';

const AnswerCode = {
  /** The 101 chose a subprotocol that was not offered, or none. */
  Subprotocol: 'WSM_SUBPROTOCOL',
  /** The 101 chose a WebSocket extension that was not offered, or its parameters are not valid. */
  Extension: 'WSM_EXTENSION',
  /** A TLS alert came in answer to a request that was not encrypted. */
  TlsAlert: 'WSM_TLS_ALERT',
  /** As Node's parser says it, also where it is not Node's parser that said it. */
  NotHttp: 'HPE_INVALID_CONSTANT',
} as const;

const longestLine = 80;
/** Bytes. */
const longestHex = 16;

export interface Circumstances {
  readonly redactor?: Redactor;
  readonly offered?: readonly string[];
  /** The headers of the 101, if one came. */
  readonly answered?: IncomingHttpHeaders;
  /** The proxy that VS Code chose, and why it could not be connected to. */
  readonly proxy?: { readonly display: string; readonly problem: unknown };
}

/** Puts an error of Node, `ws`, VS Code or our own into words without secrets. */
export function toTransportError(
  problem: unknown,
  circumstances: Circumstances = {},
): TransportError {
  const { redactor = new Redactor(), offered = [], answered = {}, proxy } = circumstances;
  const said = messageOf(problem);
  // VS Code's agent has no code for it: https://github.com/microsoft/vscode-proxy-agent
  if (said.startsWith('Failed to establish a socket connection to proxies')) {
    const { display = '', problem: why = said } = proxy ?? {};
    const message = `the proxy ${display} cannot be reached: ${messageOf(why)}`;
    return { code: ProxyCode.Unreachable, message: redactor.text(message) };
  }
  if (/^Server sent (a|no|an invalid) subprotocol/.test(said)) {
    const chosen = answered['sec-websocket-protocol'];
    const taken = chosen === undefined ? 'no subprotocol' : chosenSubprotocol(chosen, redactor);
    const all = redactor.subprotocols(offered.join(', '));
    const message = `the peer chose ${taken}; offered: ${all || 'none'}`;
    return { code: AnswerCode.Subprotocol, message };
  }
  if (/Sec-WebSocket-Extensions|indicated an extension/.test(said)) {
    const chosen = redactor.text(fromWire(answered['sec-websocket-extensions'] ?? ''));
    const message = `the peer chose the WebSocket extensions ${JSON.stringify(chosen)}: ${said}`;
    return { code: AnswerCode.Extension, message };
  }
  const [, name] = /^Invalid (Upgrade|Sec-WebSocket-Accept) header$/.exec(said) ?? [];
  if (name !== undefined) {
    return { message: `the peer accepted, but ${unfit(name, answered, redactor)}` };
  }
  const begin = (problem as { readonly rawPacket?: unknown } | undefined)?.rawPacket;
  if (begin instanceof Uint8Array) {
    const foreign = foreignAnswer(begin, redactor);
    if (foreign) {
      return foreign;
    }
  }
  const code =
    problem instanceof Error && 'code' in problem && typeof problem.code === 'string'
      ? problem.code
      : undefined;
  return { ...(code ? { code } : {}), message: redactor.text(said) };
}

function chosenSubprotocol(written: string, redactor: Redactor): string {
  const chosen = fromWire(written);
  const names = chosen.split(',').filter(name => name.trim() !== '');
  if (names.length === 0) {
    return 'an empty subprotocol';
  }
  // A header that is there twice is one with a comma, as Node tells it.
  const isOne = names.length === 1 && chosen === names[0];
  return `${isOne ? 'the subprotocol' : 'more than one subprotocol:'} ${redactor.subprotocols(chosen)}`;
}

/** A header of the 101 that does not prove that the peer understood (RFC 6455, section 4.1). */
function unfit(name: string, answered: IncomingHttpHeaders, redactor: Redactor): string {
  const value = answered[name.toLowerCase()]?.toString();
  if (value === undefined) {
    return `without the header ${name}`;
  }
  const isRepeated = value.includes(',') && name !== 'Upgrade';
  const fault = isRepeated ? 'is there more than once' : 'does not fit the request';
  const told = name === 'Upgrade' ? `: ${JSON.stringify(redactor.text(fromWire(value)))}` : '';
  return `its header ${name} ${fault}${told}`;
}

/** What to say where the first bytes are no HTTP/1.1; `undefined` where they are. */
export function foreignAnswer(begin: Uint8Array, redactor: Redactor): TransportError | undefined {
  const text = Buffer.from(begin).toString('latin1');
  if (/^HTTP\//i.test(text)) {
    return undefined;
  }
  const protocol = foreignProtocol(text);
  switch (protocol.kind) {
    case 'tls':
      return {
        code: AnswerCode.TlsAlert,
        message: 'the peer answered in TLS, which was not asked for',
      };
    case 'http2':
      return { code: CauseCode.Http2, message: 'the peer answered in HTTP/2' };
    case 'other':
    case 'unknown': {
      const what = protocol.kind === 'other' ? `speaks ${protocol.name}, not` : 'does not speak';
      const said = redactor.text(sampleOf(text));
      const message = `the peer ${what} HTTP/1.1: it began with ${said}`;
      return { code: AnswerCode.NotHttp, message };
    }
  }
}

/** The first line, or the first bytes in hex where they are no text. */
function sampleOf(text: string): string {
  const [line = ''] = fromWire(text.trimStart()).split(/[\r\n]/);
  const isText = line !== '' && !/[\0-\x08\x0e-\x1f\x7f-\x9f]/.test(line);
  return isText
    ? `“${line.length > longestLine ? `${line.slice(0, longestLine)}…` : line}”`
    : `the bytes ${Buffer.from(text.slice(0, longestHex), 'latin1')
        .toString('hex')
        .replace(/..(?=.)/g, '$& ')}`;
}
