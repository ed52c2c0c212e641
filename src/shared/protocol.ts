import * as v from 'valibot';
import type { Extent, Row, Storage } from '../core/capture/capture.ts';
import type { Severity, StateWord } from '../core/connection/report.ts';

/** One connection as the page shows it. A full snapshot. */
export interface ConnectionView {
  readonly id: string;
  readonly name: string;
  /** Without user information: it may be shown and copied. */
  readonly url: string;
  readonly state: StateWord;
  readonly severity: Severity;
  /** What the state badge says, without the countdown: `connected`, `retry 3/10`. */
  readonly label: string;
  /** Why it is in this state and what happens next, as a sentence; empty where nothing is to say. */
  readonly cause: string;
  /** While waiting: milliseconds until the next attempt, as of this snapshot. */
  readonly retryInMs?: number;
  /** While connected: milliseconds since it opened, as of this snapshot. */
  readonly openForMs?: number;
  readonly subprotocol: string;
  /** Messages per second over the last second or so. */
  readonly receivedRate: number;
  readonly received: number;
  readonly sent: number;
  /** Round-trip time of the heartbeat's ping, smoothed. */
  readonly latencyMs?: number;
  readonly extent: Extent;
  readonly storage: Storage;
  /** `unverified`: TLS, but the certificate was not checked, as the settings want it. */
  readonly security: 'plain' | 'verified' | 'unverified';
  /** The proxy that the last handshake went through, without credentials. */
  readonly proxy?: string;
  /** The setting that helps with what `cause` says; the request `setting.open` opens it. */
  readonly setting?: string;
  /** What the user can do with it now. */
  readonly canConnect: boolean;
  readonly canDisconnect: boolean;
}

/** What the panel looks at and how; the host keeps it, so that commands can change it. */
export interface PanelView {
  /** Absent while there is no connection at all. */
  readonly selected?: string;
  /** Whether the list follows the newest row. */
  readonly following: boolean;
}

/** Sent by the host, never answered. Each is a full snapshot, so a missed one does no harm. */
export interface HostEvents {
  'connections.changed': readonly ConnectionView[];
  'view.changed': PanelView;
}

export interface Hello {
  readonly connections: readonly ConnectionView[];
  readonly view: PanelView;
}

/** The rows asked for, and where the capture stands now. */
export interface RowsAnswer {
  readonly extent: Extent;
  readonly rows: readonly Row[];
}

export interface PayloadAnswer {
  /** The part asked for; absent where the row has left the capture. */
  readonly bytes?: Uint8Array;
  /** Bytes of the whole payload. */
  readonly byteLength: number;
}

const connection = v.pipe(v.string(), v.maxLength(200));
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const aConnection = v.strictObject({ connection });

/** How many rows the page may ask for at once, and how many payload bytes. */
export const maxRowsAsked = 1000;
export const maxBytesAsked = 4 * 1024 * 1024;

/**
 * What the page may ask, and what the parameters must look like: the page shows what a stranger
 * sent, so none of its requests is taken on trust.
 */
export const requestSchemas = {
  /** The page has loaded. */
  'ready': v.undefined_(),
  'view.set': v.strictObject({ selected: v.optional(connection), following: v.boolean() }),
  'rows': v.strictObject({
    connection,
    from: position,
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxRowsAsked)),
  }),
  'payload': v.strictObject({
    connection,
    seq: position,
    from: position,
    length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxBytesAsked)),
  }),
  /** Asks the user what to connect to, as the command does. */
  'connect.ask': v.undefined_(),
  'connect': aConnection,
  'disconnect': aConnection,
  /** Closes and opens anew; while waiting to retry, tries now. */
  'reconnect': aConnection,
  'clear': aConnection,
  /** Opens the setting that `ConnectionView.setting` names. */
  'setting.open': aConnection,
  /** Puts the whole payload on the clipboard: text as it is, binary as hex. */
  'copy': v.strictObject({ connection, seq: position }),
  /** Shows the messages' output channel. */
  'output.show': v.undefined_(),
} as const;

export type RequestName = keyof typeof requestSchemas;
export type Params<K extends RequestName> = v.InferOutput<(typeof requestSchemas)[K]>;

interface Results {
  ready: Hello;
  rows: RowsAnswer;
  payload: PayloadAnswer;
}
export type Result<K extends RequestName> = K extends keyof Results ? Results[K] : undefined;

export type RequestHandlers = {
  readonly [K in RequestName]: (params: Params<K>) => Result<K> | Promise<Result<K>>;
};

export interface ToHost {
  readonly id: number;
  readonly request: RequestName;
  readonly params: unknown;
}
export type ToPage =
  | { readonly event: keyof HostEvents; readonly value: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: string };
