import type { AnyDecoder, Decoder, MessageFacts, Onward, SessionFacts } from './decoder.ts';
import { Layer } from './layer.ts';
import { maxLayers, maxRecords } from './limits.ts';
import { mergeReadings } from './mergeReadings.ts';
import type { Reading } from './reading.ts';

/** A message as it came. */
export interface Message extends MessageFacts {
  readonly bytes: Uint8Array;
  readonly isText: boolean;
}

/** The contexts of a chain's decoders, in their order, and behind them `NamedContexts`. */
export type Contexts = readonly unknown[];

/** The contexts of decoders that are not in the chain, but that one of it names. */
interface NamedContexts {
  readonly session: SessionFacts;
  readonly of: ReadonlyMap<AnyDecoder, unknown>;
}

/** What one decoder of a chain was given, and what it read. */
export interface LayerReading {
  readonly decoder: string;
  /** Of the decoder, for people. */
  readonly title: string;
  readonly layer: Layer;
  readonly reading: Reading;
}

export interface ChainReading {
  /** What all say together; `undefined` if no decoder of the chain reads messages of this kind. */
  readonly reading: Reading | undefined;
  /** In the order of the chain; of several records only what is around them. */
  readonly layers: readonly LayerReading[];
  /** For the messages behind; the same object if nothing has changed. */
  readonly contexts: Contexts;
}

/** Decoders, each of which reads what the one before has left: `gzip`, `json`, `jsonrpc`. */
export class Chain {
  readonly names: readonly string[];
  readonly titles: readonly string[];
  readonly #decoders: readonly Decoder[];

  constructor(decoders: readonly AnyDecoder[]) {
    this.#decoders = decoders.slice(0, maxLayers);
    this.names = this.#decoders.map(({ name }) => name);
    this.titles = this.#decoders.map(({ title }) => title);
  }

