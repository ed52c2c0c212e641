import { once } from '../../base/once.ts';
import type { MatchedRow } from '../../filter/rowReader.ts';
import type { PathStep } from '../../json/jsonPath.ts';
import { flagsOf } from '../../record/record.ts';
import { listOf } from '../batch.ts';
import type { Decoder, MessageFacts, ReadingStep, SessionFacts } from '../decoder.ts';
import type { Layer } from '../layer.ts';
import { maxRecords } from '../limits.ts';
import { unreadLine } from '../protocols/json/headText.ts';
import { unreadLayer } from '../protocols/json/unreadLayer.ts';
import { JsonSlice } from '../protocols/json/jsonSlice.ts';
import type { Call, Reading } from '../reading.ts';
import { oneLine } from '../summaryText.ts';
import { compileMapping, type CompiledCase, type CompiledMapping } from './compiledMapping.ts';
import { exportJson, isContainer } from './exportJson.ts';
import { exactJson, jsonOfLayer, type JsonLayer } from './jsonLayer.ts';
import { FilteredMessage } from './mappedFilters.ts';
import { callOf, mappedReading } from './mappedReading.ts';
import type { Mapping } from './mapping.ts';
import { valueIn } from './valueIn.ts';

/** What messages of a session say depends on these. */
interface MappingContext {
  /** Those of its subprotocol; `undefined`: the mapping is for other subprotocols. */
  readonly cases: readonly CompiledCase[] | undefined;
  /** The calls whose answers have a handle. */
  readonly subscribing: ReadonlySet<string>;
}

/** Subscriptions that wait for an answer; the oldest beyond them is forgotten. */
const maxSubscribing = 1000;

/** A decoder of messages of JSON, also of those that a decoder before has made JSON of. */
export function mappingDecoder(
  name: string,
  title: string,
  mapping: Mapping,
): Decoder<MappingContext> {
  const compiled = once(() => compileMapping(mapping));
  return {
    name,
    title,
    takes: 'both',
    begin: session => begin(compiled(), session),
    read: (layer, context, message) => new MappingRun(compiled(), context, message).read(layer),
  };
}

function begin({ cases, subprotocol }: CompiledMapping, session: SessionFacts): MappingContext {
  const fits = (wanted: string | undefined) =>
    wanted === undefined || wanted === session.subprotocol;
  return {
    cases: fits(subprotocol) ? cases.filter(each => fits(each.subprotocol)) : undefined,
    subscribing: new Set(),
  };
}

/** One message. */
class MappingRun {
  readonly #mapping: CompiledMapping;
  readonly #message: MessageFacts;
  #context: MappingContext;

  constructor(mapping: CompiledMapping, context: MappingContext, message: MessageFacts) {
    this.#mapping = mapping;
    this.#context = context;
    this.#message = message;
  }

  read(layer: Layer): ReadingStep<MappingContext> {
    const given = this.#context;
    const read = jsonOfLayer(layer);
    const { value, json, begin, problem } = read;
    if (problem) {
      return unreadLayer(layer, problem);
    }
    const isWhole = begin === 0;
    const reading =
      this.#mapping.isBatched && Array.isArray(value)
        ? this.#batch(layer, read, value)
        : this.#record(layer, value, json, isWhole ? () => layer.bytes : undefined);
    return this.#context === given ? reading : { ...reading, context: this.#context };
  }

