// Counts how often clients that reconnect by themselves knock at a server that fails. Nothing is
// dialled and nobody waits: all of them run by a clock that is moved, over seeded random numbers.
// Run it by itself, or as a part of all measurements.
import { createRequire } from 'node:module';
import PartySocket from 'partysocket/ws';
import type ReconnectingWebSocket from 'reconnecting-websocket';
import { io, WebSocket as SocketIoTransport } from 'socket.io-client';
import { ConnectionRig } from '../support/scenarios/connectionRig.ts';
import { settle, type FakeTransport } from '../support/network/fakeNetwork.ts';
import { ManualClock } from '../support/manualClock.ts';
import { borrowGlobals } from './borrowedGlobals.ts';
import { FakeWebSocket, type WebSocketScript } from './fakeWebSocket.ts';
import type { Bench, Measurement } from './measurement.ts';

/** Each value is the median of the runs, and where they differ the least and the most. */
export interface StormRow extends Measurement {
  /** Attempts in the first second. */
  readonly firstSecond: string;
  /** Between two attempts of the first minute. */
  readonly shortestGap: string;
  readonly longestGap: string;
  /** Attempts in the first ten minutes. */
  readonly tenMinutes: string;
  readonly note: string;
}

export interface StormBench extends Bench {
  readonly rows: readonly StormRow[];
}

interface Server {
  readonly name: string;
  /** Drops each connection that it has accepted. */
  readonly accepts: boolean;
  /** How an attempt of ours, or what was accepted of it, ends. */
  readonly end: (transport: FakeTransport) => void;
  /** What ours is held to. */
  readonly budget: string;
}

interface Run {
  /** The moments of the attempts, in milliseconds. */
  readonly attemptsAt: readonly number[];
  readonly note?: string;
}

interface Client {
  readonly name: string;
  readonly isOurs?: boolean;
  readonly run: (server: Server, random: () => number) => Run | Promise<Run>;
}

const url = 'wss://example.test/feed';
const serverError = 1011;
/** A round trip: how long a server takes to answer, and to drop what it has accepted. */
const stepMs = 10;
const secondMs = 1000;
const minuteMs = 60 * secondMs;
const watchedMs = 10 * minuteMs;
const runs = 25;

const servers: readonly Server[] = [
  {
    name: `accepts, closes with ${serverError}`,
    accepts: true,
    end: transport => transport.end({ code: serverError }),
    budget: '≤ 10',
  },
  {
    name: 'refuses (ECONNREFUSED)',
    accepts: false,
    end: transport => transport.refuse(),
    budget: '≤ 10',
  },
  {
    name: 'answers 401',
    accepts: false,
    end: transport => transport.status(401),
    budget: '1',
  },
  {
    name: 'answers 503, Retry-After: 7',
    accepts: false,
    end: transport => transport.status(503, { 'retry-after': '7' }),
    budget: '≤ 9, gaps ≥ 7 s',
  },
];

const clients: readonly Client[] = [
  { name: 'ours', isOurs: true, run: (server, random) => ours({}, server, random) },
  {
    name: 'ours, preset classic',
    run: (server, random) => ours({ preset: 'classic' }, server, random),
  },
  {
    name: 'reconnecting-websocket',
    run: (server, random) => theirs(server, random, startReconnectingWebSocket),
  },
  {
    name: 'partysocket',
    run: (server, random) => theirs(server, random, startPartySocket),
  },
  {
    name: 'socket.io-client',
    run: (server, random) => theirs(server, random, startSocketIo, socketIoGreeting),
  },
  { name: 'the blog post', run: blogPost },
];

async function ours(
  settings: Readonly<Record<string, unknown>>,
  server: Server,
  random: () => number,
): Promise<Run> {
  const { clock, network, connection, attemptsAt } = new ConnectionRig({ settings, url, random });
  const answer = (transport: FakeTransport) => {
    if (server.accepts) {
      transport.open();
      clock.schedule(stepMs, () => server.end(transport));
    } else {
      server.end(transport);
    }
  };
  let answered = 0;
  connection.connect();
  await play(clock, () => {
    for (const transport of network.attempts.slice(answered)) {
      answered++;
      clock.schedule(stepMs, () => answer(transport));
    }
  });
  const { state } = connection;
  connection.dispose();
  const isStopped = state.kind === 'stopped';
  return { attemptsAt, ...(isStopped ? { note: `stops, ${state.why}: ${state.rule}` } : {}) };
}

type FakeWebSocketClass = new () => FakeWebSocket;

