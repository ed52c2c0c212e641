import { randomFillSync } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Disposable } from '../../core/base/lifecycle.ts';
import { Timer } from '../../core/base/timer.ts';
import { originOf } from '../../core/endpoint/endpoint.ts';
import type { HandshakeFacts, HeaderLine, Phase } from '../../core/record/handshakeFacts.ts';
import { HandshakeRedactor } from '../../core/secrets/handshakeRedactor.ts';
import { SecretRedactor } from '../../core/secrets/redact.ts';
import type { ObservedSocket } from '../../core/slot/observedSocket.ts';
import { readAgreement } from '../../core/tap/frames/agreement.ts';
import { answerHead, requestHeaders, withLoopMark } from '../../core/tap/http/rewrite.ts';
import { Relay } from '../../core/tap/relay/relay.ts';
import type { TapOptions } from '../../core/tap/tapOptions.ts';
import type { Toxics } from '../../core/tap/toxics.ts';
import { HandshakeRecorder } from '../handshake/handshakeRecorder.ts';
import { readBodyText } from '../http/answerBody.ts';
import type { readAnswerHead } from '../http/answerHead.ts';
import { foreignAnswer } from '../http/foreignAnswer.ts';
import { fromWire, joinHeaders } from '../http/headerText.ts';
import { readFinalHead } from './finalHead.ts';
import { handshakeSecrets } from './handshakeSecrets.ts';
import { passRefusal } from './passRefusal.ts';
import { DialTimeout, dialPatiently } from './patientDial.ts';
import { socketControl } from './socketControl.ts';
import { SocketFaults } from './socketFaults.ts';
import { resetSocket, SocketLeg } from './socketLeg.ts';
import { noteKey, ownAnswer, type Admitted, type NotedKey, type TapContext } from './tapContext.ts';
import { dialUpstream } from './upstreamDial.ts';
import {
  failureOfError,
  failureOfRefusal,
  failureOfTimeout,
  type UpstreamFailure,
} from './upstreamFailure.ts';
import { createZlibInflater } from './zlibInflater.ts';

interface TapSocketOptions {
  readonly context: TapContext;
  readonly request: IncomingMessage;
  readonly admitted: Admitted;
  /** Its errors have a listener of the server's as long as it lives. */
  readonly client: Socket;
  /** What came behind the head of the request. */
  readonly head: Buffer;
  /** Gives back a client's socket whose upgrade was answered with something else. */
  readonly giveBack: (client: Socket) => void;
  readonly onEnd: () => void;
}

/** Why the tap answers in place of the upstream. */
interface OwnFailure {
  readonly text: string;
  readonly status: 502 | 503 | 504;
}

/** What a client may send before the answer has come. */
const maxEarlyBytes = 65_536;

/** One client's WebSocket through the tap: its opening handshake, and the relay that follows. */
export class TapSocket implements Disposable {
  readonly #options: TapSocketOptions;
  readonly #settings: TapOptions;
  readonly #observed: ObservedSocket;
  readonly #redactor: HandshakeRedactor;
  readonly #plainRedactor: HandshakeRedactor;
  readonly #recorder = new HandshakeRecorder();
  readonly #control = new AbortController();
  readonly #timer: Timer;
  readonly #faults: SocketFaults;
  #early: Buffer[];
  #earlyLength = 0;
  #phase: Phase = 'dns';
  #upstream: Socket | undefined;
  #relay: Relay | undefined;
  /** Breaks off a refusal whose head the client has: nothing else can be answered then. */
  #breakRefusal: (() => void) | undefined;
  readonly #key: NotedKey;
  #legs: readonly SocketLeg[] = [];
  #isOver = false;

