import * as v from 'valibot';
import type { RpcAnswer } from '../core/base/rpc.ts';
import type { Extent, Row, Storage } from '../core/capture/capture.ts';
import type { FrameFacts } from '../core/record/frameFacts.ts';
import type { FindAnswer, Located, ViewState } from '../core/capture/view.ts';
import type { HandshakeFacts } from '../core/record/handshakeFacts.ts';
import type { Severity, StateWord } from '../core/connection/report.ts';
import { isTimeZone } from '../core/filter/filterTime.ts';
import { maxFilterLength } from '../core/filter/parseFilter.ts';
import type { SeriesView } from '../core/metrics/seriesView.ts';
import { composerRequests, type ComposerResults, type ComposerView } from './composerProtocol.ts';
import { maxBytesAsked, maxRowsAsked } from './limits.ts';

/** One connection as the page shows it, or the capture of an earlier window. A full snapshot. */
export interface ConnectionView {
  readonly id: string;
  /** `capture`: it gets no more messages, but can be read, filtered and exported. */
  readonly source: 'connection' | 'capture';
  /** Identifies its capture, also after the window was reloaded. The page keeps positions by it. */
  readonly captureKey: string;
  /** When the capture began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly name: string;
  /** Without user information: it may be shown and copied. */
  readonly url: string;
  readonly state: StateWord;
  readonly severity: Severity;
  /** The text of the state badge, without the countdown: `connected`, `retry 3/10`. */
  readonly label: string;
  /** Why it is in this state and what happens next, as a sentence; may be empty. */
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
  /** `unverified`: TLS, but the certificate was not checked, as the settings require. */
  readonly security: 'plain' | 'verified' | 'unverified';
  /** The proxy that the last handshake went through, without credentials. */
  readonly proxy?: string;
  /** The setting that helps with `cause`; the request `setting.open` opens it. */
  readonly setting?: string;
  /** What the user can do with it now. */
  readonly canConnect: boolean;
  readonly canDisconnect: boolean;
}

/** What the panel looks at and how; the host keeps it, so that commands can change it. */
export interface PanelView {
  /** Absent if there is no connection. */
  readonly selected?: string;
  /** The connections of a merged timeline, two or more; empty while one is shown. */
  readonly merged: readonly string[];
  /** Whether the list follows the newest row. */
  readonly following: boolean;
  /** In the language of core/filter. */
  readonly filter: string;
  readonly showHeartbeats: boolean;
  /** Pings, pongs and close frames that are not the heartbeat's. */
  readonly showControl: boolean;
}

/** The state of the list. */
export interface ListView extends ViewState {
  /** Names the rows that are shown: a new one for each change of connections, filter, what is hidden. */
  readonly generation: number;
  /** Why the filter is not in effect, as a sentence. */
  readonly filterProblem?: string;
}

export interface PageRow extends Row {
  readonly position: number;
  /** The id of the connection, see `ConnectionView.id`. */
  readonly connection: string;
}

export interface SavedFilter {
  readonly name: string;
  readonly text: string;
}

/** Sent by the host, never answered. Each is a full snapshot, so a missed one does no harm. */
export interface HostEvents {
  'connections.changed': readonly ConnectionView[];
  'view.changed': PanelView;
  'list.changed': ListView;
  'filters.changed': readonly SavedFilter[];
  /** Of the selected connection; `undefined` if nothing can be sent, as for a capture. */
  'composer.changed': ComposerView | undefined;
}

export interface Hello {
  readonly connections: readonly ConnectionView[];
  readonly view: PanelView;
  readonly list: ListView;
  readonly filters: readonly SavedFilter[];
  readonly composer?: ComposerView;
}

/** The requested rows and the state of the list; no rows if its generation has changed. */
export interface RowsAnswer {
  readonly list: ListView;
  readonly rows: readonly PageRow[];
}

export interface PayloadAnswer {
  /** The requested part; absent if the row has left the capture. */
  readonly bytes?: Uint8Array;
  /** Bytes of the whole payload. */
  readonly byteLength: number;
}

export interface FrameAnswer {
  /** Absent if no more is known of it than the row contains. */
  readonly frame?: FrameFacts;
}

export interface HandshakeAnswer {
  /** Absent if this window does not have it. */
  readonly handshake?: HandshakeFacts;
}

