import type {
  ScriptAnswer,
  ScriptError,
  ScriptMessage,
  ScriptSession,
} from '../core/decode/script/script.ts';

/** What the process of a decoder reads its requests from. */
export const requestFd = 0;

/** What it writes to. Its standard output is the decoder's, and goes nowhere. */
export const answerFd = 3;

/** The answers to a batch may take this together, as they are written. */
export const maxAnswerBytes = 16 * 1024 * 1024;

/** The state of a session may take this, as JSON. */
export const maxStateLength = 64 * 1024;

/** A message may take this long. */
export const messageLimitMs = 100;

/** The same where the process got too little of the processor to say whose fault it was. */
export const patientLimitMs = 1000;

/** What is asked of a decoder for messages of a session. */
export interface BatchRequest {
  readonly is: 'batch';
  /** Random, so that no decoder can answer in its stead. */
  readonly id: number;
  readonly session: ScriptSession;
  readonly messages: readonly ScriptMessage[];
  /** JSON of the state that the session goes on with, where the process may not have it. */
  readonly state: string | undefined;
  /** Each answer is written before the next message is begun. */
  readonly isStepped: boolean;
  readonly isPatient: boolean;
}

export type ToChild =
  | { readonly is: 'load'; readonly id: number; readonly file: string }
  | BatchRequest
  /** A session has ended. */
  | { readonly is: 'forget'; readonly session: number };

/** Why the process of a decoder ends itself amid a batch. */
export type Ending =
  /** A message took longer than it may. */
  | 'slow'
  /** It may be the machine that was slow. */
  | 'starved'
  | 'memory';

export type FromChild =
  | { readonly is: 'loaded'; readonly id: number; readonly isOrdered: boolean }
  /** The file cannot be loaded, or is no decoder. */
  | { readonly is: 'broken'; readonly id: number; readonly error: ScriptError }
  /** Of the next messages of the batch. */
  | { readonly is: 'answers'; readonly id: number; readonly answers: readonly ScriptAnswer[] }
  /** The batch is through. `state`: JSON of the session's, if it is kept. */
  | { readonly is: 'done'; readonly id: number; readonly state: string | undefined }
  | { readonly is: 'ending'; readonly id: number; readonly why: Ending }
  /** An error that is of no message. */
  | { readonly is: 'stray'; readonly error: ScriptError }
  | { readonly is: 'log'; readonly level: string; readonly text: string };
