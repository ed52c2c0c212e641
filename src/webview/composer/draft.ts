import { assertNever } from '../../core/base/errors.ts';
import type { BodyKind, MessageBody } from '../../core/message/messageBody.ts';

/** The message being written. Kinds share the text, so that changing the kind loses nothing. */
export interface Draft {
  readonly kind: BodyKind;
  readonly text: string;
  readonly path: string;
  readonly isText: boolean;
  /** As it was typed; it may not be a number. */
  readonly code: string;
  readonly reason: string;
}

/** Why a draft cannot be sent, and where in its text, in UTF-16 units. */
export interface DraftProblem {
  readonly message: string;
  readonly from: number;
  readonly to: number;
}

/** By the name of the connection; the one used last is at the end. */
export type SavedDrafts = readonly (readonly [name: string, draft: Draft])[];

export const emptyDraft: Draft = {
  kind: 'text',
  text: '',
  path: '',
  isText: true,
  code: '1000',
  reason: '',
};

export const bodyKinds = [
  'text',
  'json',
  'hex',
  'base64',
  'file',
  'ping',
  'close',
] satisfies readonly BodyKind[];

/** VS Code stores the page's state as a whole, so longer drafts are lost with the page. */
export const maxKeptLength = 100_000;
const maxKeptDrafts = 20;

export function bodyOfDraft({ kind, text, path, isText, code, reason }: Draft): MessageBody {
  switch (kind) {
    case 'file':
      return { as: 'file', path, isText };
    case 'close':
      return { as: 'close', code: /^\d{1,5}$/.test(code.trim()) ? Number(code) : 0, reason };
    case 'text':
    case 'json':
    case 'hex':
    case 'base64':
    case 'ping':
      return { as: kind, text };
    default:
      return assertNever(kind);
  }
}

/** The draft with a body in it; fields that the body does not have stay unchanged. */
export function withBody(draft: Draft, body: MessageBody): Draft {
  switch (body.as) {
    case 'file':
      return { ...draft, kind: 'file', path: body.path, isText: body.isText };
    case 'close':
      return { ...draft, kind: 'close', code: String(body.code), reason: body.reason };
    case 'text':
    case 'json':
    case 'hex':
    case 'base64':
    case 'ping':
      return { ...draft, kind: body.as, text: body.text };
    default:
      return assertNever(body);
  }
}

export function hasText(kind: BodyKind): kind is Exclude<BodyKind, 'file' | 'close'> {
  return kind !== 'file' && kind !== 'close';
}

/** The drafts including this one, unless it is empty or too long. */
export function keepDraft(drafts: SavedDrafts, name: string, draft: Draft): SavedDrafts {
  const others = drafts.filter(([other]) => other !== name);
  const isEmpty = JSON.stringify(draft) === JSON.stringify(emptyDraft);
  const isLong = draft.text.length > maxKeptLength;
  return isEmpty || isLong ? others : [...others, [name, draft] as const].slice(-maxKeptDrafts);
}

/** Reads saved drafts, which another version of the page may have written. */
export function readSavedDrafts(value: unknown): SavedDrafts {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.slice(-maxKeptDrafts).flatMap(readKept);
}

function readKept(entry: unknown): readonly (readonly [string, Draft])[] {
  const [name, kept] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
  if (typeof name !== 'string') {
    return [];
  }
  const draft = (typeof kept === 'object' && kept !== null ? kept : {}) as Readonly<
    Record<string, unknown>
  >;
  const word = (key: 'text' | 'path' | 'code' | 'reason') => {
    const found = draft[key];
    return typeof found === 'string' ? found : emptyDraft[key];
  };
  const kind = bodyKinds.find(known => known === draft['kind']) ?? 'text';
  const words = { text: word('text'), path: word('path'), code: word('code') };
  return [[name, { kind, ...words, isText: draft['isText'] !== false, reason: word('reason') }]];
}
