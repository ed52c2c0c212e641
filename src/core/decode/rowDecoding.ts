import type { Direction } from '../record/record.ts';
import type { CallState } from './callTable.ts';
import type { Field, Problem, Reading } from './reading.ts';

/** Where the choice of decoders comes from; `null`: nothing says what the messages are. */
export type DecodingSource = 'setting' | 'subprotocol' | 'url' | 'messages' | null;

/**
 * How sure that is: `applied?` fills columns and the tab of decoded values, but leaves readable text as it
 * is; `suggested` is only offered.
 */
export type DecodingCertainty = 'applied' | 'applied?' | 'suggested' | 'none';

/** What the messages of a session are decoded as, and why. */
export interface SessionDecoding {
  /** The names of the decoders, in the order of the chain; with `suggested` those that are offered. */
  readonly as: readonly string[];
  /** The same for people: `gzip, JSON`. */
  readonly title: string;
  readonly from: DecodingSource;
  readonly shown: DecodingCertainty;
  /** How many of the last messages have problems, where that is so many that another decoder may be right. */
  readonly misfits?: { readonly count: number; readonly of: number };
  /** Why messages are not decoded as their rules say. */
  readonly stepProblem?: StepProblem;
}

/** Why a step of a rule does not do what it says. */
export interface StepProblem {
  /**
   * `awaited`: its file is looked for or read, and the session waits for that; `notRun`: a script that may not run, and passes
   * all messages by; `lacksSchema`: Protobuf is read without its schema, or without types of it.
   */
  readonly is: 'awaited' | 'notRun' | 'lacksSchema';
  /** Of the decoder, or of the file. */
  readonly name: string;
  /** A sentence. */
  readonly problem: string;
}

/** What is known of a row by decoding. All texts are the peer's. */
export interface RowDecoding {
  readonly type?: string;
  /** The name of the event or method, or else the topic, or else the type. */
  readonly event?: string;
  readonly topic?: string;
  readonly id?: string;
  /** In place of the preview; absent where that is readable and the decoders are a guess. */
  readonly summary?: string;
  readonly severity?: 'warning' | 'error';
  readonly isHeartbeat?: true;
  readonly problem?: Problem;
  /** Its part in a call; `part`: it belongs to the message that `request` names. */
  readonly role?: 'request' | 'open' | 'item' | 'response' | 'cancel' | 'part';
  /** The row of the request; absent on requests, and where it was not seen. */
  readonly request?: number;
  /** The row that ended the call. */
  readonly response?: number;
  readonly state?: CallState;
  /** From the request to this answer; on a request, to the answer that ended it. */
  readonly ms?: number;
  /** From the request to the first of several answers. */
  readonly firstMs?: number;
  /** It has announced parts, some of which may not have come yet. */
  readonly isToBeCompleted?: true;
  /** How many records the message holds, where they are several. */
  readonly records?: number;
}

/** One step of a message's decoding. */
export interface DecodedLayer {
  readonly name: string;
  readonly title: string;
  /** What this decoder was given. */
  readonly kind: 'text' | 'bytes';
  readonly byteLength: number;
  /** Where these bytes begin in the message; absent: they were computed. */
  readonly begin?: number;
  readonly problem?: Problem;
}

/** One record of several, or the only one. */
export interface DecodedRecord extends Omit<RowDecoding, 'records'> {
  readonly summary: string;
  /** The type with what is before its name, if that is more. */
  readonly fullType?: string;
  /** JSON in the form of `exportForm.ts`; absent: there is none. */
  readonly value?: string;
  /** The value is longer than is shown, and was left out. */
  readonly isValueTooLong?: true;
  /** A JSON object. */
  readonly envelope?: string;
  /** Paths to bytes of the message itself, or of the layer that `fieldsLayer` names. */
  readonly fields?: readonly Field[];
  readonly range?: Reading['range'];
}

/** What decoders have read from some bytes. */
export interface DecodedContent {
  readonly layers: readonly DecodedLayer[];
  /** At least one. */
  readonly records: readonly DecodedRecord[];
  /** The layer whose bytes the fields count in, by its place among `layers`; 0 is the bytes themselves. */
  readonly fieldsLayer: number;
}

/** A message as its decoders read it, for the one that is open. */
export interface DecodedMessage extends DecodedContent {
  readonly session: SessionDecoding;
  /** The rows whose bytes this one needs. */
  readonly parts?: readonly number[];
}

/** Bytes that the user has selected. */
export interface SelectedBytes {
  readonly bytes: Uint8Array;
  /** Of the message that they are from. */
  readonly direction: Direction;
}

/** The same as a decoder reads them. */
export interface DecodedSelection extends DecodedContent {
  /** What the last layer holds, where no decoder makes a value of it. */
  readonly rest?: {
    readonly isText: boolean;
    /** The beginning, if they are very many. */
    readonly bytes: Uint8Array;
    readonly byteLength: number;
  };
}
