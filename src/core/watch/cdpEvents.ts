import { isObject } from '../json/json.ts';
import type { ScriptPlace } from '../record/watchFacts.ts';
import {
  closeCodeOf,
  countOf,
  idOf,
  listIn,
  listOf,
  objectOf,
  opcodeOf,
  secondsOf,
  statusOf,
  textOf,
} from './toldValues.ts';

/** Header names and values as the debugger has them; several values of one name are joined by newlines. */
type HeaderValues = Readonly<Record<string, unknown>>;

interface EventBase {
  /** Names the socket within its target. */
  readonly id: string;
}

/** What the debugger tells of the sockets of one target: the events `Network.webSocket*` of CDP. */
export type SocketEvent =
  | (EventBase & { readonly kind: 'created'; readonly url: string; readonly openedAt: Calls })
  | (EventBase & {
      readonly kind: 'request';
      /** In seconds, by a clock of the target's. */
      readonly timestamp: number;
      /** The same moment in seconds since 1970. */
      readonly wallTime: number;
      readonly headers: HeaderValues;
    })
  | (EventBase & {
      readonly kind: 'response';
      readonly timestamp: number;
      readonly status: number;
      readonly statusText: string;
      readonly headers: HeaderValues;
      /** What was sent at last; absent if the debugger does not tell. */
      readonly requestHeaders?: HeaderValues;
    })
  | (EventBase & {
      readonly kind: 'sent' | 'received';
      readonly timestamp: number;
      readonly opcode: number;
      /** Text as it is; everything else in base64. */
      readonly payload: string;
    })
  | (EventBase & { readonly kind: 'error'; readonly timestamp: number; readonly message: string })
  | (EventBase & { readonly kind: 'closed'; readonly timestamp: number });

type Calls = readonly ScriptPlace[];
type Facts = Readonly<Record<string, unknown>>;

/** So many calls of a stack are kept. */
const maxCalls = 10;

const pageEvent = 'Page.frameNavigated';
/** The events to ask js-debug for. */
export const watchedEvents = ['Network.webSocket*', pageEvent, 'Runtime.bindingCalled'];
const prefix = 'Network.webSocket';

/**
 * Reads an event of CDP; `undefined` if it is none of a socket's, or does not say of which. What it lacks,
 * or what is none, is empty, 0 or NaN.
 */
export function readSocketEvent(method: string, params: unknown): SocketEvent | undefined {
  if (!method.startsWith(prefix) || !isObject(params)) {
    return undefined;
  }
  const id = idOf(params['requestId']);
  if (id === undefined) {
    return undefined;
  }
  const timestamp = secondsOf(params['timestamp']);
  switch (method.slice(prefix.length)) {
    case 'FrameReceived':
      return frameOf('received', id, timestamp, params);
    case 'FrameSent':
      return frameOf('sent', id, timestamp, params);
    case 'Created':
      return { kind: 'created', id, url: textOf(params['url']), openedAt: callsOf(params) };
    case 'WillSendHandshakeRequest': {
      const headers = objectOf(objectOf(params['request'])['headers']);
      return { kind: 'request', id, timestamp, wallTime: secondsOf(params['wallTime']), headers };
    }
    case 'HandshakeResponseReceived':
      return responseOf(id, timestamp, objectOf(params['response']));
    case 'FrameError':
      return { kind: 'error', id, timestamp, message: textOf(params['errorMessage']) };
    case 'Closed':
      return { kind: 'closed', id, timestamp };
    default:
      return undefined;
  }
}

/** Whether the target's page is another one from now on. Frames within it are not it. */
export function isPageLeft(method: string, params: unknown): boolean {
  return (
    method === pageEvent &&
    isObject(params) &&
    isObject(params['frame']) &&
    params['frame']['parentId'] === undefined
  );
}

/** What the script of `debug.closeCodes` tells of a socket. */
export type CloseNote =
  | { readonly kind: 'new'; readonly name: string }
  | {
      readonly kind: 'close';
      readonly name: string;
      readonly code: number;
      readonly reason: string;
    };

/** Reads what a script in the page has told by a binding; `undefined` if it is nothing of ours. */
export function readCloseNote(
  method: string,
  params: unknown,
  binding: string,
): CloseNote | undefined {
  if (method !== 'Runtime.bindingCalled' || !isObject(params) || params['name'] !== binding) {
    return undefined;
  }
  const [number, code, reason] = listIn(params['payload']);
  const context = countOf(params['executionContextId']);
  const count = countOf(number);
  if (context === undefined || count === undefined) {
    return undefined; // The page's own scripts can call the binding, too.
  }
  // Each document counts its own sockets.
  const name = `${context} ${count}`;
  if (code === undefined) {
    return { kind: 'new', name };
  }
  const told = closeCodeOf(code);
  return told === undefined
    ? undefined
    : { kind: 'close', name, code: told, reason: textOf(reason) };
}

function frameOf(
  kind: 'sent' | 'received',
  id: string,
  timestamp: number,
  params: Facts,
): SocketEvent {
  const response = objectOf(params['response']);
  const payload = textOf(response['payloadData']);
  return { kind, id, timestamp, opcode: opcodeOf(response['opcode']), payload };
}

function responseOf(id: string, timestamp: number, response: Facts): SocketEvent {
  const { requestHeaders } = response;
  return {
    kind: 'response',
    id,
    timestamp,
    status: statusOf(response['status']),
    statusText: textOf(response['statusText']),
    headers: objectOf(response['headers']),
    ...(isObject(requestHeaders) && { requestHeaders }),
  };
}

/** The calls that led to a socket, over the stacks of asynchronous callers; or a place in a page. */
function callsOf(params: Facts): Calls {
  const initiator = objectOf(params['initiator']);
  const calls: ScriptPlace[] = [];
  let stack = initiator['stack'];
  while (isObject(stack) && calls.length < maxCalls) {
    for (const frame of listOf(stack['callFrames'])) {
      const place = placeOf(objectOf(frame));
      if (place && calls.length < maxCalls) {
        calls.push(place);
      }
    }
    stack = stack['parent'];
  }
  const ofPage = calls.length === 0 ? placeOf(initiator) : undefined;
  return ofPage ? [ofPage] : calls;
}

function placeOf(frame: Facts): ScriptPlace | undefined {
  const url = textOf(frame['url']);
  const functionName = textOf(frame['functionName']);
  const place = { line: ordinalOf(frame['lineNumber']), column: ordinalOf(frame['columnNumber']) };
  return url === '' ? undefined : { url, ...place, functionName };
}

/** CDP counts lines and columns from 0. */
function ordinalOf(value: unknown): number {
  return (countOf(value) ?? 0) + 1;
}
