import { assertNever } from '../base/errors.ts';
import type { MessageBody } from '../message/messageBody.ts';

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

export interface SequenceEntry {
  readonly name: string;
  readonly steps: readonly unknown[];
}

export interface FolderEntry {
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
export function entryOf(name: string, body: MessageBody): MessageEntry {
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

  /** The name, with a number after it where it is taken; it is taken from then on. */
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
