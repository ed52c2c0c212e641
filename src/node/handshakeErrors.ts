import type { IncomingHttpHeaders } from 'node:http';
import { messageOf } from '../core/base/errors.ts';
import { Redactor } from '../core/connection/redaction.ts';
import type { TransportError } from '../core/connection/transport.ts';
import { ProxyCode } from './proxyError.ts';

const AnswerCode = {
  /** The 101 chose a subprotocol that was not offered, or none. */
  Subprotocol: 'WSM_SUBPROTOCOL',
  /** The 101 chose a WebSocket extension that was not offered, or its parameters are not valid. */
  Extension: 'WSM_EXTENSION',
  /** A TLS alert came in answer to a request that was not encrypted. */
  TlsAlert: 'WSM_TLS_ALERT',
} as const;

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
    const chosen = answered['sec-websocket-protocol'] ?? 'none';
    const [taken, all] = [chosen, offered.join(', ')].map(list => redactor.subprotocols(list));
    const message = `the peer chose the subprotocol ${taken}; offered: ${all || 'none'}`;
    return { code: AnswerCode.Subprotocol, message };
  }
  if (/Sec-WebSocket-Extensions|indicated an extension/.test(said)) {
    const chosen = redactor.text(answered['sec-websocket-extensions'] ?? '');
    const message = `the peer chose the WebSocket extensions ${JSON.stringify(chosen)}: ${said}`;
    return { code: AnswerCode.Extension, message };
  }
  if (isTlsAlert(problem)) {
    return {
      code: AnswerCode.TlsAlert,
      message: 'the peer answered in TLS, which was not asked for',
    };
  }
  const code =
    problem instanceof Error && 'code' in problem && typeof problem.code === 'string'
      ? problem.code
      : undefined;
  return { ...(code ? { code } : {}), message: redactor.text(said) };
}

/** Whether Node's HTTP parser stumbled over the header of a TLS alert (RFC 8446, section 5.1). */
function isTlsAlert(problem: unknown): boolean {
  const bytes = (problem as { readonly rawPacket?: unknown } | undefined)?.rawPacket;
  const [type, major] = bytes instanceof Uint8Array ? bytes : [];
  return type === 0x15 && (major === 0x03 || major === undefined);
}
