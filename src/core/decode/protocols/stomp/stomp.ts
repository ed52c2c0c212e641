import { batchOf } from '../../batch.ts';
import type { Decoder, SessionFacts } from '../../decoder.ts';
import { callsOf } from '../../framing/calls.ts';
import { readFrames, type Frame, type FrameBytes } from '../../framing/frames.ts';
import { Payload } from '../../framing/payload.ts';
import type { Rest } from '../../framing/rest.ts';
import { maxFields } from '../../limits.ts';
import { memberStep } from '../../pathStep.ts';
import type { Call, Field, Reading } from '../../reading.ts';
import { byteCount, oneLine } from '../../summaryText.ts';
import { endOfLineEnd, readStompFrame, type StompFrame, type StompVersion } from './stompFrame.ts';

interface StompContext {
  /** Of the subprotocol, until the server has answered. */
  readonly version: StompVersion | undefined;
  /** Of frames that are not whole yet, by the direction. */
  readonly in: Rest | undefined;
  readonly out: Rest | undefined;
}

/**
 * STOMP 1.0, 1.1 and 1.2: several frames in a message, or one over several.
 *
 * @see https://stomp.github.io/stomp-specification-1.2.html
 */
export const stomp: Decoder<StompContext> = {
  name: 'stomp',
  title: 'STOMP',
  takes: 'both',
  begin: session => ({ version: versionOf(session), in: undefined, out: undefined }),
  read: (layer, context, { direction, seq }) => {
    let { version } = context;
    const isText = layer.kind === 'text' ? true : undefined;
    const frameAt = (from: FrameBytes, at: number): Frame => {
      const lineEnd = endOfLineEnd(from.bytes, at);
      if (lineEnd > at) {
        return { is: 'whole', end: lineEnd };
      }
      const frame = readStompFrame(from, at, version);
      if ('is' in frame) {
        return frame;
      }
      if (frame.command === 'CONNECTED') {
        version = knownVersion(frame.first('version') ?? '1.0');
      }
      return { is: 'whole', end: frame.end, reading: readingOf(frame, from, isText) };
    };
    const { records, rest } = readFrames(layer, context[direction], seq, 'a frame', frameAt);
    const isHeartbeat = records.length === 0 && layer.bytes.length > 0;
    return {
      ...(isHeartbeat ? heartbeat : records.length === 0 ? nothing : batchOf(records)),
      ...((rest !== context[direction] || version !== context.version) && {
        context: { ...context, version, [direction]: rest },
      }),
    };
  },
};

const heartbeat: Reading = { type: 'heart-beat', isHeartbeat: true, summary: () => 'heart-beat' };
const nothing: Reading = { summary: () => '' };

function versionOf({ subprotocol }: SessionFacts): StompVersion | undefined {
  const digit = /^v1([012])\.stomp$/i.exec(subprotocol)?.[1];
  return digit === undefined ? undefined : knownVersion(`1.${digit}`);
}

function knownVersion(text: string): StompVersion | undefined {
  return text === '1.0' || text === '1.1' || text === '1.2' ? text : undefined;
}

function readingOf(frame: StompFrame, from: FrameBytes, isText: true | undefined): Reading {
  const { command, headers, bodyBegin, bodyEnd } = frame;
  const bytes = from.bytes.subarray(bodyBegin, bodyEnd);
  const body = new Payload(bytes, from.placeInMessage(bodyBegin), isText);
  const facts = factsOf(frame, body);
  return {
    type: command,
    ...facts,
    asks: facts.call && { label: command },
    value: body.isEmpty ? undefined : body.value,
    envelope: () => headersJson(headers),
    fields: () => fieldsOf(frame, from),
    next: body.layer,
  };
}

type StompFacts = Pick<Reading, 'topic' | 'id' | 'severity' | 'call' | 'moreCalls' | 'summary'> & {
  readonly lead?: NonNullable<Reading['lead']>;
};

