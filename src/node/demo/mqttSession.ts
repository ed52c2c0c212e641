import { packetTypes, readPacket, type Packet } from '../../core/decode/protocols/mqtt/packet.ts';
import { every, type Serve } from './serve.ts';
import { firstPacket, mqttPacket, noProperties, publishPacket, u16 } from './mqttPackets.ts';
import { quotes } from './quotes.ts';

const turnMs = 200;
/** A packet that is longer ends the connection. */
const maxPacketLength = 65_536;
const maxFilters = 100;
/** Every so many messages one has a quality of service of 1. */
const assuredEvery = 5;

/** Codes of close frames (RFC 6455, section 7.4.1). */
const normalClosure = 1000;
const protocolError = 1002;
const unsupportedData = 1003;
const tooBig = 1009;

/**
 * A server of MQTT 3.1.1 and 5 with quotes below `quotes/`. A client that says nothing, as people do who do not write packets by
 * hand, is treated as if it had connected and subscribed to all of them.
 */
export const mqtt: Serve = socket => {
  const session = new MqttSession(
    packet => socket.send(packet),
    code => socket.close(code),
  );
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      session.receive(data);
    } else {
      socket.close(unsupportedData);
    }
  });
  return every(turnMs, () => session.turn());
};

/** One client. */
class MqttSession {
  readonly #send: (packet: Uint8Array) => void;
  readonly #close: (code: number) => void;
  readonly #next = quotes();
  #rest: Buffer = Buffer.alloc(0);
  #version: number | undefined;
  /** What the client has subscribed to; until it connects all, once it was welcomed. */
  #filters = new Set<string>();
  #isWelcomed = false;
  #isOver = false;
  #sent = 0;

  constructor(send: (packet: Uint8Array) => void, close: (code: number) => void) {
    this.#send = send;
    this.#close = close;
  }

  /** To be called again and again. */
  turn(): void {
    if (this.#isOver) {
      return;
    }
    if (!this.#isWelcomed) {
      this.#welcome();
      this.#filters.add('#');
      return;
    }
    const quote = this.#next();
    this.#publish(`quotes/${quote.symbol}`, Buffer.from(JSON.stringify(quote)), true);
  }

  /** A message may hold several packets, or a part of one. */
  receive(message: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, message]);
    try {
      this.#takeAll();
    } catch {
      this.#end(protocolError);
    }
  }

  #takeAll(): void {
    for (;;) {
      const place = firstPacket(this.#rest);
      if (place && place.end > maxPacketLength) {
        this.#end(tooBig);
      }
      if (!place || place.end > this.#rest.length || this.#isOver) {
        return;
      }
      const { begin, end } = place;
      const type = packetTypes[(this.#rest[0] ?? 0) >> 4];
      const packet = type && readPacket(this.#rest, { type, at: 0, begin, end }, this.#version);
      if (!packet || packet.problem) {
        this.#end(protocolError);
        return;
      }
      this.#take(packet);
      this.#rest = this.#rest.subarray(end);
    }
  }

  #take(packet: Packet): void {
    const { type, connect, filters = [] } = packet;
    const id = u16(packet.id ?? 0);
    const none = noProperties(this.#isVersion5);
    switch (type) {
      case 'CONNECT':
        this.#version = connect?.version;
        this.#filters.clear();
        this.#welcome();
        return;
      case 'SUBSCRIBE': {
        for (const { topic } of filters.slice(0, maxFilters - this.#filters.size)) {
          this.#filters.add(topic);
        }
        const granted = filters.map(({ options }) => Math.min(1, options & 0x03));
        this.#send(mqttPacket(0x90, [...id, ...none, ...granted]));
        return;
      }
      case 'UNSUBSCRIBE': {
        for (const { topic } of filters) {
          this.#filters.delete(topic);
        }
        const codes = this.#isVersion5 ? filters.map(() => 0) : [];
        this.#send(mqttPacket(0xb0, [...id, ...none, ...codes]));
        return;
      }
      case 'PUBLISH': {
        const qos = (packet.flags >> 1) & 0x03;
        if (qos > 0) {
          // PUBACK, or the first of two answers.
          this.#send(mqttPacket(qos === 1 ? 0x40 : 0x50, id));
        }
        this.#publish(packet.topic ?? '', packet.payload?.bytes ?? new Uint8Array(), false);
        return;
      }
      case 'PUBREL':
        this.#send(mqttPacket(0x70, id));
        return;
      case 'PINGREQ':
        this.#send(mqttPacket(0xd0));
        return;
      case 'DISCONNECT':
        this.#end(normalClosure);
        return;
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBCOMP':
      case 'AUTH':
        return;
      case 'CONNACK':
      case 'SUBACK':
      case 'UNSUBACK':
      case 'PINGRESP':
        this.#end(protocolError);
    }
  }

  get #isVersion5(): boolean {
    return this.#version === 5;
  }

  #welcome(): void {
    this.#isWelcomed = true;
    this.#send(mqttPacket(0x20, [0, 0, ...noProperties(this.#isVersion5)]));
  }

  /** @param mayBeAssured some of these want an answer */
  #publish(topic: string, payload: Uint8Array, mayBeAssured: boolean): void {
    if (![...this.#filters].some(filter => isMatch(filter, topic))) {
      return;
    }
    this.#sent++;
    const isAssured = mayBeAssured && this.#sent % assuredEvery === 0;
    const id = isAssured ? { id: 1 + (this.#sent % 0xffff) } : {};
    this.#send(publishPacket({ topic, payload, ...id, isVersion5: this.#isVersion5 }));
  }

  #end(code: number): void {
    this.#isOver = true;
    this.#close(code);
  }
}

/** Whether a filter with its wildcards is about a topic (MQTT 5, section 4.7). */
function isMatch(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const rest = wanted.at(-1) === '#' ? wanted.length - 1 : undefined;
  const count = rest ?? wanted.length;
  return (
    (rest === undefined ? levels.length === count : levels.length >= count) &&
    wanted.slice(0, count).every((each, index) => each === '+' || each === levels[index])
  );
}
