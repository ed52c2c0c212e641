import type { StoredRecord } from '../record/block.ts';
import { directionOf, kindOf, RowFlag, tapWords } from '../record/record.ts';
import type { StateRow } from '../connection/report.ts';
import { decodedMember } from './decodedText.ts';
import type { ExportedConnection } from './exportJob.ts';
import {
  decoded,
  payloadText,
  around,
  jsonInner,
  type RowWriter,
  type WriterParts,
} from './rowWriter.ts';
import { percentDecoded } from '../base/percent.ts';
import type { HandshakeFacts, HeaderLine, Phase } from '../record/handshakeFacts.ts';
import { isoTime } from '../base/date.ts';
import type { SecretRedactor } from '../secrets/redact.ts';

interface HarParts extends WriterParts {
  /** The last opening handshake of a capture at or before the row `seq`. */
  readonly openingAt: (capture: number, seq: number) => Opening | undefined;
}

/** The version of the format, not of the extension. */
const creator = { name: 'WebSocket Monitor', version: '1' };

/**
 * HAR 1.2 with `_webSocketMessages`, as Chrome's DevTools and mitmproxy write it: an entry for each
 * opening handshake, with the messages and control frames that came of it, times in seconds since
 * 1970, binary payloads in base64, `_tap` if a tap did something with one, and `_decoded` if decoders are asked, see `decodedMember`. HAR has no place for other state changes; they are left out. Rows
 * must come connection by connection.
 */
export class HarWriter implements RowWriter {
  readonly #parts: HarParts;
  /** What the entry that is being written is of; absent before the first one. */
  #entry: { readonly capture: number; readonly opening: number | undefined } | undefined;
  #isFirstMessage = true;
  #rowCount = 0;

  constructor(parts: HarParts) {
    this.#parts = parts;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  begin(): string {
    return `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"pages":[],"entries":[`;
  }

  *row(connection: ExportedConnection, record: StoredRecord): Generator<string> {
    const { seq, flags } = record;
    const opening = this.#parts.openingAt(connection.capture, seq);
    const isState = kindOf(flags) === 'state';
    if (isState && opening?.seq !== seq) {
      return;
    }
    this.#rowCount++;
    const isSame =
      this.#entry?.capture === connection.capture && this.#entry.opening === opening?.seq;
    if (!isSame) {
      yield this.#beginEntry(connection, record.at, opening);
    }
    if (!isState) {
      yield* this.#message(connection.capture, record);
    }
  }

  end(): string {
    return `${this.#endEntry()}]}}\n`;
  }

  #beginEntry(connection: ExportedConnection, at: number, opening: Opening | undefined): string {
    const { redactor } = this.#parts;
    const entry = opening
      ? harEntry(opening, redactor)
      : harEntryWithout(redactor.text(connection.url), at);
    const before = this.#entry ? `${this.#endEntry()},\n` : '\n';
    this.#entry = { capture: connection.capture, opening: opening?.seq };
    this.#isFirstMessage = true;
    const facts = JSON.stringify({ ...entry, _connection: redactor.text(connection.name) });
    return `${before}${facts.slice(0, -1)},"_webSocketMessages":[`;
  }

  #endEntry(): string {
    return this.#entry ? ']}' : '';
  }

  *#message(capture: number, record: StoredRecord): Generator<string> {
    const { redactor, base64, decode } = this.#parts;
    const { at, flags } = record;
    const opcode = flags & RowFlag.OpcodeMask;
    const payload = yield* payloadText(record, redactor, base64);
    const tap = tapWords(flags);
    const isOdd = opcode === 1 && payload.encoding === 'base64';
    const head =
      `${this.#isFirstMessage ? '\n' : ',\n'}{"type":"${directionOf(flags) === 'out' ? 'send' : 'receive'}"` +
      `,"time":${at / 1000},"opcode":${opcode},${isOdd ? '"_encoding":"base64",' : ''}` +
      `${tap ? `"_tap":"${tap}",` : ''}"data":"`;
    this.#isFirstMessage = false;
    yield* around(head, payload, jsonInner, decode ? '"' : '"}');
    if (decode) {
      yield* decodedMember('_decoded', decode(capture, record), redactor);
      yield '}';
    }
  }
}

/** The opening handshake that a row describes, if it does. */
export function openingIn({ seq, at, flags, payload }: StoredRecord): Opening | undefined {
  const text = kindOf(flags) === 'state' ? decoded(payload) : undefined;
  if (text?.includes('"handshake"') !== true) {
    return undefined;
  }
  try {
    const row = JSON.parse(text) as StateRow;
    return isWhole(row) ? { seq, at, row } : undefined;
  } catch {
    return undefined;
  }
}

/** A file of an earlier window may have been written by anybody. */
function isWhole(row: StateRow | null): row is Opening['row'] {
  const { url, request, timings, response } = row?.handshake ?? {};
  return (
    typeof row?.text === 'string' &&
    typeof url === 'string' &&
    areHeaders(request) &&
    Array.isArray(timings) &&
    timings.every((timing: { readonly ms?: unknown } | null) => isNumber(timing?.ms)) &&
    (response === undefined || (areHeaders(response.headers) && isNumber(response.status)))
  );
}

