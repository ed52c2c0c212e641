import type { Decoder } from '../decoder.ts';
import type { Layer } from '../layer.ts';
import type { Field, Problem, Reading } from '../reading.ts';
import { byteCount, oneLine } from '../summaryText.ts';
import { FieldSink } from './fieldSink.ts';
import { JsonSink } from './jsonSink.ts';
import type { ValueSink } from './valueSink.ts';
import type { ValueWalk } from './valueWalk.ts';

/** A value of a binary format. Whatever is text is made when it is asked for. */
export interface ValueReading {
  /** Behind its last byte; if it could not be read to its end, behind the last one that was read. */
  readonly end: number;
  /** Offsets count in all of the bytes. */
  readonly problem: Problem | undefined;
  /** `error`: it was not read to its end. `warning`: it was, but with a problem. */
  readonly severity: 'warning' | 'error' | undefined;
  /**
   * As JSON, in the form that `exportForm.ts` describes; if it was not read to its end, the beginning of that, which is
   * no JSON.
   */
  value(): string;
  /** The beginning of `value()`, for one line; how many bytes there are, if nothing could be read. */
  summary(): string;
  /** Paths begin with `$`; offsets count in all of the bytes. */
  fields(): readonly Field[];
}

/** @param walk one that was not run; without a sink for a check, with one for another run after the check */
export function readValue(
  bytes: Uint8Array,
  walk: (sink?: ValueSink, checked?: ValueWalk) => ValueWalk,
): ValueReading {
  const checked = walk().run();
  const { problem, warning, done: end } = checked;
  const json = (maxLength?: number) => {
    const sink = new JsonSink(bytes, maxLength);
    walk(sink, checked).run();
    return problem ? `${sink.json}…` : sink.json;
  };
  return {
    end,
    problem: problem ?? warning,
    severity: problem ? 'error' : warning ? 'warning' : undefined,
    value: () => json(),
    summary: () => {
      const line = oneLine(json(summaryLength));
      return line === '…' ? byteCount(bytes.length) : line;
    },
    fields: () => {
      const sink = new FieldSink(bytes);
      walk(sink, checked).run();
      return sink.fields(end);
    },
  };
}

/** Line breaks become spaces, so that a few more characters than a summary has are needed. */
const summaryLength = 2048;

/** A decoder of messages that are one value. */
export function valueDecoder(
  name: string,
  title: string,
  read: (bytes: Uint8Array) => ValueReading,
): Decoder<undefined> {
  return {
    name,
    title,
    takes: 'bytes',
    read: layer => readingOfLayer(layer, read(layer.bytes)),
  };
}

function readingOfLayer(layer: Layer, value: ValueReading): Reading {
  const { end, severity } = value;
  if (severity !== 'error' && end < layer.bytes.length) {
    return {
      ...recordOf(value),
      severity: 'error',
      value: undefined,
      problem: { at: end, is: 'trailing' },
    };
  }
  const reading = recordOf(value);
  return severity === 'error'
    ? reading
    : { ...reading, next: layer.withValue(() => value.value()) };
}

/** What a value says by itself. */
export function recordOf(value: ValueReading): Reading {
  const { severity, problem } = value;
  return {
    severity,
    problem,
    summary: () => value.summary(),
    value: severity === 'error' ? undefined : () => value.value(),
    fields: () => value.fields(),
  };
}
