import * as v from 'valibot';
import type { RpcAnswer } from '../core/base/rpc.ts';
import type { Extent, Row, Storage } from '../core/capture/capture.ts';
import type { DecodedMessage, DecodedSelection } from '../core/decode/rowDecoding.ts';
import type { FrameFacts } from '../core/record/frameFacts.ts';
import type { FindAnswer, Located, ViewDecoding, ViewState } from '../core/capture/view.ts';
import type { HandshakeFacts } from '../core/record/handshakeFacts.ts';
import type { Severity, StateWord } from '../core/connection/report.ts';
import { isTimeZone } from '../core/filter/filterTime.ts';
import { maxFilterLength } from '../core/filter/parseFilter.ts';
import type { SeriesView } from '../core/metrics/seriesView.ts';
import { composerRequests, type ComposerResults, type ComposerView } from './composerProtocol.ts';
import {
  heldRequests,
  type HeldAddress,
  type HeldResults,
  type HeldState,
} from './heldProtocol.ts';
import { maxBytesAsked, maxRowsAsked, maxTailRows } from './limits.ts';
import type { SourceKind } from './sourceKind.ts';

/** One connection as the page shows it, or the capture of an earlier window. A full snapshot. */
export interface ConnectionView {
  readonly id: string;
  readonly source: SourceKind;
  /** Identifies its capture, also after the window was reloaded. The page keeps positions by it. */
  readonly captureKey: string;
  /** When the capture began, in milliseconds since 1970. */
  readonly startedAt: number;
  readonly name: string;
  /** The number of its mark, see `markOf`. */
  readonly mark: number;
  /** Whose settings it is in, if the window has connections of several. */
  readonly place?: string;
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
  /** While waiting: `cause` without the time that is left, as what stands before and after it. */
  readonly causeAround?: readonly [string, string];
  /** While connected: milliseconds since it opened, as of this snapshot. */
  readonly openForMs?: number;
  /** When it opened again after it was lost, in milliseconds since 1970; `cause` says how long it was. */
  readonly reopenedAt?: number;
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
  /** Whether the next socket of its name is shown in its place: it was that of a tap or a watch. */
  readonly isAwaited?: boolean;
  /** Whether nothing tells of its pings, pongs and close frames. */
  readonly messagesOnly?: boolean;
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
export interface ListView extends Omit<ViewState, 'newest' | 'decoding'> {
  /** Names the rows that are shown: a new one for each change of connections, filter, what is hidden. */
  readonly generation: number;
  /** The newest row of those connections, also if it is left out. Absent: there is none. */
  readonly newest?: RowAddress;
  /** How the newest session of those connections is decoded. Absent: nothing is known of it yet. */
  readonly decoding?: ListDecoding;
  /** Nothing is known of the rows yet: the worker that counts them has not answered. */
  readonly isPending?: boolean;
  /** Whether a filter is in effect, so that rows between those of the list may be missing. */
  readonly isFiltered?: boolean;
  /** Why the filter is not in effect, as a sentence. */
  readonly filterProblem?: string;
  /** Newest rows that the page was not given before, while it follows: it need not ask for them. */
  readonly tail?: readonly PageRow[];
}

export interface ListDecoding extends Omit<ViewDecoding, 'capture'> {
  readonly connection: string;
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

/** Messages that were cleared and can be brought back. */
export interface ClearedView {
  readonly names: readonly string[];
  readonly rows: number;
}

/** Sent by the host, never answered. All but the last two are full snapshots, so a missed one does no harm. */
export interface HostEvents {
  'connections.changed': readonly ConnectionView[];
  'view.changed': PanelView;
  'list.changed': ListView;
  'filters.changed': readonly SavedFilter[];
  /** What was cleared last and can be brought back; `null` if there is nothing. */
  'cleared.changed': ClearedView | null;
  /** Of the selected connection; `undefined` if nothing can be sent, as for a capture. */
  'composer.changed': ComposerView | undefined;
  /** What the tap of the selected socket holds; `null` if nothing can be held there. */
  'held.changed': HeldState | null;
  /** The user wants to edit a held message. */
  'held.edit': HeldAddress;
  /** The user has asked for the monitor: the focus goes into the list. */
  'list.focus': undefined;
  /** Goes to a row and opens its details. */
  'row.show': RowAddress | undefined;
  /** Asks for the request `editor.text`. */
  'text.open': undefined;
  /** The page is to send `decoder.new`. */
  'decoder.ask': undefined;
}

/** A row in every list that it is in. */
export interface RowAddress {
  readonly connection: string;
  readonly seq: number;
}

export interface Hello {
  readonly connections: readonly ConnectionView[];
  readonly view: PanelView;
  readonly list: ListView;
  readonly filters: readonly SavedFilter[];
  readonly cleared?: ClearedView;
  readonly composer?: ComposerView;
  readonly held?: HeldState;
  /** The held message to edit at once. */
  readonly heldToEdit?: HeldAddress;
  /** The row to go to at once, with its details open. */
  readonly row?: RowAddress;
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

/** A row of a capture, whether or not the list shows it. */
export interface NamedRow extends Row {
  /** The id of the connection, see `ConnectionView.id`. */
  readonly connection: string;
}

export interface RowAnswer {
  /** Absent if the capture does not have it, or has it no more. */
  readonly row?: NamedRow;
  /** The capture has rows from `first` up to, not including, `next`. */
  readonly first: number;
  readonly next: number;
}

export interface MomentAnswer {
  /** The first row at or after the moment. */
  readonly row?: NamedRow;
  /** The times of the first and the last row; absent if there are none. */
  readonly span?: { readonly from: number; readonly to: number };
}

export interface FrameAnswer {
  /** Absent if no more is known of it than the row contains. */
  readonly frame?: FrameFacts;
}

export interface DecodedAnswer {
  /** Absent if no decoder reads it. */
  readonly message?: DecodedMessage;
}

export interface SelectionAnswer {
  /** Of the decoder that the user chose. */
  readonly title: string;
  /** Absent if it does not read such bytes. */
  readonly decoded?: DecodedSelection;
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

/** Of the description of a page's layout. */
const maxLayoutLength = 10_000;

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
    merged: v.optional(v.pipe(v.array(connection), v.maxLength(100))),
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
  /** How the user has arranged the page, for the next page to read. */
  'layout.keep': v.strictObject({ text: v.pipe(v.string(), v.maxLength(maxLayoutLength)) }),
  'rows': v.strictObject({
    generation,
    from: position,
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxRowsAsked)),
  }),
  /** How many of the newest rows the page can use, while it follows them. */
  'tail': v.strictObject({
    count: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxTailRows)),
  }),
  /** Where a row, or a moment, is in the list. */
  'locate': v.strictObject({
    generation,
    place: v.union([aRow, v.strictObject({ at: v.pipe(v.number(), v.finite()) })]),
  }),
  /** A row by its name, also if the list leaves it out. */
  'row': aRow,
  /** The row at a moment, in milliseconds since 1970, in the captures that the list is of. */
  'row.at': v.strictObject({ at: v.pipe(v.number(), v.finite()) }),
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
  /** Opens the line of a call that opened a watched socket, as its row counts them, from 0. */
  'script.open': v.strictObject({ ...aRow.entries, call: position }),
  /** Loads the page again that has the watched socket of a row. */
  'page.reload': aRow,
  /** The values that are masked in a row's handshake, if this window has them. */
  'handshake.plain': v.strictObject({ key: v.pipe(v.string(), v.maxLength(100)) }),
  'series': v.strictObject({ connection, span: v.picklist(['recent', 'all']) }),
  'payload': v.strictObject({
    connection,
    seq: position,
    from: position,
    length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxBytesAsked)),
  }),
  /** The message as its decoders read it. */
  'decoded': aRow,
  /** A part of what one of its decoders was given. */
  'layer': v.strictObject({
    connection,
    seq: position,
    layer: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
    from: position,
    length: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxBytesAsked)),
  }),
  /** Asks the user what bytes of a message are, and decodes them. No result: the user cancelled. */
  'selection.decode': v.strictObject({
    connection,
    direction: v.picklist(['in', 'out']),
    bytes: v.pipe(v.instance(Uint8Array), v.minLength(1), v.maxLength(maxBytesAsked)),
  }),
  /** Asks the user how the messages of a connection are to be decoded; `seq`: the message at hand. */
  'decoder.choose': v.strictObject({ connection, seq: v.optional(position) }),
  /** Opens the file of a decoder by the name that it has among the rules of a source. */
  'decoder.open': v.strictObject({ connection, name: v.pipe(v.string(), v.maxLength(200)) }),
  /** Asks the user what to connect to, as the command does. */
  'connect.ask': v.undefined_(),
  /** Starts the demo server, or opens the walkthrough. */
  'start.open': v.object({ what: v.picklist(['demo', 'walkthrough', 'tap']) }),
  'connect': aConnection,
  'disconnect': aConnection,
  /** Closes and opens the connection again; while it waits to retry, retries now. */
  'reconnect': aConnection,
  /** Closes the socket of a tap that is open, with 1000. */
  'socket.close': aConnection,
  'clear': v.strictObject({
    connections: v.pipe(v.array(connection), v.minLength(1), v.maxLength(100)),
  }),
  /** Brings back what `HostEvents['cleared.changed']` says. */
  'clear.undo': v.undefined_(),
  /** Opens the setting that `ConnectionView.setting` names. */
  'setting.open': aConnection,
  /** Copies rows to the clipboard: of the list, or one that the list may leave out. */
  'copy': v.union([
    v.strictObject({ generation, ranges, format: v.picklist(copyFormats) }),
    v.strictObject({ row: aRow, format: v.picklist(copyFormats) }),
  ]),
  /** Copies a text that the page made, such as a path into JSON. */
  'copy.text': v.strictObject({ text: v.pipe(v.string(), v.maxLength(maxBytesAsked)) }),
  /** Opens the payload in an editor. */
  'editor.open': aRow,
  /** Opens rows in an editor as one text. */
  'editor.text': v.strictObject({ generation, ranges }),
  /** Asks the user what a new decoder is called, and writes it for the selected rows. */
  'decoder.new': v.strictObject({ generation, ranges: v.optional(ranges) }),
  'help.keys': v.undefined_(),
  /** Opens two payloads in the diff editor: of two positions the older one on the left. */
  'editor.compare': v.union([
    v.strictObject({ generation, positions: v.tuple([position, position]) }),
    v.strictObject({ left: aRow, right: aRow }),
  ]),
  /** Asks the user for a file, and exports these rows, or all of the list. */
  'export': v.strictObject({ generation, ranges: v.optional(ranges) }),
  /** Asks for a name, and saves the filter. */
  'filter.save': v.strictObject({ text: v.pipe(filterText, v.minLength(1)) }),
  'filter.remove': v.strictObject({ name: v.pipe(v.string(), v.maxLength(200)) }),
  /** Shows the messages' output channel. */
  'output.show': v.undefined_(),
  ...composerRequests,
  ...heldRequests,
} as const;

export type RequestName = keyof typeof requestSchemas;
export type Params<K extends RequestName> = v.InferOutput<(typeof requestSchemas)[K]>;

interface Results extends ComposerResults, HeldResults {
  'ready': Hello;
  'rows': RowsAnswer;
  'locate': Located;
  'row': RowAnswer;
  'row.at': MomentAnswer;
  'find': FindAnswer;
  'frame': FrameAnswer;
  'handshake.plain': HandshakeAnswer;
  'series': SeriesView;
  'payload': PayloadAnswer;
  'decoded': DecodedAnswer;
  'layer': PayloadAnswer;
  'selection.decode': SelectionAnswer | undefined;
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
