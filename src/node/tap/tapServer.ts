import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  createServer,
  type Agent,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { messageOf, UserError } from '../../core/base/errors.ts';
import type { Disposable } from '../../core/base/lifecycle.ts';
import type { HeaderLine } from '../../core/record/handshakeFacts.ts';
import { pageCookie, type PageCookie } from '../../core/tap/http/pageCookie.ts';
import type { TapOptions } from '../../core/tap/tapOptions.ts';
import { checkHeaders } from '../handshake/handshakeCheck.ts';
import { secureContextOptions } from '../handshake/tlsMaterial.ts';
import { maxHeadBytes } from '../http/answerHead.ts';
import {
  admit,
  headerLines,
  ownAnswer,
  type Refused,
  type TapContext,
  type TapPorts,
} from './tapContext.ts';
import { RequestQueue } from './requestQueue.ts';
import { createTapAgent, passRequest, refuseRequest } from './tapHttp.ts';
import { TapSocket } from './tapSocket.ts';

export type { TapPorts } from './tapContext.ts';

/** Fixed for as long as the tap listens. */
export interface TapListening {
  /** 0: the system chooses. */
  readonly port: number;
  /** Clients connect by `wss:` and `https:` with this certificate and key, both PEM. */
  readonly tls?: {
    readonly cert: Uint8Array;
    readonly key: Uint8Array;
    readonly passphrase?: string;
  };
}

/** A tap that listens. Disposing of it drops all its sockets at once. */
export interface RunningTap extends Disposable {
  readonly port: number;
  /** `ws://127.0.0.1:9300` or `wss:`, with the segment of the token, without a final slash. */
  readonly url: string;
  /** The same as `http:` or `https:`. */
  readonly pageUrl: string;
  /** The number of sockets that are open through it. */
  readonly openSockets: number;
  /**
   * From now on, for new requests; toxics also for the sockets that are open.
   *
   * @throws UserError if an upstream is a tap of this window, or if a header cannot be sent
   */
  setOptions(options: TapOptions): void;
  /**
   * Stops listening, and tells both sides of each socket 1001. Resolves when all are closed, which takes
   * three seconds at most.
   */
  stop(): Promise<void>;
}

/**
 * Starts to listen on 127.0.0.1 and, where there is IPv6, on ::1.
 *
 * Rejects with a UserError that says what to do if the port is in use or not allowed, if the certificate
 * or a header cannot be used, or if an upstream is a tap of this window.
 */
export type StartTap = (
  options: TapOptions,
  listening: TapListening,
  ports: TapPorts,
) => Promise<RunningTap>;

const addresses = ['127.0.0.1', '::1'] as const;
/** The system's choice of a port for 127.0.0.1 may be taken at ::1. */
const maxChoices = 10;
const stopTimeoutMs = 3000;

/** Ports of the taps that run in this process. */
const ownPorts = new Set<number>();

export const startTap: StartTap = async (options, listening, ports) => {
  refuseOwnUpstreams(options, listening.port);
  checkHeaders(options.headers);
  if (listening.tls) {
    // Reports what is wrong with the files.
    secureContextOptions({ rejectUnauthorized: true, ...listening.tls });
  }
  const tap = new TapServer(options, listening, ports);
  await tap.listen();
  return tap;
};

function refuseOwnUpstreams({ upstream, routes }: TapOptions, port: number): void {
  for (const each of [upstream, ...routes.map(route => route.upstream)]) {
    if (each.isLoopback && (ownPorts.has(each.port) || each.port === port)) {
      throw new UserError(
        `The upstream ${each.url} is itself a tap of this window, so requests would go round. ` +
          'Set the upstream to the server itself.',
      );
    }
  }
}

class TapServer implements RunningTap {
  readonly #ports: TapPorts;
  readonly #listening: TapListening;
  readonly #agent: Agent = createTapAgent();
  readonly #cookieKey = randomBytes(24);
  readonly #sockets = new Set<TapSocket>();
  readonly #connections = new Set<Socket>();
  readonly #queues = new WeakMap<Socket, RequestQueue>();
  #servers: readonly Server[] = [];
  #options: TapOptions;
  #port = 0;
  #cookie: PageCookie | undefined;
  #isStopped = false;
  /** Resolves `stop` when the last socket has ended. */
  #onLast: () => void = () => undefined;

