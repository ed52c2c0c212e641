import { otherDirection, type Direction } from '../../../record/record.ts';
import type { Asked, Call, Reading } from '../../reading.ts';
import { oneLine } from '../../summaryText.ts';

/** What the hub protocol's messages say, whichever way they are encoded. */
export interface HubMessage {
  readonly type: number | undefined;
  /** Of the invocation; of an item or end of an upload that of the stream. */
  readonly id?: string | undefined;
  readonly target?: string | undefined;
  /** The streams that are arguments. */
  readonly streamIds?: readonly string[];
  /** The arguments, the item or the result for a summary; absent: there is none. */
  readonly shown?: (() => string) | undefined;
  /** The text of an error for a summary; absent: there is none. */
  readonly error?: (() => string) | undefined;
  /** A completion has a result and an error, which is not allowed. */
  readonly hasBoth?: boolean;
  /** Of an acknowledgement and what it is for. */
  readonly sequenceId?: string | undefined;
}

/** @see https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md */
const typeNames = [
  undefined,
  'Invocation',
  'StreamItem',
  'Completion',
  'StreamInvocation',
  'CancelInvocation',
  'Ping',
  'Close',
  'Ack',
  'Sequence',
] as const;

/**
 * What a message says; `undefined` if its type is unknown.
 *
 * @param at where it begins
 */
export function hubReading(
  message: HubMessage,
  direction: Direction,
  at: number,
): Reading | undefined {
  const type = typeNames[message.type ?? 0];
  const reading = type && readingOf(message, direction, at, type);
  return reading && { ...reading, type, id: message.id };
}

function readingOf(
  message: HubMessage,
  direction: Direction,
  at: number,
  type: NonNullable<(typeof typeNames)[number]>,
): Reading {
  const { id, shown, error } = message;
  const asker = otherDirection(direction);
  const answered: Omit<Call, 'role'> = {
    key: callKey(asker, id),
    inputKey: inputKey(direction, id),
  };
  switch (type) {
    case 'Invocation':
    case 'StreamInvocation':
      return invocation(message, direction);
    case 'StreamItem':
      return {
        call: { ...answered, role: 'item' },
        summary: asked => oneLine(`${nameOf(id, asked)} > ${shown?.() ?? ''}`),
      };
    case 'Completion':
      return completion(message, answered, at);
    case 'CancelInvocation':
      return {
        call: { role: 'cancel', key: callKey(direction, id), isAnswered: true },
        summary: asked => oneLine(`${nameOf(id, asked)} cancelled`),
      };
    case 'Ping':
      return { isHeartbeat: true, summary: () => 'ping' };
    case 'Close': {
      const reason = error?.() ?? '';
      return {
        severity: reason === '' ? undefined : 'error',
        summary: () => oneLine(reason === '' ? 'close' : `close ! ${reason}`),
      };
    }
    case 'Ack':
    case 'Sequence':
      return { summary: () => `${type.toLowerCase()} ${message.sequenceId ?? ''}`.trimEnd() };
  }
}

function callKey(asker: Direction, id = ''): string {
  return `${asker} ${id}`;
}

/** Ids of streams are not those of invocations, though both may be `1`. */
function inputKey(asker: Direction, id = ''): string {
  return `stream ${asker} ${id}`;
}

function nameOf(id = '', asked?: Asked): string {
  return asked?.name ?? `#${id}`;
}

function invocation(message: HubMessage, direction: Direction): Reading {
  const { id, target, streamIds = [], shown } = message;
  const inputs = streamIds.map(each => inputKey(direction, each));
  return {
    name: target,
    // Without an id, nothing is answered.
    call: id === undefined ? undefined : { role: 'request', key: callKey(direction, id), inputs },
    summary: () => oneLine(`${target ?? ''} ${shown?.() ?? ''}`.trim()),
  };
}

function completion(message: HubMessage, answered: Omit<Call, 'role'>, at: number): Reading {
  const { id, shown, error, hasBoth } = message;
  const said = () => (error ? `! ${error()}` : shown ? `= ${shown()}` : 'done');
  return {
    severity: error ? 'error' : undefined,
    problem: hasBoth ? { at, is: 'unexpected' } : undefined,
    call: { ...answered, role: 'response', ...(error && { isFailed: true }) },
    summary: asked => oneLine(`${nameOf(id, asked)} ${said()}`),
  };
}
