import type { Clock } from '../base/clock.ts';
import type { Disposable } from '../base/lifecycle.ts';
import { flagsOf, type Direction, kindOfOpcode } from '../record/record.ts';
import type { HandshakeFacts, HeaderLine } from '../record/handshakeFacts.ts';
import type { ScriptPlace } from '../record/watchFacts.ts';
import type { HandshakeRedactor } from '../secrets/handshakeRedactor.ts';
import type { ObserveSocket, SocketOwner } from '../slot/observedSocket.ts';
import { shortened } from '../text/plainText.ts';
import { visibleLine } from '../text/visibleText.ts';
import {
  isPageLeft,
  readCloseNote,
  readSocketEvent,
  type CloseNote,
  type SocketEvent,
} from './cdpEvents.ts';
import {
  addressOf,
  originOfSocket,
  shownCalls,
  shownScript,
  unknownAddress,
  type SocketAddress,
} from './socketNames.ts';
import { TargetClock } from './targetClock.ts';
import { WatchedSocket, type SocketEnd } from './watchedSocket.ts';

/** What is watched: one target of a debug session, such as a page or a worker. */
export interface CdpTarget {
  readonly owner: SocketOwner;
  /** The id of the target's debug session. */
  readonly session: string;
  /** A page, which can be loaded again. */
  readonly isPage: boolean;
  /** What the page or program is called now. A stranger's text. */
  readonly title: () => string;
}

export interface CdpPorts {
  readonly clock: Pick<Clock, 'now' | 'schedule'>;
  readonly observe: ObserveSocket;
  readonly decodeBase64: (text: string) => Uint8Array;
  readonly redactor: HandshakeRedactor;
  /** The binding by which a script in the page tells close codes, if it does; see `readCloseNote`. */
  readonly closeBinding?: string;
}

type EventOf<K extends SocketEvent['kind']> = Extract<SocketEvent, { readonly kind: K }>;

interface Entry {
  readonly socket: WatchedSocket;
  readonly address: SocketAddress;
  request?: EventOf<'request'>;
  /** Reports the opening, which waits for an event that has a time. */
  reportOpening: ((at: number) => void) | undefined;
  /** Ends it; waits for the code that the page's script tells just after the debugger's event. */
  reportEnd: ((end: SocketEnd) => void) | undefined;
  /** The name by which the page's script knows it, once it has told. */
  scriptName: string | undefined;
  /** Whether a row has said that the bytes of Blobs are not told. */
  hasToldOfBlobs: boolean;
}

/** So long the row of an opening waits for the time of the request. */
const maxWaitMs = 250;
/** So long the end of a socket waits for its close code. */
const maxCodeWaitMs = 300;
const codeAdvice = 'the setting websocketMonitor.debug.closeCodes shows it';
/** So many sockets are told apart at once: more than browsers open for one page. */
const maxSockets = 500;
const maxScripts = 100;
const maxHeaders = 200;
const maxHeaderLength = 4096;
const encoder = new TextEncoder();
const noBytes = new Uint8Array();

/**
 * Makes rows of what the debugger tells of the sockets of one target. Events must come in order. They
 * are a stranger's: anything in them may be missing, wrong or huge.
 */
export class CdpFrames {
  readonly #target: CdpTarget;
  readonly #ports: CdpPorts;
  readonly #clock: TargetClock;
  readonly #entries = new Map<string, Entry>();
  /** The whole addresses of scripts, by those in rows where they differ; the newest last. */
  readonly #scripts = new Map<string, string>();
  /** Takes the messages of sockets that are too many to be told apart. */
  #rest: Entry | undefined;
  #newest: Entry | undefined;

  constructor(target: CdpTarget, ports: CdpPorts) {
    this.#target = target;
    this.#ports = ports;
    this.#clock = new TargetClock(() => ports.clock.now());
  }