  constructor(options: TapOptions, listening: TapListening, ports: TapPorts) {
    this.#options = options;
    this.#listening = listening;
    this.#ports = ports;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `ws${this.#rest}`;
  }

  get pageUrl(): string {
    return `http${this.#rest}`;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  get #rest(): string {
    const { token } = this.#options;
    const secure = this.#listening.tls ? 's' : '';
    return `${secure}://127.0.0.1:${this.#port}${token === undefined ? '' : `/~${token}`}`;
  }

  get #context(): TapContext {
    return {
      ports: this.#ports,
      options: this.#options,
      tap: {
        port: this.#port,
        isSecure: this.#listening.tls !== undefined,
        cookie: this.#cookie,
      },
    };
  }

  /** Not the token itself: all servers at this machine's name get it from a browser that has it. */
  #newCookie(): PageCookie | undefined {
    const { name, token } = this.#options;
    if (token === undefined) {
      return undefined;
    }
    const id = createHash('sha256').update(name).digest('hex').slice(0, 8);
    const value = createHmac('sha256', this.#cookieKey).update(token).digest('base64url');
    return pageCookie(this.#port, id, value);
  }

  async listen(): Promise<void> {
    for (let choice = 1; ; choice++) {
      const servers: Server[] = [];
      try {
        let { port } = this.#listening;
        for (const address of addresses) {
          const server = this.#createServer();
          servers.push(server);
          if (await isListening(server, port, address)) {
            ({ port } = server.address() as AddressInfo);
          }
        }
        this.#servers = servers;
        this.#port = port;
        this.#cookie = this.#newCookie();
        ownPorts.add(port);
        return;
      } catch (error) {
        servers.forEach(server => server.close());
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (!isTaken || this.#listening.port !== 0 || choice === maxChoices) {
          throw listenError(error, this.#listening.port);
        }
      }
    }
  }

  setOptions(options: TapOptions): void {
    refuseOwnUpstreams(options, this.#port);
    checkHeaders(options.headers);
    this.#options = options;
    this.#cookie = this.#newCookie();
    this.#sockets.forEach(socket => socket.setToxics(options.toxics));
  }

  async stop(): Promise<void> {
    if (this.#isStopped) {
      return;
    }
    this.#stopListening();
    const why = 'Closed with 1001 to both sides: the tap was stopped.';
    const allGone = new Promise<void>(resolve => (this.#onLast = resolve));
    [...this.#sockets].forEach(socket => socket.close(1001, '', why, 'The tap was stopped'));
    if (this.#sockets.size > 0) {
      const late = new Promise<void>(resolve => {
        const timer = this.#ports.clock.schedule(stopTimeoutMs, resolve);
        void allGone.then(() => timer.dispose());
      });
      await Promise.race([allGone, late]);
    }
    this.#drop();
  }

  dispose(): void {
    this.#stopListening();
    this.#drop();
  }

  #stopListening(): void {
    this.#isStopped = true;
    ownPorts.delete(this.#port);
    this.#servers.forEach(server => server.close());
  }

  #drop(): void {
    [...this.#sockets].forEach(socket => socket.dispose());
    this.#connections.forEach(socket => socket.destroy());
    this.#agent.destroy();
  }

  #createServer(): Server {
    const { tls } = this.#listening;
    const options: ServerOptions = { maxHeaderSize: maxHeadBytes, noDelay: true };
    const server = tls
      ? createSecureServer({
          ...options,
          cert: Buffer.from(tls.cert),
          key: Buffer.from(tls.key),
          ...(tls.passphrase === undefined ? {} : { passphrase: tls.passphrase }),
          ALPNProtocols: ['http/1.1'],
        })
      : createServer(options);
    // A long upload or a slow answer is the upstream's affair.
    server.requestTimeout = 0;
    server.keepAliveTimeout = 60_000;
    server.maxHeadersCount = 0;
    server.on('connection', (socket: Socket) => {
      if (this.#connections.has(socket)) {
        return; // It was given back after a refused upgrade.
      }
      this.#connections.add(socket);
      ignoreErrors(socket);
      socket.on('close', () => this.#connections.delete(socket));
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#queueOf(request.socket).add(response, () => this.#request(request, response, false)),
    );
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) =>
      this.#queueOf(request.socket).add(response, () => this.#request(request, response, true)),
    );
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      ignoreErrors(socket);
      this.#queueOf(socket).addUpgrade(head, early =>
        this.#upgrade(server, request, socket, early),
      );
    });
    return server;
  }

  #request(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const context = this.#context;
    const admitted = admit(request, context);
    if ('sentence' in admitted) {
      this.#logRefusal(admitted);
      refuseRequest(response, admitted);
    } else {
      passRequest(request, response, { context, agent: this.#agent, admitted, expectsContinue });
    }
  }

  #queueOf(client: Socket): RequestQueue {
    const queue = this.#queues.get(client) ?? new RequestQueue(client);
    this.#queues.set(client, queue);
    return queue;
  }

  #upgrade(server: Server, request: IncomingMessage, client: Socket, head: Buffer): void {
    if (!isOpeningHandshake(request)) {
      withoutUpgrade(server, request, client, head);
      return;
    }
    const context = this.#context;
    const admitted = admit(request, context);
    if ('sentence' in admitted) {
      this.#logRefusal(admitted);
      const { head: text, body } = ownAnswer(
        admitted.status,
        statusTexts[admitted.status] ?? '',
        admitted.sentence,
      );
      client.end(text + body);
      return;
    }
    const socket: TapSocket = new TapSocket({
      context,
      request,
      admitted,
      client,
      head,
      giveBack: () => server.emit('connection', client),
      onEnd: () => {
        this.#sockets.delete(socket);
        if (this.#sockets.size === 0) {
          this.#onLast();
        }
      },
    });
    this.#sockets.add(socket);
  }

  #logRefusal({ status, sentence }: Refused): void {
    this.#ports.log.debug(`Tap ${this.#options.name}: ${status} ${sentence}`);
  }
}

