import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../../core/base/errors.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import type { TransportError } from '../../core/connection/wire/transport.ts';
import { foreignAnswer } from '../http/foreignAnswer.ts';
import { fromWire } from '../http/headerText.ts';
import { ProxyCode } from '../proxy/proxyError.ts';

const AnswerCode = {
  /** The 101 chose a subprotocol that was not offered, or no subprotocol. */
  Subprotocol: 'WSM_SUBPROTOCOL',
  /** The 101 chose a WebSocket extension that was not offered, or its parameters are not valid. */
  Extension: 'WSM_EXTENSION',
} as const;

interface HandshakeErrorDetails {
  readonly redactor?: HandshakeRedactor;
  readonly offered?: readonly string[];
  /** The headers of the 101, if one came. */
  readonly answered?: IncomingHttpHeaders;
  /** The proxy that VS Code chose, and why it could not be connected to. */
  readonly proxy?: { readonly display: string; readonly problem: unknown };
}

/** Describes an error of Node, `ws`, VS Code or this extension without secrets. */
export function toTransportError(
  problem: unknown,
  details: HandshakeErrorDetails = {},
): TransportError {
  const { redactor = new HandshakeRedactor(), offered = [], answered = {}, proxy } = details;
  const text = messageOf(problem);
  // VS Code's agent has no code for it: https://github.com/microsoft/vscode-proxy-agent
  if (text.startsWith('Failed to establish a socket connection to proxies')) {
    const { display = '', problem: why = text } = proxy ?? {};
    const message = `the proxy ${display} cannot be reached: ${messageOf(why)}`;
    return { code: ProxyCode.Unreachable, message: redactor.text(message) };
  }
  if (/^Server sent (a|no|an invalid) subprotocol/.test(text)) {
    const chosen = answered['sec-websocket-protocol'];
    const taken = chosen === undefined ? 'no subprotocol' : chosenSubprotocol(chosen, redactor);
    const all = redactor.subprotocols(offered.join(', '));
    const message = `the peer chose ${taken}; offered: ${all || 'none'}`;
    return { code: AnswerCode.Subprotocol, message };
  }
  if (/Sec-WebSocket-Extensions|indicated an extension/.test(text)) {
    const chosen = redactor.text(fromWire(answered['sec-websocket-extensions'] ?? ''));
    const message = `the peer chose the WebSocket extensions ${JSON.stringify(chosen)}: ${text}`;
    return { code: AnswerCode.Extension, message };
  }
  const [, name] = /^Invalid (Upgrade|Sec-WebSocket-Accept) header$/.exec(text) ?? [];
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
  return { ...(code ? { code } : {}), message: redactor.text(text) };
}

function chosenSubprotocol(written: string, redactor: HandshakeRedactor): string {
  const chosen = fromWire(written);
  const names = chosen.split(',').filter(name => name.trim() !== '');
  if (names.length === 0) {
    return 'an empty subprotocol';
  }
  // Node joins a repeated header with a comma.
  const isOne = names.length === 1 && chosen === names[0];
  return `${isOne ? 'the subprotocol' : 'more than one subprotocol:'} ${redactor.subprotocols(chosen)}`;
}

/** A header of the 101 that does not prove that the peer understood (RFC 6455, section 4.1). */
function unfit(name: string, answered: IncomingHttpHeaders, redactor: HandshakeRedactor): string {
  const value = answered[name.toLowerCase()]?.toString();
  if (value === undefined) {
    return `without the header ${name}`;
  }
  const isRepeated = value.includes(',') && name !== 'Upgrade';
  const fault = isRepeated ? 'is there more than once' : 'does not fit the request';
  const detail = name === 'Upgrade' ? `: ${JSON.stringify(redactor.text(fromWire(value)))}` : '';
  return `its header ${name} ${fault}${detail}`;
}
