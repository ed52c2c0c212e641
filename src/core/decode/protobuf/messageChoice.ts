import type { Direction } from '../../record/record.ts';
import type { CarrierNames } from './typed/schema.ts';

/** Widths and byte orders of a number before a message that says its type. */
export const keyWidths = { u8: 1, u16be: 2, u16le: 2, u32be: 4, u32le: 4 } as const;
export type KeyWidth = keyof typeof keyWidths;

/** Message types by a number of the leading bytes: `{ "at": [0], "u8": { "1": "A", "2": "B" } }`. */
export type LeadingChoice = {
  /** Where the number is, and where the message begins; absent: behind the number. */
  readonly at: readonly [number: number, message?: number];
} & Partial<Readonly<Record<KeyWidth, Readonly<Record<string, string>>>>>;

/** A message that carries another one, and says the other's type: `google.protobuf.Any`, or a type of the schema. */
export type EnvelopeChoice =
  | { readonly envelope: 'Any' }
  | { readonly envelope: string; readonly typeField: string; readonly bodyField: string };

/** How the type of a message is known; names are full ones. */
export type MessageChoice =
  string | { readonly in?: string; readonly out?: string } | LeadingChoice | EnvelopeChoice;

/** What was chosen for one message. */
export interface Chosen {
  readonly message: string;
  /** Where the message begins. */
  readonly begin: number;
  /** Messages of the same connection may be of other types. */
  readonly isOneOfSeveral: boolean;
}

export function carrierOf(choice: MessageChoice): CarrierNames | undefined {
  return typeof choice === 'object' && 'envelope' in choice && 'typeField' in choice
    ? { message: choice.envelope, typeField: choice.typeField, bodyField: choice.bodyField }
    : undefined;
}

/** The names of the message types that a choice may come to, without those of the well-known `Any`. */
export function namesIn(choice: MessageChoice): readonly string[] {
  if (typeof choice === 'string') {
    return [choice];
  }
  if ('envelope' in choice) {
    return choice.envelope === 'Any' ? [] : [choice.envelope];
  }
  if ('at' in choice) {
    const widths = Object.keys(keyWidths) as KeyWidth[];
    return widths.flatMap(width => Object.values(choice[width] ?? {}));
  }
  return [choice.in, choice.out].filter(name => name !== undefined);
}

/**
 * The type of the message in `[begin, end)`.
 *
 * @returns `undefined` if there is none for this direction or number
 */
export function chooseMessage(
  choice: MessageChoice,
  direction: Direction,
  bytes: Uint8Array,
  begin: number,
  end: number,
): Chosen | undefined {
  if (typeof choice === 'string') {
    return { message: choice, begin, isOneOfSeveral: false };
  }
  if ('envelope' in choice) {
    const message = choice.envelope === 'Any' ? 'google.protobuf.Any' : choice.envelope;
    return { message, begin, isOneOfSeveral: false };
  }
  if ('at' in choice) {
    return chooseByNumber(choice, bytes, begin, end);
  }
  const message = choice[direction];
  return message === undefined ? undefined : { message, begin, isOneOfSeveral: false };
}

function chooseByNumber(
  choice: LeadingChoice,
  bytes: Uint8Array,
  begin: number,
  end: number,
): Chosen | undefined {
  const [at, messageAt] = choice.at;
  for (const width of Object.keys(keyWidths) as KeyWidth[]) {
    const names = choice[width];
    const from = begin + at;
    const to = from + keyWidths[width];
    if (names && to <= end) {
      const number = String(numberAt(bytes.subarray(from, to), width.endsWith('le')));
      const message = Object.hasOwn(names, number) ? names[number] : undefined;
      const first = messageAt === undefined ? to : begin + messageAt;
      if (message !== undefined) {
        return { message, begin: Math.min(first, end), isOneOfSeveral: true };
      }
    }
  }
  return undefined;
}

function numberAt(bytes: Uint8Array, isLittle: boolean): number {
  const digits = isLittle ? [...bytes].reverse() : [...bytes];
  return digits.reduce((number, byte) => number * 256 + byte, 0);
}