  /** An event of CDP; those that tell nothing of sockets are ignored. */
  event(method: string, params: unknown): void {
    const event = readSocketEvent(method, params);
    if (event) {
      this.#take(event);
    } else if (isPageLeft(method, params)) {
      // The debugger does not tell that this closes them.
      this.end('The page was left or loaded again, which closed it.');
    } else if (this.#ports.closeBinding !== undefined) {
      const note = readCloseNote(method, params, this.#ports.closeBinding);
      if (note) {
        this.#takeNote(note);
      }
    }
  }

  /**
   * Nothing more will come of the sockets that are open.
   *
   * @param sentence why
   */
  end(sentence: string): void {
    const at = this.#ports.clock.now();
    for (const { socket, reportOpening, reportEnd } of this.#entries.values()) {
      reportOpening?.(at);
      reportEnd?.({});
      socket.ended(at, 'info', sentence);
    }
    this.#entries.clear();
    this.#rest?.socket.ended(at, 'info', sentence);
    this.#rest = undefined;
  }

  /** The whole address of a script, given by the one in a row. */
  scriptOf(shown: string): string | undefined {
    return this.#scripts.get(shown);
  }

  #noteScripts(calls: readonly ScriptPlace[]): void {
    for (const { url } of calls) {
      const shown = shownScript(url, this.#ports.redactor);
      if (shown !== url) {
        this.#scripts.delete(shown);
        this.#scripts.set(shown, url);
      }
    }
    for (const oldest of [...this.#scripts.keys()].slice(0, -maxScripts)) {
      this.#scripts.delete(oldest);
    }
  }

  #take(event: SocketEvent): void {
    switch (event.kind) {
      case 'sent':
        this.#message(event, 'out');
        break;
      case 'received':
        this.#message(event, 'in');
        break;
      case 'created':
        this.#created(event);
        break;
      case 'request':
        this.#clock.tie(event.timestamp, event.wallTime);
        this.#noteRequest(event);
        break;
      case 'response':
        this.#response(event);
        break;
      case 'error':
        this.#error(event);
        break;
      case 'closed':
        this.#closed(event);
        break;
    }
  }

  #created({ id, url, openedAt }: EventOf<'created'>): void {
    // A target that uses a name twice has forgotten the earlier socket.
    this.#forget(id, 'The debugger lost sight of it.');
    for (const oldest of [...this.#entries.keys()].slice(0, 1 - maxSockets)) {
      const rest = 'what it still sends and receives is recorded with others';
      this.#forget(oldest, `No longer told apart from over ${maxSockets} others: ${rest}.`);
    }
    const { clock, redactor } = this.#ports;
    const arrivedAt = clock.now();
    if (!this.#target.isPage && /^https?:/i.test(url)) {
      // Deno tells of a server's socket by the address of its request, once that is answered.
      const address = addressOf(url.replace(/^http/i, 'ws'), redactor);
      const entry = this.#observe(address, true);
      this.#entries.set(id, entry);
      entry.socket.foundOpen(arrivedAt, `A client has opened ${visibleLine(address.url)}.`);
      return;
    }
    const entry = this.#observe(addressOf(url, redactor));
    this.#entries.set(id, entry);
    this.#newest = entry;
    this.#noteScripts(openedAt);
    // The event has no time of its own, and what follows may be older than its arrival.
    const timer = clock.schedule(maxWaitMs, () => entry.reportOpening?.(arrivedAt));
    entry.reportOpening = at => {
      timer.dispose();
      entry.reportOpening = undefined;
      entry.socket.opening(Math.min(at, arrivedAt), shownCalls(openedAt, redactor));
    };
  }

  #noteRequest(event: EventOf<'request'>): void {
    const [entry] = this.#known(event);
    if (entry) {
      entry.request = event;
    }
  }

