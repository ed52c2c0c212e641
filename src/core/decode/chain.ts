import type { AnyDecoder, Decoder, MessageFacts, ReadingStep, SessionFacts } from './decoder.ts';
import { Layer } from './layer.ts';
import { maxLayers, maxRecords } from './limits.ts';
import { mergeReadings } from './mergeReadings.ts';
import type { Reading } from './reading.ts';

/** A message as it came. */
export interface Message extends MessageFacts {
  readonly bytes: Uint8Array;
  readonly isText: boolean;
}

/** The contexts of a chain's decoders, in their order. */
export type Contexts = readonly unknown[];

/** What one decoder of a chain was given, and what it read. */
export interface LayerReading {
  readonly decoder: string;
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
  readonly #decoders: readonly Decoder[];

  constructor(decoders: readonly AnyDecoder[]) {
    this.#decoders = decoders.slice(0, maxLayers);
    this.names = this.#decoders.map(({ name }) => name);
  }

  begin(session: SessionFacts): Contexts {
    return this.#decoders.map(decoder => decoder.begin?.(session));
  }

  read(message: Message, contexts: Contexts): ChainReading {
    const { bytes, isText } = message;
    const run = new ChainRun(this.#decoders, message, contexts);
    const first = isText ? Layer.ofText(bytes, 0) : Layer.ofBytes(bytes, 0);
    const reading = run.read(first, 0);
    return { reading, layers: run.layers, contexts: run.contexts };
  }
}

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

  /** @param isRecord its layers are those of one record of several, which are not told */
  read(layer: Layer, from: number, isRecord = false): Reading | undefined {
    const place = this.#decoders.findIndex(
      ({ takes }, index) =>
        index >= from && (takes === 'both' || takes === layer.kind || layer.isEither),
    );
    const decoder = this.#decoders[place];
    if (!decoder) {
      return undefined;
    }
    const step = decoder.read(layer, this.#contexts[place], this.#message);
    const reading = step.context === undefined ? step : this.#withoutContext(step, place);
    if (!isRecord) {
      this.layers.push({ decoder: decoder.name, layer, reading });
    }
    const { records, next } = reading;
    if (records?.some(each => each.next)) {
      const read = records.flatMap(record => {
        const whole = this.#goOn(record, place + 1, true);
        // A record holds no further ones: those within it take its place.
        return whole.records?.map(each => ({ ...each, range: record.range })) ?? [whole];
      });
      return joinRecords({ ...reading, records: read.slice(0, maxRecords) });
    }
    return next ? this.#goOn(reading, place + 1, isRecord) : reading;
  }

  /** Keeps the context for the messages behind. */
  #withoutContext({ context, ...reading }: ReadingStep<unknown>, place: number): Reading {
    if (context !== this.#contexts[place]) {
      this.#contexts = this.#contexts.with(place, context);
    }
    return reading;
  }

  #goOn(outer: Reading, from: number, isRecord: boolean): Reading {
    const inner = outer.next && this.read(outer.next, from, isRecord);
    return inner ? mergeReadings(outer, inner) : outer;
  }
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
