import { otherDirection, type Direction } from '../../../record/record.ts';
import { callsOf } from '../../framing/calls.ts';
import type { FrameBytes } from '../../framing/frames.ts';
import { Payload } from '../../framing/payload.ts';
import { memberStep } from '../../pathStep.ts';
import type { Asked, Call, Field, Reading } from '../../reading.ts';
import { byteCount, oneLine } from '../../summaryText.ts';
import { dupFlag, readPacket, type MqttVersion, type Packet, type PacketPlace } from './packet.ts';
import { packetJson } from './packetJson.ts';
import type { KnownProperties, PacketField } from './packetReader.ts';

/** Whose packet it is, and what it is read by. */
export interface PacketSource {
  readonly from: FrameBytes;
  readonly place: PacketPlace;
  readonly version: MqttVersion | undefined;
  readonly direction: Direction;
}

/** From this reason code on a packet says that something failed. */
const firstFailure = 0x80;
/** Keys of calls are kept; longer data pairs nothing. */
const maxCorrelationLength = 128;

/** What the codes of CONNACK mean before version 5 (3.1.1, section 3.2.2.3). */
const refusals = [
  'accepted',
  'unacceptable protocol version',
  'identifier rejected',
  'server unavailable',
  'bad user name or password',
  'not authorized',
];

/**
 * What a packet says.
 *
 * @param topic of a PUBLISH, once an alias was looked up
 */
export function packetReading(packet: Packet, topic: string, source: PacketSource): Reading {
  const { from, place, version } = source;
  const { type, problem } = packet;
  const fields = () => readPacket(from.bytes, place, version, true).fields ?? [];
  const around = {
    type,
    fields: () => fields().map(each => fieldOf(each, from.shift)),
    ...(problem && { problem: { at: from.offset(problem.at), is: problem.is } }),
  };
  if (problem && problem.is !== 'trailing') {
    const { begin, end } = place;
    const summary = () => `${type} ${byteCount(end - begin)}`;
    return { ...around, severity: 'error', summary };
  }
  return {
    ...around,
    envelope: () => packetJson(fields(), marksOf(packet)),
    ...(packet.payload
      ? publishFacts(packet, topic, source)
      : factsOf(packet, version, source.direction)),
  };
}

function fieldOf({ path, begin, end, type, text }: PacketField, shift: number): Field {
  const [first = '', ...steps] = path;
  const rest = steps.map(step => (typeof step === 'number' ? `[${step}]` : memberStep(step)));
  const name = type === 'payload' ? '$' : `@${memberStep(String(first))}${rest.join('')}`;
  return [name, begin - shift, end - shift, type, text];
}

/** What the flags of PUBLISH say, as members of the envelope. */
function marksOf({ payload, flags }: Packet): readonly string[] {
  return payload
    ? [`"qos":${qosOf(flags)}`, `"retain":${(flags & 1) !== 0}`, `"dup":${(flags & dupFlag) !== 0}`]
    : [];
}

const qosOf = (flags: number) => (flags >> 1) & 0x03;

