import { maskNamedSecrets } from '../../../secrets/namedSecrets.ts';
import type { AnyDecoder, MessageFacts } from '../../decoder.ts';
import type { Layer } from '../../layer.ts';
import type { Asked, Call, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { unreadLayer } from '../json/unreadLayer.ts';
import { operationOf, type Operation } from './operation.ts';

/**
 * GraphQL over the subprotocol `graphql-transport-ws`.
 *
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export const graphqlTransportWs = decoderOf('graphql-transport-ws', 'GraphQL', [
  'connection_init',
  'connection_ack',
  'ping',
  'pong',
  'subscribe',
  'next',
  'error',
  'complete',
]);

/**
 * GraphQL over the older protocol, whose subprotocol is `graphql-ws`; `start_ack` is of AWS AppSync.
 *
 * @see https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md
 */
export const subscriptionsTransportWs = decoderOf(
  'subscriptions-transport-ws',
  'GraphQL (subscriptions-transport-ws)',
  [
    'connection_init',
    'connection_ack',
    'connection_error',
    'ka',
    'start',
    'start_ack',
    'data',
    'error',
    'complete',
    'stop',
    'connection_terminate',
  ],
);

/** @param types of messages; those of the other protocol are unexpected */
function decoderOf(name: string, title: string, types: readonly string[]): AnyDecoder {
  const known: ReadonlySet<string> = new Set(types);
  return {
    name,
    title,
    takes: 'both',
    read: (layer, _context, message) => readMessage(layer, message, known),
  };
}

interface Envelope {
  readonly type: string;
  readonly id: string | undefined;
  readonly payload: JsonSlice | undefined;
  readonly direction: MessageFacts['direction'];
}

function readMessage(layer: Layer, message: MessageFacts, types: ReadonlySet<string>): Reading {
  const { bytes } = layer;
  const json = JsonSlice.read(bytes);
  if (typeof json === 'number') {
    return unreadLayer(layer, { at: json, is: 'bad-json' });
  }
  const value = () => layer.text;
  const [typeSlice, idSlice, payload] = json.members('type', 'id', 'payload');
  const type = typeSlice?.isString ? typeSlice.label : undefined;
  const id = idSlice?.label;
  if (type === undefined || !types.has(type)) {
    return { ...unreadLayer(layer, { at: 0, is: 'unexpected' }), type, id, value };
  }
  return { type, id, value, ...factsOf({ type, id, payload, direction: message.direction }) };
}

/** What a message of a known type says. */
function factsOf(envelope: Envelope): Reading {
  const { type, payload } = envelope;
  switch (type) {
    case 'connection_init':
      return {
        call: { role: 'request', key: connectionKey },
        // What clients say here is mostly who they are.
        summary: () => oneLine(maskNamedSecrets(withBody('connection_init', payload))),
      };
    case 'connection_ack':
      return {
        call: { role: 'response', key: connectionKey },
        summary: () => 'connection_init done',
      };
    case 'connection_error':
      return {
        severity: 'error',
        call: { role: 'response', key: connectionKey, isFailed: true },
        summary: () => oneLine(withBody('connection_init !', payload)),
      };
    case 'subscribe':
    case 'start':
      return request(envelope);
    case 'start_ack':
      return answer(envelope, 'item', name => `${name} started`);
    case 'next':
    case 'data':
      return result(envelope);
    case 'error':
      return {
        ...answer(envelope, 'response', name => `${name} ! ${errorMessage(payload)}`, true),
        severity: 'error',
      };
    case 'complete':
    case 'stop':
      return envelope.direction === 'out'
        ? answer(envelope, 'cancel', name => `${name} cancelled`)
        : answer(envelope, 'response', name => `${name} done`);
    case 'ping':
    case 'pong':
    case 'ka':
      return { isHeartbeat: true, summary: () => type };
    default:
      return { summary: () => type };
  }
}

const connectionKey = 'connection';

function keyOf({ id = '' }: Envelope): string {
  return `operation ${id}`;
}

function withBody(text: string, body: JsonSlice | undefined): string {
  return body ? `${text} ${body.shown}` : text;
}

function request(envelope: Envelope): Reading {
  const { query, operationName, variables } = requestMembers(envelope.payload);
  const { kind, name } = operation(query, operationName);
  return {
    name,
    call: {
      role: 'request',
      key: keyOf(envelope),
      ...(kind === 'subscription' && { isOpenEnded: true }),
    },
    summary: () =>
      oneLine(withBody(`${kind} ${name}`, hasMembers(variables) ? variables : undefined)),
  };
}

function operation(query: JsonSlice | undefined, name: JsonSlice | undefined): Operation {
  return operationOf(query?.string ?? '', name?.isString ? name.label : undefined);
}

interface RequestMembers {
  readonly query: JsonSlice | undefined;
  readonly operationName: JsonSlice | undefined;
  readonly variables: JsonSlice | undefined;
}

/** AWS AppSync has the request as JSON in a string, beside its authorization. */
function requestMembers(payload: JsonSlice | undefined): RequestMembers {
  const names = ['query', 'operationName', 'variables', 'data'] as const;
  const [query, operationName, variables, data] = payload?.members(...names) ?? [];
  const text = query ? undefined : data?.string;
  const inner = text === undefined ? undefined : JsonSlice.read(encoder.encode(text));
  if (typeof inner === 'object') {
    const [innerQuery, innerName, innerVariables] = inner.members(...names);
    return { query: innerQuery, operationName: innerName, variables: innerVariables };
  }
  return { query, operationName, variables };
}

const encoder = new TextEncoder();

function hasMembers(object: JsonSlice | undefined): boolean {
  return object?.entries().next().done === false;
}

/** A row about the operation of an id, which is called by its name where that is known. Without an id it is about none. */
function answer(
  envelope: Envelope,
  role: Call['role'],
  summary: (name: string) => string,
  isFailed?: boolean,
): Reading {
  const { id, type } = envelope;
  if (id === undefined) {
    return { summary: () => oneLine(summary(type)) };
  }
  return {
    call: { role, key: keyOf(envelope), ...(isFailed && { isFailed }) },
    summary: (asked?: Asked) => oneLine(summary(asked?.name ?? `#${id}`)),
  };
}

function result(envelope: Envelope): Reading {
  const { payload } = envelope;
  const [data = payload, errors] = payload?.members('data', 'errors') ?? [];
  const error = errors?.firstElement;
  if (error) {
    return {
      ...answer(envelope, 'item', name => `${name} ! ${errorMessage(error)}`),
      severity: 'error',
    };
  }
  // Without data it is a part of what is delivered bit by bit.
  return answer(envelope, 'item', name => withBody(`${name} >`, data));
}

/** @param error an error, or several of which the first counts, alone or as the member of AWS AppSync */
function errorMessage(error: JsonSlice | undefined): string {
  const several = error?.member('errors') ?? error;
  const first = several?.isArray ? several.firstElement : several;
  return (first?.member('message') ?? error)?.message ?? '';
}
