import { otherDirection } from '../../record/record.ts';
import type { Decoder, MessageFacts, ReadingStep } from '../decoder.ts';
import type { Layer } from '../layer.ts';
import type { Asked, Problem, Reading } from '../reading.ts';
import { byteCount, counted, oneLine } from '../summaryText.ts';
import { isTooLong, joined, withPiece, type Unfinished } from './firebaseFrames.ts';
import { JsonSlice } from './json/jsonSlice.ts';
import { textIn } from '../values/utf8Text.ts';
import { unreadLine } from './json/headText.ts';

/** What each side has begun and not ended. */
type Session = Readonly<Record<MessageFacts['direction'], Unfinished | undefined>>;

/** A longer text is no number of messages. */
const maxCountLength = 6;

/**
 * Firebase Realtime Database, version 5: JSON in one message, or in as many as a message before says.
 *
 * @see https://github.com/firebase/firebase-js-sdk/blob/main/packages/database/src/realtime/WebSocketConnection.ts
 */
export const firebase: Decoder<Session> = {
  name: 'firebase',
  title: 'Firebase Realtime Database',
  takes: 'both',
  begin: () => ({ in: undefined, out: undefined }),
  read: (layer, session, message) => {
    const unfinished = session[message.direction];
    if (unfinished) {
      return readPiece(layer, unfinished, session, message);
    }
    const count = countIn(layer);
    if (count === 0) {
      return { type: 'keep-alive', isHeartbeat: true, summary: () => 'keep-alive' };
    }
    if (count !== undefined) {
      const announced = {
        left: count,
        last: undefined,
        length: 0,
        count: 0,
        announced: message.seq,
      };
      return {
        partOf: null,
        summary: () => counted(count, 'part follows', 'parts follow'),
        context: { ...session, [message.direction]: announced },
      };
    }
    return readBody(layer.bytes, message.direction);
  },
};

/** How many messages make the next one. */
function countIn({ bytes }: Layer): number | undefined {
  const isCount =
    bytes.length > 0 &&
    bytes.length <= maxCountLength &&
    bytes.every(byte => byte >= 0x30 && byte <= 0x39);
  return isCount ? Number(textIn(bytes, 0, bytes.length)) : undefined;
}

function readPiece(
  { bytes }: Layer,
  unfinished: Unfinished,
  session: Session,
  { direction, seq }: MessageFacts,
): ReadingStep<Session> {
  const longer = withPiece(unfinished, bytes, seq);
  if (longer.left > 0) {
    return {
      partOf: null,
      summary: () => `part, ${byteCount(bytes.length)}`,
      context: { ...session, [direction]: longer },
    };
  }
  const context = { ...session, [direction]: undefined };
  if (isTooLong(longer)) {
    return {
      severity: 'error',
      problem: { at: 0, is: 'too-long' },
      summary: () => `last part of ${longer.count}, ${byteCount(bytes.length)}`,
      context,
    };
  }
  const whole = joined(longer);
  const { problem, ...reading } = readBody(whole.bytes, direction);
  const before = whole.bytes.length - bytes.length;
  return {
    ...reading,
    // Where it is in this message; one that lies in those before is told at its beginning.
    ...(problem && { problem: { ...problem, at: Math.max(0, problem.at - before) } }),
    parts: whole.seqs.slice(0, -1),
    context,
  };
}

function readBody(bytes: Uint8Array, direction: MessageFacts['direction']): Reading {
  const json = JsonSlice.read(bytes);
  if (typeof json === 'number') {
    return unread(bytes, { at: json, is: bytes.length === 0 ? 'empty' : 'bad-json' });
  }
  const value = () => json.text;
  const [type, data] = json.members('t', 'd');
  if (!data?.isObject) {
    return { ...unread(bytes, { at: 0, is: 'unexpected' }), value };
  }
  if (type?.string === 'd') {
    return { value, ...dataFacts(data, direction) };
  }
  return type?.string === 'c'
    ? { value, ...controlFacts(data) }
    : { ...unread(bytes, { at: 0, is: 'unexpected' }), value };
}

function unread(bytes: Uint8Array, problem: Problem): Reading {
  return { severity: 'error', problem, summary: () => unreadLine(bytes) };
}

