import { Emitter } from '../../../src/core/base/event.ts';
import type { StateRow } from '../../../src/core/connection/report.ts';
import type { FrameFacts } from '../../../src/core/record/frameFacts.ts';
import type {
  ObserveSocket,
  SocketControl,
  SocketOrigin,
} from '../../../src/core/slot/observedSocket.ts';
import type { TapOptions } from '../../../src/core/tap/tapOptions.ts';
import type { Upstream } from '../../../src/core/endpoint/upstream.ts';
import { noToxics } from '../../../src/core/tap/toxics.ts';
import { systemClock } from '../../../src/node/systemClock.ts';
import {
  startTap,
  type RunningTap,
  type TapListening,
  type TapPorts,
} from '../../../src/node/tap/tapServer.ts';
import { silentLog } from '../capture/captures.ts';

/** A row of an observed socket: a message, or a change of its state. */
export type ObservedRow =
  | { readonly flags: number; readonly payload: Buffer; readonly frame?: FrameFacts | undefined }
  | StateRow;

/** What a tap has recorded of one socket. */
export interface Observed {
  readonly origin: SocketOrigin;
  readonly control: SocketControl | undefined;
  readonly rows: ObservedRow[];
  hasEnded: boolean;
  setPressure(isHigh: boolean): void;
}

/** Keeps what is recorded of each socket, in the order in which they came. */
export function recordSockets(): { readonly sockets: Observed[]; readonly observe: ObserveSocket } {
  const sockets: Observed[] = [];
  const observe: ObserveSocket = (origin, control) => {
    const pressure = new Emitter<boolean>();
    let isUnderPressure = false;
    const observed: Observed = {
      origin,
      control,
      rows: [],
      hasEnded: false,
      setPressure: isHigh => {
        isUnderPressure = isHigh;
        pressure.fire(isHigh);
      },
    };
    sockets.push(observed);
    return {
      append: (_at, flags, payload, frame) =>
        void observed.rows.push({ flags, payload: Buffer.from(payload), frame }),
      report: row => void observed.rows.push(row),
      get isUnderPressure() {
        return isUnderPressure;
      },
      onDidChangePressure: pressure.event,
      end: () => {
        observed.hasEnded = true;
      },
    };
  };
  return { sockets, observe };
}

/** The messages and control frames, each as its opcode with `<` or `>`, and its payload as text. */
export function messagesOf({ rows }: Observed): readonly string[] {
  return rows.flatMap(row =>
    'flags' in row
      ? [`${row.flags & 0x0f}${row.flags & 0x10 ? '>' : '<'} ${row.payload.toString('latin1')}`]
      : [],
  );
}

/** The sentences of the state rows. */
export function sentencesOf({ rows }: Observed): readonly string[] {
  return rows.flatMap(row => ('text' in row ? [row.text] : []));
}

export function upstreamOf(url: string): Upstream {
  const { protocol, hostname, port, host, pathname } = new URL(url.replace(/^ws/, 'http'));
  const isSecure = protocol === 'https:';
  return {
    url,
    isSecure,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    authority: host,
    path: pathname.replace(/\/+$/, ''),
    isLoopback: /^(localhost|127\.|\[::1\])/.test(hostname),
  };
}

export function tapOptions(upstream: string, given: Partial<TapOptions> = {}): TapOptions {
  return {
    name: 'api',
    upstream: upstreamOf(upstream),
    routes: [],
    headers: {},
    host: 'upstream',
    forwarded: false,
    allowedOrigins: [],
    allowedAuthorities: [],
    waitForUpstreamMs: 0,
    connectTimeoutMs: 10_000,
    maxMessageBytes: 67_108_864,
    tls: { rejectUnauthorized: true },
    secrets: [],
    toxics: noToxics,
    ...given,
  };
}

/** A tap with what it has recorded. */
export interface TestTap extends RunningTap {
  readonly sockets: readonly Observed[];
}

export async function tapTo(
  upstream: string,
  given: Partial<TapOptions> = {},
  ports: Partial<TapPorts> = {},
  tls?: TapListening['tls'],
): Promise<TestTap> {
  const { sockets, observe } = recordSockets();
  const tap = await startTap(tapOptions(upstream, given), tls ? { port: 0, tls } : { port: 0 }, {
    observe,
    clock: systemClock,
    log: silentLog,
    ...ports,
  });
  return Object.assign(tap, { sockets });
}
