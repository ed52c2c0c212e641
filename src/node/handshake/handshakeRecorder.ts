import type { ClientRequest, IncomingMessage } from 'node:http';
import type {
  HandshakeFacts,
  HeaderLine,
  RedirectFacts,
  TlsFacts,
  Phase,
} from '../../core/record/handshakeFacts.ts';
import type { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import { fromWire } from '../http/headerText.ts';
import type { ProxyAnswer } from '../proxy/proxyError.ts';

type Response = NonNullable<HandshakeFacts['response']>;

/**
 * Records the requests and answers of an opening handshake. The recorded data may hold secrets;
 * `facts` returns it redacted.
 */
export class HandshakeRecorder {
  readonly #redirects: RedirectFacts[] = [];
  readonly #timings: { readonly phase: Phase; readonly ms: number }[] = [];
  #url = '';
  #proxy: HandshakeFacts['proxy'];
  #request: readonly HeaderLine[] = [];
  #response: Response | undefined;
  #oddities: readonly string[] = [];
  #tls: TlsFacts | undefined;
  #phase: Phase | undefined;
  /** When the current step began, or the previous one ended. */
  #since = performance.now();

  /** Begins a new request: the first, one after a redirect, or one by another route. */
  begin(url: string): void {
    this.#url = url;
    this.#proxy = undefined;
    this.#request = [];
    this.#response = undefined;
    this.#oddities = [];
    this.#tls = undefined;
  }

  enter(phase: Phase): void {
    this.endStep();
    this.#phase = phase;
  }

  /** Ends the timing of the current step. */
  endStep(): void {
    if (this.#phase) {
      const now = performance.now();
      this.#timings.push({ phase: this.#phase, ms: now - this.#since });
      this.#since = now;
      this.#phase = undefined;
    }
  }

  usedProxy(display: string, chosenBy: 'setting' | 'editor'): void {
    this.#proxy = { url: display, chosenBy };
  }

  sent(request: ClientRequest): void {
    this.#request = request.getRawHeaderNames().flatMap((name): HeaderLine[] => {
      return [request.getHeader(name) ?? []].flat().map(value => [name, fromWire(String(value))]);
    });
  }

  received(response: IncomingMessage): void {
    const { statusCode = 0, statusMessage = '', rawHeaders } = response;
    const headers = rawHeaders.flatMap((name, index): HeaderLine[] =>
      index % 2 === 0 ? [[fromWire(name), fromWire(rawHeaders[index + 1] ?? '')]] : [],
    );
    this.answered({ status: statusCode, statusText: fromWire(statusMessage), headers });
  }

  /** The request to a proxy, and its answer if it opened no tunnel. */
  proxyAnswered(request: readonly HeaderLine[], answer: ProxyAnswer): void {
    this.requested(request);
    this.answered(answer);
  }

  /** A request that Node did not write. */
  requested(headers: readonly HeaderLine[]): void {
    this.#request = headers;
  }

  /** Corrections of the answer; they quote the peer. */
  corrected(oddities: readonly string[]): void {
    this.#oddities = [...new Set([...this.#oddities, ...oddities])];
  }

  body(text: string): void {
    if (this.#response && text !== '') {
      this.#response = { ...this.#response, body: text };
    }
  }

  tls(facts: TlsFacts): void {
    this.#tls = facts;
  }

  redirected(redirect: RedirectFacts): void {
    this.#redirects.push(redirect);
  }

  /**
   * @param redactor masks the secrets
   * @param problem code of the failure; used as the problem of a certificate that was not verified
   */
  facts(redactor: HandshakeRedactor, problem?: string): HandshakeFacts {
    const response = this.#response && redactedResponse(this.#response, redactor);
    const isUpgraded = response?.status === 101;
    const subprotocol = isUpgraded && valueOf(response, 'sec-websocket-protocol');
    const extensions = isUpgraded && valueOf(response, 'sec-websocket-extensions');
    const tls = this.#tls;
    const isUnclear = tls?.problem === '' && problem !== undefined;
    const oddities = this.#oddities.map(oddity => redactor.text(oddity));
    const proxy = this.#proxy && { ...this.#proxy, url: redactor.url(this.#proxy.url) };
    return {
      url: redactor.url(this.#url),
      ...(proxy ? { proxy } : {}),
      request: redactor.headers(this.#request),
      ...(response ? { response } : {}),
      ...(oddities.length > 0 ? { oddities } : {}),
      ...(subprotocol ? { subprotocol } : {}),
      ...(extensions ? { extensions } : {}),
      ...(tls ? { tls: isUnclear ? { ...tls, problem } : tls } : {}),
      redirects: this.#redirects.map(({ from, to, ...rest }) => ({
        ...rest,
        from: redactor.url(from),
        to: redactor.url(to),
      })),
      timings: [...this.#timings],
    };
  }

  /** An answer that Node did not read. */
  answered({ status, statusText, headers }: ProxyAnswer): void {
    this.endStep();
    this.#response = { status, statusText, headers };
  }
}

function redactedResponse(response: Response, redactor: HandshakeRedactor): Response {
  const { status, statusText, headers, body } = response;
  return {
    status,
    statusText: redactor.text(statusText),
    headers: redactor.headers(headers),
    ...(body === undefined ? {} : { body: redactor.text(body) }),
  };
}

function valueOf(response: Response, name: string): string | undefined {
  return response.headers.find(([key]) => key.toLowerCase() === name)?.[1];
}