  begin(session: SessionFacts): Contexts {
    const named: NamedContexts = { session, of: new Map() };
    return [...this.#decoders.map(decoder => decoder.begin?.(session)), named];
  }

  read(message: Message, contexts: Contexts): ChainReading {
    const { bytes, isText } = message;
    const run = new ChainRun(this.#decoders, message, contexts);
    const first = isText ? Layer.ofText(bytes, 0) : Layer.ofBytes(bytes, 0);
    const reading = run.read(first, 0);
    return { reading, layers: run.layers, contexts: run.contexts };
  }
}

const nobody: readonly AnyDecoder[] = [];

/** One message on its way through a chain. */
class ChainRun {
  readonly layers: LayerReading[] = [];
  readonly #decoders: readonly Decoder[];
  readonly #message: MessageFacts;
  #contexts: Contexts;

  constructor(decoders: readonly Decoder[], message: MessageFacts, contexts: Contexts) {
    this.#decoders = decoders;
    this.#message = message;
    this.#contexts = contexts;
  }

  get contexts(): Contexts {
    return this.#contexts;
  }

  /** @param record of several of the message, whose layers are not told, see `recordWithin` */
  read(layer: Layer, from: number, record?: number): Reading | undefined {
    const place = this.#decoders.findIndex(
      (decoder, index) => index >= from && takesLayer(decoder, layer),
    );
    const decoder = this.#decoders[place];
    if (!decoder) {
      return undefined;
    }
    const step = decoder.read(layer, this.#contexts[place], this.#factsOf(record));
    const taken = { decoder, layer, named: nobody, from: place + 1, record };
    if (step.context === undefined && step.onward === undefined) {
      return this.#take({ ...taken, reading: step, onward: undefined });
    }
    const { context = this.#contexts[place], onward, ...reading } = step;
    if (context !== this.#contexts[place]) {
      this.#contexts = this.#contexts.with(place, context);
    }
    return this.#take({ ...taken, reading, onward });
  }

  /** What a decoder has said, with what the decoders behind it say of what it has left. */
  #take(taken: Taken): Reading | undefined {
    const { decoder, layer, reading, onward, from, record } = taken;
    if (onward === 'passed') {
      return this.#readNext(layer, taken.named, from, record);
    }
    if (record === undefined) {
      const { name, title } = decoder;
      this.layers.push({ decoder: name, title, layer, reading });
    }
    const behind = (by: readonly AnyDecoder[] | undefined) =>
      by ? [...by, ...taken.named] : taken.named;
    const { records, next } = reading;
    if (records?.some(each => each.next)) {
      const read = records.flatMap((each, index) => {
        const named = behind(onward?.ofRecordBy(index));
        const whole = this.#goOn(each, layer, named, from, recordWithin(record, index));
        // A record holds no further ones: those within it take its place.
        return whole.records?.map(inner => ({ ...inner, range: each.range })) ?? [whole];
      });
      return joinRecords({ ...reading, records: read.slice(0, maxRecords) });
    }
    return next ? this.#goOn(reading, layer, behind(onward?.by), from, record) : reading;
  }

  /** @param of the layer that `outer` was read from */
  #goOn(
    outer: Reading,
    of: Layer,
    named: readonly AnyDecoder[],
    from: number,
    record: number | undefined,
  ): Reading {
    const { next } = outer;
    const inner = next && this.#readNext(next, named, from, record);
    if (!inner) {
      return outer;
    }
    const merged = mergeReadings(outer, inner);
    if (record === undefined && !outer.fields) {
      return merged; // Its fields count in the bytes of a layer of its own.
    }
    const shift =
      next.begin === undefined || of.begin === undefined ? undefined : next.begin - of.begin;
    const records = inner.records?.map(each => ({ ...each, fields: moved(each.fields, shift) }));
    return {
      ...merged,
      fields: both(outer.fields, moved(inner.fields, shift)),
      ...(!outer.records && { records }),
    };
  }

  /** @param named come before the decoders from `from` on */
  #readNext(
    layer: Layer,
    named: readonly AnyDecoder[],
    from: number,
    record: number | undefined,
  ): Reading | undefined {
    const index = named.findIndex(decoder => takesLayer(decoder, layer));
    const decoder = named[index];
    if (!decoder) {
      return this.read(layer, from, record);
    }
    const contexts = this.#contexts.at(-1) as NamedContexts;
    const before = contexts.of.has(decoder)
      ? contexts.of.get(decoder)
      : decoder.begin?.(contexts.session);
    const {
      context = before,
      onward,
      ...reading
    } = decoder.read(layer, before, this.#factsOf(record));
    if (context !== undefined && context !== contexts.of.get(decoder)) {
      const of = new Map(contexts.of).set(decoder, context);
      this.#contexts = this.#contexts.with(-1, { ...contexts, of });
    }
    const rest = named.slice(index + 1);
    return this.#take({ decoder, layer, reading, onward, named: rest, from, record });
  }

  #factsOf(record: number | undefined): MessageFacts {
    if (record === undefined) {
      return this.#message;
    }
    const { direction, seq } = this.#message;
    return { direction, seq, record };
  }
}

/** What a decoder has said of a layer, and where what it has left goes next: to `named`, then from `from` on. */
interface Taken {
  readonly decoder: Decoder;
  readonly layer: Layer;
  readonly reading: Reading;
  readonly onward: Onward | undefined;
  readonly named: readonly AnyDecoder[];
  readonly from: number;
  readonly record: number | undefined;
}

function takesLayer({ takes }: Decoder, layer: Layer): boolean {
  return takes === 'both' || takes === layer.kind || layer.isEither;
}

/**
 * The number of a record that is one of a record: no two records of a message have the same one.
 *
 * @param outer absent: it is a record of the message itself, whose number is `index`
 */
function recordWithin(outer: number | undefined, index: number): number {
  return outer === undefined ? index : (outer + 1) * maxRecords + index;
}

/** Fields as they count in the layer around theirs; none if that does not hold their bytes. */
function moved(fields: Reading['fields'], shift: number | undefined): Reading['fields'] {
  return shift === undefined || !fields
    ? undefined
    : () =>
        fields().map(([path, begin, end, type, text]) => [
          path,
          begin + shift,
          end + shift,
          type,
          text,
        ]);
}

function both(outer: Reading['fields'], inner: Reading['fields']): Reading['fields'] {
  return outer && inner ? () => [...outer(), ...inner()] : (outer ?? inner);
}

/** What a message of several records says as a whole, once each record was read to its end. */
function joinRecords(whole: Reading): Reading {
  const { records = [] } = whole;
  const [only] = records;
  if (only && records.length === 1) {
    return { ...mergeReadings(whole, only), records: undefined };
  }
  const severity = (['error', 'warning'] as const).find(each =>
    records.some(record => record.severity === each),
  );
  return { ...whole, severity: whole.severity ?? severity };
}
