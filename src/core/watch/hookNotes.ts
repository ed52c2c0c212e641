import { isTime } from '../base/date.ts';
import type { FrameFacts } from '../record/frameFacts.ts';
import { countOf, listIn, listOf, objectOf, opcodeOf, statusOf, textOf } from './toldValues.ts';

interface NoteBase {
  /** Numbers the socket within its program. */
  readonly id: number;
  /** Milliseconds since 1970; absent if what is told is no time. */
  readonly at: number | undefined;
}

/** What the hook tells of the sockets of one program; see nodeHook/hook.ts and followedSocket.ts. */
export type HookNote =
  | (NoteBase & {
      readonly kind: 'open';
      readonly url: string;
      readonly isServer: boolean;
      /** Lines, each a list of name and value; still anything. */
      readonly request: readonly unknown[];
    })
  | (NoteBase & {
      readonly kind: 'answer';
      /** 0 if it is not known. */
      readonly status: number;
      readonly statusText: string;
      readonly headers: readonly unknown[];
    })
  | (NoteBase & {
      readonly kind: 'in' | 'out';
      readonly opcode: number;
      /** Text as it is; everything else, and what could not be inflated, in base64. */
      readonly data: string;
      /** Absent for a message that came as it is, in one frame. */
      readonly frame: FrameFacts | undefined;
      /** It could not be inflated. */
      readonly isUnread: boolean;
      /** Bytes at its end that are not told. */
      readonly leftOut: number;
    })
  | (NoteBase & { readonly kind: 'lost' | 'missed' | 'close' });

/**
 * Reads a list that the hook has given to its binding. What is none of its notes is left out: the program
 * can call the binding, too, and a later version of the hook may tell more.
 */
export function readHookNotes(json: string): readonly HookNote[] {
  return listIn(json).flatMap(value => readNote(listOf(value)) ?? []);
}

function readNote([number, kind, time, ...facts]: readonly unknown[]): HookNote | undefined {
  const id = countOf(number);
  if (id === undefined) {
    return undefined;
  }
  const base = { id, at: isTime(time) && time > 0 ? time : undefined };
  switch (kind) {
    case 'open': {
      const { url, role, request } = objectOf(facts[0]);
      const isServer = role === 'server';
      return { ...base, kind, url: textOf(url), isServer, request: listOf(request) };
    }
    case 'answer': {
      const { status, statusText, headers } = objectOf(facts[0]);
      return {
        ...base,
        kind,
        status: statusOf(status),
        statusText: textOf(statusText),
        headers: listOf(headers),
      };
    }
    case 'in':
    case 'out':
      return readFrame({ ...base, kind }, facts);
    case 'lost':
    case 'missed':
    case 'close':
      return { ...base, kind };
    default:
      return undefined;
  }
}

function readFrame(
  base: NoteBase & { readonly kind: 'in' | 'out' },
  [code, data, isCompressed, fragments, wireBytes, remark]: readonly unknown[],
): HookNote | undefined {
  const opcode = opcodeOf(code);
  if (Number.isNaN(opcode) || typeof data !== 'string') {
    return undefined;
  }
  const fragmentCount = countOf(fragments, 1);
  const wireByteLength = countOf(wireBytes);
  const frame =
    fragmentCount === undefined || wireByteLength === undefined
      ? undefined
      : { isCompressed: isCompressed === true, fragmentCount, wireByteLength, durationMs: 0 };
  return { ...base, opcode, data, frame, isUnread: remark === -1, leftOut: countOf(remark) ?? 0 };
}
