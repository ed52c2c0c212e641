import {
  Agent,
  STATUS_CODES,
  request as requestPlain,
  type ClientRequest,
  type IncomingMessage,
  type InformationEvent,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { Timer } from '../../core/base/timer.ts';
import type { HeaderLine, Phase } from '../../core/record/handshakeFacts.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import { setPageCookie } from '../../core/tap/http/pageCookie.ts';
import {
  answerHeader,
  requestHeaders,
  withLoopMark,
  withoutHopByHop,
} from '../../core/tap/http/rewrite.ts';
import { watchRequest } from '../handshake/webSocketRequest.ts';
import { maxHeadBytes } from '../http/answerHead.ts';
import { secureContextOptions } from '../handshake/tlsMaterial.ts';
import { readResolvedProxy } from '../proxy/proxyAddress.ts';
import { InterimLimit } from './finalHead.ts';
import { DialTimeout, mayPass, retryPauseMs } from './patientDial.ts';
import {
  headerLines,
  noteDialled,
  ownAnswer,
  type Admitted,
  type Refused,
  type TapContext,
} from './tapContext.ts';
import { errorBehind, refusedByProxy, type UsedProxy } from './upstreamDial.ts';
import { failureOfError, failureOfTimeout } from './upstreamFailure.ts';

/** Keeps connections to upstreams on loopback open between requests; for others the editor's agent decides. */
export function createTapAgent(): Agent {
  return new Agent({ keepAlive: true });
}

interface PassOptions {
  readonly context: TapContext;
  readonly agent: Agent;
  readonly admitted: Admitted;
  /** The client waits for `100 Continue` before it sends the body (RFC 9110, section 10.1.1). */
  readonly expectsContinue: boolean;
}

/** Passes a request on, and its answer back: both as streams, so that neither has to end. */
export function passRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  options: PassOptions,
): void {
  new PassedRequest(incoming, response, options).begin();
}

/** Answers a request in place of the upstream. */
export function refuseRequest(response: ServerResponse, { status, sentence }: Refused): void {
  answerItself(response, status, sentence);
}

function answerItself(
  response: ServerResponse,
  status: number,
  sentence: string,
  extra: readonly HeaderLine[] = [],
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { headers, body } = ownAnswer(status, '', sentence, extra);
  for (const [name, value] of headers) {
    response.setHeader(name, value);
  }
  response.statusCode = status;
  response.statusMessage = STATUS_CODES[status] ?? '';
  response.end(body);
}

/** What may be asked twice, with the effect of once (RFC 9110, section 9.2.2). */
const idempotent = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

class PassedRequest {
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #options: PassOptions;
  readonly #timer: Timer;
  readonly #redactor: HandshakeRedactor;
  readonly #startedAt: number;
  #phase: Phase = 'dns';
  #request: ClientRequest | undefined;
  #proxy: UsedProxy | undefined;
  readonly #interimLimit = new InterimLimit();
  #hasContinued = false;
  #isOver = false;

  constructor(incoming: IncomingMessage, response: ServerResponse, options: PassOptions) {
    this.#incoming = incoming;
    this.#response = response;
    this.#options = options;
    const { ports, options: settings } = options.context;
    this.#timer = new Timer(ports.clock);
    this.#redactor = new HandshakeRedactor(settings.secrets);
    this.#startedAt = ports.clock.monotonic();
  }