/** How rows are copied. The last two are commands that send the messages again. */
export const copyFormats = ['text', 'json', 'hex', 'base64', 'wscat', 'websocat'] as const;
export type CopyFormat = (typeof copyFormats)[number];

const connection = v.pipe(v.string(), v.maxLength(200));
const position = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const aConnection = v.strictObject({ connection });
const aRow = v.strictObject({ connection, seq: position });
const generation = position;
/** Positions in the list, ends not included. */
const ranges = v.pipe(v.array(v.tuple([position, position])), v.minLength(1), v.maxLength(10_000));

const timeZone = v.pipe(v.string(), v.maxLength(100), v.check(isTimeZone, 'No time zone'));
const filterText = v.pipe(v.string(), v.maxLength(maxFilterLength));

/**
 * The requests of the page, and the schemas of their parameters. The page shows what a peer sent, so its
 * requests are not trusted.
 */
export const requestSchemas = {
  /** The page has loaded. It runs on the user's machine; the host may run on another one. */
  'ready': v.optional(v.strictObject({ timeZone })),
  /** Absent members stay unchanged. */
  'view.set': v.strictObject({
    selected: v.optional(connection),
    merged: v.optional(v.pipe(v.array(connection), v.maxLength(50))),
    following: v.optional(v.boolean()),
    filter: v.optional(filterText),
    /** The zone of times in the filter: the user's, who may be elsewhere than the host. */
    clock: v.optional(
      v.strictObject({
        startOfDay: v.pipe(v.number(), v.finite()),
        timeZone,
      }),
    ),
    showHeartbeats: v.optional(v.boolean()),
    showControl: v.optional(v.boolean()),
  }),
  'rows': v.strictObject({
    generation,
    from: position,
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxRowsAsked)),
  }),
  /** Where a row, or a moment, is in the list. */
  'locate': v.strictObject({
    generation,
    place: v.union([aRow, v.strictObject({ at: v.pipe(v.number(), v.finite()) })]),
  }),
  /** The nearest row that contains a text or matches a regular expression. */
  'find': v.strictObject({
    generation,
    text: v.pipe(filterText, v.minLength(1)),
    isPattern: v.boolean(),
    isCaseSensitive: v.boolean(),
    from: position,
    direction: v.picklist(['next', 'previous']),
  }),
  'frame': aRow,
  /** The values that are masked in a row's handshake, if this window has them. */
  'handshake.plain': v.strictObject({ key: v.pipe(v.string(), v.maxLength(100)) }),
  'series': v.strictObject({ connection, span: v.picklist(['recent', 'all']) }),
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
  /** Closes and opens the connection again; while it waits to retry, retries now. */
  'reconnect': aConnection,
  'clear': aConnection,
  /** Opens the setting that `ConnectionView.setting` names. */
  'setting.open': aConnection,
  /** Copies rows to the clipboard. */
  'copy': v.strictObject({ generation, ranges, format: v.picklist(copyFormats) }),
  /** Copies a text that the page made, such as a path into JSON. */
  'copy.text': v.strictObject({ text: v.pipe(v.string(), v.maxLength(maxBytesAsked)) }),
  /** Opens the payload in an editor. */
  'editor.open': aRow,
  /** Opens two payloads in the diff editor, the older one on the left. */
  'editor.compare': v.strictObject({ generation, positions: v.tuple([position, position]) }),
  /** Asks the user for a file, and exports these rows, or all of the list. */
  'export': v.strictObject({ generation, ranges: v.optional(ranges) }),
  /** Asks for a name, and saves the filter. */
  'filter.save': v.strictObject({ text: v.pipe(filterText, v.minLength(1)) }),
  'filter.remove': v.strictObject({ name: v.pipe(v.string(), v.maxLength(200)) }),
  /** Shows the messages' output channel. */
  'output.show': v.undefined_(),
  ...composerRequests,
} as const;

export type RequestName = keyof typeof requestSchemas;
export type Params<K extends RequestName> = v.InferOutput<(typeof requestSchemas)[K]>;

interface Results extends ComposerResults {
  'ready': Hello;
  'rows': RowsAnswer;
  'locate': Located;
  'find': FindAnswer;
  'frame': FrameAnswer;
  'handshake.plain': HandshakeAnswer;
  'series': SeriesView;
  'payload': PayloadAnswer;
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
export type ToPage = { readonly event: keyof HostEvents; readonly value: unknown } | RpcAnswer;
