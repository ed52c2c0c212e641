import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, getCACertificates } from 'node:tls';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf } from '../../core/base/errors.ts';
import type { HeaderLine } from '../../core/record/handshakeFacts.ts';
import type { TlsMaterial } from '../../core/connection/wire/transport.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import { readAnswerHead } from '../http/answerHead.ts';
import { foreignAnswer } from '../http/foreignAnswer.ts';
import { fromWire, joinHeaders } from '../http/headerText.ts';
import type { ProxyAddress } from './proxyAddress.ts';
import { ProxyCode, ProxyError, type ProxyAnswer } from './proxyError.ts';
import { maxAnswerBodyBytes, readBody, readBodyText } from '../http/answerBody.ts';
import { SocketReader } from '../http/socketReader.ts';
import { openSocks5 } from './socks5.ts';

const maxHeadBytes = 16 * 1024;
/** The maximum number of 1xx answers that are skipped before the final one. */
const maxInterimAnswers = 10;

interface TunnelOptions {
  readonly proxy: ProxyAddress;
  /** The host to which the proxy connects. */
  readonly host: string;
  readonly port: number;
  /** The trusted authorities if the proxy itself uses TLS. */
  readonly tls: TlsMaterial;
  /** Drops the connection to the proxy, also after the tunnel was opened. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

export type Tunnel =
  /** Leads to the endpoint; paused. */
  | { readonly socket: Socket; readonly request: readonly HeaderLine[] }
  /** The proxy opened no tunnel. */
  | {
      readonly answer: ProxyAnswer;
      readonly body: string;
      readonly request: readonly HeaderLine[];
    };

/**
 * Opens a tunnel without the agents of VS Code.
 *
 * @throws ProxyError if the proxy cannot be reached or opens no tunnel
 */
export async function openTunnel(options: TunnelOptions): Promise<Tunnel> {
  const { proxy, signal } = options;
  const socket = dialProxy(options);
  const drop = () => socket.destroy();
  signal.addEventListener('abort', drop);
  // Kept for the socket's whole life: an 'error' without a listener would end the extension host.
  socket.on('error', () => undefined);
  socket.on('close', () => signal.removeEventListener('abort', drop));
  const reader = new SocketReader(socket);
  try {
    await connected(socket, proxy);
    const tunnel =
      proxy.kind === 'socks5'
        ? await viaSocks(socket, reader, options)
        : await viaHttp(socket, reader, options);
    return tunnel;
  } catch (error) {
    socket.destroy();
    throw error instanceof ProxyError
      ? error
      : new ProxyError(ProxyCode.Unreachable, `${proxy.display} gave up: ${messageOf(error)}`, {
          cause: error,
        });
  }
}

function dialProxy({ proxy, tls }: TunnelOptions): Socket {
  const { host, port } = proxy;
  return proxy.kind === 'https'
    ? connectTls({
        host,
        port,
        servername: isIP(host) === 0 ? host : '',
        ALPNProtocols: ['http/1.1'],
        rejectUnauthorized: tls.rejectUnauthorized,
        ca: authorities(tls),
      })
    : connect({ host, port });
}

/** The endpoint's authority and all default ones: the proxy may have another owner. */
function authorities({ ca }: TlsMaterial): string[] {
  return [
    ...getCACertificates('default'),
    ...getCACertificates('system'),
    ...(ca ? [Buffer.from(ca).toString('latin1')] : []),
  ];
}

/** Resolves when the proxy is ready for a request. */
function connected(socket: Socket, proxy: ProxyAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    let isTcp = false;
    socket.once('connect', () => (isTcp = true));
    socket.once(proxy.kind === 'https' ? 'secureConnect' : 'connect', resolve);
    socket.once('error', error => {
      const isTls = proxy.kind === 'https' && isTcp;
      const message = `${proxy.display} ${isTls ? 'made no TLS connection' : 'cannot be reached'}`;
      const code = isTls ? ProxyCode.Tls : ProxyCode.Unreachable;
      reject(new ProxyError(code, `${message}: ${messageOf(error)}`, { cause: error }));
    });
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}

async function viaSocks(
  socket: Socket,
  reader: SocketReader,
  { proxy, host, port }: TunnelOptions,
): Promise<Tunnel> {
  await openSocks5(socket, reader, proxy, { host, port });
  reader.release();
  return { socket, request: [] };
}

async function viaHttp(
  socket: Socket,
  reader: SocketReader,
  { proxy, host, port, clock }: TunnelOptions,
): Promise<Tunnel> {
  const { user, password } = proxy;
  const place = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const login = Buffer.from(`${user}:${password}`).toString('base64');
  const request: readonly HeaderLine[] = [
    ['Host', place],
    ...(user || password ? [['Proxy-Authorization', `Basic ${login}`] as const] : []),
  ];
  const lines = request.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`CONNECT ${place} HTTP/1.1\r\n${lines}\r\n`);
  const answer = await finalAnswer(reader, proxy);
  reader.release();
  if (answer.status >= 200 && answer.status < 300) {
    return { socket, request };
  }
  const [, length] = answer.headers.find(([name]) => /^content-length$/i.test(name)) ?? [];
  const limit = /^\d{1,6}$/.test(length ?? '')
    ? Math.min(Number(length), maxAnswerBodyBytes)
    : maxAnswerBodyBytes;
  const bytes = await new Promise<Buffer>(resolve => readBody(socket, clock, resolve, limit));
  socket.destroy();
  const body = await new Promise<string>(resolve =>
    readBodyText(bytes, joinHeaders(answer.headers), resolve),
  );
  return { answer, body, request };
}

/** @throws ProxyError if the answer is not HTTP */
async function finalAnswer(reader: SocketReader, proxy: ProxyAddress): Promise<ProxyAnswer> {
  for (let interim = 0; interim <= maxInterimAnswers; interim++) {
    const head = await reader.head(maxHeadBytes);
    const { status, statusText = '', headers } = readAnswerHead(head.replace(/^\s+/, ''));
    if (status === undefined) {
      const foreign = foreignAnswer(Buffer.from(head, 'latin1'), new HandshakeRedactor());
      const detail = foreign ? `: ${foreign.message.replace(/^the peer /, 'it ')}` : '';
      throw new ProxyError(ProxyCode.Protocol, `${proxy.display} does not speak HTTP${detail}`);
    }
    if (status >= 200) {
      const lines = headers.map(([name, value]): HeaderLine => [name, fromWire(value)]);
      return { status, statusText: fromWire(statusText), headers: lines };
    }
  }
  throw new ProxyError(ProxyCode.Protocol, `${proxy.display} gives no final answer`);
}