/** What clients ask for by one or two letters. */
const requestNames: ReadonlyMap<string, string> = new Map([
  ['q', 'listen'],
  ['n', 'unlisten'],
  ['g', 'get'],
  ['p', 'put'],
  ['m', 'merge'],
  ['o', 'onDisconnect put'],
  ['om', 'onDisconnect merge'],
  ['oc', 'onDisconnect cancel'],
  ['auth', 'auth'],
  ['appcheck', 'appcheck'],
  ['gauth', 'gauth'],
  ['unauth', 'unauth'],
  ['unappeck', 'unappcheck'],
  ['s', 'stats'],
]);
/** What the server says unasked. */
const pushNames: ReadonlyMap<string, string> = new Map([
  ['d', 'set'],
  ['m', 'merge'],
  ['c', 'listen revoked'],
  ['ac', 'auth revoked'],
  ['apc', 'appcheck revoked'],
  ['sd', 'security debug'],
]);
/** Their bodies are credentials. */
const secretRequests = ['auth', 'gauth', 'appcheck'];

function dataFacts(data: JsonSlice, direction: MessageFacts['direction']): Reading {
  const [number, action, body] = data.members('r', 'a', 'b');
  const id = number?.label;
  if (action === undefined) {
    return answer(id, body, direction);
  }
  const [path, content] = body?.members('p', 'd') ?? [];
  const names = id === undefined ? pushNames : requestNames;
  const letters = action.label ?? '';
  const name = names.get(letters) ?? letters;
  const topic = path?.isString ? absolute(path.label ?? '') : undefined;
  const isShown = content && !secretRequests.includes(letters);
  const arrow = id === undefined ? ' >' : '';
  const summary = `${name}${topic === undefined ? '' : ` ${topic}`}`;
  return {
    type: id === undefined ? 'push' : 'request',
    name,
    topic,
    id,
    severity: id === undefined && name.endsWith('revoked') ? 'warning' : undefined,
    call: id === undefined ? undefined : { role: 'request', key: `${direction} ${id}` },
    summary: () => oneLine(isShown ? `${summary}${arrow} ${content.shown}` : summary),
  };
}

/** Pushes name paths without the slash that requests begin with. */
function absolute(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

function answer(
  id: string | undefined,
  body: JsonSlice | undefined,
  direction: MessageFacts['direction'],
): Reading {
  const [status, content] = body?.members('s', 'd') ?? [];
  const isFailed = status?.string !== 'ok';
  const other = otherDirection(direction);
  const nameOf = (asked?: Asked) =>
    asked?.name === undefined ? `#${id ?? ''}` : `${asked.name} ${asked.topic ?? ''}`.trimEnd();
  return {
    type: 'response',
    id,
    severity: isFailed ? 'error' : undefined,
    call:
      id === undefined
        ? undefined
        : { role: 'response', key: `${other} ${id}`, ...(isFailed && { isFailed }) },
    summary: asked =>
      oneLine(
        isFailed
          ? `${nameOf(asked)} ! ${[status, content].flatMap(each => each?.message ?? []).join(': ')}`
          : isEmpty(content)
            ? `${nameOf(asked)} done`
            : `${nameOf(asked)} = ${content?.shown ?? ''}`,
      ),
  };
}

/** What says no more than that all is well: nothing, `""`, `{}` or `null`. */
function isEmpty(content: JsonSlice | undefined): boolean {
  return !content || content.isNull || ['""', '{}'].includes(content.shown);
}

const heartbeats: ReadonlyMap<string, string> = new Map([
  ['p', 'ping'],
  ['o', 'pong'],
]);

/** What connections need themselves. */
function controlFacts(data: JsonSlice): Reading {
  const [kind, content] = data.members('t', 'd');
  const letter = kind?.label ?? '';
  const heartbeat = heartbeats.get(letter);
  if (heartbeat !== undefined) {
    return { type: heartbeat, isHeartbeat: true, summary: () => heartbeat };
  }
  const said = content?.message ?? '';
  switch (letter) {
    case 'h': {
      // Its session is not told: it lets others go on with it.
      const [version, host] = content?.members('v', 'h') ?? [];
      const facts = [version, host].flatMap(each => each?.message ?? []);
      return { type: 'handshake', summary: () => oneLine(['handshake', ...facts].join(' ')) };
    }
    case 'n':
      return { type: 'end', summary: () => 'end' };
    case 'r':
      return { type: 'reset', summary: () => oneLine(`reset ${said}`) };
    case 'k':
      return {
        type: 'shutdown',
        severity: 'warning',
        summary: () => oneLine(`shutdown ! ${said}`),
      };
    case 'e':
      return { type: 'error', severity: 'error', summary: () => oneLine(`error ! ${said}`) };
    default:
      return { type: 'control', summary: () => oneLine(`control ${data.shown}`) };
  }
}
