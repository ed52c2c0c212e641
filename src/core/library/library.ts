import type { Origin } from '../variables/value.ts';
import type { MessageBody } from '../message/messageBody.ts';

/** Wait, after a message was sent, until a received one matches. */
export interface WaitFor {
  /** In the language of core/filter. */
  readonly match: string;
  readonly timeoutMs: number;
}

/** How a message is sent: when, how often, and what must come back before the next. */
export interface Timing {
  readonly delayMs: number;
  /** Absent: once. `times` absent: until it is stopped. */
  readonly repeat?: { readonly everyMs: number; readonly times?: number };
  readonly waitFor?: WaitFor;
}

/** One message of a sequence, or a saved message by itself. */
export interface Step {
  /** The name that progress reports show. */
  readonly name: string;
  /** Who wrote it, which decides what it may read. */
  readonly origin: Origin;
  readonly body: MessageBody;
  readonly timing: Timing;
}

/** Paths name items by their folders: `Orders/New order`. */
export interface SavedMessage extends Step {
  readonly kind: 'message';
  readonly path: string;
}

export interface SavedSequence {
  readonly kind: 'sequence';
  readonly path: string;
  readonly name: string;
  readonly steps: readonly Step[];
}

interface Folder {
  readonly kind: 'folder';
  readonly path: string;
  readonly name: string;
  readonly items: readonly LibraryItem[];
}

export type LibraryItem = SavedMessage | SavedSequence | Folder;
export type Runnable = SavedMessage | SavedSequence;

export interface Environment {
  readonly name: string;
  readonly origin: Origin;
  /** Sending to it is confirmed first. */
  readonly isProduction: boolean;
  /** Values may hold references, to secrets among others. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Takes a value from received messages, for later ones to send. */
export interface Extractor {
  /** The variable that it fills. */
  readonly name: string;
  readonly origin: Origin;
  /** A path into JSON, as in the filter language: `$.data.token`. */
  readonly path: string;
  /** Only from messages that match this filter; empty: from all. */
  readonly when: string;
  /**
   * The name of the connection whose messages it looks at, and whose value then serves all others.
   * Absent: it looks at each, and each has a value of its own.
   */
  readonly connection?: string;
}

/** Saved messages, sequences, environments and extractors, in the order of their file. */
export interface Library {
  readonly items: readonly LibraryItem[];
  readonly environments: readonly Environment[];
  readonly extractors: readonly Extractor[];
}

export const emptyLibrary: Library = { items: [], environments: [], extractors: [] };

/** All messages and sequences, in order, with those of a folder in its place. */
export function runnablesOf(items: readonly LibraryItem[]): readonly Runnable[] {
  return items.flatMap(item => (item.kind === 'folder' ? runnablesOf(item.items) : [item]));
}
