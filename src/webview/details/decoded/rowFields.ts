import type { Formats } from '../../../core/base/format.ts';
import type { DecodedContent, DecodedRecord } from '../../../core/decode/rowDecoding.ts';
import type { Field } from '../../../core/decode/reading.ts';
import type { DecodedAnswer, PayloadAnswer } from '../../../shared/monitorProtocol.ts';
import { text } from '../../widgets/strings.ts';
import { PayloadReader } from '../payload/payloadReader.ts';
import type { ShownPayload } from '../payload/payloadViewer.ts';

export interface RowFieldsSource {
  /** The shown row as its decoders read it. */
  readonly askDecoded: () => Promise<DecodedAnswer>;
  /** A part of what one of its decoders was given. */
  readonly askLayer: (layer: number, from: number, length: number) => Promise<PayloadAnswer>;
}

/** A value of one of the records of a row. */
export interface ChosenValue {
  readonly record: number;
  readonly path: string;
}

/** Bytes that fields count in. */
export interface FieldBytes {
  /** Among the layers; 0: the message itself. */
  readonly layer: number;
  readonly reader: PayloadReader;
  /** Where the first byte of the fields' layer is in them. */
  readonly shift: number;
}

/**
 * The values of the shown row and where they are in bytes. The tab Decoded and the hex view share it: what is
 * chosen in the one is marked in the other.
 */
export class RowFields {
  readonly #source: RowFieldsSource;
  readonly #layers = new Map<number, PayloadReader>();
  /** Of the row that the rest is of. */
  #reader: PayloadReader | undefined;
  #chosen: ChosenValue | undefined;

  constructor(source: RowFieldsSource) {
    this.#source = source;
  }

  async decoded(shown: ShownPayload): Promise<DecodedAnswer['message']> {
    this.#turnTo(shown);
    return (await this.#source.askDecoded()).message;
  }

  /** What the user has chosen in the shown row. */
  chosen(shown: ShownPayload): ChosenValue | undefined {
    this.#turnTo(shown);
    return this.#chosen;
  }

  choose(shown: ShownPayload, value: ChosenValue): void {
    this.#turnTo(shown);
    this.#chosen = value;
  }

  /** What a decoder was given. */
  layer(shown: ShownPayload, { layers }: DecodedContent, layer: number): PayloadReader {
    this.#turnTo(shown);
    const known = layer === 0 ? shown.reader : this.#layers.get(layer);
    const reader =
      known ??
      new PayloadReader(layers[layer]?.byteLength ?? 0, (from, length) =>
        this.#source.askLayer(layer, from, length),
      );
    this.#layers.set(layer, reader);
    return reader;
  }

  /** The bytes of the message, or, if the fields' own were computed from them, of the fields' layer. */
  bytes(shown: ShownPayload, message: DecodedContent): FieldBytes {
    const { fieldsLayer, layers } = message;
    const begin = layers[fieldsLayer]?.begin;
    return begin === undefined && layers.length > 0
      ? { layer: fieldsLayer, reader: this.layer(shown, message, fieldsLayer), shift: 0 }
      : { layer: 0, reader: shown.reader, shift: begin ?? 0 };
  }

  #turnTo({ reader }: ShownPayload): void {
    if (reader !== this.#reader) {
      this.#reader = reader;
      this.#chosen = undefined;
      this.#layers.clear();
    }
  }
}

/** The field of the first of these paths that has one. */
export function fieldOf(
  { fields = [] }: DecodedRecord,
  paths: Iterable<string>,
): Field | undefined {
  for (const path of paths) {
    const field = fields.find(([each]) => each === path);
    if (field) {
      return field;
    }
  }
  return undefined;
}

/** The smallest field that holds a byte, and the number of its record. */
export function innermostField(
  { records }: DecodedContent,
  at: number,
): { readonly record: number; readonly field: Field } | undefined {
  let found: { readonly record: number; readonly field: Field } | undefined;
  for (const [record, { fields = [] }] of records.entries()) {
    for (const field of fields) {
      const [, begin, end] = field;
      const length = found ? found.field[2] - found.field[1] : Infinity;
      if (begin <= at && at < end && end - begin <= length) {
        found = { record, field };
      }
    }
  }
  return found;
}

/** The type of a field and its bytes, in words. @param shift from the bytes that it counts in to those that are shown */
export function fieldPlace([, begin, end, type]: Field, shift: number, formats: Formats): string {
  const [first, last] = [begin + shift, end + shift - 1];
  return first === last
    ? text('fieldByte', type, formats.count(first))
    : text('fieldPlace', type, formats.count(first), formats.count(last));
}
