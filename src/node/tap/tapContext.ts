import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/base/clock.ts';
import type { Logger } from '../../core/base/logger.ts';
import type { HeaderLine } from '../../core/record/handshakeFacts.ts';
import type { KeepUnmasked } from '../../core/secrets/unmaskedHandshakes.ts';
import type { ObserveSocket } from '../../core/slot/observedSocket.ts';
import type { OpenGates } from '../../core/tap/gate.ts';
import { checkAccess, type AskedTap } from '../../core/tap/http/access.ts';
import { tapsBehind, type RewriteContext } from '../../core/tap/http/rewrite.ts';
import { findDestination } from '../../core/tap/http/route.ts';
import type { TapOptions } from '../../core/tap/tapOptions.ts';
import { toWire } from '../http/headerText.ts';

export interface TapPorts {
  readonly observe: ObserveSocket;
  readonly clock: Clock;
  readonly log: Logger;
  /** Keeps the unmasked facts of the handshakes, so that the user can ask for them. */
  readonly keepUnmasked?: KeepUnmasked;
  /** Called once for each tapped socket; absent: nothing decides on messages. */
  readonly openGates?: OpenGates;
}

/** What a tap's requests and sockets share. */
export interface TapContext {
  readonly ports: TapPorts;
  /** As they are now. */
  readonly options: TapOptions;
  readonly tap: AskedTap;
}

/** A request that may go on. */
export interface Admitted {
  readonly headers: readonly HeaderLine[];
  readonly rewrite: RewriteContext;
  /** `Sec-WebSocket-Key`, empty if there is none. */
  readonly key: string;
  /** Path and query as the client wrote them, without the token. */
  readonly target: string;
  /** The answer is to set the tap's cookie. */
  readonly setsCookie: boolean;
}

/** The headers as they came: order, case and repetitions. */
export function headerLines(rawHeaders: readonly string[]): readonly HeaderLine[] {
  return rawHeaders.flatMap((name, index): HeaderLine[] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : [],
  );
}

export interface Refused {
  readonly status: number;
  readonly sentence: string;
}

/** The sockets that taps of this process have opened to upstreams, as `from>to`. */
const dialled = new Set<string>();
const noted = new WeakSet<Socket>();

/**
 * How often each key of an opening handshake (RFC 6455, section 4.1) is under way through taps of this
 * process: a handshake that goes round has the same key each time. Some clients use one key for all, so
 * that more of one key only get the mark that tells how often a request has gone round.
 */
const keysUnderWay = new Map<string, number>();
const maxUnmarkedOfOneKey = 8;
/** Taps of several windows may stand before each other. */
const maxTapsBehind = 8;

export interface NotedKey {
  /** So many handshakes have this key that one may be going round. */
  readonly isOften: boolean;
  /** The handshake is over. */
  forget(): void;
}

/** Notes that a handshake with this key is under way. */
export function noteKey(key: string): NotedKey {
  const count = (change: number) => {
    const sum = (keysUnderWay.get(key) ?? 0) + change;
    if (sum > 0) {
      keysUnderWay.set(key, sum);
    } else {
      keysUnderWay.delete(key);
    }
  };
  count(1);
  let isOver = false;
  return {
    isOften: (keysUnderWay.get(key) ?? 0) > maxUnmarkedOfOneKey,
    forget: () => {
      if (!isOver) {
        isOver = true;
        count(-1);
      }
    },
  };
}

/** Remembers a socket to an upstream while it is open, so that a request that comes back is known. */
export function noteDialled(socket: Socket): void {
  if (noted.has(socket)) {
    return; // It was kept for another request.
  }
  noted.add(socket);
  const note = () => {
    const ports = `${socket.localPort}>${socket.remotePort}`;
    dialled.add(ports);
    socket.once('close', () => dialled.delete(ports));
  };
  if (socket.connecting) {
    socket.once('connect', note);
  } else {
    note();
  }
}

/** Checks a request, and finds where it goes. */
export function admit(
  { rawHeaders, url = '', socket }: IncomingMessage,
  { tap, options }: TapContext,
): Admitted | Refused {
  const headers = headerLines(rawHeaders);
  const valuesOf = (wanted: string) =>
    headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
  const hosts = valuesOf('host');
  const access = checkAccess(
    {
      target: url,
      hosts,
      origin: valuesOf('origin')[0],
      fetchSite: valuesOf('sec-fetch-site')[0],
      fetchDest: valuesOf('sec-fetch-dest')[0],
      accept: valuesOf('accept')[0],
      cookies: valuesOf('cookie'),
    },
    tap,
    options,
  );
  if ('status' in access) {
    return access;
  }
  const [key = ''] = valuesOf('sec-websocket-key');
  const isRound =
    dialled.has(`${socket.remotePort}>${socket.localPort}`) || tapsBehind(headers) >= maxTapsBehind;
  if (isRound) {
    return {
      status: 508,
      sentence:
        'This request has come through a tap before: the upstream of its tap leads back to a tap. ' +
        'Set the upstream to the server itself.',
    };
  }
  const added = Object.entries(options.headers).map(([name, value]) => [name, toWire(value)]);
  return {
    headers,
    key,
    target: access.target,
    setsCookie: access.setsCookie,
    rewrite: {
      tap,
      options: { ...options, headers: Object.fromEntries(added) as TapOptions['headers'] },
      destination: findDestination(access.target, options),
      host: hosts[0] ?? '',
      client: socket.remoteAddress ?? '',
    },
  };
}

/** An answer of the tap itself, with one sentence. */
export function ownAnswer(
  status: number,
  statusText: string,
  sentence: string,
  extra: readonly HeaderLine[] = [],
): { readonly head: string; readonly body: string; readonly headers: readonly HeaderLine[] } {
  const body = `${sentence}\n`;
  const headers: readonly HeaderLine[] = [
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['X-Content-Type-Options', 'nosniff'],
    ['Cache-Control', 'no-store'],
    ['Connection', 'close'],
    ...extra,
  ];
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return { head: `HTTP/1.1 ${status} ${statusText}\r\n${lines}\r\n`, body, headers };
}
