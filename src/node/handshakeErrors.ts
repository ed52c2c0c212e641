import { messageOf } from '../core/base/errors.ts';
import type { Redactor } from '../core/connection/redaction.ts';
import type { TransportError } from '../core/connection/transport.ts';
import { ProxyCode } from './proxyError.ts';

export const AnswerCode = {
  /** The 101 chose a subprotocol that was not offered, or none. */
  Subprotocol: 'WSM_SUBPROTOCOL',
  /** The 101 chose a WebSocket extension that was not offered, or its parameters are not valid. */
  Extension: 'WSM_EXTENSION',
} as const;

export interface Circumstances {
  readonly redactor: Redactor;
  readonly offered: readonly string[];
  /** Of the 101, if one came. */
  readonly answered: { readonly subprotocol?: string; readonly extensions?: string };
  /** The proxy that VS Code chose, and what it said of it. */
  readonly proxy?: { readonly display: string; readonly problem: string };
}

/** Puts an error of Node, `ws` or VS Code into words without secrets. */
export function toTransportError(problem: Error, circumstances: Circumstances): TransportError {
  const { redactor, offered, answered, proxy } = circumstances;
  const said = messageOf(problem);
  // VS Code's agent has no code for it: https://github.com/microsoft/vscode-proxy-agent
  if (said.startsWith('Failed to establish a socket connection to proxies')) {
    const message = `the proxy ${proxy?.display ?? ''} cannot be reached: ${proxy?.problem ?? said}`;
    return { code: ProxyCode.Unreachable, message: redactor.text(message) };
  }
  if (/^Server sent (a|no|an invalid) subprotocol/.test(said)) {
    const chosen = answered.subprotocol ?? 'none';
    const lists = `${chosen}, of those offered: ${offered.join(', ') || 'none'}`;
    const message = `the peer chose the subprotocol ${redactor.subprotocols(lists)}`;
    return { code: AnswerCode.Subprotocol, message };
  }
  if (/Sec-WebSocket-Extensions|indicated an extension/.test(said)) {
    const chosen = JSON.stringify(answered.extensions ?? '');
    const message = `the peer chose the WebSocket extensions ${redactor.text(chosen)}: ${said}`;
    return { code: AnswerCode.Extension, message };
  }
  const code = 'code' in problem && typeof problem.code === 'string' ? problem.code : undefined;
  return { ...(code ? { code } : {}), message: redactor.text(said) };
}