/** Runs a client that has the global timers and a `WebSocket` that it is given. */
async function theirs(
  server: Server,
  random: () => number,
  start: (fake: FakeWebSocketClass) => void,
  greeting: readonly string[] = [],
): Promise<Run> {
  const clock = new ManualClock();
  const attemptsAt: number[] = [];
  const script: WebSocketScript = {
    clock,
    stepMs,
    accepts: server.accepts,
    closeCode: serverError,
    greeting,
    onAttempt: () => attemptsAt.push(clock.monotonic()),
  };
  const scripted = class extends FakeWebSocket {
    constructor() {
      super(script);
    }
  };
  const globals = borrowGlobals(clock, random);
  try {
    start(scripted);
    await play(clock);
  } finally {
    globals.dispose();
  }
  return { attemptsAt };
}

const require = createRequire(import.meta.url);

/** It draws its first delay when it is loaded: each run loads it anew, as each program does. */
function startReconnectingWebSocket(fake: FakeWebSocketClass): void {
  const name = 'reconnecting-websocket';
  Reflect.deleteProperty(require.cache, require.resolve(name));
  const Client = require(name) as typeof ReconnectingWebSocket;
  new Client(url, [], { WebSocket: fake });
}

function startPartySocket(fake: FakeWebSocketClass): void {
  new PartySocket(url, [], { WebSocket: fake });
}

/**
 * What its own server says first (Engine.IO protocol 4, Socket.IO protocol 5). Without it, it takes
 * no connection for accepted, does not notice the end, and tries again after its timeout of 20 s.
 */
const socketIoGreeting = [
  '0{"sid":"engine","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}',
  '40{"sid":"socket"}',
];

function startSocketIo(fake: FakeWebSocketClass): void {
  class Transport extends SocketIoTransport {
    override createSocket(): FakeWebSocket {
      return new fake();
    }
  }
  io(url, { transports: [Transport], forceNew: true });
}

/** What its published loop does, as measured in connection.md, section 0. */
function blogPost({ name }: Server): Run {
  if (name.startsWith('refuses')) {
    return { attemptsAt: Array.from({ length: 11 }, (_, retry) => retry * 2000), note: 'returns' };
  }
  const isAccepted = name.startsWith('accepts');
  return { attemptsAt: [0], note: isAccepted ? 'spins without reconnecting' : 'crashes' };
}

/** Moves the clock from timer to timer; `look` is called whenever something may have happened. */
async function play(clock: ManualClock, look: () => void = () => undefined): Promise<void> {
  for (;;) {
    await settle();
    await settle();
    look();
    const [next = Infinity] = clock.pending;
    if (clock.monotonic() + next >= watchedMs) {
      return;
    }
    clock.advance(next);
  }
}

/** Numbers from 0 up to, not including, 1, the same for the same seed (Mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

async function measure({ name, run, isOurs }: Client, server: Server): Promise<StormRow> {
  const results: Run[] = [];
  for (let seed = 1; seed <= runs; seed++) {
    results.push(await run(server, seeded(seed)));
  }
  const countIn = (spanMs: number) =>
    spread(results.map(({ attemptsAt }) => attemptsAt.filter(at => at < spanMs).length));
  const gaps = results
    .map(({ attemptsAt }) => gapsOf(attemptsAt.filter(at => at < minuteMs)))
    .filter(some => some.length > 0);
  const seconds = (values: readonly number[]) =>
    values.length === 0 ? '–' : `${spread(values.map(toSeconds))} s`;
  return {
    what: `${server.name}: ${name}`,
    value: countIn(minuteMs),
    budget: isOurs ? server.budget : '',
    firstSecond: countIn(secondMs),
    shortestGap: seconds(gaps.map(some => Math.min(...some))),
    longestGap: seconds(gaps.map(some => Math.max(...some))),
    tenMinutes: countIn(watchedMs),
    note: [...new Set(results.map(({ note = '' }) => note))].join('; '),
  };
}

function gapsOf(moments: readonly number[]): readonly number[] {
  return moments.slice(1).map((at, index) => at - (moments[index] ?? NaN));
}

/** To one tenth, so that a round trip more or less makes no difference. */
function toSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

/** The median, and the least and the most where they differ. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, median, most] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return least === most ? `${median}` : `${median} (${least}–${most})`;
}

export async function stormBench(): Promise<StormBench> {
  const rows: StormRow[] = [];
  for (const server of servers) {
    for (const client of clients) {
      rows.push(await measure(client, server));
    }
  }
  return { title: `Storm: attempts in the first 60 s, median of ${runs} runs`, rows };
}

if (import.meta.main) {
  const { title, rows } = await stormBench();
  console.log(title);
  console.table(rows);
}
