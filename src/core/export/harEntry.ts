import { percentDecoded } from '../base/percent.ts';
import type { HandshakeFacts, HeaderLine } from '../record/handshakeFacts.ts';
import type { Phase } from '../record/phase.ts';
import type { StateRow } from '../connection/report.ts';
import { isoTime } from '../base/isoTime.ts';
import type { ExportRedactor } from '../secrets/redact.ts';

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
export function harEntry({ at, row }: Opening, redactor: ExportRedactor): object {
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
export function harEntryWithout(url: string, at: number): object {
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

/** Times of HAR are milliseconds; -1 says that a step was not needed. `connect` includes `ssl`. */
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

/** What stands for a secret is no ASCII, and a server may have put anything into a `Location`. */
function inAscii(url: string): string {
  const whole = url.replace(/\p{Surrogate}/gu, '\ufffd');
  return whole.replace(/[^\x20-\x7e]+/g, encodeURIComponent);
}
