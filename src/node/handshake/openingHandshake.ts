import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type WebSocket from 'ws';
import type { Clock } from '../../core/base/clock.ts';
import { messageOf, UserError } from '../../core/base/errors.ts';
import { toDisposable, type Disposable } from '../../core/base/lifecycle.ts';
import { CookieJar } from '../../core/endpoint/cookieJar.ts';
import type { HandshakeFacts, Phase } from '../../core/record/handshakeFacts.ts';
import type { KeepUnmasked } from '../../core/secrets/unmaskedHandshakes.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import { SecretRedactor } from '../../core/secrets/redact.ts';
import { secretValues } from '../../core/secrets/values.ts';
import { remoteMachine } from '../../core/endpoint/remoteMachine.ts';
import type { Handshake, Refusal, TransportError } from '../../core/connection/wire/transport.ts';
import { checkHandshake } from './handshakeCheck.ts';
import { toTransportError } from './handshakeErrors.ts';
import { HandshakeRecorder } from './handshakeRecorder.ts';
import { fromWire, answerHeaders, joinHeaders, toWire } from '../http/headerText.ts';
import { parseProxy, type ProxyAddress, type ResolvedProxy } from '../proxy/proxyAddress.ts';
import { openTunnel, type Tunnel } from '../proxy/proxyTunnel.ts';
import { followRedirect, isRedirect, withCookies, type Target } from './redirects.ts';
import { readBody, readBodyText, saysTlsIsWanted } from '../http/answerBody.ts';
import {
  dropsUpgrade,
  mayHaveDroppedUpgrade,
  noteDroppedUpgrade,
} from '../proxy/proxyUpgradeSupport.ts';
import { secureContextOptions } from './tlsMaterial.ts';
import { hostOf, requestWebSocket, type ProxyChoice } from './webSocketRequest.ts';

/** A target, and the proxy through which it is reached. */
interface Route {
  readonly target: Target;
  /** The proxy through which this extension opens a tunnel. */
  readonly proxy?: ProxyAddress;
  readonly chosenBy?: 'setting' | 'editor';
}

/** How a handshake failed: an answer other than 101, or an error. */
interface HandshakeFailure {
  readonly phase: Phase;
  readonly refusal?: Refusal;
  readonly error?: TransportError;
}

/** Either `onOpen` or `onFail` is called, once and last. */
export interface OpeningHandshakeEvents {
  onPhase(phase: Phase): void;
  onOpen(ws: WebSocket, socket: Socket, facts: HandshakeFacts): void;
  onFail(failure: HandshakeFailure, facts: HandshakeFacts): void;
}

/**
 * Opens a WebSocket, with as many requests as it takes: it follows redirects, and opens a tunnel
 * through a proxy that VS Code uses for `ws:` without one (RFC 6455, section 4.1, asks for CONNECT).
 * `dispose` drops the sockets; nothing is reported after that.
 */
export class OpeningHandshake implements Disposable {
  readonly #handshake: Handshake;
  readonly #events: OpeningHandshakeEvents;
  readonly #redactor: HandshakeRedactor;
  /** For facts that are shown only if the user asks for them, and never stored. */
  readonly #plainRedactor: HandshakeRedactor;
  readonly #keepUnmasked: KeepUnmasked | undefined;
  readonly #clock: Clock;
  readonly #recorder = new HandshakeRecorder();
  readonly #cookies = new CookieJar();
  #phase: Phase = 'dns';
  #redirects = 0;
  #isOver = false;
  /** The current activity: a request, a tunnel that is being opened, or the reading of a refusal. */
  #current: Disposable | undefined;
  /** Reported if the tunnel that was tried after this failure cannot be opened. */
  #beforeTunnel: { readonly failure: HandshakeFailure; readonly facts: HandshakeFacts } | undefined;

  /**
   * @param keepUnmasked keeps the unmasked facts as long as the window is open
   * @throws UserError if the handshake cannot be requested at all
   */
  constructor(
    handshake: Handshake,
    events: OpeningHandshakeEvents,
    clock: Clock,
    keepUnmasked?: KeepUnmasked,
  ) {
    checkHandshake(handshake);
    const route = firstRoute(handshake);
    this.#handshake = handshake;
    this.#events = events;
    const secrets = secretsOf(handshake, route.proxy);
    const known = new SecretRedactor(secrets);
    this.#redactor = new HandshakeRedactor(known);
    this.#plainRedactor = new HandshakeRedactor(known, 'shown');
    this.#clock = clock;
    this.#keepUnmasked = keepUnmasked;
    this.#start(route);
  }

  /** A text of the peer without the secrets of this handshake. */
  redacted(text: string): string {
    return this.#redactor.text(text);
  }

  /** The negotiated subprotocol, masked if it carries a token. */
  redactedSubprotocol(name: string): string {
    return this.#redactor.subprotocols(name);
  }

  /** Ends the handshake as a failure. */
  cancel(message: string): void {
    this.#end({ error: { message } });
  }