const onIgnoredError = () => undefined;

/** Whatever happens to a client's socket, `close` follows; Node takes its own listener off at an upgrade. */
function ignoreErrors(client: Socket): void {
  if (!client.listeners('error').includes(onIgnoredError)) {
    client.on('error', onIgnoredError);
  }
}

const statusTexts: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  508: 'Loop Detected',
};

/** A body has no place in one (RFC 6455, section 4.1); a request with a body is passed as one. */
function isOpeningHandshake({ method, headers }: IncomingMessage): boolean {
  const hasBody =
    headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  const protocols = (headers.upgrade ?? '').split(',').map(each => each.trim().toLowerCase());
  return method === 'GET' && !hasBody && protocols.includes('websocket');
}

/**
 * An upgrade to another protocol, such as h2c, may be ignored (RFC 9110, section 7.8): the request goes
 * through the server again as one that does not ask for it.
 */
function withoutUpgrade(
  server: Server,
  { method = 'GET', url = '/', httpVersion, rawHeaders }: IncomingMessage,
  client: Socket,
  head: Buffer,
): void {
  const lines = headerLines(rawHeaders)
    .filter(([name]) => !/^(?:upgrade|http2-settings)$/i.test(name))
    .map(([name, value]): HeaderLine => {
      const isConnection = name.toLowerCase() === 'connection';
      const kept = value
        .split(',')
        .filter(each => !/^\s*(?:upgrade|http2-settings)\s*$/i.test(each));
      return [name, isConnection ? kept.join(',') || 'keep-alive' : value];
    });
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const first = Buffer.from(`${method} ${url} HTTP/${httpVersion}\r\n${text}\r\n`, 'latin1');
  client.unshift(Buffer.concat([first, head]));
  server.emit('connection', client);
}

/** Returns whether it listens: not where the machine has no such address. */
function isListening(server: Server, port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const hasAddress = error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT';
      if (hasAddress || host === addresses[0]) {
        reject(error);
      } else {
        resolve(false);
      }
    };
    server.once('error', onError);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', onError);
      server.on('error', () => undefined);
      resolve(true);
    });
  });
}

function listenError(error: unknown, port: number): Error {
  const { code = '' } = error as NodeJS.ErrnoException;
  const sentence =
    code === 'EADDRINUSE'
      ? `Port ${port} is in use. Stop the program that listens there, or choose another port for the tap; ` +
        'without a port the system chooses a free one.'
      : code === 'EACCES'
        ? `Port ${port} may not be listened on: ports below 1024 need a right that this program does not have. ` +
          'Choose a port from 1024 on for the tap.'
        : `The tap cannot listen: ${messageOf(error)}.`;
  return new UserError(sentence, { cause: error });
}