  constructor(options: TapSocketOptions) {
    const { context, admitted, client, head } = options;
    const { ports } = context;
    this.#options = options;
    this.#settings = context.options;
    this.#faults = new SocketFaults(context.options.toxics, ports.clock);
    this.#timer = new Timer(ports.clock);
    this.#early = head.length > 0 ? [head] : [];
    const known = new SecretRedactor(handshakeSecrets(this.#url(), admitted, this.#settings));
    this.#redactor = new HandshakeRedactor(known);
    this.#plainRedactor = new HandshakeRedactor(known, 'shown');
    const [path = '/'] = admitted.target.split('?', 1);
    const { name } = this.#settings;
    const shownPath = this.#redactor.text(fromWire(path));
    this.#observed = ports.observe(
      {
        owner: { kind: 'tap', id: name, label: name },
        path: shownPath,
        name: shownPath === '/' ? name : `${name} ${shownPath}`,
        url: this.#redactor.url(this.#url()),
      },
      socketControl({
        serverOrigin: originOf({ url: this.#url() }),
        relay: () => this.#relay,
        close: (code, reason, why) => this.close(code, reason, why, 'Closed by you'),
      }),
    );
    this.#observed.report({
      state: 'connecting',
      severity: 'info',
      text: `A client at ${addressOf(client)} connects to ${this.#authority} through the tap.`,
    });
    client.setNoDelay(true);
    client.on('error', this.#onClientError);
    client.on('close', this.#onClientClose);
    client.on('data', this.#onEarly);
    client.on('end', this.#onClientEnd);
    this.#key = noteKey(admitted.key);
    void this.#open();
  }

  setToxics(toxics: Toxics): void {
    this.#legs.forEach(leg => leg.setToxics(toxics));
    this.#faults.setToxics(toxics);
  }

  /**
   * Tells both sides that it is over; while the handshake is under way, the client by a 503, unless the upstream's refusal
   * has begun to go on: that one breaks off.
   *
   * @param why the sentence for the list
   * @param who has done it, as the beginning of the sentence for a handshake
   */
  close(code: number, reason: string, why: string, who: string): void {
    if (this.#relay) {
      this.#relay.close(code, reason, why);
    } else if (this.#breakRefusal) {
      this.#breakRefusal();
    } else {
      const text = `${who} before ${this.#authority} had answered.`;
      this.#answerItself({ text, status: 503 }, () =>
        this.#observed.report({
          state: 'disconnected',
          severity: 'info',
          code,
          text,
          handshake: this.#facts(),
        }),
      );
    }
  }

  /** Drops both sides. */
  dispose(): void {
    this.#control.abort();
    if (this.#relay) {
      this.#relay.dispose();
    } else {
      this.#finish('Dropped: the tap was closed.');
    }
    this.#options.client.destroy();
    this.#upstream?.destroy();
  }

  get #authority(): string {
    return this.#options.admitted.rewrite.destination.upstream.authority;
  }

  #url(): string {
    const { upstream, target } = this.#options.admitted.rewrite.destination;
    return `${upstream.isSecure ? 'wss' : 'ws'}://${upstream.authority}${fromWire(target)}`;
  }

