import { maxFields } from '../../limits.ts';
import type { Problem } from '../../reading.ts';
import { byteCount } from '../../summaryText.ts';
import { mqttProperties, type PropertyType } from './properties.ts';

/** A value of a packet with its place in the bytes that the packet was read from. */
export interface PacketField {
  readonly path: readonly (string | number)[];
  readonly begin: number;
  readonly end: number;
  readonly type: PropertyType | 'payload';
  readonly text: string;
  /** Of bytes. */
  readonly content?: Uint8Array;
}

/** The properties that matter for what a row is named and belongs to. */
export interface KnownProperties {
  topicAlias?: number;
  responseTopic?: string;
  correlationData?: Uint8Array;
}

const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/**
 * Reads the values of a packet one after the other (MQTT 5, section 1.5). At the first that is not there it stops: all that
 * are read from then on are empty.
 */
export class PacketReader {
  problem: Problem | undefined;
  at: number;
  readonly end: number;
  /** What was read, if somebody wants it. */
  readonly fields: PacketField[] | undefined;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, begin: number, end: number, hasFields: boolean) {
    this.#bytes = bytes;
    this.at = begin;
    this.end = end;
    this.fields = hasFields ? [] : undefined;
  }

  get hasMore(): boolean {
    return this.at < this.end;
  }

  /** @param at in the bytes that the packet was read from */
  fail(at: number, is: Problem['is']): void {
    this.problem ??= { at, is };
    this.at = this.end;
  }

  u8(...path: PacketField['path']): number {
    return this.#number('u8', 1, path);
  }

  u16(...path: PacketField['path']): number {
    return this.#number('u16', 2, path);
  }

  string(...path: PacketField['path']): string {
    const begin = this.at;
    const bytes = this.#prefixed();
    const text = this.#decoded(bytes, begin + 2);
    this.#add(path, begin, 'string', () => JSON.stringify(text));
    return text;
  }

  binary(...path: PacketField['path']): Uint8Array {
    const begin = this.at;
    const bytes = this.#prefixed();
    this.#add(path, begin, 'binary', () => byteCount(bytes.length), bytes);
    return bytes;
  }

  /** @returns those that matter, and whether there are any */
  properties(...path: PacketField['path']): KnownProperties & { readonly count: number } {
    const known: KnownProperties = {};
    let count = 0;
    const length = this.#varint();
    const end = this.at + length;
    if (end > this.end) {
      this.fail(this.end, 'truncated');
    }
    while (this.at < end && !this.problem) {
      count++;
      this.#property(path, known);
      if (this.at > end) {
        this.fail(end, 'truncated');
      }
    }
    return { ...known, count };
  }

  /** The rest, as the body of the packet. */
  payload(): Uint8Array {
    const begin = this.at;
    this.at = this.end;
    const bytes = this.#bytes.subarray(begin, this.end);
    this.#add([], begin, 'payload', () => byteCount(bytes.length));
    return bytes;
  }

  #property(prefix: PacketField['path'], known: KnownProperties): void {
    const begin = this.at;
    const id = this.#varint();
    const property = mqttProperties.get(id);
    if (!property) {
      this.fail(this.problem?.at ?? begin, 'reserved');
      return;
    }
    const { name, type } = property;
    const add = (text: () => string, content?: Uint8Array) =>
      this.#add([...prefix, name], begin, type, text, content);
    switch (type) {
      case 'u8':
      case 'u16':
      case 'u32': {
        const value = this.#bigEndian(type === 'u8' ? 1 : type === 'u16' ? 2 : 4);
        add(() => String(value));
        if (name === 'topicAlias') {
          known.topicAlias = value;
        }
        return;
      }
      case 'var': {
        const value = this.#varint();
        add(() => String(value));
        return;
      }
      case 'string': {
        const text = this.#text();
        add(() => JSON.stringify(text));
        if (name === 'responseTopic') {
          known.responseTopic = text;
        }
        return;
      }
      case 'binary': {
        const bytes = this.#prefixed();
        add(() => byteCount(bytes.length), bytes);
        if (name === 'correlationData') {
          known.correlationData = bytes;
        }
        return;
      }
      case 'pair': {
        const key = this.#text();
        const value = this.#text();
        add(() => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
      }
    }
  }

  #number(type: 'u8' | 'u16', length: number, path: PacketField['path']): number {
    const begin = this.at;
    const value = this.#bigEndian(length);
    this.#add(path, begin, type, () => String(value));
    return value;
  }

  #bigEndian(length: number): number {
    if (!this.#has(length)) {
      return 0;
    }
    let value = 0;
    for (let index = 0; index < length; index++) {
      value = value * 256 + (this.#bytes[this.at++] ?? 0);
    }
    return value;
  }

  /** A variable byte integer of four bytes at most. */
  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      if (!this.#has(1)) {
        return 0;
      }
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    this.fail(this.at, 'bad-length');
    return 0;
  }

  #text(): string {
    const begin = this.at + 2;
    return this.#decoded(this.#prefixed(), begin);
  }

  #decoded(bytes: Uint8Array, begin: number): string {
    try {
      return strict.decode(bytes);
    } catch {
      this.fail(begin, 'bad-utf8');
      return '';
    }
  }

  /** Bytes behind their length in two bytes. */
  #prefixed(): Uint8Array {
    const length = this.#bigEndian(2);
    if (!this.#has(length)) {
      return new Uint8Array();
    }
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #has(length: number): boolean {
    if (this.problem === undefined && this.at + length <= this.end) {
      return true;
    }
    this.fail(this.end, 'truncated');
    return false;
  }

  #add(
    path: PacketField['path'],
    begin: number,
    type: PacketField['type'],
    text: () => string,
    content?: Uint8Array,
  ): void {
    const { fields, problem } = this;
    if (fields && !problem && fields.length < maxFields) {
      fields.push({ path, begin, end: this.at, type, text: text(), ...(content && { content }) });
    }
  }
}
