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
 * Takes down what is asked and answered in an opening handshake. What it holds is secret; what it
 * tells has gone through a redactor.
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
  /** When the step began that runs now, or is to come. */
  #since = performance.now();

  /** Begins a new request: the first, that to where a redirect leads, or another way to the same. */
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

  /** Stops the watch of the step that runs. */
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
    this.#answered({ status: statusCode, statusText: fromWire(statusMessage), headers });
  }

  /** What was asked of a proxy, and what it answered in place of a tunnel. */
  proxyAnswered(request: readonly HeaderLine[], answer: ProxyAnswer): void {
    this.#request = request;
    this.#answered(answer);
  }

  /** What was mended in the answer; it quotes the peer. */
  mended(oddities: readonly string[]): void {
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
   * @param redactor takes out what must not be told
   * @param problem why it failed, which is the problem of a certificate that was not verified
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

  #answered({ status, statusText, headers }: ProxyAnswer): void {
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
