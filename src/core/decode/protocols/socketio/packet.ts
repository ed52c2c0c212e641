import { otherDirection, type Direction } from '../../../record/record.ts';
import { maskNamedSecrets } from '../../../secrets/namedSecrets.ts';
import type { Asked, Problem, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';

/** In the order of their numbers. */
export const packetTypes = [
  'CONNECT',
  'DISCONNECT',
  'EVENT',
  'ACK',
  'CONNECT_ERROR',
  'BINARY_EVENT',
  'BINARY_ACK',
] as const;
export type PacketType = (typeof packetTypes)[number];

/** What a packet carries, whichever way it is encoded. */
export interface PacketData {
  readonly isArray: boolean;
  /** The first element, if that is a string or a number: the name of an event. */
  readonly first: string | undefined;
  /** As JSON. */
  text(): string;
  /** The beginning for a summary. */
  shown(): string;
  /** The elements from one on, as arguments. */
  shownFrom(index: number): string;
  /** The text of an error: of the revisions 4 and before the data itself, since then its member. */
  message(): string;
}

export interface Packet {
  readonly type: PacketType;
  /** The namespace; up to revision 4 maybe with a query. Absent: it was not read. */
  readonly topic: string | undefined;
  /** Of the acknowledgement that is asked for, or that it is. */
  readonly id: string | undefined;
  readonly data: PacketData | undefined;
}

/** Whether the data is what a packet of its type has: with other data it is none. */
export function isWhole({ type, data }: Packet): boolean {
  switch (type) {
    case 'EVENT':
    case 'BINARY_EVENT':
      return data?.first !== undefined;
    case 'ACK':
    case 'BINARY_ACK':
      return data?.isArray === true;
    case 'CONNECT':
    case 'DISCONNECT':
    case 'CONNECT_ERROR':
      return true;
  }
}

/** A packet of which no more than its header can be read. */
export function brokenPacket(
  { type, topic, id }: Omit<Packet, 'data'>,
  problem: Problem,
  summary: () => string,
): Reading {
  return { type, topic: maskedTopic(topic), id, severity: 'error', problem, summary };
}

/** What a packet says whose data is as it has to be. */
export function packetReading(packet: Packet, direction: Direction): Reading {
  const { type, topic, id, data } = packet;
  const value = data && (() => data.text());
  return { type, topic, id, value, ...factsOf(packet, direction) };
}

function factsOf(packet: Packet, direction: Direction): Reading {
  const { type, data } = packet;
  const { topic = '/' } = packet;
  const place = topic === '/' ? '' : ` ${topic}`;
  switch (type) {
    case 'CONNECT':
      return connect(packet, direction, place);
    case 'DISCONNECT':
      return { summary: () => oneLine(`disconnect${place}`) };
    case 'CONNECT_ERROR':
      return {
        severity: 'error',
        call: { role: 'response', key: connectKey(packet), isFailed: true, isOptional: true },
        summary: () => oneLine(`connect${place} ! ${data?.message() ?? ''}`.trimEnd()),
      };
    case 'EVENT':
    case 'BINARY_EVENT':
      return event(packet, direction);
    case 'ACK':
    case 'BINARY_ACK':
      return acknowledgement(packet, direction);
  }
}

function connect({ topic, data }: Packet, direction: Direction, place: string): Reading {
  const key = connectKey({ topic });
  return direction === 'out'
    ? {
        topic: maskedTopic(topic),
        call: { role: 'request', key },
        // What clients say here is mostly who they are.
        summary: () =>
          oneLine(maskNamedSecrets(`connect${place}${data ? ` ${data.shown()}` : ''}`)),
      }
    : {
        // Up to revision 4, nobody asks for the namespace `/`.
        call: { role: 'response', key, isOptional: true },
        summary: () => oneLine(`connect${place}${data ? ` = ${data.shown()}` : ''}`),
      };
}

function event(packet: Packet, direction: Direction): Reading {
  const { id, data } = packet;
  const name = data?.first ?? '';
  return {
    name,
    call: id === undefined ? undefined : { role: 'request', key: eventKey(packet, direction) },
    summary: () => oneLine(`${name} ${data?.shownFrom(1) ?? ''}`.trimEnd()),
  };
}

function acknowledgement(packet: Packet, direction: Direction): Reading {
  const { id = '', data } = packet;
  const asker = otherDirection(direction);
  return {
    call: { role: 'response', key: eventKey(packet, asker) },
    summary: (asked?: Asked) =>
      oneLine(`${asked?.name ?? `#${id}`} = ${data?.shownFrom(0) ?? ''}`.trimEnd()),
  };
}

function connectKey({ topic }: Pick<Packet, 'topic'>): string {
  return `connect ${namespaceOf(topic)}`;
}

function eventKey({ topic, id = '' }: Packet, asker: Direction): string {
  return `${asker} ${namespaceOf(topic)} ${id}`;
}

/** Clients ask for `/a?token=…`. */
function maskedTopic(topic: string | undefined): string | undefined {
  return topic?.includes('?') ? maskNamedSecrets(topic) : topic;
}

/** The answer to what is sent to `/a?b` comes from `/a`. */
function namespaceOf(topic = '/'): string {
  return topic.split('?', 1)[0] ?? topic;
}
