import * as v from 'valibot';
import type { Timing } from './library.ts';
import type { MessageBody } from '../message/messageBody.ts';

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
export const bodyKinds = Object.keys(bodies) as readonly (keyof typeof bodies)[];

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

/** The body that one of these fields gives. */
export function bodyOf(fields: BodyFields, kind: (typeof bodyKinds)[number]): MessageBody {
  const { json, file = '', close = { code: 1000, reason: '' } } = fields;
  switch (kind) {
    case 'json':
      return { as: 'json', text: JSON.stringify(json, undefined, 2) };
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

/** How a body without a name is called. */
export function labelOf(body: MessageBody, longest = 40): string {
  switch (body.as) {
    case 'file':
      return body.path;
    case 'close':
      return `close ${body.code}`;
    case 'text':
    case 'json':
    case 'hex':
    case 'base64':
    case 'ping':
      return body.text.slice(0, longest);
  }
}