  async #open(): Promise<void> {
    const { context, admitted } = this.#options;
    const { clock } = context.ports;
    const { upstream } = admitted.rewrite.destination;
    const { tls, waitForUpstreamMs, connectTimeoutMs } = this.#settings;
    this.#recorder.begin(this.#url());
    try {
      const socket = await dialPatiently({
        clock,
        signal: this.#control.signal,
        waitMs: waitForUpstreamMs,
        onWait: () =>
          this.#observed.report({
            state: 'connecting',
            severity: 'info',
            text: `Waiting for ${this.#authority}, which accepts no connection yet.`,
          }),
        timeoutMs: connectTimeoutMs,
        dial: signal =>
          dialUpstream({
            upstream,
            tls,
            clock,
            signal,
            onPhase: phase => this.#enter(phase),
            onProxy: display => this.#recorder.usedProxy(display, 'editor'),
            onTls: facts => this.#recorder.tls(facts),
          }),
      });
      if (this.#isOver) {
        socket.destroy();
        return;
      }
      this.#upstream = socket;
      this.#timer.start(connectTimeoutMs, this.#onTimeout);
      this.#ask(socket);
    } catch (error) {
      if (error instanceof DialTimeout) {
        this.#onTimeout();
        return;
      }
      this.#fail(failureOfError(error, this.#phase, upstream, this.#redactor));
    }
  }

  readonly #onTimeout = () => {
    const { upstream } = this.#options.admitted.rewrite.destination;
    this.#fail(failureOfTimeout(this.#phase, upstream));
  };

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#recorder.enter(phase);
  }

  /** Sends the request as it came, but for the mark if it may be going round, and reads the answer. */
  #ask(socket: Socket): void {
    const { request, admitted } = this.#options;
    const { headers, rewrite } = admitted;
    const written = requestHeaders(headers, rewrite);
    const lines = this.#key.isOften ? withLoopMark(written) : written;
    this.#recorder.requested(lines.map(([name, value]) => [name, fromWire(value)]));
    const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const { target } = rewrite.destination;
    const first = `${request.method ?? 'GET'} ${target} HTTP/${request.httpVersion}\r\n`;
    socket.write(`${first}${text}\r\n`, 'latin1');
    readFinalHead(socket, {
      client: this.#options.client,
      onHead: (raw, head, rest) => this.#answered(raw, head, rest),
      onForeign: begin => this.#failForeign(begin),
      onError: error => this.#failError(error),
    });
  }

  #answered(raw: string, head: ReturnType<typeof readAnswerHead>, rest: Buffer): void {
    const { status = 0, statusText = '', headers, isLengthAmbiguous, oddities } = head;
    this.#timer.dispose();
    this.#key.forget();
    const lines = headers.map(([name, value]): HeaderLine => [name, fromWire(value)]);
    this.#recorder.answered({ status, statusText: fromWire(statusText), headers: lines });
    this.#recorder.corrected(oddities);
    const written = Buffer.from(answerHead(raw, this.#options.admitted.rewrite), 'latin1');
    if (status === 101) {
      this.#start(written, joinHeaders(lines)['sec-websocket-extensions'] ?? '', rest);
    } else if (isLengthAmbiguous) {
      // The client could take it for another answer than the list shows (RFC 9112, section 6.3).
      this.#failError(new Error('its answer says different lengths of its body (Content-Length)'));
    } else {
      this.#refuse(written, status, fromWire(statusText), lines, rest);
    }
  }

  /** The handshake is through: from here on bytes go both ways. */
  #start(head: Buffer, extensions: string, rest: Buffer): void {
    const { client, context } = this.#options;
    const upstream = this.#upstream;
    if (!upstream) {
      return;
    }
    const { clock, openGates } = context.ports;
    const { target } = this.#options.admitted;
    this.#stopEarly();
    client.allowHalfOpen = true;
    const legs = {
      client: new SocketLeg(client, this.#faults.toxics, clock),
      server: new SocketLeg(upstream, this.#faults.toxics, clock),
    };
    legs.client.connect(legs.server);
    legs.server.connect(legs.client);
    this.#legs = [legs.client, legs.server];
    const observed = this.#observed;
    const facts = this.#facts();
    const agreed = [
      facts.subprotocol === undefined ? '' : `subprotocol ${facts.subprotocol}`,
      facts.extensions ?? '',
    ].filter(text => text !== '');
    const pressure = observed.onDidChangePressure(isHigh =>
      this.#legs.forEach(leg => leg.setUnderPressure(isHigh)),
    );
    const relay = new Relay({
      observed,
      legs,
      agreement: readAgreement(extensions),
      maxMessageBytes: this.#settings.maxMessageBytes,
      clock,
      createInflater: createZlibInflater,
      fillRandom: bytes => void randomFillSync(bytes),
      ...(openGates ? { openGates: (sink, outlets) => openGates(sink, outlets, target) } : {}),
      onEnd: () => {
        pressure.dispose();
        legs.client.dispose();
        legs.server.dispose();
        this.#finish();
      },
    });
    this.#relay = relay;
    // From here on it can be controlled.
    observed.report({
      state: 'connected',
      severity: 'info',
      text: `Connected to ${this.#authority}${agreed.length > 0 ? ` (${agreed.join(', ')})` : ''}.`,
      handshake: facts,
    });
    client.write(head);
    for (const [side, socket] of [
      ['client', client],
      ['server', upstream],
    ] as const) {
      socket.on('data', (chunk: Buffer) => {
        relay.read(side, chunk);
        this.#faults.count(chunk.length);
      });
      socket.on('end', () => relay.ended(side));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        relay.lost(side, error.code ?? '', error.message),
      );
      socket.on('close', () => relay.closed(side));
    }
    this.#faults.begin(relay);
    const early = Buffer.concat(this.#early);
    this.#early = [];
    if (early.length > 0) {
      relay.read('client', early);
    }
    if (rest.length > 0) {
      relay.read('server', rest);
    }
    if (observed.isUnderPressure) {
      this.#legs.forEach(leg => leg.setUnderPressure(true));
    } else {
      client.resume();
      upstream.resume();
    }
  }

  /** Passes on an answer other than 101, whole, and what it says. */
  #refuse(
    head: Buffer,
    status: number,
    statusText: string,
    headers: readonly HeaderLine[],
    rest: Buffer,
  ): void {
    const { client, admitted, giveBack } = this.#options;
    const upstream = this.#upstream;
    if (!upstream) {
      return;
    }
    const refused = { head, status, headers, rest };
    this.#breakRefusal = passRefusal(upstream, client, refused, (end, begin) => {
      const joined = joinHeaders(headers);
      readBodyText(begin, joined, body => {
        if (this.#isOver) {
          return; // The tap was closed meanwhile.
        }
        this.#recorder.body(body);
        const { destination } = admitted.rewrite;
        const refusal = { status, statusText: this.#redactor.text(statusText), headers: joined };
        this.#report(failureOfRefusal(refusal, destination.upstream));
        this.#stopEarly();
        this.#letGoOfClient();
        const closes = /(?:^|,)\s*close\s*(?:,|$)/i.test(joined['connection'] ?? '');
        if (end === 'broken') {
          resetSocket(client);
        } else if (end === 'ended' || closes || client.destroyed) {
          client.end();
        } else {
          const early = Buffer.concat(this.#early);
          if (early.length > 0) {
            client.unshift(early);
          }
          giveBack(client);
          client.resume();
        }
        this.#finish();
      });
    });
  }

  #failForeign(begin: Buffer): void {
    const foreign = foreignAnswer(begin, this.#redactor);
    const { message, code } = foreign ?? {
      message: 'the head of the answer is too long',
      code: 'HPE_HEADER_OVERFLOW',
    };
    this.#failError(Object.assign(new Error(message), code === undefined ? {} : { code }));
  }

  #failError(error: Error): void {
    const { upstream } = this.#options.admitted.rewrite.destination;
    this.#fail(failureOfError(error, this.#phase, upstream, this.#redactor));
  }

  #fail(failure: UpstreamFailure): void {
    this.#answerItself(failure, () => this.#report(failure));
  }

  /** Answers the client in place of the upstream. */
  #answerItself({ text, status }: OwnFailure, report: () => void): void {
    if (this.#isOver || this.#relay) {
      return;
    }
    report();
    const { client } = this.#options;
    this.#stopEarly();
    this.#letGoOfClient();
    const retry: readonly HeaderLine[] = [['Retry-After', '1']];
    const { head, body } = ownAnswer(status, STATUS_CODES[status] ?? '', text, retry);
    client.end(head + body);
    client.resume();
    this.#finish();
  }

  #report({ text, code }: Pick<UpstreamFailure, 'text' | 'code'>): void {
    this.#recorder.endStep();
    this.#observed.report({
      state: 'failed',
      severity: 'error',
      text,
      ...(code === undefined ? {} : { code }),
      handshake: this.#facts(typeof code === 'string' ? code : undefined),
    });
  }

  #facts(problem?: string): HandshakeFacts {
    const facts = this.#recorder.facts(this.#redactor, problem);
    const keep = this.#options.context.ports.keepUnmasked;
    const plain = this.#recorder.facts(this.#plainRedactor, problem);
    return keep && JSON.stringify(plain) !== JSON.stringify(facts)
      ? { ...facts, plainKey: keep(plain) }
      : facts;
  }

  readonly #onEarly = (chunk: Buffer) => {
    this.#early.push(chunk);
    this.#earlyLength += chunk.length;
    if (this.#earlyLength > maxEarlyBytes) {
      this.#options.client.pause();
    }
  };

  #stopEarly(): void {
    const { client } = this.#options;
    client.off('data', this.#onEarly);
    client.off('end', this.#onClientEnd);
    client.pause();
  }

  #letGoOfClient(): void {
    const { client } = this.#options;
    client.off('close', this.#onClientClose);
    client.off('error', this.#onClientError);
  }

  readonly #onClientError = () => this.#clientGone();
  readonly #onClientClose = () => this.#clientGone();
  readonly #onClientEnd = () => this.#clientGone();

  /** The client hung up while it waited for the answer. */
  #clientGone(): void {
    if (this.#isOver || this.#relay) {
      return;
    }
    if (this.#breakRefusal) {
      this.#breakRefusal();
      return;
    }
    this.#observed.report({
      state: 'failed',
      severity: 'warning',
      text: `The client hung up before ${this.#authority} had answered.`,
      handshake: this.#facts(),
    });
    this.#options.client.destroy();
    this.#finish();
  }

  #finish(why?: string): void {
    if (this.#isOver) {
      return;
    }
    this.#isOver = true;
    this.#key.forget();
    this.#timer.dispose();
    this.#faults.dispose();
    if (!this.#relay) {
      if (why !== undefined) {
        this.#observed.report({ state: 'disconnected', severity: 'info', text: why });
      }
      this.#control.abort();
      this.#observed.end();
    }
    this.#options.onEnd();
  }
}

function addressOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return remoteAddress.includes(':')
    ? `[${remoteAddress}]:${remotePort}`
    : `${remoteAddress}:${remotePort}`;
}