function factsOf({ command, first }: StompFrame, body: Payload): StompFacts {
  const receipt = first('receipt');
  const asked: Call | undefined =
    receipt === undefined ? undefined : { role: 'request', key: receiptKey(receipt) };
  const destination = first('destination');
  const ownId = first('id');
  const said = (text: string) => () => oneLine(text);
  switch (command) {
    case 'CONNECT':
    case 'STOMP':
      return {
        ...callsOf({ role: 'request', key: connectKey }, asked),
        id: receipt,
        summary: said(joined(command, first('host'))),
      };
    case 'CONNECTED':
      return {
        call: { role: 'response', key: connectKey },
        summary: said(`CONNECTED ${first('version') ?? '1.0'}`),
      };
    case 'SUBSCRIBE':
      return {
        topic: destination,
        id: ownId ?? receipt,
        ...callsOf(asked, { role: 'open', key: subscriptionKey(ownId ?? destination) }),
        summary: said(joined(command, destination)),
      };
    case 'UNSUBSCRIBE': {
      const id = ownId ?? destination;
      const key = subscriptionKey(id);
      return {
        id: ownId ?? receipt,
        ...callsOf({ role: 'cancel', key, isOptional: true }, asked),
        summary: said(joined(command, id)),
      };
    }
    case 'MESSAGE':
      return {
        topic: destination,
        id: first('message-id'),
        call: { role: 'item', key: subscriptionKey(first('subscription') ?? destination) },
        ...withBody(joined(command, destination), body),
      };
    case 'SEND':
      return {
        topic: destination,
        id: receipt,
        call: asked,
        ...withBody(joined(command, destination), body),
      };
    case 'RECEIPT': {
      const id = first('receipt-id');
      return {
        id,
        call: { role: 'response', key: receiptKey(id) },
        summary: request => oneLine(`${request?.label ?? `#${id ?? ''}`} done`),
      };
    }
    case 'ERROR':
      return {
        severity: 'error',
        ...errorCalls(first('receipt-id')),
        summary: request =>
          oneLine(`${request?.label ?? command} ! ${first('message') ?? body.shown}`),
      };
    case 'ACK':
    case 'NACK': {
      const id = ownId ?? first('message-id');
      return { id, call: asked, summary: said(joined(command, id)) };
    }
    default:
      return { id: receipt, call: asked, summary: () => command };
  }
}

/** Keys of calls. */
const connectKey = 'connect';
const receiptKey = (receipt: string | undefined) => `receipt ${receipt ?? ''}`;
const subscriptionKey = (id: string | undefined) => `subscription ${id ?? ''}`;

/** An error ends what it names, or else the handshake. */
function errorCalls(receipt: string | undefined): Pick<Reading, 'call' | 'moreCalls'> {
  const failure = (key: string): Call => ({
    role: 'response',
    key,
    isFailed: true,
    isOptional: true,
  });
  return callsOf(
    receipt === undefined ? undefined : failure(receiptKey(receipt)),
    failure(connectKey),
  );
}

function joined(command: string, what: string | undefined): string {
  return what === undefined ? command : `${command} ${what}`;
}

function withBody(lead: string, body: Payload): Pick<StompFacts, 'summary' | 'lead'> {
  return {
    summary: () => oneLine(body.isEmpty ? lead : `${lead} ${body.shown}`),
    lead: () => oneLine(lead),
  };
}

/** Of several headers with the same name the first. */
function headersJson(headers: StompFrame['headers']): string {
  const seen = new Set<string>();
  const members: string[] = [];
  for (const { name, value } of headers) {
    if (!seen.has(name)) {
      seen.add(name);
      members.push(`${JSON.stringify(name)}:${JSON.stringify(value)}`);
    }
  }
  return `{"headers":{${members.join(',')}}}`;
}

function fieldsOf({ headers, bodyBegin, bodyEnd }: StompFrame, from: FrameBytes): readonly Field[] {
  const { shift } = from;
  const fields = headers
    .slice(0, maxFields - 1)
    .map(({ name, value, begin, end }): Field => [
      `@.headers${memberStep(name)}`,
      begin - shift,
      end - shift,
      'header',
      JSON.stringify(value),
    ]);
  if (bodyEnd > bodyBegin) {
    const length = bodyEnd - bodyBegin;
    fields.push(['$', bodyBegin - shift, bodyEnd - shift, 'body', byteCount(length)]);
  }
  return fields;
}