  #batch(layer: Layer, { json, begin }: JsonLayer, values: readonly unknown[]): Reading {
    if (values.length === 0) {
      return {
        severity: 'error',
        problem: { at: begin ?? 0, is: 'empty' },
        summary: () => oneLine(json()),
        value: json,
      };
    }
    const ranges = begin === undefined ? [] : rangesOf(layer.bytes, begin);
    const records = values.slice(0, maxRecords).map((value, index): Reading => {
      const record = this.#record(layer, value, this.#jsonOf(value));
      return { ...record, ...(ranges[index] && { range: ranges[index] }) };
    });
    const isCut = values.length > maxRecords;
    const problem = isCut ? ({ at: ranges.at(-1)?.[1] ?? 0, is: 'too-long' } as const) : undefined;
    return { ...listOf(records, problem), value: json };
  }

  /** Texts within it are read later on, which changes the value. */
  #jsonOf(value: unknown): () => string {
    if (this.#mapping.json.length === 0) {
      return () => exportJson(value);
    }
    const json = exportJson(value);
    return () => json;
  }

  /** @param json the same as text */
  #record(
    layer: Layer,
    value: unknown,
    json: () => string,
    bytes: () => Uint8Array = once(() => encoder.encode(json())),
  ): Reading {
    for (const path of this.#mapping.json) {
      readInnerJson(value, path);
    }
    const flags = flagsOf(layer.kind === 'text' ? 'text' : 'binary', this.#message.direction);
    const message = new FilteredMessage(value, new RecordRow(flags, json, bytes));
    const plain = { summary: () => oneLine(json()), value: json };
    const { cases } = this.#context;
    if (!cases || this.#mapping.when?.(message) === false) {
      return plain;
    }
    const fitting = cases.find(each => each.when?.(message) !== false);
    if (!fitting) {
      const summary = () => unreadLine(bytes());
      return { ...plain, summary, severity: 'error', problem: { at: 0, is: 'unexpected' } };
    }
    const call = callOf(fitting, message, this.#message.direction);
    return mappedReading(fitting, message, call && this.#subscribed(fitting, message, call), json);
  }

  /** Of an answer to a request that was no subscription, a handle says nothing. */
  #subscribed({ tests }: CompiledCase, message: FilteredMessage, call: Call): Call {
    const { subscribing } = this.#context;
    const { role, key, handle } = call;
    if (role === 'request' && tests.subscribe?.(message) === true) {
      this.#remember([...subscribing, key].slice(-maxSubscribing));
      return call;
    }
    if (role !== 'response' || !this.#mapping.asksForSubscriptions) {
      return call;
    }
    if (subscribing.has(key)) {
      this.#remember([...subscribing].filter(each => each !== key));
      return call;
    }
    return handle === undefined ? call : { role, key };
  }

  #remember(subscribing: readonly string[]): void {
    this.#context = { ...this.#context, subscribing: new Set(subscribing) };
  }
}

/** A record as filters see it: most ask for its value only. */
class RecordRow implements MatchedRow {
  readonly flags: number;
  readonly at = 0;
  readonly payload: () => Uint8Array;
  readonly #json: () => string;

  constructor(flags: number, json: () => string, payload: () => Uint8Array) {
    this.flags = flags;
    this.payload = payload;
    this.#json = json;
  }

  get size(): number {
    return this.payload().length;
  }

  get text(): string {
    return this.#json();
  }
}

const encoder = new TextEncoder();

/** Where the elements of an array are. */
function rangesOf(bytes: Uint8Array, begin: number): readonly (readonly [number, number])[] {
  const slice = JsonSlice.read(bytes, begin);
  if (typeof slice === 'number') {
    return [];
  }
  const ranges: (readonly [number, number])[] = [];
  for (const element of slice.elements()) {
    ranges.push([element.begin, element.end]);
    if (ranges.length > maxRecords) {
      break;
    }
  }
  return ranges;
}

/** Puts the value that a text within the value is in the place of the text. */
function readInnerJson(value: unknown, path: readonly PathStep[]): void {
  const name = path.at(-1);
  const container = valueIn(value, path.slice(0, -1));
  if (!isContainer(container) || typeof name === 'object' || name === undefined) {
    return;
  }
  const members = container as Record<string | number, unknown>;
  const text = Object.hasOwn(container, name) ? members[name] : undefined;
  const inner = typeof text === 'string' ? exactJson(text) : undefined;
  if (inner !== undefined && inner !== null) {
    members[name] = inner;
  }
}
