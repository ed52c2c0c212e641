import * as v from 'valibot';
import type { Timing } from './library.ts';
import type { MessageBody } from '../message/messageBody.ts';
import { assertNever } from '../base/errors.ts';
import { compactJson } from '../json/compactJson.ts';

const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(86_400));
const timing = {
  delay: v.optional(seconds),
  repeat: v.optional(
    v.strictObject({
      every: v.pipe(v.number(), v.minValue(0.01), v.maxValue(86_400)),
      times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    }),
  ),
  waitFor: v.optional(
    v.strictObject({ match: v.pipe(v.string(), v.minLength(1)), timeout: v.optional(seconds) }),
  ),
};
const bodies = {
  text: v.optional(v.string()),
  json: v.optional(v.unknown()),
  hex: v.optional(v.string()),
  base64: v.optional(v.string()),
  file: v.optional(v.pipe(v.string(), v.minLength(1))),
  ping: v.optional(v.string()),
  close: v.optional(
    v.strictObject({ code: v.pipe(v.number(), v.integer()), reason: v.optional(v.string(), '') }),
  ),
};
export const savedBodyKinds = Object.keys(bodies) as readonly (keyof typeof bodies)[];

export const messageSchema = v.object({ name, ...bodies, ...timing });
export const stepSchema = v.object({
  name: v.optional(name),
  message: v.optional(name),
  ...bodies,
  ...timing,
});
export const sequenceSchema = v.object({ name, steps: v.array(v.unknown()) });
export const folderSchema = v.object({ folder: name, items: v.array(v.unknown()) });
export const environmentSchema = v.object({
  name,
  isProduction: v.optional(v.boolean(), false),
  variables: v.optional(v.record(v.string(), v.string()), {}),
});
export const extractorSchema = v.object({
  name: v.pipe(v.string(), v.regex(/^[A-Za-z_][\w.-]*$/)),
  path: v.pipe(v.string(), v.startsWith('$')),
  when: v.optional(v.string(), ''),
  connection: v.exactOptional(name),
});

/** What a message and a step of a sequence have in common. */
export type BodyFields = Omit<v.InferOutput<typeof messageSchema>, 'name'>;

const defaultTimeoutMs = 30_000;

/**
 * The body that one of these fields gives.
 *
 * @param exactJson the JSON as it is written, with what `JSON.parse` loses
 */
export function bodyOf(
  fields: BodyFields,
  kind: (typeof savedBodyKinds)[number],
  exactJson?: string,
): MessageBody {
  const { json, file = '', close = { code: 1000, reason: '' } } = fields;
  switch (kind) {
    case 'json':
      return { as: 'json', text: exactJson ?? JSON.stringify(json, undefined, 2) };
    case 'file':
      return { as: 'file', path: file, isText: /\.(?:json|txt|xml|csv|md|ya?ml)$/i.test(file) };
    case 'close':
      return { as: 'close', ...close };
    case 'text':
    case 'hex':
    case 'base64':
    case 'ping':
      return { as: kind, text: fields[kind] ?? '' };
  }
}

export function timingOf({ delay = 0, repeat, waitFor }: BodyFields): Timing {
  return {
    delayMs: delay * 1000,
    ...(repeat && {
      repeat: {
        everyMs: repeat.every * 1000,
        ...(repeat.times === undefined ? {} : { times: repeat.times }),
      },
    }),
    ...(waitFor && {
      waitFor: {
        match: waitFor.match,
        timeoutMs: waitFor.timeout === undefined ? defaultTimeoutMs : waitFor.timeout * 1000,
      },
    }),
  };
}

/** How a body without a name is called: what is sent of it, with its references. */
export function bodyLabel(body: MessageBody, longest = 40): string {
  switch (body.as) {
    case 'file':
      return body.path;
    case 'close':
      return `close ${body.code}`;
    case 'json':
      return compactJson(body.text).slice(0, longest);
    case 'text':
    case 'hex':
    case 'base64':
    case 'ping':
      return body.text.slice(0, longest);
  }
}

/** A message as a library's file has it; one of the body's keys is there. */
export interface MessageEntry {
  readonly name: string;
  readonly text?: string;
  readonly json?: unknown;
  readonly hex?: string;
  readonly base64?: string;
  readonly file?: string;
  readonly ping?: string;
  readonly close?: { readonly code: number; readonly reason?: string };
}

interface SequenceEntry {
  readonly name: string;
  readonly steps: readonly unknown[];
}

interface FolderEntry {
  readonly folder: string;
  readonly items: readonly ItemEntry[];
}

export interface EnvironmentEntry {
  readonly name: string;
  readonly isProduction?: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

export type ItemEntry = MessageEntry | SequenceEntry | FolderEntry;

/** How a file has a body. JSON that does not parse, as with a reference outside a string, is text. */
export function messageEntryOf(name: string, body: MessageBody): MessageEntry {
  switch (body.as) {
    case 'json':
      return { name, ...jsonOrText(body.text) };
    case 'file':
      return { name, file: body.path };
    case 'close':
      return { name, close: { code: body.code, ...(body.reason && { reason: body.reason }) } };
    case 'text':
    case 'hex':
    case 'base64':
    case 'ping':
      return { name, [body.as]: body.text };
    default:
      return assertNever(body);
  }
}

/** Numbers that JSON.parse would round, and keys that it would drop, keep the text as it is. */
function jsonOrText(text: string): { readonly json: unknown } | { readonly text: string } {
  try {
    const json: unknown = JSON.parse(text);
    const isFaithful = JSON.stringify(json) === text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
    return isFaithful ? { json } : { text };
  } catch {
    return { text };
  }
}

/** Gives out names that are different from each other and from those that are taken. */
export class FreeNames {
  readonly #taken: Set<string>;
  /** The number that the next one of a name tries, so that many alike are not counted through again. */
  readonly #next = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The name, with a number after it if it is taken; it is taken from then on. */
  take(wanted: string): string {
    const base = wanted.trim().replaceAll(/\s+/g, ' ').slice(0, 180) || 'Message';
    let name = base;
    for (let count = this.#next.get(base) ?? 2; this.#taken.has(name); count++) {
      name = `${base} ${count}`;
      this.#next.set(base, count + 1);
    }
    this.#taken.add(name);
    return name;
  }
}

/**
 * How much a library's file may hold. The editor reads such files by itself, also in a workspace that
 * is not trusted, on the thread that all extensions share, so no file may keep it busy for long.
 */
export const libraryLimits = {
  /** Bytes of the file. */
  bytes: 4 * 1024 * 1024,
  /** Of brackets within brackets, in the file. */
  nesting: 200,
  /** Values of all kinds, names of members among them. */
  values: 400_000,
  /** Messages, sequences and folders together, wherever they are. */
  items: 10_000,
  /** Folders within folders. */
  folders: 20,
  /** Steps of all sequences together. */
  steps: 20_000,
  environments: 500,
  /** Of one environment. */
  variables: 2000,
  extractors: 200,
  /** Problems that are listed one by one. */
  problems: 100,
} as const;