  #response(event: EventOf<'response'>): void {
    const [entry, at] = this.#known(event);
    if (!entry) {
      return;
    }
    const handshake = this.#handshake(entry, event);
    if (event.status === 101) {
      entry.socket.opened(at, handshake);
    } else {
      const { response } = handshake;
      const words = `the answer was HTTP ${response?.status ?? 0} ${response?.statusText ?? ''}`;
      entry.socket.failed(at, words.trim(), { code: event.status, handshake });
    }
  }

  #handshake({ address, request }: Entry, event: EventOf<'response'>): HandshakeFacts {
    const { redactor } = this.#ports;
    const headers = redactor.headers(headerLines(event.headers));
    const valueOf = (name: string) => headers.find(([each]) => each.toLowerCase() === name)?.[1];
    const subprotocol = valueOf('sec-websocket-protocol');
    const extensions = valueOf('sec-websocket-extensions');
    const ms = request ? (event.timestamp - request.timestamp) * 1000 : Number.NaN;
    return {
      url: address.url,
      request: redactor.headers(headerLines(event.requestHeaders ?? request?.headers ?? {})),
      response: {
        status: event.status,
        statusText: shortened(redactor.text(event.statusText), maxHeaderLength),
        headers,
      },
      ...(subprotocol !== undefined && { subprotocol }),
      ...(extensions !== undefined && { extensions }),
      redirects: [],
      timings: ms >= 0 ? [{ phase: 'upgrade', ms }] : [],
    };
  }

  #message(event: EventOf<'sent' | 'received'>, direction: Direction): void {
    const [known, at] = this.#known(event);
    const entry = known ?? this.#foundOpen(event.id, at);
    const kind = kindOfOpcode(event.opcode);
    const { payload } = event;
    const bytes = kind === 'text' ? encoder.encode(payload) : this.#decoded(payload);
    entry.socket.message(at, flagsOf(kind, direction), bytes);
    if (bytes.length === 0 && kind === 'binary' && direction === 'out' && !entry.hasToldOfBlobs) {
      entry.hasToldOfBlobs = true;
      entry.socket.remark(
        at,
        'info',
        'The debugger does not tell the bytes of a Blob: a Blob that is sent is recorded as an empty binary message.',
      );
    }
  }

  #decoded(base64: string): Uint8Array {
    return base64 === '' ? noBytes : this.#ports.decodeBase64(base64);
  }

  /** A socket whose opening was not seen. */
  #foundOpen(id: string, at: number): Entry {
    if (this.#entries.size < maxSockets) {
      const unknown = 'its address and what came before are not known';
      const entry = this.#openBefore(at, `Opened before it was watched: ${unknown}.`);
      this.#entries.set(id, entry);
      return entry;
    }
    this.#rest ??= this.#openBefore(
      at,
      `Over ${maxSockets} sockets are open: the messages of further ones are recorded here together.`,
    );
    return this.#rest;
  }

  #openBefore(at: number, sentence: string): Entry {
    const entry = this.#observe(unknownAddress);
    const { isPage } = this.#target;
    const way = isPage ? ' Reload the page to see it from its beginning.' : '';
    const facts = isPage ? ({ canReload: true } as const) : {};
    entry.socket.foundOpen(at, `${sentence}${way}`, facts);
    return entry;
  }

  #error(event: EventOf<'error'>): void {
    const [known, at] = this.#known(event);
    const entry = known ?? this.#foundOpen(event.id, at);
    const message = this.#ports.redactor.text(shortened(event.message, maxHeaderLength));
    if (!entry.socket.isOpening) {
      entry.socket.problem(at, 'The debugger reports', message || 'an error');
      return;
    }
    const { code, note = '' } = answerOf(message);
    entry.socket.failed(
      at,
      `${message.replace(/\.$/, '') || 'the debugger does not say why'}${note}`,
      code === undefined ? {} : { code },
    );
  }

  #closed(event: EventOf<'closed'>): void {
    const [entry, at] = this.#known(event);
    if (!entry) {
      return;
    }
    let timer: Disposable | undefined;
    const canTell = this.#target.isPage && this.#ports.closeBinding === undefined;
    const advice = canTell ? codeAdvice : '';
    entry.reportEnd = end => {
      timer?.dispose();
      entry.reportEnd = undefined;
      entry.socket.closed(at, { advice, ...end });
      if (this.#entries.get(event.id) === entry) {
        this.#entries.delete(event.id);
      }
    };
    if (entry.scriptName === undefined) {
      entry.reportEnd({});
    } else {
      timer = this.#ports.clock.schedule(maxCodeWaitMs, () => entry.reportEnd?.({}));
    }
  }

  /** The page's script tells of a socket just after the debugger, which gives it no common name. */
  #takeNote(note: CloseNote): void {
    if (note.kind === 'new') {
      if (this.#newest) {
        this.#newest.scriptName = note.name;
        this.#newest = undefined;
      }
      return;
    }
    for (const entry of this.#entries.values()) {
      if (entry.scriptName === note.name) {
        entry.reportEnd?.(note);
      }
    }
  }

  /** The socket of an event, and when that was. */
  #known({ id, timestamp }: { id: string; timestamp: number }): [Entry | undefined, number] {
    const entry = this.#entries.get(id);
    const at = this.#clock.at(timestamp);
    entry?.reportOpening?.(at);
    return [entry, at];
  }

  #observe(address: SocketAddress, isServer = false): Entry {
    const { owner, session, title } = this.#target;
    const origin = originOfSocket(owner, title(), address, isServer);
    const observed = this.#ports.observe({ ...origin, messagesOnly: true });
    const socket = new WatchedSocket(observed, session, address);
    return {
      socket,
      address,
      reportOpening: undefined,
      reportEnd: undefined,
      scriptName: undefined,
      hasToldOfBlobs: false,
    };
  }

  /** @param sentence why it is not followed any more */
  #forget(id: string, sentence: string): void {
    const entry = this.#entries.get(id);
    const at = this.#ports.clock.now();
    entry?.reportOpening?.(at);
    entry?.reportEnd?.({});
    entry?.socket.ended(at, 'warning', sentence);
    this.#entries.delete(id);
  }
}

/** The HTTP status or error that a browser's words for a failed handshake tell, and what they leave out. */
function answerOf(message: string): { code?: number | string; note?: string } {
  const status = /\bUnexpected response code: (\d{3})\b/.exec(message)?.[1];
  if (status !== undefined) {
    return { code: Number(status) };
  }
  // Chromium has words of its own for two statuses, which it uses for nothing else.
  const [, whose] = /\b(HTTP|Proxy) authentication failed\b/i.exec(message) ?? [];
  if (whose !== undefined) {
    const code = whose === 'HTTP' ? 401 : 407;
    return { code, note: ` (HTTP ${code})` };
  }
  const error = /\bnet::(ERR_[A-Z_]+)/.exec(message)?.[1];
  return error === undefined
    ? { note: ' (the debugger does not tell the status)' }
    : { code: error };
}

/** One line for each value; several values of a name are joined by newlines. */
function headerLines(headers: Readonly<Record<string, unknown>>): readonly HeaderLine[] {
  // Each step keeps as many as are wanted: a peer may send millions.
  return Object.entries(headers)
    .slice(0, maxHeaders)
    .flatMap(([name, value]) =>
      (typeof value === 'string' ? value : '')
        .split('\n', maxHeaders)
        .map((line): HeaderLine => [
          shortened(name, maxHeaderLength),
          shortened(line, maxHeaderLength),
        ]),
    )
    .slice(0, maxHeaders);
}