  begin(): void {
    const incoming = this.#incoming;
    const response = this.#response;
    incoming.on('error', () => this.#drop());
    response.on('error', () => this.#drop());
    response.on('close', () => this.#drop());
    this.#ask();
  }

  #ask(): void {
    const { admitted, context, agent, expectsContinue } = this.#options;
    const { upstream, target } = admitted.rewrite.destination;
    const { tls, connectTimeoutMs } = context.options;
    const common: RequestOptions = {
      host: upstream.hostname,
      port: upstream.port,
      path: target,
      method: this.#incoming.method,
      setHost: false,
      maxHeaderSize: maxHeadBytes,
      ...(upstream.isLoopback && !upstream.isSecure ? { agent } : {}),
    };
    let request: ClientRequest;
    try {
      request = upstream.isSecure
        ? requestSecure({
            ...common,
            ...secureContextOptions(tls),
            rejectUnauthorized: tls.rejectUnauthorized,
            servername: tls.servername ?? (isIP(upstream.hostname) === 0 ? upstream.hostname : ''),
          })
        : requestPlain(common);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#request = request;
    request.maxHeadersCount = 0;
    request.on('error', error => this.#failed(request, error));
    try {
      this.#setHeaders(request);
    } catch (error) {
      this.#fail(error);
      return;
    }
    request.on('socket', noteDialled);
    watchRequest(request, {
      isSecure: upstream.isSecure,
      isProxied: () => this.#proxy !== undefined,
      onProxy: choice => {
        const { address } = readResolvedProxy(choice.proxy) ?? {};
        if (address) {
          this.#phase = 'proxy';
          this.#proxy = { address, choice };
        }
      },
      onPhase: phase => {
        this.#phase = phase;
        if (phase === 'upgrade') {
          this.#timer.dispose(); // How long an answer may take is the client's affair.
        }
      },
      onTls: () => undefined,
    });
    request.on('information', answer => this.#interim(answer));
    request.on('response', answer => this.#answered(answer));
    request.on('upgrade', (_answer, socket: Socket) => {
      socket.destroy();
      this.#fail(new Error('it switched to another protocol, which was not asked for'));
    });
    this.#timer.start(connectTimeoutMs, () => request.destroy(new DialTimeout()));
    if (expectsContinue) {
      request.flushHeaders();
    }
    if (this.#hasBody) {
      this.#incoming.pipe(request);
    } else {
      request.end();
    }
  }

  get #hasBody(): boolean {
    const { headers } = this.#incoming;
    return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  }

  #setHeaders(request: ClientRequest): void {
    const { headers, rewrite } = this.#options.admitted;
    const isChunked = this.#incoming.headers['transfer-encoding'] !== undefined;
    const lines = withoutHopByHop(
      requestHeaders(headers, rewrite),
      Object.keys(rewrite.options.headers),
    );
    for (const [name, values] of grouped(withLoopMark(lines))) {
      request.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
    }
    if (isChunked) {
      request.removeHeader('Content-Length');
      request.setHeader('Transfer-Encoding', 'chunked');
    }
  }

  /** Only the first `100 Continue` goes on: others say nothing new, and could fill the memory of a slow client. */
  #interim({ statusCode, statusMessage, rawHeaders }: InformationEvent): void {
    if (this.#isOver) {
      return;
    }
    const head = ['HTTP/1.1 100 ', statusMessage, ...rawHeaders].join('\r\n');
    const tooMuch = this.#interimLimit.add(head.length);
    if (tooMuch) {
      this.#fail(tooMuch);
    } else if (statusCode === 100 && !this.#hasContinued && this.#incoming.httpVersion !== '1.0') {
      this.#hasContinued = true;
      this.#response.writeContinue();
    }
  }

  #answered(answer: IncomingMessage): void {
    const response = this.#response;
    if (this.#isOver) {
      answer.resume();
      return;
    }
    this.#timer.dispose();
    const { rewrite } = this.#options.admitted;
    if (rewrite.destination.upstream.isSecure && !('encrypted' in answer.socket)) {
      this.#fail(refusedByProxy(answer));
      return;
    }
    const lines = withoutHopByHop(headerLines(answer.rawHeaders));
    response.sendDate = false;
    try {
      for (const [name, values] of grouped(lines.map(line => answerHeader(line, rewrite)))) {
        response.setHeader(name, values.length === 1 ? (values[0] ?? '') : values);
      }
      const { cookie } = rewrite.tap;
      if (cookie && this.#options.admitted.setsCookie) {
        response.appendHeader('Set-Cookie', setPageCookie(cookie, rewrite.tap.isSecure));
      }
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage);
    } catch (error) {
      // Node reads some heads that it does not write.
      answer.resume();
      response.getHeaderNames().forEach(name => response.removeHeader(name));
      this.#fail(error);
      return;
    }
    response.flushHeaders();
    // An answer that breaks off must break off for the client as well.
    answer.on('error', () => response.destroy());
    answer.on('aborted', () => response.destroy());
    answer.on('end', () => {
      const { trailers } = answer;
      if (Object.keys(trailers).length > 0) {
        response.addTrailers(trailers);
      }
      this.#isOver = true;
      response.end();
    });
    answer.pipe(response, { end: false });
  }

  #failed(request: ClientRequest, error: NodeJS.ErrnoException): void {
    if (this.#isOver || request !== this.#request) {
      return;
    }
    const { context } = this.#options;
    const { waitForUpstreamMs } = context.options;
    const { clock } = context.ports;
    const isUnsent = !this.#hasBody && !this.#response.headersSent;
    const mayRepeat = isUnsent && idempotent.has(this.#incoming.method ?? '');
    if (mayRepeat && request.reusedSocket && error.code === 'ECONNRESET') {
      this.#ask(); // The upstream had most likely closed a connection that was kept, but it may have seen the request.
      return;
    }
    const waitedMs = clock.monotonic() - this.#startedAt;
    if (mayPass(error) && this.#isDialling && waitedMs < waitForUpstreamMs && isUnsent) {
      this.#timer.start(retryPauseMs, () => this.#ask());
      return;
    }
    if (error instanceof DialTimeout) {
      const { upstream } = this.#options.admitted.rewrite.destination;
      const { status, text } = failureOfTimeout(this.#phase, upstream);
      this.#end(status, text);
      return;
    }
    this.#fail(errorBehind(this.#proxy, error));
  }

  /** Nothing of the request can have come to the upstream. */
  get #isDialling(): boolean {
    return this.#phase !== 'upgrade';
  }

  #fail(error: unknown): void {
    const { upstream } = this.#options.admitted.rewrite.destination;
    const { status, text } = failureOfError(error, this.#phase, upstream, this.#redactor);
    this.#end(status, text);
  }

  #end(status: number, text: string): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#timer.dispose();
    this.#incoming.unpipe();
    this.#incoming.resume();
    this.#request?.destroy();
    answerItself(this.#response, status, text, [['Retry-After', '1']]);
  }

  /** The client is gone, or has what it asked for. */
  #drop(): void {
    this.#timer.dispose();
    if (!this.#isOver) {
      this.#isOver = true;
      this.#request?.destroy();
      this.#response.destroy();
    }
  }
}

/** Values by name, in the order of the names' first places: Node writes a list as that many headers. */
function grouped(lines: readonly HeaderLine[]): Iterable<readonly [string, string[]]> {
  const groups = new Map<string, readonly [string, string[]]>();
  for (const [name, value] of lines) {
    const group = groups.get(name.toLowerCase());
    if (group) {
      group[1].push(value);
    } else {
      groups.set(name.toLowerCase(), [name, [value]]);
    }
  }
  return groups.values();
}
