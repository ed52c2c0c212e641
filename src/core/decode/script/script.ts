import type { Direction } from '../../record/record.ts';
import type { StepProblem } from '../rowDecoding.ts';

/**
 * A decoder that a user or another extension has written: a JavaScript or TypeScript file. It runs in a
 * process of its own, never in this one.
 */
export interface Script {
  /** What it is called after `as:` and in the chain. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** An absolute path without links in it, as it was found: nothing else runs. */
  readonly file: string;
  /** Another one once the file, or what is beside it, has changed: what the one before has read does not count. */
  readonly version: number;
}

/** The member `script` of a step for who decodes: the decoder, or why it may not run yet or at all. */
export type ReadyScript = Script | StepProblem;

/** The session that messages are of. */
export interface ScriptSession {
  /** Of its own for each session, and a new one when a session is read again from its beginning. */
  readonly id: number;
  readonly url: string;
  readonly subprotocol: string;
  /** Of the connection, the slot or the capture. */
  readonly connection: string;
}

/** What a script gets of a message: what the decoders before it have left. */
export interface ScriptMessage {
  readonly seq: number;
  /** Of several records of a message, which one; else 0. */
  readonly record: number;
  readonly direction: Direction;
  readonly isText: boolean;
  /** A copy, that may be transferred. */
  readonly bytes: Uint8Array;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Messages of one session, in their order; behind those of the batch before. */
export interface ScriptBatch {
  readonly script: Script;
  readonly session: ScriptSession;
  readonly messages: readonly ScriptMessage[];
}

/** Where an error is in a file of a decoder, and what it says. */
export interface ScriptError {
  readonly message: string;
  readonly stack?: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

/**
 * What a script says of a message: the object that it has given, unchecked; that it does not read it; or
 * why there is nothing.
 */
export type ScriptAnswer =
  | { readonly is: 'read'; readonly value: unknown }
  | { readonly is: 'passed' }
  | { readonly is: 'failed'; readonly error: ScriptError };

/** Runs scripts. */
export interface ScriptRunner {
  /** Never rejects. @returns an answer for each message, in their order */
  run(batch: ScriptBatch): Promise<readonly ScriptAnswer[]>;
  /** What was asked of a session needs no answers any more, though they may still come. */
  breakOff(session: number): void;
  /** A session is not read any more. */
  endSession(id: number): void;
}

/** What users are told of a script, besides what its rows say. */
export type ScriptReport =
  | { readonly is: 'error'; readonly file: string; readonly error: ScriptError }
  /** It reads messages again since its file has changed. */
  | { readonly is: 'loaded'; readonly file: string }
  /** It is not run any more until its file changes. */
  | { readonly is: 'stopped'; readonly file: string; readonly reason: string }
  | { readonly is: 'log'; readonly file: string; readonly level: string; readonly text: string };