function areHeaders(value: unknown): boolean {
  const isText = (part: unknown) => typeof part === 'string';
  return (
    Array.isArray(value) &&
    value.every(line => Array.isArray(line) && line.length === 2 && line.every(isText))
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

/** A state change that ended an opening handshake. */
export interface Opening {
  readonly seq: number;
  /** When the handshake was through, in milliseconds since 1970. */
  readonly at: number;
  readonly row: StateRow & { readonly handshake: HandshakeFacts };
}

/**
 * An opening handshake as an entry of HAR 1.2, all but the messages. Chrome reads what is there and
 * fails on `null`, mitmproxy fails on a URL that is not ASCII and on a missing list.
 */
function harEntry({ at, row }: Opening, redactor: SecretRedactor): object {
  const facts = redactor.value(row.handshake) as HandshakeFacts;
  const ms = facts.timings.reduce((sum, timing) => sum + timing.ms, 0);
  const { proxy, tls, redirects, oddities, subprotocol, extensions } = facts;
  return {
    startedDateTime: isoTime(at - ms),
    time: ms,
    request: requestOf(facts.url, facts.request),
    response: responseOf(facts, redactor.text(row.text)),
    cache: {},
    timings: timingsOf(facts),
    _resourceType: 'websocket',
    _handshake: { proxy, tls, redirects, oddities, subprotocol, extensions },
  };
}

/** An entry for messages whose opening handshake is not known: it was dropped, or never recorded. */
function harEntryWithout(url: string, at: number): object {
  return {
    startedDateTime: isoTime(at),
    time: 0,
    request: requestOf(url, []),
    response: { ...emptyResponse, status: 101, statusText: 'Switching Protocols' },
    cache: {},
    timings: { blocked: -1, dns: -1, connect: -1, ssl: -1, send: 0, wait: 0, receive: 0 },
    comment: 'The opening handshake is not in the capture.',
    _resourceType: 'websocket',
  };
}

const httpVersion = 'HTTP/1.1';

/** What a HAR has for an answer that did not come. */
const emptyResponse = {
  status: 0,
  statusText: '',
  httpVersion,
  cookies: [],
  headers: [] as readonly object[],
  content: { size: 0, mimeType: 'x-unknown' },
  redirectURL: '',
  headersSize: -1,
  bodySize: -1,
  _transferSize: 0,
};

function requestOf(url: string, headers: readonly HeaderLine[]): object {
  return {
    method: 'GET',
    url: inAscii(url),
    httpVersion,
    cookies: [],
    headers: headers.map(headerOf),
    queryString: queryOf(url),
    headersSize: -1,
    bodySize: 0,
  };
}

function responseOf({ response }: HandshakeFacts, sentence: string): object {
  if (!response) {
    return { ...emptyResponse, _error: sentence };
  }
  const { status, statusText, headers, body } = response;
  const type = valueOf(headers, 'content-type');
  return {
    ...emptyResponse,
    status,
    statusText,
    headers: headers.map(headerOf),
    content: {
      size: body?.length ?? 0,
      mimeType: type === '' ? 'x-unknown' : type,
      ...(body === undefined ? {} : { text: body }),
    },
    redirectURL: inAscii(valueOf(headers, 'location')),
    ...(status === 101 ? {} : { _error: sentence }),
  };
}

/** Times of HAR are milliseconds; -1 means that a step was not needed. `connect` includes `ssl`. */
function timingsOf({ timings }: HandshakeFacts): object {
  const took = (...phases: readonly Phase[]) => {
    const found = timings.filter(({ phase }) => phases.includes(phase));
    return found.length === 0 ? -1 : found.reduce((sum, { ms }) => sum + ms, 0);
  };
  return {
    blocked: -1,
    dns: took('dns'),
    connect: took('tcp', 'proxy', 'tls'),
    ssl: took('tls'),
    send: 0,
    wait: Math.max(0, took('upgrade')),
    receive: 0,
  };
}

function headerOf([name, value]: HeaderLine): object {
  return { name, value };
}

function valueOf(headers: readonly HeaderLine[], lowerName: string): string {
  return headers.find(([name]) => name.toLowerCase() === lowerName)?.[1] ?? '';
}

function queryOf(url: string): readonly object[] {
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  return query
    .split('&')
    .filter(pair => pair !== '')
    .map(pair => {
      const at = pair.indexOf('=');
      return at < 0
        ? { name: formDecoded(pair), value: '' }
        : { name: formDecoded(pair.slice(0, at)), value: formDecoded(pair.slice(at + 1)) };
    });
}

function formDecoded(text: string): string {
  return percentDecoded(text.replaceAll('+', ' '));
}

/** The mask of a secret is not ASCII, and a server may have put anything into a `Location`. */
function inAscii(url: string): string {
  const whole = url.replace(/\p{Surrogate}/gu, '\ufffd');
  return whole.replace(/[^\x20-\x7e]+/g, encodeURIComponent);
}