  dispose(): void {
    this.#isOver = true;
    this.#current?.dispose();
  }

  #start(route: Route): void {
    this.#recorder.begin(route.target.endpoint.url);
    if (route.proxy) {
      this.#tunnel(route, route.proxy);
    } else {
      this.#attempt(route);
    }
  }

  #tunnel(route: Route, proxy: ProxyAddress): void {
    this.#recorder.usedProxy(proxy.display, route.chosenBy ?? 'setting');
    const control = new AbortController();
    const { signal } = control;
    this.#current = toDisposable(() => control.abort());
    // Nothing is reported within the constructor.
    queueMicrotask(() => {
      if (!signal.aborted) {
        this.#enter('proxy');
        const { endpoint } = route.target;
        const url = new URL(endpoint.url);
        const port = Number(url.port || (endpoint.secure ? 443 : 80));
        const { tls } = this.#handshake;
        void openTunnel({ proxy, host: hostOf(url), port, tls, signal, clock: this.#clock }).then(
          tunnel => signal.aborted || this.#useTunnel(route, tunnel),
          (error: unknown) =>
            signal.aborted || this.#fail(route, { error: this.#errorOf(route, error) }),
        );
      }
    });
  }

  #useTunnel(route: Route, tunnel: Tunnel): void {
    if ('socket' in tunnel) {
      this.#attemptLater(route, tunnel.socket);
      return;
    }
    const { answer, body, request } = tunnel;
    this.#recorder.proxyAnswered(request, answer);
    this.#recorder.body(body);
    const headers = joinHeaders(answer.headers);
    this.#fail(route, { refusal: this.#refusalOf(answer.status, answer.statusText, headers) });
  }

  /** For requests after the first: an error is reported, since there is no caller to catch it. */
  #attemptLater(route: Route, tunnel?: Socket): void {
    try {
      this.#attempt(route, tunnel);
    } catch (error) {
      this.#fail(route, { error: this.#errorOf(route, error) });
    }
  }

  #attempt(route: Route, tunnel?: Socket): void {
    const { target } = route;
    const { endpoint, tls } = target;
    let used: { readonly proxy: ResolvedProxy; readonly choice: ProxyChoice } | undefined;
    let upgrade: IncomingMessage | undefined;
    const attempt = requestWebSocket(
      {
        target: withCookies(target, this.#cookies),
        handshake: this.#handshake,
        secure: endpoint.secure ? secureContextOptions(tls) : {},
        tunnel,
      },
      {
        onProxy: (proxy, choice) => {
          used = { proxy, choice };
          this.#recorder.usedProxy(proxy.display, 'editor');
          this.#enter('proxy');
          const { address } = proxy;
          if (address && !choice.error && dropsUpgrade(address, endpoint)) {
            attempt.dispose();
            this.#start({ target, proxy: address, chosenBy: 'editor' });
          }
        },
        onPhase: (phase, request) => {
          if (phase === 'upgrade') {
            this.#recorder.sent(request);
          }
          this.#enter(phase);
        },
        onTls: facts => this.#recorder.tls(facts),
        onOddities: oddities => this.#recorder.corrected(oddities),
        onUpgrade: response => {
          upgrade = response;
          this.#recorder.received(response);
        },
        onOpen: (ws, socket) => {
          this.#isOver = true;
          if (route.proxy && route.chosenBy === 'editor') {
            noteDroppedUpgrade(route.proxy, endpoint);
          }
          this.#events.onOpen(ws, socket, this.#facts());
        },
        onRefusal: response => this.#refused(route, attempt, response, used?.proxy),
        onError: problem => {
          const error = this.#errorOf(route, problem, upgrade, used);
          // With a 101 the proxy has let Upgrade through.
          this.#fail(route, { error }, upgrade ? undefined : used?.proxy);
        },
      },
    );
    this.#current = attempt;
  }

  #refused(
    route: Route,
    attempt: Disposable,
    response: IncomingMessage,
    editorProxy: ResolvedProxy | undefined,
  ): void {
    this.#recorder.received(response);
    const { statusCode = 0, statusMessage = '' } = response;
    const { location } = response.headers;
    if (this.#handshake.followRedirects && isRedirect(statusCode, location)) {
      attempt.dispose();
      const cookies = response.headers['set-cookie'] ?? [];
      this.#cookies.take(route.target.endpoint, cookies, Date.now());
      this.#redirect(route, statusCode, fromWire(location));
      return;
    }
    const refusal = this.#refusalOf(statusCode, statusMessage, answerHeaders(response));
    const stop = readBody(response, this.#clock, bytes => {
      attempt.dispose();
      readBodyText(bytes, refusal.headers, body => {
        if (!this.#isOver) {
          this.#recorder.body(body);
          const wantsTls = !route.target.endpoint.secure && saysTlsIsWanted(body);
          const complete = wantsTls ? { ...refusal, wantsTls } : refusal;
          this.#fail(route, { refusal: complete }, editorProxy);
        }
      });
    });
    this.#current = toDisposable(() => {
      stop();
      attempt.dispose();
    });
  }

  #redirect(route: Route, status: number, location: string): void {
    const redirect = followRedirect(route.target, location, this.#redirects++);
    if ('error' in redirect) {
      const { code, message } = redirect.error;
      this.#fail(route, {
        error: { ...(code ? { code } : {}), message: this.#redactor.text(message) },
      });
      return;
    }
    const { target, stripped } = redirect;
    const from = route.target.endpoint.url;
    this.#beforeTunnel = undefined;
    this.#recorder.redirected({ status, from, to: target.endpoint.url, stripped });
    const { proxy, chosenBy } = route;
    if (proxy && chosenBy === 'setting') {
      this.#start({ target, proxy, chosenBy });
    } else {
      this.#recorder.begin(target.endpoint.url);
      this.#attemptLater({ target });
    }
  }

  /** Tries a tunnel if the editor's proxy may have dropped Upgrade, otherwise ends. */
  #fail(route: Route, failure: Omit<HandshakeFailure, 'phase'>, editorProxy?: ResolvedProxy): void {
    const address = editorProxy?.address;
    const { endpoint } = route.target;
    const status = failure.refusal?.status;
    if (address && mayHaveDroppedUpgrade(address, endpoint, this.#phase, status)) {
      const facts = this.#facts();
      this.#beforeTunnel = { failure: { phase: this.#phase, ...failure }, facts };
      this.#start({ target: route.target, proxy: address, chosenBy: 'editor' });
    } else {
      this.#end(failure);
    }
  }

  #end(failure: Omit<HandshakeFailure, 'phase'>): void {
    if (this.#isOver) {
      return;
    }
    this.dispose();
    this.#recorder.endStep();
    const before = this.#phase === 'proxy' ? this.#beforeTunnel : undefined;
    this.#events.onFail(
      before?.failure ?? { phase: this.#phase, ...failure },
      before?.facts ?? this.#facts(failure.error?.code),
    );
  }

  #facts(problem?: string): HandshakeFacts {
    const facts = this.#recorder.facts(this.#redactor, problem);
    const plain = this.#recorder.facts(this.#plainRedactor, problem);
    const hasHidden = JSON.stringify(plain) !== JSON.stringify(facts);
    return hasHidden && this.#keepUnmasked
      ? { ...facts, plainKey: this.#keepUnmasked(plain) }
      : facts;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#recorder.enter(phase);
    this.#events.onPhase(phase);
  }

  #refusalOf(status: number, text: string, headers: Refusal['headers']): Refusal {
    return { status, statusText: this.#redactor.text(fromWire(text)), headers };
  }

  #errorOf(
    { target: { endpoint, subprotocols } }: Route,
    problem: unknown,
    upgrade?: IncomingMessage,
    used?: { readonly proxy: ResolvedProxy; readonly choice: ProxyChoice },
  ): TransportError {
    const error = toTransportError(problem, {
      redactor: this.#redactor,
      offered: subprotocols,
      answered: upgrade?.headers ?? {},
      ...(used ? { proxy: { display: used.proxy.display, problem: used.choice.error } } : {}),
    });
    const { remoteName } = this.#handshake;
    const isReached = this.#phase !== 'dns' && this.#phase !== 'tcp';
    return remoteName === undefined || !endpoint.loopback || isReached
      ? error
      : { ...error, machine: remoteMachine(remoteName) };
  }
}