function publishFacts(
  { flags, id, payload, properties }: Packet,
  topic: string,
  { from, direction }: PacketSource,
): Partial<Reading> & Pick<Reading, 'summary'> {
  const isRepeated = (flags & dupFlag) !== 0;
  const qos = qosOf(flags);
  const marks = [
    ...(qos > 0 ? [`QoS ${qos}`] : []),
    ...(flags & 0x01 ? ['retain'] : []),
    ...(isRepeated ? ['dup'] : []),
  ];
  const lead = `PUBLISH ${topic}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
  const body = new Payload(
    payload?.bytes ?? new Uint8Array(),
    payload && from.placeInMessage(payload.begin),
  );
  const delivery: Call | undefined =
    id === undefined
      ? undefined
      : { role: 'request', key: publishKey(direction, id), mayRepeat: isRepeated };
  return {
    topic,
    id: id === undefined ? undefined : String(id),
    ...callsOf(...requestCalls(properties, topic, direction), delivery),
    summary: () => oneLine(body.isEmpty ? lead : `${lead} ${body.shown}`),
    lead: () => oneLine(lead),
    value: body.isEmpty ? undefined : body.value,
    next: body.layer,
  };
}

/** A message that wants an answer, or is one (MQTT 5, section 4.10): the answer's topic and data are those that were asked for. */
function requestCalls(
  properties: KnownProperties | undefined,
  topic: string,
  direction: Direction,
): readonly Call[] {
  const data = properties?.correlationData;
  if (!data || data.length > maxCorrelationLength) {
    return [];
  }
  const correlation = data.join();
  const { responseTopic } = properties;
  const key = (asking: Direction, answerTopic: string) =>
    `request ${asking} ${correlation} ${answerTopic}`;
  return [
    { role: 'response', key: key(otherDirection(direction), topic), isOptional: true },
    ...(responseTopic === undefined
      ? []
      : [{ role: 'request' as const, key: key(direction, responseTopic) }]),
  ];
}

const publishKey = (publisher: Direction, id: number) => `publish ${publisher} ${id}`;

/** Of all packets but PUBLISH. */
function factsOf(
  packet: Packet,
  version: MqttVersion | undefined,
  direction: Direction,
): Partial<Reading> & Pick<Reading, 'summary'> {
  const { type, connect, filters = [], codes = [] } = packet;
  const number = packet.id ?? 0;
  const id = String(number);
  const [code = 0] = codes;
  const failure = codes.some(each => each >= firstFailure) ? 'error' : undefined;
  const failed = code >= firstFailure ? ` ! ${hexOf(code, 1)}` : '';
  switch (type) {
    case 'CONNECT': {
      const { protocol = '', keepAlive = 0, clientId = '' } = connect ?? {};
      const who = [type, protocol, versionName(connect?.version), clientId];
      return {
        id: clientId === '' ? undefined : clientId,
        call: { role: 'request', key: 'connect' },
        summary: () =>
          oneLine(`${who.filter(each => each !== '').join(' ')} keepAlive ${keepAlive}`),
      };
    }
    case 'CONNACK': {
      const isRefused = version === 5 ? code >= firstFailure : code > 0;
      const reason = version === 5 ? hexOf(code, 1) : (refusals[code] ?? String(code));
      const present = packet.isSessionPresent ? ', session present' : '';
      return {
        severity: isRefused ? 'error' : undefined,
        call: { role: 'response', key: 'connect', isFailed: isRefused },
        summary: () => (isRefused ? `CONNECT ! ${reason}` : `CONNECT done${present}`),
      };
    }
    case 'PUBACK':
    case 'PUBREC':
    case 'PUBREL':
    case 'PUBCOMP': {
      const publisher = type === 'PUBREL' ? direction : otherDirection(direction);
      const isLast = type === 'PUBACK' || type === 'PUBCOMP' || failure !== undefined;
      return {
        id,
        severity: failure,
        call: {
          role: isLast ? 'response' : 'item',
          key: publishKey(publisher, number),
          ...(failure && { isFailed: true }),
        },
        summary: asked => oneLine(`${type} ${asked?.topic ?? `#${id}`}${failed}`),
      };
    }
    case 'SUBSCRIBE': {
      const listed = filters.map(({ topic, options }) => `${topic} (QoS ${options & 0x03})`);
      const asks = labelled(`${type} ${listed.join(', ')}`);
      return {
        id,
        topic: filters[0]?.topic,
        call: { role: 'request', key: `subscribe ${id}` },
        ...asks,
      };
    }
    case 'UNSUBSCRIBE':
      return {
        id,
        topic: filters[0]?.topic,
        call: { role: 'request', key: `unsubscribe ${id}` },
        ...labelled(`${type} ${filters.map(({ topic }) => topic).join(', ')}`),
      };
    case 'SUBACK':
    case 'UNSUBACK': {
      const key = type === 'SUBACK' ? `subscribe ${id}` : `unsubscribe ${id}`;
      const granted = type === 'SUBACK' ? `= ${codes.join(', ')}` : 'done';
      const said = failure ? `! ${codes.map(each => hexOf(each, 2)).join(', ')}` : granted;
      return {
        id,
        severity: failure,
        call: { role: 'response', key, isFailed: failure !== undefined },
        summary: asked => oneLine(`${asked?.label ?? `#${id}`} ${said}`),
      };
    }
    case 'PINGREQ':
      return {
        isHeartbeat: true,
        call: { role: 'request', key: 'ping', mayRepeat: true },
        summary: () => 'ping',
      };
    case 'PINGRESP':
      return {
        isHeartbeat: true,
        call: { role: 'response', key: 'ping' },
        summary: () => 'pong',
      };
    case 'PUBLISH':
    case 'DISCONNECT':
    case 'AUTH':
      return { severity: failure, summary: () => `${type}${failed}` };
  }
}

/** A request whose answers do not take its topic, but tell it. */
function labelled(label: string): { readonly asks: Asked; readonly summary: () => string } {
  const line = oneLine(label);
  return { asks: { label: line }, summary: () => line };
}

function versionName(version: MqttVersion | undefined): string {
  return version === 3 ? '3.1' : version === 4 ? '3.1.1' : String(version ?? '');
}

function hexOf(code: number, digits: number): string {
  return `0x${code.toString(16).padStart(digits, '0')}`;
}
