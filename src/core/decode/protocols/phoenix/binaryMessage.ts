import type { MessageFacts } from '../../decoder.ts';
import { bytesJson } from '../../exportForm.ts';
import { Layer } from '../../layer.ts';
import type { Field, Problem, Reading } from '../../reading.ts';
import { byteCount } from '../../summaryText.ts';
import { firstInvalidUtf8, textIn } from '../../values/utf8Text.ts';
import { JsonSlice } from '../json/jsonSlice.ts';
import { channelReading } from './channelMessage.ts';

type Direction = MessageFacts['direction'];

/** What is at the beginning of a message: its kind, lengths of texts, maybe how the body is encoded, and the texts. */
interface Kind {
  readonly texts: readonly string[];
  readonly hasEncoding: boolean;
}

/** A push to the server says its ref, one from it does not. */
const pushes: Readonly<Record<Direction, Kind>> = {
  out: { texts: ['join_ref', 'ref', 'topic', 'event'], hasEncoding: false },
  in: { texts: ['join_ref', 'topic', 'event'], hasEncoding: false },
};

/** By the first byte; those after the broadcast are of Supabase Realtime. */
const kinds: readonly (Kind | undefined)[] = [
  undefined,
  { texts: ['join_ref', 'ref', 'topic', 'status'], hasEncoding: false },
  { texts: ['topic', 'event'], hasEncoding: false },
  { texts: ['join_ref', 'ref', 'topic', 'user_event', 'metadata'], hasEncoding: true },
  { texts: ['topic', 'user_event', 'metadata'], hasEncoding: true },
];
const replyKind = 1;

/** How the body of a message of Supabase Realtime is encoded. */
const encodings = ['bytes', 'json'] as const;

interface Span {
  readonly name: string;
  readonly begin: number;
  readonly end: number;
}

interface Head {
  readonly kind: number;
  /** Where the byte is that says how the body is encoded. */
  readonly encodingAt: number | undefined;
  readonly texts: readonly Span[];
  readonly bodyBegin: number;
}

/**
 * @see https://github.com/phoenixframework/phoenix/blob/main/assets/js/phoenix/serializer.js
 * @see https://github.com/supabase/realtime-js/blob/master/src/lib/serializer.ts
 */
export function readBinary(layer: Layer, direction: Direction): Reading {
  const { bytes } = layer;
  const head = headOf(bytes, direction);
  if ('is' in head) {
    const summary = () => byteCount(bytes.length);
    return { severity: 'error', problem: head, summary };
  }
  const { kind, encodingAt, texts, bodyBegin } = head;
  const named = new Map(texts.map(({ name, begin, end }) => [name, textIn(bytes, begin, end)]));
  const body = bytes.subarray(bodyBegin);
  const isJson = encodingAt !== undefined && bytes[encodingAt] === encodings.indexOf('json');
  const slice = isJson ? JsonSlice.read(bytes, bodyBegin) : undefined;
  const reading = channelReading(
    {
      ref: named.get('ref') === '' ? undefined : named.get('ref'),
      topic: named.get('topic') ?? '',
      event:
        kind === replyKind ? 'phx_reply' : (named.get('event') ?? named.get('user_event') ?? ''),
      status: named.get('status'),
      shown: () => (typeof slice === 'object' ? slice.shown : byteCount(body.length)),
    },
    direction,
  );
  const problem = problemOf(bytes, head, slice);
  const begin = layer.begin === undefined ? undefined : layer.begin + bodyBegin;
  return {
    ...reading,
    severity: reading.severity ?? problem?.severity,
    problem: problem && { at: problem.at, is: problem.is },
    value: () => (typeof slice === 'object' ? slice.text : bytesJson(body)),
    envelope: () => envelopeOf(named, bytes, head),
    fields: () => fieldsOf(bytes, head, isJson),
    next: isJson ? Layer.ofText(body, begin) : Layer.ofBytes(body, begin),
  };
}

function headOf(bytes: Uint8Array, direction: Direction): Head | Problem {
  const kind = bytes[0];
  if (kind === undefined) {
    return { at: 0, is: 'empty' };
  }
  const form = kind === 0 ? pushes[direction] : kinds[kind];
  if (!form) {
    return { at: 0, is: 'unexpected' };
  }
  const encodingAt = form.hasEncoding ? 1 + form.texts.length : undefined;
  let at = 1 + form.texts.length + (form.hasEncoding ? 1 : 0);
  const texts = form.texts.map((name, index): Span => {
    const begin = at;
    at += bytes[1 + index] ?? 0;
    return { name, begin, end: at };
  });
  return at > bytes.length
    ? { at: bytes.length, is: 'truncated' }
    : { kind, encodingAt, texts, bodyBegin: at };
}

function problemOf(
  bytes: Uint8Array,
  { encodingAt, texts }: Head,
  slice: JsonSlice | number | undefined,
): (Problem & { readonly severity: 'warning' | 'error' }) | undefined {
  const text = texts.find(({ begin, end }) => firstInvalidUtf8(bytes, begin, end) !== undefined);
  if (typeof slice === 'number') {
    return { at: slice, is: 'bad-json', severity: 'error' };
  }
  if (encodingAt !== undefined && (bytes[encodingAt] ?? 0) >= encodings.length) {
    return { at: encodingAt, is: 'reserved', severity: 'warning' };
  }
  return text && { at: text.begin, is: 'bad-utf8', severity: 'warning' };
}

function envelopeOf(
  texts: ReadonlyMap<string, string>,
  bytes: Uint8Array,
  { kind, encodingAt }: Head,
): string {
  const encoding = encodingAt === undefined ? {} : { encoding: bytes[encodingAt] };
  return JSON.stringify({ kind, ...encoding, ...Object.fromEntries(texts) });
}

function fieldsOf(
  bytes: Uint8Array,
  { kind, encodingAt, texts, bodyBegin }: Head,
  isJson: boolean,
): readonly Field[] {
  const encoding: readonly Field[] =
    encodingAt === undefined
      ? []
      : [['@.encoding', encodingAt, encodingAt + 1, 'uint', String(bytes[encodingAt])]];
  return [
    ['@.kind', 0, 1, 'uint', String(kind)],
    ...encoding,
    ...texts.map(({ name, begin, end }): Field => {
      const text = JSON.stringify(textIn(bytes, begin, end));
      return [`@.${name}`, begin, end, 'text', text];
    }),
    ['$', bodyBegin, bytes.length, isJson ? 'json' : 'bytes', byteCount(bytes.length - bodyBegin)],
  ];
}