/** The secrets of a handshake. */
function secretsOf(handshake: Handshake, proxy: ProxyAddress | undefined): readonly string[] {
  const { endpoint, headers, subprotocols, tls, secrets = [] } = handshake;
  const { url, credentials } = endpoint;
  return secretValues({
    url,
    headers,
    subprotocols,
    logins: [...(credentials ? [credentials] : []), ...(proxy ? [proxy] : [])],
    others: [...secrets, tls.passphrase],
  });
}

/**
 * The route by the user's settings.
 *
 * @throws UserError names the setting that cannot be used, without the secrets filled into it
 */
function firstRoute(handshake: Handshake): Route {
  const proxy = proxyOf(handshake);
  const target = firstTarget(handshake);
  return proxy ? { target, proxy, chosenBy: 'setting' } : { target };
}

function proxyOf({ proxy, secrets = [] }: Handshake): ProxyAddress | undefined {
  try {
    return proxy === undefined ? undefined : parseProxy(proxy);
  } catch (error) {
    throw new UserError(new HandshakeRedactor(secrets).text(messageOf(error)), { cause: error });
  }
}

function firstTarget(handshake: Handshake): Target {
  const { endpoint, subprotocols, tls, followRedirects } = handshake;
  if (endpoint.secure || followRedirects) {
    secureContextOptions(tls); // Reports a fault before anything is sent.
  }
  const headers = Object.entries(handshake.headers).map(([name, value]) => [name, toWire(value)]);
  return { endpoint, headers: Object.fromEntries(headers) as Target['headers'], subprotocols, tls };
}
